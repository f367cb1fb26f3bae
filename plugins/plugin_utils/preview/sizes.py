# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each host should have, and what it has as far as it could be asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..preflight.memory import is_below, memory_problems, needed_mb
from ..preflight.requirements import MEMORY_ADVISED_MB
from ..rocketchat.sizing import size_warnings

# What an action registered for a host that did not answer, and what is said of one that was not asked at all.
UNREACHABLE, SILENT, LEFT_OUT = "cannot be reached", "could not be asked, see -v", "was not asked"

Answers = Mapping[str, Mapping[str, Any]]


def sizes(plan: Mapping[str, Any], answers: Answers) -> list[dict[str, Any]]:
    """``answers``: by host its ``facts``, or why they are ``unknown``."""
    return [_size(plan["expected_users"], name, host, answers[name]) for name, host in plan["hosts"].items()]


def warnings(plan: Mapping[str, Any], answers: Answers) -> list[str]:
    """What the gate would warn of, and what of memory it would refuse."""
    return [
        sentence
        for name, host in plan["hosts"].items()
        if (facts := answers[name]["facts"])
        for sentence in (
            *(f"site refuses this: {problem}" for problem in memory_problems(name, host, facts["memory_mb"])),
            *size_warnings(plan["expected_users"], name, host["required"], facts),
        )
    ]


def _size(users: int, name: str, host: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    needed, facts = _needed(host), answer["facts"] or {"cores": None, "memory_mb": None}
    known = None not in (facts["cores"], facts["memory_mb"])
    enough = None
    if known:
        # as the gate warns: of less than the expected users need, and of less than upstream asks for in any case
        small = is_below(facts["memory_mb"], needed["memory_mb"])
        enough = not small and not list(size_warnings(users, name, host["required"], facts))
    return {
        "host": name,
        "needed": needed,
        "there": {"cores": facts["cores"], "memory_mb": facts["memory_mb"]},
        "enough": enough,
        "unknown": "" if known else answer["unknown"] or SILENT,
    }


def _needed(host: Mapping[str, Any]) -> dict[str, int]:
    """0 where upstream says nothing."""
    required, works = host["required"], host["rocketchat"] or host["mongodb"]
    # upstream advises one monolith less than cores
    monoliths = required["monoliths"] + 1 if required["monoliths"] > 1 else 0
    return {
        "cores": max(required["cores"], monoliths, 1 if works else 0),
        "memory_mb": max(required["memory_mb"] or (MEMORY_ADVISED_MB if works else 0), needed_mb(host)),
    }
