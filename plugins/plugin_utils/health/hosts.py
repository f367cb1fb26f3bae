# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evidence about hosts: whether they answered, their clocks, their Docker Engine."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from typing import Any

from ...module_utils.probing.clock import ahead
from .answers import HostAnswers
from .model import ENGINE, Need, Subject, Symptom

# MongoDB and Rocket.Chat's presence compare times of different hosts.
_SKEW_MAX_SECONDS = 60
_SYNCHRONISE = "Have all hosts synchronise theirs, with systemd-timesyncd or chrony."

# The modules behind the questions, for people, and which part of a host's plan is what they ask about.
MODULES = {
    "containers": "container_health",
    "mongodb": "mongodb_health",
    "services": "service_health",
    "workspace": "workspace_facts",
    "nats": "nats_health",
    "ddp": "ddp_health",
    "facts": "host_facts",
}
_ASKED_ABOUT = {
    "containers": "docker",
    "mongodb": "mongodb",
    "services": "rocketchat",
    "nats": "nats",
    "ddp": "nginx",
}


def unasked(host: str, question: str) -> Symptom:
    """A part about which the question that decides was not answered."""
    sentence = f"{MODULES[question]} did not run on {host}, so nothing is known."
    return Symptom("host.not_asked", sentence, (Need("host", host), Need("question", host)))


def subjects(plan: Mapping[str, Any], answers: Mapping[str, HostAnswers]) -> Iterator[Subject]:
    for host, planned in plan["hosts"].items():
        yield Subject(host, "host", symptoms=_silence(host, answers[host]), provides=(("host", host),))
        yield Subject(host, "probes", symptoms=_failures(host, planned, answers[host]), provides=(("question", host),))
    yield from _clocks(answers)
    for host, planned in plan["hosts"].items():
        if planned["docker"]:
            yield _engine(host, answers[host])


def _silence(host: str, answers: HostAnswers) -> list[Symptom]:
    if answers.unreachable is not None:
        sentence = f"Ansible cannot work on host {host}, so nothing there was asked: {answers.unreachable}"
        return [Symptom("host.unreachable", sentence)]
    if not answers.given and not answers.failed and answers.failure is None:
        sentence = f"Host {host} was not asked: --limit leaves it out, or an earlier play failed there."
        return [Symptom("host.not_asked", sentence)]
    return []


def _failures(host: str, planned: Mapping[str, Any], answers: HostAnswers) -> list[Symptom]:
    """Questions without an answer although the host has others."""
    if _silence(host, answers):
        return []
    if answers.failure is not None:
        return [Symptom("question.failed", f"deployment_health could not run on {host}: {answers.failure}")]
    failed = [
        Symptom(f"question.{_failure(message)}", f"{MODULES[question]} could not run on {host}: {message}")
        for question, message in answers.failed.items()
    ]
    missing = [
        Symptom("question.not_asked", f"{MODULES[question]} did not run on {host}.")
        for question, part in _ASKED_ABOUT.items()
        if planned[part] and question not in answers.given and question not in answers.failed
    ]
    return failed + missing


def _failure(message: str) -> str:
    """Ansible's own words, missing_required_lib(), for what the roles install."""
    return "library" if "required Python library" in message else "failed"


def _clocks(answers: Mapping[str, HostAnswers]) -> Iterator[Subject]:
    """Compared with the controller's, as not all hosts are asked at once."""
    told = {host: _clock(answer) for host, answer in answers.items()}
    offsets = {host: offset for host, offset in told.items() if offset is not None}
    if not offsets:
        return
    first, last = min(offsets, key=lambda host: offsets[host]), max(offsets, key=lambda host: offsets[host])
    apart = offsets[last] - offsets[first]
    if apart <= _SKEW_MAX_SECONDS:
        return
    usual = statistics.median(offsets.values())
    wrong = {host: offset - usual for host, offset in offsets.items() if abs(offset - usual) > _SKEW_MAX_SECONDS}
    # where no majority agrees, as with two of them, it is not known whose clock is wrong
    if not wrong or 2 * len(wrong) >= len(offsets):
        sentence = f"The clocks of {first} and {last} differ by {apart:.0f} s; one of them is wrong. {_SYNCHRONISE}"
        yield Subject(last, "clock", symptoms=[Symptom("clock.skew", sentence)])
        return
    for host, offset in wrong.items():
        direction = "ahead of" if offset > 0 else "behind"
        sentence = f"The clock of {host} is {abs(offset):.0f} s {direction} those of the other hosts. {_SYNCHRONISE}"
        yield Subject(host, "clock", symptoms=[Symptom("clock.skew", sentence)])


def _clock(answers: HostAnswers) -> float | None:
    """Seconds ahead of the controller's clock."""
    for said in (answers.get("containers").get("engine") or {}, answers.get("mongodb")):
        if said.get("time_utc") is not None:
            return ahead(float(said["time_utc"]), **answers.asked)
    return None


def _engine(host: str, answers: HostAnswers) -> Subject:
    engine = answers.get("containers").get("engine")
    symptoms = []
    if engine is None:
        symptoms = [unasked(host, "containers")]
    elif engine["fault"]:
        symptoms = [Symptom(f"engine.{engine['fault']}", engine["diagnosis"])]
    return Subject(host, "docker", ENGINE, "docker", symptoms=symptoms, provides=(("engine", host),))
