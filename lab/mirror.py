# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mirror: the one machine of the lab that hosts get images and packages from."""

from __future__ import annotations

from lab import apt_repository, keys, registry
from lab.docker import docker, exists, running
from lab.names import DOCKER_NAME, HOME, LABEL, MIRROR, MIRROR_ADDRESS, MIRROR_CONTAINER, NETWORK
from lab.waiting import wait_for

IMAGES = HOME / "registry"


def ensure(image: str) -> None:
    """Have the mirror run from this image, and answer."""
    if not (running(MIRROR_CONTAINER) and _image() == image):
        if exists("container", MIRROR_CONTAINER):
            docker("rm", "--force", "--volumes", MIRROR_CONTAINER)
        apt_repository.PUBLISHED.mkdir(exist_ok=True)
        docker(
            "run", "--detach", "--name", MIRROR_CONTAINER, "--hostname", "mirror", "--label", LABEL,
            "--network", NETWORK, "--network-alias", MIRROR, "--network-alias", DOCKER_NAME, "--ip", MIRROR_ADDRESS,
            "--publish", f"127.0.0.1::{registry.PORT}", "--restart", "unless-stopped",
            "--volume", f"{IMAGES}:/srv/registry",
            "--volume", f"{apt_repository.PUBLISHED}:/srv/apt:ro",
            "--volume", f"{keys.MIRROR_TLS}:/srv/tls:ro",
            image,
        )  # fmt: skip
    wait_for(
        registry.answers,
        seconds=30,
        failure=lambda: f"The mirror's registry does not answer; see `docker logs {MIRROR_CONTAINER}`.",
    )


def _image() -> str:
    return docker("container", "inspect", "--format", "{{.Config.Image}}", MIRROR_CONTAINER)
