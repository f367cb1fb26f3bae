# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An ACME server beside the hosts of the lab: Debian's pebble, which Let's Encrypt made for tests."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lab.names import NETWORK, PREFIX
from tests.certificates import make_certificate, make_key
from tests.waiting import wait_until

NAME, ADDRESS, PORT = "acme.internal", "198.18.0.71", 14000
CONTAINER = f"{PREFIX}-acme"
DIRECTORY = f"https://{NAME}:{PORT}/dir"
INSTALL = "apt-get update -q && apt-get install -q -y --no-install-recommends pebble"
# It waits up to 15 s before it looks at a name, and refuses some requests on purpose, unless told not to.
QUICK = ("--env", "PEBBLE_VA_NOSLEEP=1", "--env", "PEBBLE_WFE_NONCEREJECT=0")
CONFIGURATION = {
    "listenAddress": f"0.0.0.0:{PORT}",
    "managementListenAddress": "0.0.0.0:15000",
    "certificate": "/acme/server.pem",
    "privateKey": "/acme/server.key",
    "httpPort": 80,
    "tlsPort": 443,
    "ocspResponderURL": "",
    "externalAccountBindingRequired": False,
}


@dataclass(frozen=True)
class AcmeServer:
    """``authority``: the file with what signed its own certificate. What it knows of accounts, it has in memory."""

    authority: Path

    def leave(self) -> None:
        docker("network", "disconnect", NETWORK, CONTAINER)

    def come_back(self) -> None:
        docker("network", "connect", "--ip", ADDRESS, NETWORK, CONTAINER)


@contextmanager
def acme_server(image: str, directory: Path, *names: str, at: str) -> Iterator[AcmeServer]:
    """``image``: of a Debian. ``names``: those that it finds ``at`` an address."""
    key, pem = make_key()
    now = datetime.now(UTC)
    (directory / "server.pem").write_bytes(make_certificate(key, [NAME], now - timedelta(1), now + timedelta(1)))
    (directory / "server.key").write_bytes(pem)
    (directory / "pebble.json").write_text(json.dumps({"pebble": CONFIGURATION}))
    hosts = [word for name in names for word in ("--add-host", f"{name}:{at}")]
    subprocess.run(["docker", "rm", "--force", CONTAINER], capture_output=True, check=False, timeout=60)
    options = ["--detach", "--name", CONTAINER, "--network", NETWORK, "--ip", ADDRESS, *hosts, *QUICK]
    docker("run", *options, "--entrypoint", "sleep", image, "infinity")
    try:
        docker("cp", str(directory), f"{CONTAINER}:/acme")
        docker("exec", CONTAINER, "sh", "-c", INSTALL)
        docker("exec", "--detach", CONTAINER, "sh", "-c", "exec pebble -config /acme/pebble.json > /acme/log 2>&1")
        wait_until(lambda: "listening" in docker("exec", CONTAINER, "cat", "/acme/log").lower(), 30, "the ACME server")
        yield AcmeServer(directory / "server.pem")
    finally:
        docker("rm", "--force", CONTAINER)


def docker(*words: str) -> str:
    return subprocess.run(["docker", *words], capture_output=True, text=True, check=True, timeout=120).stdout
