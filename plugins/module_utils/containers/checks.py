# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges one container by what Docker and its log say of it. No Ansible here."""

from __future__ import annotations

import time
from typing import Any

from ..probing.clock import halfway
from ..probing.fault import Fault
from ..probing.fetching import sanitized
from .docker_api import Engine, epoch
from .drift import environment_drift, hosts_drift, the_first_of
from .log import NATS_FAILED, Reason, hosts_of, last_words, lines, of_last_death, reason, repeated
from .model import ContainerHealth, Expected
from .nats import why_not_connected
from .secrets import PARSED, readable

# Why a container that looks well may end again.
_COMES_BACK = {"license", "node_id_conflict"}
# The line that tells why a container ended was written in its last life; what is older is no news.
_LOG_BEFORE_START = 60
_LATELY = 900
# A container this young may be well only for a while (a replica too many for the licence is for 41 s: seen, 6.14).
_YOUNG = 120
# A service asks for the licence after 20 s and after 40 s, and ends when both fail (network-broker's EnterpriseCheck,
# 8.3-dev): a service that has lived for longer than this has got it.
_LICENSE_ASKED = 60
_DEATHS_WITHIN = 300
_NO_MEMORY = (
    "The kernel ended it because memory ran out: it reached its limit (rocketchat_resources), or the host has none "
    "left."
)


def check_container(
    engine: Engine, listed: list[dict[str, Any]], expected: Expected, found: dict[str, Any] | None, until: float
) -> ContainerHealth:
    """The first fault that applies is told, the most telling first. ``listed``: all containers of the engine."""
    if found is None:
        sentence = "There is no such container: it was removed, or the site playbook has not run since it was planned."
        return ContainerHealth(expected.name, expected.image, fault="absent", diagnosis=sentence)
    health = _state(expected, found)
    planned = {**expected.environment, **expected.secret_environment}
    variables = dict(environment_drift(planned, _environment(found)))
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
    fault = fault or _ill(engine, listed, expected, health, found, until)
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


def _environment(found: dict[str, Any]) -> dict[str, str]:
    return dict(entry.partition("=")[::2] for entry in found["Config"]["Env"] or [])


def _not_running(health: ContainerHealth, found: dict[str, Any]) -> tuple[str, str] | None:
    if health.paused:
        return "paused", "Somebody paused it (`docker pause`); it holds its connections and does nothing."
    if health.restarting or health.running:
        return None
    if health.status == "created":
        error = found["State"].get("Error")
        return (
            "stopped",
            f"It was created and never started{f', for Docker says: {sanitized(error)}' if error else ''}.",
        )
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
    if expected.network is None:
        return None
    if expected.network in found["NetworkSettings"]["Networks"]:
        return _elsewhere(expected, found["NetworkSettings"]["Networks"][expected.network] or {})
    return "network", (
        f"It is not in Docker's network {expected.network}, and so reaches neither NATS nor MongoDB: somebody took it "
        "out (`docker network disconnect`)."
    )


def _elsewhere(expected: Expected, network: dict[str, Any]) -> tuple[str, str] | None:
    address = network.get("IPAddress")
    if not expected.address or not address or address == expected.address:
        return None
    return "address", (
        f"It has the address {address} in Docker's network {expected.network} instead of {expected.address}, where "
        "nginx looks for it: somebody took it out and put it in again, or the site playbook has not run since it was "
        "planned."
    )


def _ill(
    engine: Engine,
    listed: list[dict[str, Any]],
    expected: Expected,
    health: ContainerHealth,
    found: dict[str, Any],
    until: float,
) -> tuple[str, str] | None:
    """It should be well: what keeps it from being so. Without a healthcheck, running is all that can be asked for."""
    if health.health == "healthy" or (health.health is None and health.running):
        return _ends_again(engine, expected, health, found, until)
    often = health.restarting or (health.restart_count > 0 and _age(health.started_at) < _LATELY)
    log, unreadable = _log(engine, found, until)
    known = _reason(engine, listed, found, log, _needed(expected, found), until)
    if health.oom_killed:
        fault, sentence = "oom_killed", _NO_MEMORY
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


def _reason(
    engine: Engine,
    listed: list[dict[str, Any]],
    found: dict[str, Any],
    log: list[str],
    needed: set[str],
    until: float,
) -> Reason | None:
    """What its log tells; of a connection to NATS that failed, what NATS and the names in its network tell."""
    known = reason(log, needed)
    if known is None or known.fault != NATS_FAILED:
        return known
    transporter = _environment(found).get("TRANSPORTER", "")
    # it may have connected since: a service says so only with more log than usual
    return why_not_connected(engine, listed, found, transporter, until) or reason(log, needed, but=NATS_FAILED)


def _ends_again(
    engine: Engine, expected: Expected, health: ContainerHealth, found: dict[str, Any], until: float
) -> tuple[str, str] | None:
    """It is well at this moment, but not for long if several of its lives ended for a reason that comes back.

    For want of a licence one life is enough, until the present one must have got it. A service that finds no MongoDB or
    NATS opens no port, and is not well even for a moment.
    """
    age = _age(health.started_at)
    if health.restart_count < 1 or age > _YOUNG:
        return None
    since = int(time.time()) - _DEATHS_WITHIN
    try:
        log = lines(engine.log(found["Id"], since, halfway(until), dated=True), found["Config"]["Tty"])
    except Fault:
        return None
    stamp, needed = found["State"]["FinishedAt"], _needed(expected, found)
    again, once = repeated(log, needed, epoch(stamp)), of_last_death(log, needed, epoch(stamp))
    if again and again.fault in _COMES_BACK:
        return again.fault, _ended(health, stamp) + again.sentence
    if once and once.fault == "license" and age <= _LICENSE_ASKED:
        return once.fault, _ended(health, stamp) + once.sentence
    return None


def _needed(expected: Expected, found: dict[str, Any]) -> set[str]:
    """The names without which it cannot work."""
    variables = _environment(found)
    return {
        *(entry.partition(":")[0] for entry in expected.extra_hosts),
        *(host for name in PARSED for host in hosts_of(variables.get(name, ""))),
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
