# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the way from a host to its containers is still there, which no container notices. Only reads.

An engine makes its chains when it starts, and leads to them from FORWARD and from PREROUTING of `nat`
(docs.docker.com/engine/network/firewall-iptables); one that is restarted makes them anew. What flushes the tables, such
as the start of another firewall, leaves the containers running, and takes away addresses, published ports and, where
FORWARD drops what nobody accepts, the way from one container to another.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .files import text
from .system import main_process, units

SETTINGS = "/etc/docker/daemon.json"
# What keeps rules on top of others'; the first that is at work counts.
_KEEPERS = ("firewalld", "nftables")
_TIMEOUT = 5
# On the host itself; long enough for a first packet that is lost (RFC 6298: it is sent again after 1 s).
_CONNECT_TIMEOUT = 3
_CLOSED_PORT = 9
_UNIT = "docker.service"
_TO_DOCKER = re.compile(r"(?m)^-A (FORWARD|PREROUTING) .*-j DOCKER")


def flushed() -> bool | None:
    """Whether the engine's rules are gone; None where it makes none with iptables, or nobody can tell."""
    if not _uses_iptables(text(SETTINGS), _arguments()):
        return None
    tables = [_rules("filter", "FORWARD"), _rules("nat", "PREROUTING")]
    if any(rules is None for rules in tables):
        return None
    return not all(_TO_DOCKER.search(rules or "") for rules in tables)


def _uses_iptables(settings: str | None, arguments: str) -> bool:
    """By daemon.json and the command line, as it is one of both."""
    try:
        written = json.loads(settings or "{}")
        if written.get("iptables") is False or written.get("firewall-backend") == "nftables":
            return False
    except (ValueError, AttributeError):
        return False
    return not re.search(r"--iptables=(false|0)|--firewall-backend[= ]nftables", arguments)


def _arguments() -> str:
    """Of the host's own engine: others may run in containers."""
    return (text(f"/proc/{main_process(_UNIT)}/cmdline") or "").replace("\0", " ")


def _rules(table: str, chain: str) -> str | None:
    command = ["iptables", "--wait", "2", "--table", table, "--list-rules", chain]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_TIMEOUT)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def ways(containers: Iterable[Mapping[str, Any]], planned: Mapping[str, str]) -> dict[str, bool]:
    """By name, whether this host reaches each running container that has its address of ``planned``."""
    asked = {
        container["name"]: planned[container["name"]]
        for container in containers
        if container["state"] == "running" and planned.get(container["name"]) in container["addresses"].values()
    }
    with ThreadPoolExecutor(max(1, len(asked))) as pool:
        return dict(zip(asked, pool.map(reaches, asked.values())))


def reaches(address: str) -> bool:
    """On a port where nothing listens: to be refused there is an answer, also of one that is too busy to take more."""
    try:
        socket.create_connection((address, _CLOSED_PORT), timeout=_CONNECT_TIMEOUT).close()
    except ConnectionError:
        pass
    except OSError:
        return False
    return True


def unreachable(containers: Iterable[Mapping[str, Any]], listening: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names of running containers of which nothing on the host listens on a published port any more.

    With or without a proxy process, the engine holds each of them (moby, libnetwork/portmapper: `dummyProxy`).
    """
    held = {(one["address"], one["port"]) for one in listening}
    ports = {one["port"] for one in listening if one["address"] in ("0.0.0.0", "::")}
    return [
        container["name"]
        for container in containers
        if container["state"] == "running"
        and any((p["address"], p["port"]) not in held and p["port"] not in ports for p in container["published"])
    ]


def keeper() -> str:
    """What keeps the rules of the host's own: `ufw`, `firewalld`, `nftables` or `iptables`."""
    if re.search(r"(?m)^ENABLED=yes", text("/etc/ufw/ufw.conf") or ""):
        return "ufw"
    found = units([f"{name}.service" for name in _KEEPERS]) or {}
    return next((name for name in _KEEPERS if found.get(f"{name}.service", {}).get("active")), "iptables")
