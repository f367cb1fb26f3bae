# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the containers of a host reach: this decides it, and the firewall's rules only say it again.

Services talk to each other over NATS and to MongoDB, and to nothing else: the catalogue's have no other client (ee/apps
of 8.3). The monolith also talks to the rest of the world: push notifications, marketplace, OAuth, mail, LDAP, S3.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ..inventory.settings import Host, Settings, proxy_port
from ..inventory.urls import is_address
from ..rocketchat.addresses import nats_address, with_room
from ..rocketchat.catalogue import MONOLITH, NATS_CLUSTER_PORT
from .deployment import Container, Member
from .reach import REDIRECT_PORT

# Where clouds hand out credentials (docs.aws.amazon.com, "Access instance metadata"), as the object store's client asks
# for them that is given none.
_METADATA = ("169.254.169.254", 80)
# Members of a replica set are where its own configuration says, which only the set knows; not where sshd is, or mail.
_MEMBERS_ANYWHERE = "1024-65535"
_DEFAULT_PORTS = {"nats": 4222, "mongodb": 27017, "http": 80, "https": 443, "smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class Sender:
    """Containers that reach the same. ``part``: a word for them; ``addresses``: in their network.

    ``needs``: addresses and TCP ports. ``ports``: TCP ports wherever they are, of servers that are known by name.
    ``names``: whether they ask DNS. ``exceptions``: addresses that are reached although they are of the host, or of the
    link. ``entrance``: ports of nginx on the same host. Beyond the deployment, they reach TCP ports ``members``, and
    ``networks``.
    """

    part: str
    addresses: list[str]
    needs: list[tuple[str, int]] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    names: bool = False
    exceptions: list[str] = field(default_factory=list)
    entrance: list[int] = field(default_factory=list)
    members: str = ""
    networks: list[str] = field(default_factory=list)


def senders(
    settings: Settings, host: Host, containers: Sequence[Container], members: Sequence[Member]
) -> Iterator[Sender]:
    """Of one host. ``members``: of the replica set, where that is the deployment's own."""
    found = _Senders(settings, host, containers, members)
    if "nats" in host.groups:
        yield found.nats()
    yield from found.services()
    yield from found.monoliths()


class _Senders:
    def __init__(
        self, settings: Settings, host: Host, containers: Sequence[Container], members: Sequence[Member]
    ) -> None:
        self._settings, self._host, self._containers = settings, host, containers
        self._needs = [*self._servers_of_nats(), *((member.address, settings.mongodb_port) for member in members)]
        self._away = [*settings.nats_urls, *_urls(settings.mongodb_url)]
        self._members = _MEMBERS_ANYWHERE if settings.mongodb_url else ""

    def nats(self) -> Sender:
        others = [other for other in self._settings.hosts if "nats" in other.groups and other.name != self._host.name]
        routes = [(other.private_address, NATS_CLUSTER_PORT) for other in others]
        return Sender("nats", [nats_address(self._settings.network)], routes)

    def services(self) -> Iterator[Sender]:
        if addresses := self._addresses(monoliths=False):
            needs, ports = _told_apart(self._away)
            names = bool(ports or self._members)
            yield Sender("services", addresses, [*self._needs, *needs], ports, names, members=self._members)

    def monoliths(self) -> Iterator[Sender]:
        if not (addresses := self._addresses(monoliths=True)):
            return
        settings = self._settings
        uploads = settings.uploads.settings
        urls = [settings.mail_url, settings.proxy_url, uploads.get("FileUpload_S3_BucketURL", "")]
        needs, ports = _told_apart([*self._away, *filter(None, urls)])
        if uploads.get("FileUpload_Storage_Type") == "AmazonS3" and "FileUpload_S3_AWSAccessKeyId" not in uploads:
            needs.append(_METADATA)
        singles = [network.removesuffix("/32") for network in settings.egress if network.endswith("/32")]
        networks = [network for network in settings.egress if not network.endswith("/32")]
        yield Sender(
            "monoliths",
            addresses,
            [*self._needs, *needs, *self._proxies()],
            ports,
            bool(ports or self._members or settings.egress),
            singles,
            self._entrance() if networks and "nginx" in self._host.groups else [],
            self._members,
            networks,
        )

    def _addresses(self, monoliths: bool) -> list[str]:
        own = [one.address for one in self._containers if (one.service == MONOLITH) is monoliths]
        return [address for one in own for address in with_room(one)]

    def _servers_of_nats(self) -> Iterator[tuple[str, int]]:
        for other in self._settings.hosts:
            if "nats" in other.groups and not self._settings.nats_urls:
                own = other.name == self._host.name
                yield nats_address(self._settings.network) if own else other.private_address, self._settings.nats_port

    def _proxies(self) -> Iterator[tuple[str, int]]:
        """nginx of other hosts, which everybody reaches."""
        for other in self._settings.hosts:
            if "nginx" in other.groups and other.name != self._host.name and self._settings.egress:
                yield from ((other.private_address, port) for port in self._entrance())

    def _entrance(self) -> list[int]:
        url = self._settings.root_url
        return list(dict.fromkeys([proxy_port(url), *([REDIRECT_PORT] if url.scheme == "https" else [])]))


def _urls(mongodb: str) -> Iterator[str]:
    """Of each server that is named; what stands for several in DNS names none."""
    if mongodb.startswith("mongodb://"):
        servers = mongodb.removeprefix("mongodb://").partition("/")[0].rpartition("@")[2]
        yield from (f"mongodb://{server}" for server in servers.split(","))


def _told_apart(urls: Sequence[str]) -> tuple[list[tuple[str, int]], list[int]]:
    """Addresses with ports, and the ports of those that have a name. None of IPv6, which containers do not have."""
    needs: list[tuple[str, int]] = []
    ports: list[int] = []
    for url in urls:
        scheme, _separator, rest = url.partition("://")
        parts = urlsplit(f"//{rest.rpartition('@')[2]}")
        name, port = parts.hostname or "", parts.port or _DEFAULT_PORTS[scheme]
        if not is_address(name):
            ports.append(port)
        elif ipaddress.ip_address(name).version == 4:
            needs.append((name, port))
    return list(dict.fromkeys(needs)), sorted(set(ports))


def as_rules(found: Sequence[Sender], settings: Settings, host: Host) -> dict[str, Any]:
    """As the template has it. ``neighbours``: the deployment's other hosts. ``bus``: NATS on the same host, or None."""
    others = [other.private_address for other in settings.hosts if other.name != host.name and other.private_address]
    nats = nats_address(settings.network) if "nats" in host.groups else ""
    return {
        "senders": [vars(one) for one in found],
        "neighbours": others,
        "bus": {"address": nats, "port": settings.nats_port} if nats else None,
    }
