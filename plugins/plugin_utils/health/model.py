# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of the health report: symptoms are what was seen, findings are causes, parts are the rows of the table."""

from __future__ import annotations

from dataclasses import dataclass, field

HEALTHY, UNHEALTHY, AFFECTED = "healthy", "UNHEALTHY", "affected"
# Of what does not run yet, in the preview of a plan.
PLANNED = "planned"

# What a part is, for the table and the picture.
ENGINE, MONGODB, NATS, SERVICE, NGINX = "docker", "mongodb", "nats", "service", "nginx"

# Where a command is to be typed when it is no host of the inventory.
CONTROLLER = "controller"


@dataclass(frozen=True)
class Need:
    """Something whose absence explains a symptom: ``of`` says whose, such as the host of an engine.

    It is away when all its providers are in trouble, or, with ``any_of_them``, when one is. A provider that serves, but
    not with what was planned for it, is in trouble only with ``as_planned``.
    """

    what: str
    of: str = ""
    any_of_them: bool = False
    as_planned: bool = False


@dataclass(frozen=True)
class Symptom:
    """``kind``: a fixed word with the question that found it in front. Without ``needs`` it is a cause by itself."""

    kind: str
    sentence: str
    needs: tuple[Need, ...] = ()

    @property
    def intrinsic(self) -> bool:
        return not self.needs


@dataclass(frozen=True)
class Subject:
    """Anything that may be a root cause or be affected by one. ``kind`` is empty for what has no row in the table."""

    host: str
    name: str
    kind: str = ""
    service: str = ""
    replica: str = "-"
    latency_ms: float | None = None
    on_nats: bool | None = None
    symptoms: list[Symptom] = field(default_factory=list)
    provides: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        return f"{self.host}/{self.name}"


@dataclass(frozen=True)
class Command:
    """What to type next; ``where`` is a host of the inventory or CONTROLLER."""

    where: str
    command: str


@dataclass(frozen=True)
class Finding:
    """A cause. ``affected`` are the parts that suffer from it.

    ``also`` are further causes in the same component, ``evidence`` is what else was seen of it.
    """

    number: int
    component: str
    host: str
    kind: str
    sentence: str
    next: Command
    affected: list[str]
    also: list[str]
    evidence: list[str]

    @property
    def called(self) -> str:
        """What it is about, in a word: a host goes by its name."""
        return self.host if self.component == "host" else self.component


@dataclass(frozen=True)
class Part:
    """A row. ``causes`` are numbers of findings: its own when it is unhealthy, others' when it is affected."""

    id: str
    name: str
    kind: str
    service: str
    host: str
    replica: str
    state: str
    latency_ms: float | None
    on_nats: bool | None
    causes: list[int]


@dataclass(frozen=True)
class HealthWarning:
    """What works now, but not as well as it should, or not for long by itself. ``kind``: as a symptom's."""

    kind: str
    sentence: str


@dataclass(frozen=True)
class Change:
    """Something on a host that is not as planned, and what a run of site would do about it."""

    host: str
    role: str
    sentence: str


@dataclass(frozen=True)
class Diagnosis:
    parts: list[Part]
    findings: list[Finding]
    warnings: list[HealthWarning] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    @property
    def healthy(self) -> bool:
        return not self.findings
