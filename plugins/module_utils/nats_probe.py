# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the monitoring port of a NATS server who is connected, and compares it with who should be. No Ansible here.

Moleculer, the bus of Rocket.Chat's services, gives its NATS connections no name (seen with moleculer 0.14.36 and
nats-server 2.12.8), but each node subscribes to `MOL.RES.<nodeID>`, or `MOL-<namespace>.RES.<nodeID>`, as soon as it is
connected, also while it waits for the monolith; /connz lists subscriptions on request. So a node is recognised by its
subscription. Its nodeID is `<hostname>-<pid>`. A refused login leaves no name at all, only an address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.rocketops.rocketchat.plugins.module_utils.http_probe import (
    Fault,
    Patience,
    describe,
    fetch,
    parse_url,
    poll,
    tls_context,
)

_NODE_SUBJECT = re.compile(r"MOL(?:-(?P<namespace>.+?))?\.RES\.(?P<node>.+)")
_PAGE = 64
_PAGES_MAX = 256
_BODY_MAX = 16 * 1024 * 1024
# services try again every 5 s: a refusal older than this belongs to the past
_LATELY = timedelta(seconds=60)


@dataclass(frozen=True)
class Expected:
    """A client that should be connected: its hostname, and an address that is used if the connection has no name."""

    name: str
    address: str | None = None


@dataclass(frozen=True)
class Connection:
    """A connection as NATS sees it; `names` are its own name and the nodeIDs it subscribed for."""

    address: str
    names: tuple[str, ...]
    namespace: str


@dataclass(frozen=True)
class Client:
    """An expected client and whether it is there."""

    name: str
    connected: bool
    diagnosis: str | None = None


@dataclass
class NatsHealth:
    """The server and its clients; healthy when it answers and every expected client is connected."""

    reachable: bool = False
    version: str | None = None
    connections: int | None = None
    slow_consumers: int | None = None
    clients: list[Client] = field(default_factory=list)
    fault: Fault | None = None

    @property
    def healthy(self) -> bool:
        return self.reachable and all(client.connected for client in self.clients)

    @property
    def timed_out(self) -> bool:
        return self.fault is not None and self.fault.timed_out


def probe_nats(url: str, expected: Sequence[Expected], namespace: str, patience: Patience) -> tuple[NatsHealth, int]:
    """Asks until all is healthy or time is up: the health, and how often it was asked."""
    parse_url(url)
    server = _Monitoring(url, patience)
    polled = poll([lambda stop: _ask(server, expected, namespace, stop)], patience)[0]
    return polled.answer, polled.attempts


def _ask(server: _Monitoring, expected: Sequence[Expected], namespace: str, stop: float) -> NatsHealth:
    health = NatsHealth()
    try:
        varz = server.get("/varz", stop)
        if "server_id" not in varz or "version" not in varz:
            raise Fault("not_nats", f"{server.url}/varz answers, but not as the monitoring of a NATS server does.")
        health.version = str(varz["version"])
        health.connections = int(varz.get("connections", 0))
        health.slow_consumers = int(varz.get("slow_consumers", 0))
        seen = match(expected, server.connections(stop))
        refused = [] if all(seen) else server.refused_addresses(stop)
        health.clients = [_client(one, seen[n], namespace, refused) for n, one in enumerate(expected)]
        health.reachable = True
    except Fault as fault:
        health.fault = fault
        health.clients = [Client(one.name, False, "Unknown, because NATS cannot be asked.") for one in expected]
    return health


class _Monitoring:
    """The HTTP side of a NATS server."""

    def __init__(self, url: str, patience: Patience) -> None:
        self.url = url.rstrip("/")
        self._patience = patience
        self._context = tls_context()

    def get(self, path: str, stop: float) -> dict[str, Any]:
        answer = fetch(parse_url(self.url + path), self._patience.limit(stop), self._context, body_max=_BODY_MAX)
        if answer.status != 200:
            raise Fault("status", f"{self.url}{path}: {describe(answer).lower()} instead of 200.")
        try:
            found = json.loads(answer.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Fault("not_nats", f"{self.url}{path} answers, but not as the monitoring of a NATS server does.")
        return found

    def connections(self, stop: float) -> list[Connection]:
        found: list[Connection] = []
        for page in range(_PAGES_MAX):
            connz = self.get(f"/connz?subs=1&limit={_PAGE}&offset={page * _PAGE}", stop)
            entries = connz.get("connections") or []
            found.extend(_connection(entry) for entry in entries)
            if len(entries) < _PAGE:
                return found
        raise Fault("too_many", f"NATS has more than {_PAGE * _PAGES_MAX} connections: too many to look through.")

    def refused_addresses(self, stop: float) -> list[str]:
        """From where wrong credentials were offered lately, one address once."""
        connz = self.get(f"/connz?state=closed&sort=stop&limit={_PAGE}", stop)
        now = _second(connz["now"])
        closed = connz.get("connections") or []
        failed = [entry for entry in closed if entry.get("reason") == "Authentication Failure"]
        return sorted({str(entry["ip"]) for entry in failed if now - _second(entry["stop"]) < _LATELY})


def _second(stamp: str) -> datetime:
    """NATS writes UTC with nanoseconds, which datetime cannot read."""
    return datetime.fromisoformat(stamp[:19])


def _connection(entry: dict[str, Any]) -> Connection:
    nodes = [_NODE_SUBJECT.fullmatch(subject) for subject in entry.get("subscriptions_list") or []]
    found = [node for node in nodes if node]
    names = [entry.get("name") or "", *(node["node"] for node in found)]
    namespace = next((node["namespace"] or "" for node in found), "")
    return Connection(str(entry.get("ip", "")), tuple(name for name in names if name), namespace)


# -- who is missing ----------------------------------------------------------------------------------------------------


def match(expected: Sequence[Expected], connections: Sequence[Connection]) -> list[Connection | None]:
    """Each client's connection. One stands for one client at most; addresses decide only where there is no name."""
    free = list(connections)
    seen: list[Connection | None] = [None] * len(expected)
    for rule in (_is_node, _is_named, _is_nameless_at):
        for number, one in enumerate(expected):
            hit = None if seen[number] else next((each for each in free if rule(one, each)), None)
            if hit is not None:
                seen[number] = hit
                free.remove(hit)
    return seen


def _is_node(one: Expected, connection: Connection) -> bool:
    return any(re.fullmatch(re.escape(one.name) + r"-\d+", name) for name in connection.names)


def _is_named(one: Expected, connection: Connection) -> bool:
    return one.name in connection.names


def _is_nameless_at(one: Expected, connection: Connection) -> bool:
    return not connection.names and one.address == connection.address


def _client(one: Expected, connection: Connection | None, namespace: str, refused: Sequence[str]) -> Client:
    if connection is None:
        return Client(one.name, False, _missing(one, refused))
    if connection.names and connection.namespace != namespace:
        sentence = (
            f"Connected, but in the namespace {connection.namespace!r} instead of {namespace!r}: see MS_NAMESPACE."
        )
        return Client(one.name, False, sentence)
    return Client(one.name, True)


def _missing(one: Expected, refused: Sequence[str]) -> str:
    if one.address in refused:
        return (
            f"Not connected: NATS refused its login from {one.address}; correct user and password in its TRANSPORTER."
        )
    sentence = (
        "Not connected: it is down, or the address, user or password in its TRANSPORTER is wrong "
        "(it then lives on without opening a port)."
    )
    return f"{sentence} NATS refused logins from {', '.join(refused)} lately." if refused else sentence
