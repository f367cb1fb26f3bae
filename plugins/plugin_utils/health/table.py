# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report in the terminal: a row for every part, and below it a sentence and a command for each cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .model import AFFECTED, HEALTHY, SERVICE, Diagnosis, Finding, Part

_HEADINGS = ("service", "host", "replica", "state", "latency", "on NATS")
_AFFECTED_MAX = 6


def as_text(diagnosis: Diagnosis, plan: Mapping[str, Any]) -> str:
    findings = {finding.number: finding for finding in diagnosis.findings}
    text = aligned(_HEADINGS, [_cells(part, findings) for part in diagnosis.parts])
    text += ["", f"Rocket.Chat {plan['version']} at {plan['root_url']}: {verdict(diagnosis)}"]
    for finding in diagnosis.findings:
        text += _told(finding, diagnosis)
    for warning in diagnosis.warnings:
        text += ["", f"warning: {warning.sentence}"]
    if diagnosis.changes:
        text += ["", "Not as planned; the site playbook"]
        text += [f"  {change.host}: {change.sentence}" for change in diagnosis.changes]
    return "\n".join(text)


def aligned(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a table."""
    lines = [headings, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
    text.insert(1, "  ".join("-" * width for width in widths))
    return text


def verdict(diagnosis: Diagnosis) -> str:
    if diagnosis.healthy:
        return "all healthy"
    affected = sum(part.state == AFFECTED for part in diagnosis.parts)
    count = len(diagnosis.findings)
    told = f"{count} {plural(count, 'fault')}"
    if affected:
        told += (
            f", and {affected} {plural(affected, 'part suffers', 'parts suffer')} from {plural(count, 'it', 'them')}"
        )
    return told


def plural(count: int, one: str, many: str = "") -> str:
    return one if count == 1 else many or f"{one}s"


def state(part: Part, findings: Mapping[int, Finding]) -> str:
    """The state with the numbers of the findings that explain it."""
    if part.state == HEALTHY:
        return HEALTHY
    numbers = " ".join(f"[{number}]" for number in part.causes)
    if part.state == AFFECTED:
        names = ", ".join(dict.fromkeys(findings[number].called for number in part.causes))
        return f"{AFFECTED} by {names} {numbers}"
    return f"{part.state} {numbers}"


def latency(part: Part) -> str:
    return "-" if part.latency_ms is None else f"{part.latency_ms:.0f} ms"


def on_nats(part: Part) -> str:
    """A service's connection may be unknown; for everything else there is none to know."""
    return {True: "yes", False: "NO", None: "?" if part.kind == SERVICE else "-"}[part.on_nats]


def _cells(part: Part, findings: Mapping[int, Finding]) -> tuple[str, ...]:
    return (part.service, part.host, part.replica, state(part, findings), latency(part), on_nats(part))


def _told(finding: Finding, diagnosis: Diagnosis) -> list[str]:
    place = finding.host if finding.component == "host" else f"{finding.component} on {finding.host}"
    text = ["", f"[{finding.number}] {place}: {' '.join(finding.sentence.split())}"]
    text += [f"    also: {' '.join(sentence.split())}" for sentence in finding.also]
    if finding.affected:
        text.append(f"    affects: {short_list(finding, diagnosis)}")
    text.append(f"    next: {finding.next.where}$ {finding.next.command}")
    return text


def short_list(finding: Finding, diagnosis: Diagnosis) -> str:
    """Names of the affected parts; those of other hosts with their host."""
    affected = [part for part in diagnosis.parts if part.id in finding.affected]
    names = [part.name if part.host == finding.host else part.id for part in affected]
    if len(names) <= _AFFECTED_MAX:
        return ", ".join(names)
    return f"{', '.join(names[: _AFFECTED_MAX - 1])} and {len(names) - _AFFECTED_MAX + 1} more"
