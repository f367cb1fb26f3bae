# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a container should be, and how it is, with the engine that runs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


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
    address: str | None = None


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
