# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who reaches what a deployment has listen on a host: this decides it, and the firewall's rules only say it again."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..inventory.settings import Host
from ..rocketchat.catalogue import CONTAINER_PORT, NATS_CLUSTER_PORT
from .probes import LOOPBACK

EVERYWHERE = "0.0.0.0"
MONGODB = "MongoDB"
REDIRECT_PORT = 80


@dataclass(frozen=True)
class Listener:
    """``part`` listens on ``address`` and TCP ``port`` of a host, which that host and its containers reach in any case.

    ``clients``: the other machines that do, as addresses and networks; None for all. ``why`` they do, or nobody does.
    """

    part: str
    address: str
    port: int
    clients: list[str] | None
    why: str


class Reach:
    """``metrics_clients``: who asks for metrics from beyond the deployment."""

    def __init__(self, host: Host, hosts: Sequence[Host], metrics_clients: Sequence[str]) -> None:
        self._others = [other for other in hosts if other.name != host.name]
        self._metrics_clients = metrics_clients

    def listeners(self, plans: Mapping[str, Mapping[str, Any] | None]) -> Iterator[Listener]:
        """``plans``: of the roles, as the host is to have them."""
        if mongodb := plans["mongodb"]:
            yield from self._mongodb(mongodb)
        if nats := plans["nats"]:
            yield from self._nats(nats["compose"])
        if rocketchat := plans["rocketchat"]:
            yield from self._rocketchat(rocketchat["compose"])
        if nginx := plans["nginx"]:
            yield Listener("nginx", EVERYWHERE, nginx["port"], None, "it is the way in")
            if nginx["tls"]:
                yield Listener("nginx", EVERYWHERE, REDIRECT_PORT, None, "it leads to https")

    def _mongodb(self, plan: Mapping[str, Any]) -> Iterator[Listener]:
        why = "the members of the replica set, and the services, use it"
        for address in plan["bind_addresses"]:
            yield self._listener(MONGODB, address, plan["port"], self._in("mongodb", "rocketchat"), why)

    def _nats(self, project: Mapping[str, Any]) -> Iterator[Listener]:
        for address, port, inner in _published(project["services"]["nats"]):
            routes = inner == NATS_CLUSTER_PORT
            why = "its servers are one bus" if routes else "the services of all hosts are on one bus"
            clients = self._in("nats") if routes else self._in("rocketchat")
            yield self._listener("NATS", address, port, clients, why)

    def _rocketchat(self, project: Mapping[str, Any]) -> Iterator[Listener]:
        for name, service in project["services"].items():
            for address, port, inner in _published(service):
                if inner == CONTAINER_PORT:
                    yield self._listener(name, address, port, self._in("nginx"), "nginx sends clients there")
                else:
                    clients = _apart([*self._addresses(self._others), *self._metrics_clients])
                    yield self._listener(f"metrics of {name}", address, port, clients, "monitoring asks for them")

    def _in(self, *groups: str) -> list[str]:
        return self._addresses([other for other in self._others if other.groups & set(groups)])

    @staticmethod
    def _addresses(hosts: Sequence[Host]) -> list[str]:
        return [host.private_address for host in hosts]

    @staticmethod
    def _listener(part: str, address: str, port: int, clients: list[str], why: str) -> Listener:
        if address == LOOPBACK or not clients:
            return Listener(part, address, port, [], "nobody else needs it")
        return Listener(part, address, port, clients, why)


def _published(service: Mapping[str, Any]) -> Iterator[tuple[str, int, int]]:
    """Address and port on the host, and the port in the container, of what Compose writes as one text."""
    for written in service.get("ports", ()):
        address, port, inner = written.rsplit(":", 2)
        yield address, int(port), int(inner)


def _apart(networks: Sequence[str]) -> list[str]:
    """The same addresses without any twice: nft takes no set in which one network is a part of another."""
    found = dict.fromkeys(map(ipaddress.IPv4Network, networks))
    widest = [one for one in found if not any(one != other and one.subnet_of(other) for other in found)]
    return [str(one).removesuffix("/32") for one in widest]
