# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the monitoring port of a NATS server tells: itself, its connections, its routes.

Moleculer, the bus of Rocket.Chat's services, gives its NATS connections no name (seen with moleculer 0.14.36 and
nats-server 2.12.8), but each node subscribes to `MOL.RES.<nodeID>`, or `MOL-<namespace>.RES.<nodeID>`, as soon as it is
connected, also while it waits for the monolith; /connz lists subscriptions on request, those of closed connections too.
So a node is recognised by its subscription. Its nodeID is `<hostname>-<pid>`. A refused login leaves an address only,
and the name of the connection if it has one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .probing.fault import Fault
from .probing.fetching import describe, fetch
from .probing.polling import Patience
from .probing.target import parse_url
from .probing.tls import Trust

_NODE_SUBJECT = re.compile(r"MOL(?:-(?P<namespace>.+?))?\.RES\.(?P<node>.+)")
_PAGE = 64
_PAGES_MAX = 256
_CLOSED_MAX = 256
_BODY_MAX = 16 * 1024 * 1024
# how Go writes durations: 1h2m3.5s, 850.1ms, 412µs
_DURATION = re.compile(r"([\d.]+)(h|ms|µs|us|ns|m|s)")
_MILLISECONDS = {"h": 3_600_000.0, "m": 60_000.0, "s": 1000.0, "ms": 1.0, "µs": 1e-3, "us": 1e-3, "ns": 1e-6}


@dataclass(frozen=True)
class Connection:
    """A connection as NATS sees it."""

    address: str
    name: str | None = None
    nodes: tuple[str, ...] = ()
    namespace: str | None = None
    rtt_ms: float | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be known by: its own name and its nodeIDs."""
        return (self.name, *self.nodes) if self.name else self.nodes


@dataclass(frozen=True)
class Farewell:
    """A connection that is closed: why, and how many seconds ago."""

    connection: Connection
    reason: str
    ago: float


class Monitoring:
    """The HTTP side of a NATS server. Everything it is asked may raise Fault."""

    def __init__(self, url: str, patience: Patience) -> None:
        parse_url(url)
        self.url = url.rstrip("/")
        self._patience = patience
        self._trust = Trust()

    def server(self, stop: float) -> dict[str, Any]:
        varz = self._get("/varz", stop)
        if "server_id" not in varz or "version" not in varz:
            raise self._stranger("/varz")
        return varz

    def connections(self, stop: float) -> list[Connection]:
        found: list[Connection] = []
        for page in range(_PAGES_MAX):
            entries = self._get(f"/connz?subs=1&limit={_PAGE}&offset={page * _PAGE}", stop).get("connections") or []
            found.extend(_connection(entry) for entry in entries)
            if len(entries) < _PAGE:
                return found
        raise Fault("too_many", f"NATS has more than {_PAGE * _PAGES_MAX} connections: too many to look through.")

    def farewells(self, stop: float) -> list[Farewell]:
        """The latest connections that were closed."""
        connz = self._get(f"/connz?state=closed&subs=1&sort=stop&limit={_CLOSED_MAX}", stop)
        return list(_farewells(connz))

    def routes(self, stop: float) -> list[str]:
        """The other servers of the cluster, by name or id. Since 2.10 there are several routes to each of them."""
        routes = self._get("/routez", stop).get("routes") or []
        return sorted({str(route.get("remote_name") or route.get("remote_id")) for route in routes})

    def _get(self, path: str, stop: float) -> dict[str, Any]:
        target = parse_url(self.url + path)
        answer = fetch(target, self._patience.limit(stop), self._trust, body_max=_BODY_MAX)
        if answer.status != 200:
            raise Fault("status", f"{self.url}{path}: {describe(answer)} instead of 200.")
        try:
            found = json.loads(answer.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise self._stranger(path)
        return found

    def _stranger(self, path: str) -> Fault:
        return Fault("not_nats", f"{self.url}{path} answers, but not as the monitoring of a NATS server does.")


def _connection(entry: dict[str, Any]) -> Connection:
    subjects = [_NODE_SUBJECT.fullmatch(subject) for subject in entry.get("subscriptions_list") or []]
    nodes = [subject for subject in subjects if subject]
    return Connection(
        address=str(entry.get("ip", "")),
        name=entry.get("name") or None,
        nodes=tuple(node["node"] for node in nodes),
        namespace=nodes[0]["namespace"] or "" if nodes else None,
        rtt_ms=_milliseconds(entry.get("rtt") or ""),
    )


def _farewells(connz: dict[str, Any]) -> Iterator[Farewell]:
    now = _second(connz["now"])
    for entry in connz.get("connections") or []:
        ago = (now - _second(entry["stop"])).total_seconds()
        yield Farewell(_connection(entry), str(entry.get("reason", "")), ago)


def _second(stamp: str) -> datetime:
    """NATS writes UTC with nanoseconds, which datetime cannot read."""
    return datetime.fromisoformat(stamp[:19])


def _milliseconds(duration: str) -> float | None:
    parts = _DURATION.findall(duration)
    return round(sum(float(number) * _MILLISECONDS[unit] for number, unit in parts), 3) if parts else None
