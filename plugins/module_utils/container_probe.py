# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what a Docker Engine runs with what it should run, and says what is wrong. No Ansible here."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from .container_drift import environment_drift, hosts_drift, the_first_of
from .container_log import hosts_of, last_words, lines, reason, repeated
from .container_secrets import readable
from .docker_api import Engine, epoch, greet, not_an_engine
from .probing.clock import halfway
from .probing.decoding import SHAPE_ERRORS
from .probing.fault import Fault
from .probing.fetching import harmless
from .probing.polling import Patience, poll

_AT_ONCE = 8
_UNPLANNED_MAX = 50
_SERVICE_LABEL = "io.rocketops.service"
_STREAM_HUB = "rocketchat/stream-hub-service"
# What waiting does not mend: somebody has to do something.
_LASTING = {"absent", "stopped", "paused", "image", "hostname", "network", "hosts", "environment"}
# An engine that is stopped may be about to start: until it has, systemd holds its socket.
_ENGINE_LASTING = {"denied"}
# Compose takes moments to replace a container, and an engine to start all of them after a boot.
_STUCK_FOR = 10.0
# Services that found no MongoDB or lost NATS end once or twice before they stay (seen, 6.14: after 31 s and 40 s).
_LOOP = 3
_COMES_BACK = {"licence", "node_id_conflict"}
# The line that tells why a container ended was written in its last life; what is older is no news.
_LOG_BEFORE_START = 60
_LATELY = 900
# Who was started so lately may be well only for a while (a replica too many for the licence is for 41 s: seen, 6.14).
_YOUNG = 120
_DEATHS_WITHIN = 300


@dataclass(frozen=True)
class Expected:
    """A container of the plan. ``extra_hosts`` are ``name:address``; secrets, or digests of them, are never shown."""

    name: str
    service: str
    image: str
    hostname: str
    environment: Mapping[str, str]
    secret_environment: Mapping[str, str]
    extra_hosts: Sequence[str]
    network: str | None = None


@dataclass
class EngineHealth:
    """``time_utc``: the host's clock when the engine was first asked, in seconds of the epoch."""

    reachable: bool
    time_utc: float
    version: str | None = None
    fault: str | None = None
    diagnosis: str | None = None


@dataclass
class ContainerHealth:
    name: str
    planned_image: str
    present: bool = False
    status: str | None = None
    running: bool = False
    paused: bool = False
    restarting: bool = False
    exit_code: int | None = None
    oom_killed: bool = False
    restart_count: int = 0
    started_at: str | None = None
    health: str | None = None
    image: str | None = None
    hostname: str | None = None
    fault: str | None = None
    diagnosis: str | None = None
    log_line: str | None = None
    drift: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Unplanned:
    """A container that is not in the plan and disturbs what is."""

    name: str
    image: str
    hostname: str
    service: str | None
    status: str
    fault: str
    diagnosis: str


@dataclass
class Health:
    engine: EngineHealth
    containers: list[ContainerHealth] = field(default_factory=list)
    unplanned: list[Unplanned] = field(default_factory=list)

    @property
    def healthy(self) -> bool:
        ill = any(container.fault or container.drift for container in self.containers)
        return self.engine.fault is None and not ill and not self.unplanned

    @property
    def timed_out(self) -> bool:
        return self.engine.fault == "silent" or any(container.fault == "inspect" for container in self.containers)


@dataclass(frozen=True)
class _Look:
    """A look in the course of a wait. ``stuck``: whether something needs somebody's hand, and has for a while."""

    health: Health
    stuck: bool

    @property
    def healthy(self) -> bool:
        return self.health.healthy

    @property
    def timed_out(self) -> bool:
        return self.health.timed_out

    @property
    def lasting(self) -> bool:
        """One container is enough: without it, the whole does not get well."""
        return self.stuck or self.health.engine.fault in _ENGINE_LASTING


class _Watch:
    """What a wait remembers of its earlier looks."""

    def __init__(self) -> None:
        self._restarts: dict[str, int] = {}
        self._stuck_since: dict[str, float] = {}

    def is_stuck(self, health: Health) -> bool:
        now = time.monotonic()
        stuck = {one.name for one in health.containers if one.fault in _LASTING} | {
            one.name for one in health.unplanned
        }
        self._stuck_since = {name: self._stuck_since.get(name, now) for name in stuck}
        for_long = any(now - since >= _STUCK_FOR for since in self._stuck_since.values())
        return for_long or any(list(map(self._is_looping, health.containers)))

    def _is_looping(self, container: ContainerHealth) -> bool:
        """Whether it ended again and again since the wait began, and is ill."""
        if container.started_at is None:
            return False
        before = self._restarts.setdefault(container.name, container.restart_count)
        return container.fault is not None and container.restart_count - before >= _LOOP


def probe_containers(expected: Sequence[Expected], socket_path: str, patience: Patience) -> tuple[Health, int]:
    """Asks until all is healthy, something is wrong that does not pass, or time is up.

    Returns the health, and how often it was asked.
    """
    now = time.time()
    watch = _Watch()

    def look(stop: float) -> _Look:
        health = ask(expected, socket_path, now, patience.limit(stop))
        return _Look(health, watch.is_stuck(health))

    polled = poll([look], patience)[0]
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
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        seen = list(pool.map(lambda one: _look_at(engine, listed, one, until), expected))
    failures = [one.failure for one in seen if one.failure]
    found = [one.found for one in seen if one.found]
    if failures and not found:
        # an engine that lists containers and can tell about none of them is ill itself
        raise failures[0]
    unplanned = list(_unplanned(engine, expected, found, listed, until))
    return Health(EngineHealth(True, now, engine.version), [one.health for one in seen], unplanned)


# -- one container -----------------------------------------------------------------------------------------------------


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
        return _Seen(_judged(engine, expected, found, until), found)
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


def _judged(engine: Engine, expected: Expected, found: dict[str, Any] | None, until: float) -> ContainerHealth:
    """The first fault that applies is told, the most telling first."""
    if found is None:
        sentence = "There is no such container: it was removed, or the site playbook has not run since it was planned."
        return ContainerHealth(expected.name, expected.image, fault="absent", diagnosis=sentence)
    health = _state(expected, found)
    variables = _drifted_variables(expected, found)
    unresolved = list(hosts_drift(expected.extra_hosts, found["HostConfig"].get("ExtraHosts") or []))
    health.drift = [*variables.values(), *unresolved]
    candidates = (
        _not_running(health, found),
        _wrong_identity(expected, health),
        _outside(expected, found),
        ("hosts", the_first_of(unresolved)) if unresolved else None,
        ("environment", the_first_of([*variables.values()])) if variables else None,
    )
    fault = next((candidate for candidate in candidates if candidate), None)
    fault = fault or _ill(engine, expected, health, found, until)
    if fault:
        health.fault, health.diagnosis = fault
    return health


def _state(expected: Expected, found: dict[str, Any]) -> ContainerHealth:
    state = found["State"]
    return ContainerHealth(
        name=expected.name,
        planned_image=expected.image,
        present=True,
        status=state["Status"],
        running=state["Running"] and not state["Paused"] and not state["Restarting"],
        paused=state["Paused"],
        restarting=state["Restarting"],
        # between two lives it counts as running
        exit_code=None if state["Running"] and not state["Restarting"] else state["ExitCode"],
        oom_killed=state["OOMKilled"],
        restart_count=int(found["RestartCount"]),
        started_at=state["StartedAt"],
        health=(state.get("Health") or {}).get("Status"),
        image=found["Config"]["Image"],
        hostname=found["Config"]["Hostname"],
    )


def _drifted_variables(expected: Expected, found: dict[str, Any]) -> dict[str, str]:
    actual = dict(entry.partition("=")[::2] for entry in found["Config"]["Env"] or [])
    return dict(environment_drift({**expected.environment, **expected.secret_environment}, actual))


def _not_running(health: ContainerHealth, found: dict[str, Any]) -> tuple[str, str] | None:
    if health.paused:
        return "paused", "Somebody paused it (`docker pause`); it holds its connections and does nothing."
    if health.restarting or health.running:
        return None
    if health.status == "created":
        error = found["State"].get("Error")
        return "stopped", f"It was created and never started{f', for Docker says: {harmless(error)}' if error else ''}."
    ended = f"It ended {_ago(found['State']['FinishedAt'])} with exit code {health.exit_code}"
    return "stopped", f"{ended} and is not started again, as after a `docker stop`."


def _wrong_identity(expected: Expected, health: ContainerHealth) -> tuple[str, str] | None:
    if health.image != expected.image:
        return "image", f"It runs {health.image} instead of the planned {expected.image}."
    if health.hostname != expected.hostname:
        return "hostname", (
            f"Its hostname is {health.hostname} instead of {expected.hostname}; nodes of the bus are known by their "
            "hostname, and where two have the same, one of them always ends."
        )
    return None


def _outside(expected: Expected, found: dict[str, Any]) -> tuple[str, str] | None:
    if expected.network is None or expected.network in found["NetworkSettings"]["Networks"]:
        return None
    return "network", (
        f"It is not in Docker's network {expected.network}, and so reaches neither NATS nor MongoDB: somebody took it "
        "out (`docker network disconnect`)."
    )


def _ill(
    engine: Engine, expected: Expected, health: ContainerHealth, found: dict[str, Any], until: float
) -> tuple[str, str] | None:
    """It should be well: what keeps it from being so. Without a healthcheck, running is all that can be asked for."""
    if health.health == "healthy" or (health.health is None and health.running):
        return _ends_again(engine, expected, health, found, until)
    often = health.restarting or (health.restart_count > 0 and _age(health.started_at) < _LATELY)
    log, unreadable = _log(engine, found, until)
    known = reason(log, _needed(expected, found))
    if health.oom_killed:
        fault, sentence = (
            "oom_killed",
            (
                "The kernel ended it because memory ran out: it reached its limit (rocketchat_resources), or the host "
                "has none left."
            ),
        )
    elif known:
        fault, sentence = known.fault, known.sentence
    elif often and unreadable:
        fault, sentence = "crash_loop", unreadable
    elif often:
        words = last_words(log, readable(expected.secret_environment))
        health.log_line = words or None
        if words:
            fault, sentence = "crash_loop", f"Its log says: {words}"
        else:
            fault, sentence = "crash_silent", "Its log tells nothing: does it run what it should?"
    else:
        fault, sentence = _not_healthy(health)
        sentence = f"{sentence} {unreadable}".rstrip()
    return fault, (_ended(health, found["State"]["FinishedAt"]) if often else "") + sentence


def _ends_again(
    engine: Engine, expected: Expected, health: ContainerHealth, found: dict[str, Any], until: float
) -> tuple[str, str] | None:
    """It is well at this moment, but not for long if several of its lives ended for a reason that comes back.

    Whoever finds no MongoDB or NATS opens no port, and is not well even for a moment.
    """
    if health.restart_count < 2 or _age(health.started_at) > _YOUNG:
        return None
    since = int(time.time()) - _DEATHS_WITHIN
    try:
        log = lines(engine.log(found["Id"], since, halfway(until), dated=True), found["Config"]["Tty"])
    except Fault:
        return None
    stamp = found["State"]["FinishedAt"]
    known = repeated(log, _needed(expected, found), epoch(stamp))
    return (known.fault, _ended(health, stamp) + known.sentence) if known and known.fault in _COMES_BACK else None


def _needed(expected: Expected, found: dict[str, Any]) -> set[str]:
    """The names without which it cannot work."""
    variables = dict(entry.partition("=")[::2] for entry in found["Config"]["Env"] or [])
    urls = (variables.get(name, "") for name in ("MONGO_URL", "TRANSPORTER"))
    return {
        *(entry.partition(":")[0] for entry in expected.extra_hosts),
        *(host for url in urls for host in hosts_of(url)),
    }


def _ended(health: ContainerHealth, stamp: str) -> str:
    often = "once," if health.restart_count == 1 else f"{health.restart_count} times, last"
    code = "" if health.exit_code is None else f" with exit code {health.exit_code}"
    return f"It ended {often} {_ago(stamp)}{code}. "


def _not_healthy(health: ContainerHealth) -> tuple[str, str]:
    if health.health == "starting":
        return "starting", (
            f"It was started {_ago(health.started_at)} and is not healthy yet: ask again in a minute. Services other "
            "than the monolith open their port when NATS and a monolith are there."
        )
    return "unhealthy", (
        "It runs, but its healthcheck fails: it hangs, or has opened no port because it did not find NATS and a "
        "monolith."
    )


def _log(engine: Engine, found: dict[str, Any], until: float) -> tuple[list[str], str]:
    """The log, or a sentence where it cannot be read: what else is known is worth telling all the same."""
    since = max(epoch(found["State"]["StartedAt"]) - _LOG_BEFORE_START, time.time() - _LATELY)
    try:
        return lines(engine.log(found["Id"], int(since), halfway(until)), found["Config"]["Tty"]), ""
    except Fault as fault:
        why = fault.sentence if fault.kind == "log" else "Docker does not answer that in time"
        return [], f"Its log cannot be read ({why})."


def _age(stamp: str | None) -> float:
    return time.time() - epoch(stamp or "")


def _ago(stamp: str | None) -> str:
    seconds = int(_age(stamp))
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return f"{max(seconds, 0)} s ago"


# -- containers nobody planned -----------------------------------------------------------------------------------------


def _unplanned(
    engine: Engine,
    expected: Sequence[Expected],
    found: Sequence[dict[str, Any]],
    listed: list[dict[str, Any]],
    until: float,
) -> Iterator[Unplanned]:
    """Others on the deployment's networks; what runs on its own networks does not concern us."""
    names = {f"/{one.name}" for one in expected}
    networks = {name for one in found for name in one["NetworkSettings"]["Networks"]}
    others = [
        entry
        for entry in listed
        if not names.intersection(entry["Names"])
        and entry["State"] in ("running", "restarting", "paused")
        and networks.intersection((entry.get("NetworkSettings") or {}).get("Networks") or {})
    ]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        inspected = list(pool.map(lambda entry: _inspected(engine, entry["Id"], until), others[:_UNPLANNED_MAX]))
    for one in filter(None, inspected):
        yield from _disturbing(expected, one)


def _inspected(engine: Engine, identity: str, until: float) -> dict[str, Any] | None:
    """Nothing where the engine fails at that: it was asked about the planned ones."""
    try:
        return engine.inspect(identity, until)
    except Fault:
        return None


def _disturbing(expected: Sequence[Expected], found: dict[str, Any]) -> Iterator[Unplanned]:
    image, hostname = found["Config"]["Image"], found["Config"]["Hostname"]
    service = _service(expected, image, found["Config"].get("Labels") or {})
    taken = next((one.name for one in expected if one.hostname == hostname), None)
    if taken:
        fault = "hostname"
        sentence = (
            f"It is no container of the plan and has the hostname of {taken}, so that one of the two always ends."
        )
    elif service == "stream_hub":
        fault = "second_stream_hub"
        sentence = (
            "It is a stream-hub that is not in the plan: beside the planned one it makes every event arrive twice."
        )
    elif service:
        fault = "unplanned"
        sentence = (
            f"It is no container of the plan, is on this deployment's network and runs {service.replace('_', '-')}: "
            "left over, or started by hand."
        )
    else:
        return
    name = found["Name"].lstrip("/")
    yield Unplanned(name, image, hostname, service, found["State"]["Status"], fault, sentence)


def _service(expected: Sequence[Expected], image: str, labels: Mapping[str, str]) -> str | None:
    """By our label, or by an image that a planned service has, whatever its registry and tag."""
    repository = _repository(image)
    if repository.endswith(_STREAM_HUB):
        return "stream_hub"
    same = (one.service for one in expected if _repository(one.image).split("/")[-2:] == repository.split("/")[-2:])
    return labels.get(_SERVICE_LABEL) or next(same, None)


def _repository(image: str) -> str:
    path, _slash, last = image.rpartition("/")
    return f"{path}/{last.partition(':')[0].partition('@')[0]}".lstrip("/")
