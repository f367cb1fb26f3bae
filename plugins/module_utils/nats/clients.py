# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which clients should be on the bus, which are, and which are unexpected there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .login import OWN_NAME
from .monitoring import ClosedConnection, Connection
from .nodes import hostname_of

# services try again every 5 s: a refusal older than this belongs to the past
_LATELY = 60.0


@dataclass(frozen=True)
class Expected:
    """A client that should be connected: its hostname, and an address that is used if the connection has no name."""

    name: str
    address: str | None = None


@dataclass(frozen=True)
class Client:
    """An expected client: whether it is there, and what is wrong with it."""

    name: str
    connected: bool
    rtt_ms: float | None = None
    fault: str | None = None
    diagnosis: str | None = None


@dataclass(frozen=True)
class UnexpectedClient:
    """A node on the bus that is not expected, by its nodeID."""

    name: str
    address: str
    namespace: str


@dataclass(frozen=True)
class Matched:
    """The connections that NATS tells of, compared with the expected clients."""

    clients: list[Client]
    unexpected: list[UnexpectedClient]


def match_clients(
    expected: Sequence[Expected], namespace: str, connections: Sequence[Connection], closed: Sequence[ClosedConnection]
) -> Matched:
    owned = _by_owner(expected, connections)
    seen = [_pick(owned[one.name], namespace) for one in expected]
    refused = _refused_addresses(connections, closed)
    missing = seen.count(None)
    # If as many addresses were refused as clients are missing, assume the refused ones are the missing clients. Where
    # no client is connected, some may have ended and given up their address meanwhile.
    by_exclusion = 0 < missing <= len(refused) or (missing == len(expected) and len(refused) > 1)
    hostnames = [one.name for one in expected]
    clients = []
    for one, connection in zip(expected, seen):
        ago = _cut_off(one, hostnames, closed)
        if ago is not None:
            clients.append(_slow(one, connection, ago))
        elif connection is None:
            clients.append(_missing(one, refused, by_exclusion))
        else:
            clients.append(_present(one, connection, namespace))
    # without expected clients, every node would be an unexpected one
    unexpected = _unexpected(hostnames, connections) if expected else []
    return Matched(clients, unexpected)


def unknown(expected: Sequence[Expected]) -> Matched:
    """When NATS cannot be asked."""
    sentence = "Unknown, because NATS cannot be asked."
    return Matched([Client(one.name, False, None, "unknown", sentence) for one in expected], [])


# -- whose connection it is --------------------------------------------------------------------------------------------


def _by_owner(expected: Sequence[Expected], connections: Sequence[Connection]) -> dict[str, list[Connection]]:
    """Each client's connections. Addresses decide only where there is no name."""
    hostnames = [one.name for one in expected]
    owned: dict[str, list[Connection]] = {one.name: [] for one in expected}
    nameless = []
    for connection in connections:
        owner = _owner(connection, hostnames)
        if owner:
            owned[owner].append(connection)
        elif not connection.names:
            nameless.append(connection)
    for one in expected:
        here = next((each for each in nameless if each.address == one.address), None)
        if here and not owned[one.name]:
            owned[one.name].append(here)
            nameless.remove(here)
    return owned


def _owner(connection: Connection, hostnames: Sequence[str]) -> str | None:
    """The expected client whose connection it is, by its nodes, or by its name if it has one."""
    if connection.name in hostnames:
        return connection.name
    found = (hostname_of(name, hostnames) for name in connection.names)
    return next(filter(None, found), None)


def _pick(connections: Sequence[Connection], namespace: str) -> Connection | None:
    """The one in the right namespace: another may be left from before the client was replaced."""
    return min(connections, key=lambda each: each.namespace not in (None, namespace), default=None)


def _unexpected(hostnames: Sequence[str], connections: Sequence[Connection]) -> list[UnexpectedClient]:
    return [
        UnexpectedClient(node, connection.address, connection.namespace or "")
        for connection in connections
        for node in connection.nodes
        if not hostname_of(node, hostnames)
    ]


# -- what is wrong -----------------------------------------------------------------------------------------------------


def _refused_addresses(connections: Sequence[Connection], closed: Sequence[ClosedConnection]) -> list[str]:
    """Addresses that offered wrong credentials lately, each once; our own trials do not count.

    Nor do those of a client that was let in later.
    """
    refused = [
        each
        for each in closed
        if each.reason == "Authentication Failure" and each.ago < _LATELY and each.connection.name != OWN_NAME
    ]
    return sorted({each.connection.address for each in refused if not _let_in_later(each, connections)})


def _let_in_later(refusal: ClosedConnection, connections: Sequence[Connection]) -> bool:
    return any(
        one.began is not None and refusal.ended is not None and one.began > refusal.ended
        for one in connections
        if one.address == refusal.connection.address
    )


def _cut_off(one: Expected, hostnames: Sequence[str], closed: Sequence[ClosedConnection]) -> float | None:
    """How many seconds ago NATS cut the client off because it did not read."""
    slow = [each for each in closed if each.reason.startswith("Slow Consumer") and each.ago < _LATELY]
    mine = [each.ago for each in slow if _owner(each.connection, hostnames) == one.name]
    return min(mine, default=None)


def _present(one: Expected, connection: Connection, namespace: str) -> Client:
    found = connection.namespace
    if found is None or found == namespace:
        return Client(one.name, True, connection.rtt_ms)
    found, planned = (f"the namespace {name}" if name else "no namespace" for name in (found, namespace))
    sentence = f"Connected, but in {found} instead of {planned}: see MS_NAMESPACE."
    return Client(one.name, False, connection.rtt_ms, "namespace", sentence)


def _slow(one: Expected, connection: Connection | None, ago: float) -> Client:
    back = "" if connection else ", and it has not come back"
    sentence = (
        f"NATS cut it off {ago:.0f} s ago because it did not read fast enough (slow consumer){back}: messages to it "
        "are lost; it or its host is overloaded, or it was paused."
    )
    return Client(one.name, connection is not None, connection.rtt_ms if connection else None, "slow", sentence)


def _missing(one: Expected, refused: Sequence[str], by_exclusion: bool) -> Client:
    if one.address in refused or (one.address is None and by_exclusion):
        certain = f"NATS refuses its login from {one.address}"
        likely = f"probably because NATS refuses its login: it refused one from {' and '.join(refused)} lately"
        sentence = (
            f"Not connected, {'for ' + certain if one.address else likely}. Compare user and password in its "
            "TRANSPORTER with the planned ones."
        )
        return Client(one.name, False, None, "refused", sentence)
    sentence = (
        "Not connected: it is down, has lost NATS, or the address, user or password in its TRANSPORTER is wrong "
        "(it then lives on without opening a port)."
    )
    if refused:
        sentence += f" NATS refused logins from {', '.join(refused)} lately."
    return Client(one.name, False, None, "missing", sentence)
