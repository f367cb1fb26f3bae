# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets of the operator's own that are easily guessed: a new deployment does not begin with them.

In an existing one they may be in use, and some cannot be changed by a run; it is warned of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..inventory.secrets import LEAST_LENGTH
from ..rocketchat.problems import Problem
from .hosts import Host, was_deployed

_REASON = f"is shorter than {LEAST_LENGTH} characters"


def secret_problems(plan: Mapping[str, Any], hosts: list[Host]) -> Iterator[Problem]:
    if _is_new(plan, hosts):
        for variable in plan["short_secrets"]:
            yield Problem(variable, None, _REASON, "Choose a longer one, or leave it out and let it be generated")


def secret_warnings(plan: Mapping[str, Any], hosts: list[Host]) -> Iterator[str]:
    if not _is_new(plan, hosts):
        for variable in plan["short_secrets"]:
            yield f"{variable} {_REASON}, and soon guessed by whoever reaches what it protects."


def _is_new(plan: Mapping[str, Any], hosts: list[Host]) -> bool:
    """With --limit, the deployment may be on hosts that were not asked."""
    return len(hosts) == len(plan["hosts"]) and not any(was_deployed(host) for host in hosts)
