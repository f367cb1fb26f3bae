# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds root causes: the plan and the answers of all hosts in, the table's rows and the findings out.

What each component's evidence is, and what would explain it, stands in database.py, bus.py, services.py, proxy.py,
hosts.py and workspace.py. Which of them are causes is decided in root_cause.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ...module_utils.text import cleaned
from . import bus, database, hosts, license, proxy, services, workspace
from .advice import advice
from .answers import HostAnswers, read
from .model import AFFECTED, HEALTHY, MONGODB, UNHEALTHY, Diagnosis, Finding, Part, Subject, Symptom
from .root_cause import RootCauses


def diagnose(
    plan: Mapping[str, Any],
    registered: Mapping[str, Mapping[str, Any]],
    options: str = "-i INVENTORY",
    now: datetime | None = None,
    refused: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> Diagnosis:
    """``options``: what the operator gives to ansible-playbook, for the commands to type next.

    ``now``: for the dates of certificates and the licence; without it they are not looked at.
    ``refused``: by host, symptoms and sentences of what its files say, and no part can tell.
    """
    answers = read(plan, registered)
    subjects = with_refused(gather(plan, answers, now), refused or {})
    roots = RootCauses(subjects)
    findings = _findings(subjects, roots, plan, options)
    numbers = {(finding.host, finding.component): finding.number for finding in findings}
    order = {host: position for position, host in enumerate(plan["hosts"])}
    rows = sorted((subject for subject in subjects if subject.kind), key=lambda subject: order[subject.host])
    in_use, surplus = license.license_in_use(plan, answers), license.has_surplus(plan)
    warnings = [
        *services.warnings(answers),
        *proxy.warnings(plan, answers, now),
        *license.warnings(in_use, now, surplus),
        *workspace.warnings(answers),
    ]
    found: Diagnosis = cleaned(Diagnosis([_part(row, roots, numbers) for row in rows], findings, warnings))
    return found


def gather(plan: Mapping[str, Any], answers: Mapping[str, HostAnswers], now: datetime | None = None) -> list[Subject]:
    """Everything there is, in such an order that what explains a symptom comes before it."""
    return [
        *hosts.subjects(plan, answers),
        *database.subjects(plan, answers),
        *database.ways(plan, answers),
        *bus.servers(plan, answers),
        *workspace.subjects(plan, answers),
        *services.subjects(plan, answers, now),
        *bus.unexpected_clients(plan, answers),
        *proxy.subjects(plan, answers),
    ]


def with_refused(subjects: list[Subject], refused: Mapping[str, Sequence[tuple[str, str]]]) -> list[Subject]:
    """MongoDB suffers from what is told of its data; the uploads are asked in no other way."""
    for subject in subjects:
        if subject.kind == MONGODB and subject.name == "mongodb":
            subject.symptoms[:0] = _symptoms(refused, subject.host, "mongodb")
    uploads = {host: _symptoms(refused, host, "uploads") for host in refused}
    return [*subjects, *(Subject(host, "uploads", symptoms=found) for host, found in uploads.items() if found)]


def _symptoms(refused: Mapping[str, Sequence[tuple[str, str]]], host: str, family: str) -> list[Symptom]:
    return [Symptom(kind, words) for kind, words in refused.get(host, ()) if kind.startswith(f"{family}.")]


def _findings(subjects: list[Subject], roots: RootCauses, plan: Mapping[str, Any], options: str) -> list[Finding]:
    causes = [subject for subject in subjects if roots.causes.get(subject.id) == [subject]]
    findings = []
    for number, cause in enumerate(causes, 1):
        symptom = roots.main_symptom[cause.id]
        others = [other for other in cause.symptoms if other.sentence != symptom.sentence]
        own = list(dict.fromkeys(other.sentence for other in others if other.intrinsic))
        findings.append(
            Finding(
                number=number,
                component=cause.name,
                host=cause.host,
                kind=symptom.kind,
                sentence=symptom.sentence,
                next=advice(symptom.kind, cause, plan, options),
                affected=[s.id for s in subjects if s.kind and s is not cause and cause in roots.causes.get(s.id, [])],
                also=own,
                evidence=list(dict.fromkeys(other.sentence for other in others if other.sentence not in own)),
            )
        )
    return findings


def _part(subject: Subject, roots: RootCauses, numbers: Mapping[tuple[str, str], int]) -> Part:
    caused_by = roots.causes.get(subject.id, [])
    state = HEALTHY if not caused_by else UNHEALTHY if subject in caused_by else AFFECTED
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
        causes=sorted(numbers[cause.host, cause.name] for cause in caused_by),
    )
