# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what a Docker Engine runs with what it should run, and says what is wrong. No Ansible here."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from ..facts.firewall import flushed
from ..probing.clock import halfway
from ..probing.decoding import SHAPE_ERRORS
from ..probing.fault import Fault
from ..probing.polling import Timeouts, poll
from .checks import check_container
from .docker_api import AT_ONCE, SOCKET, Engine, greet, not_an_engine
from .model import ContainerHealth, EngineHealth, Expected, Health
from .unplanned import find_unplanned

# Faults that waiting does not mend.
_PERMANENT = {"absent", "stopped", "paused", "image", "hostname", "network", "address", "hosts", "environment"}
# An engine that is stopped may be about to start: until it has, systemd holds its socket.
_ENGINE_PERMANENT = {"denied", "firewall"}
# Compose takes moments to replace a container, and an engine to start all of them after a boot.
_STUCK_FOR = 10.0
# Services that found no MongoDB or lost NATS end once or twice before they stay (seen, 6.14: after 31 s and 40 s).
_LOOP = 3


@dataclass(frozen=True)
class _Look:
    """A look in the course of a wait. ``stuck``: whether something has had a permanent fault for a while."""

    health: Health
    stuck: bool

    @property
    def healthy(self) -> bool:
        return self.health.healthy

    @property
    def timed_out(self) -> bool:
        return self.health.timed_out

    @property
    def permanent(self) -> bool:
        """One container is enough: without it, the whole does not get well."""
        return self.stuck or self.health.engine.fault in _ENGINE_PERMANENT


class _Watch:
    """What a wait remembers of its earlier looks."""

    def __init__(self) -> None:
        self._restarts: dict[str, int] = {}
        self._stuck_since: dict[str, float] = {}

    def is_stuck(self, health: Health) -> bool:
        now = time.monotonic()
        stuck = {one.name for one in health.containers if one.fault in _PERMANENT} | {
            one.name for one in health.unplanned
        }
        self._stuck_since = {name: self._stuck_since.get(name, now) for name in stuck}
        for_long = any(now - since >= _STUCK_FOR for since in self._stuck_since.values())
        # every one is looked at, as their restarts are to be remembered
        looping = [one for one in health.containers if self._is_looping(one)]
        return for_long or bool(looping)

    def _is_looping(self, container: ContainerHealth) -> bool:
        """Whether it ended again and again since the wait began, and is ill."""
        if container.started_at is None:
            return False
        before = self._restarts.setdefault(container.name, container.restart_count)
        return container.fault is not None and container.restart_count - before >= _LOOP


def probe_containers(expected: Sequence[Expected], socket_path: str, timeouts: Timeouts) -> tuple[Health, int]:
    """Asks until all is healthy, something is wrong that does not pass, or time is up.

    Returns the health, and how often it was asked.
    """
    now = time.time()
    watch = _Watch()

    def look(stop: float) -> _Look:
        health = ask(expected, socket_path, now, timeouts.limit(stop))
        return _Look(health, watch.is_stuck(health))

    polled = poll([look], timeouts)[0]
    return polled.answer.health, polled.attempts


def ask(expected: Sequence[Expected], socket_path: str, now: float, until: float) -> Health:
    """One look at everything. ``now``: when the first look began."""
    try:
        return _look_at_all(expected, greet(socket_path, until), now, until)
    except Fault as caught:
        fault = caught
    except SHAPE_ERRORS:
        fault = not_an_engine(socket_path)
    return Health(EngineHealth(False, now, fault=fault.kind, diagnosis=fault.sentence))


def _look_at_all(expected: Sequence[Expected], engine: Engine, now: float, until: float) -> Health:
    listed = engine.containers(until)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        seen = list(pool.map(lambda one: _look_at(engine, listed, one, until), expected))
    failures = [one.failure for one in seen if one.failure]
    found = [one.found for one in seen if one.found]
    if failures and not found:
        # an engine that lists containers and can tell about none of them is ill itself
        raise failures[0]
    unplanned = list(find_unplanned(engine, expected, found, listed, until))
    return Health(_with_rules(EngineHealth(True, now, engine.version), engine), [one.health for one in seen], unplanned)


def _with_rules(health: EngineHealth, engine: Engine) -> EngineHealth:
    """The rules are those of the host's own engine."""
    if engine.socket_path != SOCKET or not flushed():
        return health
    sentence = (
        "The Docker Engine's firewall rules are gone: something has flushed the tables of iptables since it started. "
        "Containers run on, and are cut off from one another or from the world."
    )
    return replace(health, fault="firewall", diagnosis=sentence)


@dataclass(frozen=True)
class _Seen:
    """What the engine said of a planned container: nothing where there is none, or where it failed at that."""

    health: ContainerHealth
    found: dict[str, Any] | None = None
    failure: Fault | None = None


def _look_at(engine: Engine, listed: list[dict[str, Any]], expected: Expected, until: float) -> _Seen:
    entry = next((one for one in listed if f"/{expected.name}" in one["Names"]), None)
    try:
        found = engine.inspect(entry["Id"], halfway(until)) if entry else None
        return _Seen(check_container(engine, listed, expected, found, until), found)
    except Fault as caught:
        failure = caught
    except SHAPE_ERRORS:
        failure = not_an_engine(engine.socket_path)
    return _Seen(_untold(expected, entry or {}, failure), failure=failure)


def _untold(expected: Expected, entry: dict[str, Any], failure: Fault) -> ContainerHealth:
    """There is such a container, but no more is known."""
    why = {
        "silent": "there was no answer in time.",
        "protocol": "what it answers has not the shape of an engine's answer.",
    }.get(failure.kind, failure.sentence)
    return ContainerHealth(
        expected.name,
        expected.image,
        present=True,
        status=entry.get("State"),
        running=entry.get("State") == "running",
        fault="inspect",
        diagnosis=f"Docker cannot tell about it: {why} Look at `sudo journalctl -u docker`.",
    )
