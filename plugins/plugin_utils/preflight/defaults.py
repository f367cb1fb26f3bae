# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine gives of its own accord to containers and networks that say nothing of it, and ours cannot do with.

Compose says what it can (`SAID` in plan/compose.py). It does not say limits: an engine in a container itself cannot set
any that is above its own, and starts nothing then (seen, 28.5: "error setting rlimits").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# The least that will do, None where any limit is too little. Node.js and NATS raise that of open files as far as they
# may (node, src/node.cc; go, os/rlimit.go), and each client is one; others end programs, or fail what they write.
_LEAST: Mapping[str, int | None] = {
    "cpu": None,
    "data": None,
    "fsize": None,
    "nofile": 1024,
    # counted over all containers, as their user is the same one
    "nproc": 1024,
    "stack": 1024 * 1024,
}
_FALSE = ("false", "f", "0")
# docs.docker.com, "Bridge network driver", "Options": the values with which containers reach one another, what is
# beyond the host, and MongoDB at the address of the bridge.
_NETWORK = {
    "com.docker.network.bridge.enable_icc": "containers cannot reach one another",
    "com.docker.network.bridge.enable_ip_masquerade": "containers reach nothing beyond the host",
    "com.docker.network.bridge.gateway_mode_ipv4": "ports of containers are not published",
    "com.docker.network.bridge.inhibit_ipv4": "the host has no address in the network",
}


def too_low(limits: Mapping[str, Any]) -> list[str]:
    """``limits``: soft and hard ones by name, -1 for none. Those that are below what containers need, in words."""
    return [f"{name} {least}" for name, least in _effective(limits) if _is_too_low(least, _LEAST[name])]


def _effective(limits: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for name in sorted(limits.keys() & _LEAST.keys()):
        soft, hard = limits[name]
        yield name, hard if name == "nofile" else soft


def _is_too_low(limit: int, least: int | None) -> bool:
    return limit >= 0 and (least is None or limit < least)


def of_settings(ulimits: Any) -> dict[str, Any]:
    """Of daemon.json's `default-ulimits`, where what is left out is 0."""
    found = ulimits if isinstance(ulimits, Mapping) else {}
    return {name: (one.get("Soft", 0), one.get("Hard", 0)) for name, one in found.items() if isinstance(one, Mapping)}


def cuts_off(options: Mapping[str, Any]) -> list[str]:
    """``options``: of a bridge network. Those with which the containers could not work, and why."""
    return [f"{name}: {value} ({_NETWORK[name]})" for name, value in options.items() if _is_wrong(name, str(value))]


def _is_wrong(name: str, value: str) -> bool:
    if name not in _NETWORK:
        return False
    if name.endswith("gateway_mode_ipv4"):
        return value not in ("", "nat")
    return (value.lower() in _FALSE) != name.endswith("inhibit_ipv4")
