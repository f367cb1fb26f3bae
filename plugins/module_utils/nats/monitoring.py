# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the monitoring port of a NATS server tells: itself, its connections, its routes.

Moleculer, the bus of Rocket.Chat's services, gives its NATS connections no name (seen with moleculer 0.14.36 and
nats-server 2.12.8), but each node subscribes to `MOL.RES.<nodeID>`, or `MOL-<namespace>.RES.<nodeID>`, as soon as it is
connected, also while it waits for the monolith; /connz lists subscriptions on request, those of closed connections too.
So a node is recognised by its subscription. A refused login leaves an address only, and the name of the connection if
it has one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Callable, TypeVar

from ..containers.docker_api import SOCKET, greet
from ..probing.decoding import SHAPE_ERRORS, decoded
from ..probing.fault import Fault
from ..probing.fetching import Answer, describe, fetch
from ..probing.polling import Timeouts
from ..probing.target import Target, parse_url
from ..probing.tls import Trust

_NODE_SUBJECT = re.compile(r"MOL(?:-(?P<namespace>.+?))?\.RES\.(?P<node>.+)")
_IN_CONTAINER = re.compile(r"container://(?P<name>[A-Za-z0-9][A-Za-z0-9_.-]*):(?P<port>\d{1,5})/?")
_PAGE = 64
_PAGES_MAX = 256
_CLOSED_MAX = 256
_BODY_MAX = 16 * 1024 * 1024
# how Go writes moments, with as many digits as it takes, and with the offset of the server's time zone
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)")
# how Go writes durations: 1h2m3.5s, 850.1ms, 412µs
_DURATION = re.compile(r"([\d.]+)(h|ms|µs|us|ns|m|s)")
_MILLISECONDS = {"h": 3_600_000.0, "m": 60_000.0, "s": 1000.0, "ms": 1.0, "µs": 1e-3, "us": 1e-3, "ns": 1e-6}


_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Server:
    """What a server says of itself. ``slow_consumers``: how many clients it cut off since it started. ``loaded``: when
    it read its configuration, by its clock.
    """

    version: str
    connections: int
    slow_consumers: int
    identity: str = ""
    loaded: datetime | None = None


@dataclass(frozen=True)
class Connection:
    """A connection as NATS sees it. ``began``: by NATS's clock."""

    address: str
    name: str | None = None
    nodes: tuple[str, ...] = ()
    namespace: str | None = None
    rtt_ms: float | None = None
    began: datetime | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names it may have: its own name and its nodeIDs."""
        return (self.name, *self.nodes) if self.name else self.nodes


@dataclass(frozen=True)
class ClosedConnection:
    """A connection that is closed: why, how many seconds ago, and when by NATS's clock."""

    connection: Connection
    reason: str
    ago: float
    ended: datetime | None = None


class Monitoring:
    """The HTTP side of a NATS server. Everything it is asked may raise Fault.

    ``url``: ``container://name:port`` is the loopback of that container, where only itself and root of its host get.
    """

    def __init__(self, url: str, timeouts: Timeouts) -> None:
        found = _IN_CONTAINER.fullmatch(url)
        self._container = found["name"] if found else ""
        self.url = f"http://127.0.0.1:{found['port']}" if found else url.rstrip("/")
        parse_url(self.url)
        self._timeouts = timeouts
        self._trust = Trust()
        self._process = 0

    def find(self, stop: float) -> None:
        """Where it is, which takes the Docker Engine some time where it is in a container."""
        if self._container and not self._process:
            self._process = process_of(self._container, self._timeouts.limit(stop))

    def server(self, stop: float) -> Server:
        return self._ask("/varz", stop, _server)

    def connections(self, stop: float) -> list[Connection]:
        found: list[Connection] = []
        for page in range(_PAGES_MAX):
            more = self._ask(f"/connz?subs=1&limit={_PAGE}&offset={page * _PAGE}", stop, _connections)
            found.extend(more)
            if len(more) < _PAGE:
                return found
        raise Fault("too_many", f"NATS has more than {_PAGE * _PAGES_MAX} connections: too many to look through.")

    def closed_connections(self, stop: float) -> list[ClosedConnection]:
        """The latest connections that were closed."""
        return self._ask(f"/connz?state=closed&subs=1&sort=stop&limit={_CLOSED_MAX}", stop, _closed_connections)

    def routes(self, stop: float) -> list[str]:
        """The other servers of the cluster, by name or id. Since 2.10 there are several routes to each of them."""
        return self._ask("/routez", stop, _routes)

    def _ask(self, path: str, stop: float, read: Callable[[Any], _Read]) -> _Read:
        """An answer that cannot be read is not from NATS."""
        self.find(stop)
        answer = self._fetch(parse_url(self.url + path), self._timeouts.limit(stop))
        if answer.status != 200:
            raise Fault("status", f"{self.url}{path}: {describe(answer)} instead of 200.")
        try:
            return read(decoded(answer.body))
        except SHAPE_ERRORS:
            sentence = f"{self.url}{path} answers, but not as the monitoring of a NATS server does."
            raise Fault("not_nats", sentence) from None

    def _fetch(self, target: Target, until: float) -> Answer:
        try:
            return fetch(replace(target, process=self._process), until, self._trust, body_max=_BODY_MAX)
        except Fault:
            # it may be another one by the next time
            self._process = 0
            raise


def process_of(container: str, until: float) -> int:
    """The main process of a container of the Docker Engine here."""
    try:
        found = greet(SOCKET, until).inspect(container, until)
    except Fault as fault:
        sentence = f"What listens in container {container} alone cannot be asked. {fault.sentence}"
        raise Fault("unreachable", sentence) from None
    process = int(((found or {}).get("State") or {}).get("Pid") or 0)
    if not process:
        raise Fault("refused", f"Nothing answers in container {container}: it does not run.")
    return process


# -- what its answers hold; each may raise any of SHAPE_ERRORS ---------------------------------------------------------


def _server(varz: Any) -> Server:
    identity, loaded = _text(varz["server_id"]), varz.get("config_load_time")
    counts = int(varz.get("connections", 0)), int(varz.get("slow_consumers", 0))
    return Server(_text(varz["version"]), *counts, identity, _moment(loaded) if loaded else None)


def _routes(routez: Any) -> list[str]:
    routes = routez["routes"] or []
    return sorted({str(route.get("remote_name") or route.get("remote_id")) for route in routes})


def _connections(connz: Any) -> list[Connection]:
    return [_connection(entry) for entry in connz["connections"] or []]


def _connection(entry: Any) -> Connection:
    subjects = [_NODE_SUBJECT.fullmatch(subject) for subject in entry.get("subscriptions_list") or []]
    nodes = [subject for subject in subjects if subject]
    return Connection(
        address=str(entry.get("ip", "")),
        name=_text(entry.get("name") or "") or None,
        nodes=tuple(node["node"] for node in nodes),
        namespace=nodes[0]["namespace"] or "" if nodes else None,
        rtt_ms=_milliseconds(entry.get("rtt") or ""),
        began=_moment(entry["start"]) if entry.get("start") else None,
    )


def _closed_connections(connz: Any) -> list[ClosedConnection]:
    now = _moment(connz["now"])
    return [_closed_connection(entry, now) for entry in connz["connections"] or []]


def _closed_connection(entry: Any, now: datetime) -> ClosedConnection:
    ended = _moment(entry["stop"])
    return ClosedConnection(_connection(entry), str(entry.get("reason", "")), (now - ended).total_seconds(), ended)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _moment(stamp: str) -> datetime:
    """With nanoseconds, which datetime cannot read."""
    found = _MOMENT.fullmatch(stamp)
    if not found:
        raise ValueError(f"{stamp!r} is no moment")
    zone = "+00:00" if found[3] == "Z" else found[3]
    return datetime.fromisoformat(found[1] + zone) + timedelta(seconds=float(f"0{found[2] or ''}"))


def _milliseconds(duration: str) -> float | None:
    parts = _DURATION.findall(duration)
    return round(sum(float(number) * _MILLISECONDS[unit] for number, unit in parts), 3) if parts else None
