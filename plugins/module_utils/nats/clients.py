# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who should be on the bus, who is, and who is not expected there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .login import OWN_NAME
from .monitoring import Connection, Farewell
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
class Stranger:
    """A node on the bus that nobody expects, by its nodeID."""

    name: str
    address: str
    namespace: str


@dataclass(frozen=True)
class Census:
    """What NATS says of its connections, held against who is expected."""

    clients: list[Client]
    unexpected: list[Stranger]


def take_census(
    expected: Sequence[Expected], namespace: str, connections: Sequence[Connection], farewells: Sequence[Farewell]
) -> Census:
    owned = _by_owner(expected, connections)
    seen = [_pick(owned[one.name], namespace) for one in expected]
    refused = _refused_addresses(connections, farewells)
    missing = seen.count(None)
    # With as many addresses refused as clients missing, it is they who were refused. Where nobody is connected, some of
    # them may have ended and given up their address meanwhile.
    by_exclusion = 0 < missing <= len(refused) or (missing == len(expected) and len(refused) > 1)
    hostnames = [one.name for one in expected]
    clients = []
    for one, connection in zip(expected, seen):
        ago = _cut_off(one, hostnames, farewells)
        if ago is not None:
            clients.append(_slow(one, connection, ago))
        elif connection is None:
            clients.append(_missing(one, refused, by_exclusion))
        else:
            clients.append(_present(one, connection, namespace))
    # nobody who says nothing about whom to expect wants to hear about everybody
    strangers = _strangers(hostnames, connections) if expected else []
    return Census(clients, strangers)


def unknown(expected: Sequence[Expected]) -> Census:
    """When NATS cannot be asked."""
    sentence = "Unknown, because NATS cannot be asked."
    return Census([Client(one.name, False, None, "unknown", sentence) for one in expected], [])


# -- who is who --------------------------------------------------------------------------------------------------------


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


def _strangers(hostnames: Sequence[str], connections: Sequence[Connection]) -> list[Stranger]:
    return [
        Stranger(node, connection.address, connection.namespace or "")
        for connection in connections
        for node in connection.nodes
        if not hostname_of(node, hostnames)
    ]


# -- what is wrong -----------------------------------------------------------------------------------------------------


def _refused_addresses(connections: Sequence[Connection], farewells: Sequence[Farewell]) -> list[str]:
    """From where wrong credentials were offered lately, one address once; our own trials do not count.

    Nor do those of a client that was let in later.
    """
    refused = [
        each
        for each in farewells
        if each.reason == "Authentication Failure" and each.ago < _LATELY and each.connection.name != OWN_NAME
    ]
    return sorted({each.connection.address for each in refused if not _let_in_later(each, connections)})


def _let_in_later(refusal: Farewell, connections: Sequence[Connection]) -> bool:
    return any(
        one.began is not None and refusal.ended is not None and one.began > refusal.ended
        for one in connections
        if one.address == refusal.connection.address
    )


def _cut_off(one: Expected, hostnames: Sequence[str], farewells: Sequence[Farewell]) -> float | None:
    """How many seconds ago NATS cut the client off because it did not read."""
    slow = [each for each in farewells if each.reason.startswith("Slow Consumer") and each.ago < _LATELY]
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
