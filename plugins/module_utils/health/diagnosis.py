# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tells causes from victims: the plan and everybody's answers in, the table's rows and the findings out.

What each component's evidence is, and what would explain it, stands in database.py, bus.py, services.py, entrance.py
and machines.py. Here is only the rule that joins them:

1. A symptom without needs is a cause.
2. A part without such a symptom is judged by its first one; the others are consequences of that. It is explained when
   one of its needs is away, and then the part is affected by whoever took it away.
3. A symptom that nothing explains is a cause after all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import bus, database, entrance, machines, services
from .advice import advice
from .answers import HostAnswers, read
from .containers import DRIFT_WORDS
from .model import AFFECTED, HEALTHY, UNHEALTHY, Diagnosis, Finding, Need, Part, Subject, Symptom

# Where several symptoms of one part are causes, these say more than the others.
TELLING = {"container.hostname", "mongodb.disk_full", "mongodb.disk_missing", "mongodb.disk_read_only"}

# Causes that keep nobody from working, so that nobody else's symptoms are blamed on them. It drifted and serves, if
# nothing else is wrong with it.
DRIFT = {f"container.{word}" for word in DRIFT_WORDS}
HARMLESS = {
    "nats.auth_off",
    "mongodb.auth_off",
    "mongodb.fcv",
    "mongodb.lag",
    "mongodb.oplog",
    "mongodb.privilege_wide",
}


def diagnose(
    plan: Mapping[str, Any], registered: Mapping[str, Mapping[str, Any]], options: str = "-i INVENTORY"
) -> Diagnosis:
    """``options``: what the operator gives to ansible-playbook, for the commands to type next."""
    subjects = gather(plan, read(plan, registered))
    court = Court(subjects)
    findings = _findings(subjects, court, plan, options)
    numbers = {(finding.host, finding.component): finding.number for finding in findings}
    order = {host: position for position, host in enumerate(plan["hosts"])}
    rows = sorted((subject for subject in subjects if subject.kind), key=lambda subject: order[subject.host])
    return Diagnosis([_part(row, court, numbers) for row in rows], findings)


def gather(plan: Mapping[str, Any], answers: Mapping[str, HostAnswers]) -> list[Subject]:
    """Everything there is, in such an order that what explains a symptom comes before it."""
    return [
        *machines.subjects(plan, answers),
        *database.subjects(plan, answers),
        *bus.servers(plan, answers),
        *services.subjects(plan, answers),
        *bus.strangers(plan, answers),
        *entrance.subjects(plan, answers),
    ]


class Court:
    """``blamed``: for each subject in trouble those who caused it: itself, or others."""

    def __init__(self, subjects: list[Subject]) -> None:
        self.blamed: dict[str, list[Subject]] = {}
        self._providers: dict[tuple[str, str], list[Subject]] = {}
        for subject in subjects:
            for provided in subject.provides:
                self._providers.setdefault(provided, []).append(subject)
        # Causes first: who needs them may come before them in the list, as with two containers of one hostname.
        for subject in subjects:
            if any(symptom.intrinsic for symptom in subject.symptoms):
                self.blamed[subject.id] = [subject]
        for subject in subjects:
            if subject.symptoms and subject.id not in self.blamed:
                self.blamed[subject.id] = self._culprits(subject.symptoms[0]) or [subject]

    def _culprits(self, symptom: Symptom) -> list[Subject]:
        return list({culprit.id: culprit for need in symptom.needs for culprit in self._away(need)}.values())

    def _away(self, need: Need) -> list[Subject]:
        providers = self._providers.get((need.what, need.of), [])
        troubled = [self._takes_away(provider, need) for provider in providers]
        if not (any(troubled) if need.any_of_them else all(troubled)):
            return []
        return [culprit for culprits in troubled for culprit in culprits]

    def _takes_away(self, provider: Subject, need: Need) -> list[Subject]:
        return [culprit for culprit in self.blamed.get(provider.id, []) if need.as_planned or not _serves(culprit)]


def _serves(culprit: Subject) -> bool:
    return {symptom.kind for symptom in culprit.symptoms} <= DRIFT or main_symptom(culprit).kind in HARMLESS


def main_symptom(cause: Subject) -> Symptom:
    """The symptom to tell: a cause rather than a consequence, a telling one rather than another, else the first."""
    return min(cause.symptoms, key=lambda symptom: (not symptom.intrinsic, symptom.kind not in TELLING))


def _findings(subjects: list[Subject], court: Court, plan: Mapping[str, Any], options: str) -> list[Finding]:
    causes = [subject for subject in subjects if court.blamed.get(subject.id) == [subject]]
    findings = []
    for number, cause in enumerate(causes, 1):
        symptom = main_symptom(cause)
        others = dict.fromkeys(other.sentence for other in cause.symptoms if other.sentence != symptom.sentence)
        findings.append(
            Finding(
                number=number,
                component=cause.name,
                host=cause.host,
                kind=symptom.kind,
                sentence=symptom.sentence,
                next=advice(symptom.kind, cause, plan, options),
                victims=[s.id for s in subjects if s.kind and s is not cause and cause in court.blamed.get(s.id, [])],
                evidence=list(others),
            )
        )
    return findings


def _part(subject: Subject, court: Court, numbers: Mapping[tuple[str, str], int]) -> Part:
    blamed = court.blamed.get(subject.id, [])
    state = HEALTHY if not blamed else UNHEALTHY if subject in blamed else AFFECTED
    return Part(
        id=subject.id,
        name=subject.name,
        kind=subject.kind,
        service=subject.service,
        host=subject.host,
        replica=subject.replica,
        state=state,
        latency_ms=subject.latency_ms if state == HEALTHY else None,
        on_nats=subject.on_nats,
        causes=sorted(numbers[culprit.host, culprit.name] for culprit in blamed),
    )
