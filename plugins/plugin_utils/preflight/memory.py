# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what is planned for a host fits into its memory at all; whom it serves there is another matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ..rocketchat.catalogue import SERVICES
from ..rocketchat.problems import Problem
from .requirements import MEMORY_ADVISED_MB, MEMORY_NEEDED_MB, MEMORY_REPORTED


def is_below(memory_mb: int | None, limit: int) -> bool:
    """Of what a host reports, which is less than it was sold with; of one that does not say, nothing is known."""
    return memory_mb is not None and memory_mb < limit * MEMORY_REPORTED


def needed_mb(plan: Mapping[str, Any]) -> int:
    """``plan``: of a host. 0 where nothing of it takes any to speak of."""
    if not (plan["rocketchat"] or plan["mongodb"]):
        return 0
    least: int = plan["required"]["least_memory_mb"]
    return max(MEMORY_NEEDED_MB, least)


def memory_problems(name: str, plan: Mapping[str, Any], memory_mb: int | None) -> Iterator[Problem]:
    """Of the host ``name``, which has ``memory_mb``."""
    needed = needed_mb(plan)
    if not is_below(memory_mb, needed):
        return
    subject = f"memory of host {name}"
    if needed == MEMORY_NEEDED_MB:
        reason = f"MiB are too little: Rocket.Chat and MongoDB need {needed} at least"
        yield Problem(subject, memory_mb, reason, f"Give it {MEMORY_ADVISED_MB} MiB or more")
        return
    reason = f"MiB are too little for {_planned(plan)}, which take {needed} before anybody uses them"
    remedy = (
        "Lower rocketchat_replicas there, or rocketchat_expected_users, which proposes them, or give it more memory, "
        "or add hosts"
    )
    yield Problem(subject, memory_mb, reason, remedy)


def _planned(plan: Mapping[str, Any]) -> str:
    counts = Counter(container["service"] for container in plan["containers"])
    parts = [f"{count} {SERVICES[service].name}" for service, count in counts.items()]
    return ", ".join([*parts, *(["MongoDB"] if plan["mongodb"] else [])])
