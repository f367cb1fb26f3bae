# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks a host for exactly what its plan names, and notes the controller's time around the question."""

from __future__ import annotations

from typing import Any

from ..plugin_utils.plain import plain
from ..plugin_utils.plan.deployment import HostPlan
from ..plugin_utils.preflight.question import question
from ..plugin_utils.timed import TimedAction


class ActionModule(TimedAction):
    _VALID_ARGS = frozenset()
    module = "rocketops.rocketchat.host_facts"

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        variables = task_vars or {}
        plan = variables["rocketchat_planned"]["plan"]
        host_plan = HostPlan(**plain(plan["hosts"][variables["inventory_hostname"]]))
        self._asked = question(plan["root_url"], host_plan, self._task.diff)
        return super().run(tmp, task_vars)

    def arguments(self) -> dict[str, Any]:
        return self._asked
