# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health of a NATS server: what it says of itself, whether its login works, and whether the bus is complete."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..probing.clock import milliseconds_since
from ..probing.fault import Fault
from ..probing.polling import Timeouts, poll
from .clients import Client, Expected, UnexpectedClient, match_clients, unknown
from .login import Account, Login, probe_login
from .monitoring import Monitoring

__all__ = ["Account", "Expected", "NatsHealth", "Wanted", "probe_nats"]

# what no waiting mends: the server's configuration and ours differ
_PERMANENT = {"auth_refused", "auth_off", "tls_required"}


@dataclass(frozen=True)
class Wanted:
    """What a healthy server looks like."""

    clients: Sequence[Expected] = ()
    namespace: str = ""
    routes: int | None = None
    slow_after: float = 250
    account: Account | None = None

    def __post_init__(self) -> None:
        if self.slow_after <= 0:
            raise ValueError(f"slow_after must be more than 0 milliseconds, but is {self.slow_after}.")
        if self.routes is not None and self.routes < 0:
            raise ValueError(f"expected_routes must be 0 or more, but is {self.routes}.")


@dataclass
class NatsHealth:
    """The server and its clients."""

    namespace: str = ""
    in_cluster: bool = False
    reachable: bool = False
    version: str | None = None
    latency_ms: float | None = None
    connections: int | None = None
    slow_consumers: int | None = None
    routes_seen: int | None = None
    login: Login | None = None
    clients: list[Client] = field(default_factory=list)
    unexpected: list[UnexpectedClient] = field(default_factory=list)
    fault: Fault | None = None

    @property
    def disturbing(self) -> list[UnexpectedClient]:
        """Unexpected clients that disturb; a node in another namespace belongs to another deployment."""
        return [client for client in self.unexpected if client.namespace == self.namespace]

    @property
    def healthy(self) -> bool:
        return not self.fault and not self.disturbing and not any(map(self.is_ill, self.clients))

    def is_ill(self, client: Client) -> bool:
        """A client missing here may be connected to another server of the cluster, which alone knows."""
        return bool(client.fault) and not (client.fault == "missing" and self.in_cluster)

    @property
    def timed_out(self) -> bool:
        return self.fault is not None and self.fault.timed_out

    @property
    def permanent(self) -> bool:
        return self.fault is not None and self.fault.kind in _PERMANENT


def probe_nats(url: str, wanted: Wanted, timeouts: Timeouts) -> tuple[NatsHealth, int]:
    """Asks until all is healthy, the login has a fault that does not pass, or time is up.

    Returns the health, and how often it was asked.
    """
    monitoring = Monitoring(url, timeouts)
    polled = poll([lambda stop: _ask(monitoring, wanted, timeouts, stop)], timeouts)[0]
    return polled.answer, polled.attempts


def _ask(monitoring: Monitoring, wanted: Wanted, timeouts: Timeouts, stop: float) -> NatsHealth:
    health = NatsHealth(wanted.namespace, in_cluster=bool(wanted.routes))
    matched = unknown(wanted.clients)
    try:
        _ask_server(health, monitoring, wanted.slow_after, stop)
        connections = monitoring.connections(stop)
        matched = match_clients(wanted.clients, wanted.namespace, connections, monitoring.closed_connections(stop))
        routes = monitoring.routes(stop)
        health.routes_seen = len(routes)
        health.fault = _routes_fault(wanted, routes) or _slow_fault(wanted, health.latency_ms or 0)
        health.reachable = True
    except Fault as fault:
        health.fault = fault
    health.clients, health.unexpected = matched.clients, matched.unexpected
    # the client port is what matters to services, and may answer when the monitoring does not
    health.login = probe_login(wanted.account, timeouts, stop) if wanted.account else None
    if health.login and health.login.fault and health.reachable:
        health.fault = Fault(health.login.fault, health.login.diagnosis or "")
    return health


def _ask_server(health: NatsHealth, monitoring: Monitoring, slow_after: float, stop: float) -> None:
    monitoring.find(stop)
    started = time.monotonic()
    server = monitoring.server(stop)
    health.latency_ms = milliseconds_since(started)
    health.version, health.connections = server.version, server.connections
    health.slow_consumers = server.slow_consumers
    # one slow answer may be chance: the quickest of three counts
    with contextlib.suppress(Fault):
        for _again in range(2):
            if health.latency_ms <= slow_after or time.monotonic() >= stop:
                break
            started = time.monotonic()
            monitoring.server(stop)
            health.latency_ms = min(health.latency_ms, milliseconds_since(started))


def _routes_fault(wanted: Wanted, routes: Sequence[str]) -> Fault | None:
    if wanted.routes is None or len(routes) >= wanted.routes:
        return None
    seen = f"It sees {', '.join(routes)} only" if routes else "It sees none"
    sentence = (
        f"NATS has routes to {len(routes)} of {wanted.routes} other servers of its cluster, so that services cannot "
        f"hear those of other hosts. {seen}: is the other server up, and its cluster port reachable?"
    )
    return Fault("routes_missing", sentence)


def _slow_fault(wanted: Wanted, latency_ms: float) -> Fault | None:
    if latency_ms <= wanted.slow_after:
        return None
    sentence = (
        f"NATS's monitoring takes {latency_ms:.0f} ms to answer (more than {wanted.slow_after:.0f} ms): its host is "
        "probably overloaded, and every call between the services is slow then, too."
    )
    return Fault("slow", sentence)
