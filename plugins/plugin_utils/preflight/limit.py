# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that were not asked, as --limit leaves them out: what only they know is not judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..rocketchat.problems import Problem
from .hosts import Host, running_version


def limit_problems(plan: Mapping[str, Any], hosts: list[Host]) -> Iterator[Problem]:
    """Another release beside those that run elsewhere would migrate the database under them."""
    elsewhere = [name for name in _left_out(plan, hosts) if plan["hosts"][name]["rocketchat"]]
    changing = [h.name for h in hosts if h.plan["required"]["monoliths"] and running_version([h]) != plan["version"]]
    if elsewhere and changing:
        reason = (
            f"leaves out {', '.join(elsewhere)} of [rocketchat], so nobody knows which release runs there, and "
            f"{', '.join(changing)} would get {plan['version']}"
        )
        remedy = (
            "Call site without it, as it changes only what differs, or take hosts that are gone out of the inventory"
        )
        yield Problem("--limit", None, reason, remedy)


def limit_warnings(plan: Mapping[str, Any], hosts: list[Host]) -> Iterator[str]:
    left_out = _left_out(plan, hosts)
    if left_out:
        yield f"--limit leaves out {', '.join(left_out)}: nothing there is asked, judged or changed."


def _left_out(plan: Mapping[str, Any], hosts: list[Host]) -> list[str]:
    asked = {host.name for host in hosts}
    return [name for name in plan["hosts"] if name not in asked]
