# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another machine on the network of a deployed host, with routes past its nginx, and what it reaches from there."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab.names import LABEL, NETWORK, PREFIX, host_container
from tests.deployment import Deployment

SCAN = (Path(__file__).parent / "scan.py").read_text()
# Of the deployment's containers, and Docker's own, which this machine's engine has, too.
SUBNETS = ("172.31.250.0/24", "172.17.0.0/16")
# Of the host's own network, beside the one of IPv4 that the lab gives it.
IPV6 = "fd00:198:18::"

Door = tuple[str, str, int]


@dataclass(frozen=True)
class Neighbour:
    container: str

    def run(self, *command: str, given: str = "", check: bool = True, timeout: float = 600) -> str:
        words = ["docker", "exec", "--interactive", self.container, *command]
        done = subprocess.run(words, input=given, capture_output=True, text=True, check=check, timeout=timeout)
        return done.stdout

    def reaches(self, addresses: Sequence[str], tcp: Sequence[int], udp: Sequence[int] = ()) -> set[Door]:
        question = json.dumps({"addresses": addresses, "tcp": list(tcp), "udp": list(udp)})
        found = json.loads(self.run("python3", "-c", SCAN, given=question, timeout=3600))
        return {(protocol, address, port) for protocol, address, port in found}


@contextmanager
def neighbour(deployment: Deployment) -> Iterator[Neighbour]:
    """It has the host's own image, for its Python and ip."""
    host = host_container(deployment.host)
    image = _docker("inspect", "--format", "{{.Config.Image}}", host).strip()
    name = f"{PREFIX}-neighbour-{deployment.host}"
    _docker("rm", "--force", name)
    _docker(
        *("run", "--detach", "--name", name, "--label", LABEL, "--network", NETWORK, "--cap-add", "NET_ADMIN"),
        *("--sysctl", "net.ipv6.conf.all.disable_ipv6=0", "--entrypoint", "sleep", image, "infinity"),
    )
    try:
        one = Neighbour(name)
        for subnet in SUBNETS:
            one.run("ip", "route", "add", subnet, "via", deployment.address)
        one.run("ip", "-6", "address", "add", f"{IPV6}9/64", "dev", "eth0", "nodad")
        yield one
    finally:
        _docker("rm", "--force", name)


def _docker(*words: str) -> str:
    return subprocess.run(["docker", *words], capture_output=True, text=True, check=True, timeout=120).stdout
