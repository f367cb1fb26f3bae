# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fill the mirror's registry with the images the lab has built."""

from __future__ import annotations

import json
import ssl
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from lab import keys
from lab.docker import docker
from lab.names import MIRROR_ADDRESS, MIRROR_CONTAINER

PORT = 5000
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json"


def answers() -> bool:
    """Tell whether the registry serves, with a certificate of the lab's authority."""
    return _get("/v2/") is not None


def publish(images: dict[str, str]) -> None:
    """Push images, {name in the registry: local tag}, except those the registry already holds."""
    # An engine talks to a registry on its own loopback without knowing the authority: nothing to install, and
    # nothing to remove later.
    loopback = docker("port", MIRROR_CONTAINER, f"{PORT}/tcp").splitlines()[0]

    def push(name: str, local: str) -> None:
        if docker("image", "inspect", "--format", "{{.Id}}", local) in _digests(name):
            return
        remote = f"{loopback}/{name}"
        docker("tag", local, remote)
        try:
            docker("push", "--quiet", remote, timeout=120)
        finally:
            docker("image", "rm", remote)

    with ThreadPoolExecutor(max_workers=4) as pool:
        for done in [pool.submit(push, name, local) for name, local in images.items()]:
            done.result()


def _digests(name: str) -> set[str]:
    """What identifies the image the registry has under a name: an engine's image id is one of the two."""
    repository, _, tag = name.rpartition(":")
    answer = _get(f"/v2/{repository}/manifests/{tag}")
    if answer is None:
        return set()
    digest, body = answer
    return {digest, json.loads(body)["config"]["digest"]}


def _get(path: str) -> tuple[str, bytes] | None:
    context = ssl.create_default_context(cafile=str(keys.AUTHORITY.certificate))
    # no proxy that the machine may have: the address is the machine's own
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    request = urllib.request.Request(f"https://{MIRROR_ADDRESS}:{PORT}{path}", headers={"Accept": MANIFEST})
    try:
        with opener.open(request, timeout=10) as answer:
            return answer.headers.get("Docker-Content-Digest", ""), answer.read()
    except OSError:  # no answer, or one that says no
        return None
