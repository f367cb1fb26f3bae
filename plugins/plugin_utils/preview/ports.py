# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ports a plan opens, where, who reaches them, and what changes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..preflight.ports import EVERYWHERE, PROXY, Need, needs
from ..rocketchat.catalogue import CONTAINER_PORT

EVERYBODY, PRIVATE, HOST, CONTAINERS = "everybody", "the private network", "this host", "its containers"
# Of the private network, where the deployment has rules about that.
NEEDED, HOST_AND_CONTAINERS = "hosts that need it", f"{HOST} and {CONTAINERS}"

# Stands for the private address of each of several hosts.
PRIVATE_ADDRESS = "private"

_FIRST = {"MongoDB": 0, "nats": 1}
_OF_SERVICES, _OF_METRICS, _OF_NGINX = 2, 3, 4

# Where a container is reached by its name, and nothing of it is published.
_NATS_ALIAS = "nats"


def ports(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One entry for all hosts that are alike, in the order in which the roles take the ports."""
    hosts: dict[tuple[str, int, str, str, str], list[str]] = {}
    for name, host in plan["hosts"].items():
        gateway = host["docker"]["network"]["gateway"] if host["docker"] else ""
        inner = {address for _name, address in _addresses(host)}
        for need in sorted(_all_needs(host), key=_rank):
            reach = _reach(need, gateway, inner, host["firewall"])
            hosts.setdefault((need.address, need.port, need.owner, reach, need.variable), []).append(name)
    fields = ("address", "port", "part", "reach", "variable")
    found = [{**dict(zip(fields, key)), "hosts": names} for key, names in hosts.items()]
    parts = list(dict.fromkeys(port["part"] for port in found))
    return sorted(found, key=lambda port: parts.index(port["part"]))


def summary(opened: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """For people, with one entry for what many hosts open alike, each on its private address."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for port in opened:
        where = PRIVATE if port["reach"] in (PRIVATE, NEEDED) else port["address"]
        key = (where, *(port[field] for field in ("port", "part", "reach", "variable")))
        if key in found:
            found[key] |= {"address": PRIVATE_ADDRESS, "hosts": [*found[key]["hosts"], *port["hosts"]]}
        else:
            found[key] = dict(port)
    return list(found.values())


def written(address: str, port: int) -> str:
    """``*`` stands for every address of the host."""
    if address in EVERYWHERE:
        return f"*:{port}"
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _rank(need: Need) -> int:
    """Where clients find a service comes first, and what asks for its metrics after that."""
    if need.variable.startswith("rocketchat_metrics_ports."):
        return _OF_METRICS
    return _OF_NGINX if need.program == "nginx" else _FIRST.get(need.owner, _OF_SERVICES)


def _all_needs(host: Mapping[str, Any]) -> Iterator[Need]:
    """Also of what is published nowhere: NATS, and Rocket.Chat's containers, at their own addresses."""
    published = list(needs(host))
    yield from published
    for name, address in _addresses(host):
        yield Need(name, address, CONTAINER_PORT, "", PROXY)
    if host["nats"]:
        # all of it is JSON, and the rest of it is secret
        port = int(json.loads(host["nats"]["config"])["listen"].rpartition(":")[2])
        if not any((need.owner, need.port) == (_NATS_ALIAS, port) for need in published):
            yield Need(_NATS_ALIAS, _NATS_ALIAS, port, "nats_port", PROXY)


def _addresses(host: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, service in host["rocketchat"]["compose"]["services"].items() if host["rocketchat"] else ():
        [network] = service["networks"].values()
        yield name, network["ipv4_address"]


def _reach(need: Need, gateway: str, inner: set[str], firewall: Mapping[str, Any]) -> str:
    """``inner``: addresses of the host's containers."""
    if need.address in EVERYWHERE:
        return EVERYBODY
    if need.address in ("127.0.0.1", "::1"):
        return HOST
    if need.address in (gateway, _NATS_ALIAS):
        return CONTAINERS
    if need.address in inner:
        return HOST_AND_CONTAINERS
    if not firewall["managed"]:
        return PRIVATE
    here = [one for one in firewall["listeners"] if (one["address"], one["port"]) == (need.address, need.port)]
    return NEEDED if any(one["clients"] for one in here) else HOST_AND_CONTAINERS
