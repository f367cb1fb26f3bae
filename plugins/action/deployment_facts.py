# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks a host for exactly what its plan names, and notes the controller's time around the question."""

from __future__ import annotations

import time
from typing import Any

from ansible.plugins.action import ActionBase

from ..plugin_utils.plain import plain
from ..plugin_utils.plan.deployment import HostPlan
from ..plugin_utils.preflight.question import question


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _VALID_ARGS = frozenset()

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        plan = variables["rocketchat_planned"]["plan"]
        asked = question(
            plan["root_url"], HostPlan(**plain(plan["hosts"][variables["inventory_hostname"]])), self._task.diff
        )
        before = time.time()
        result |= self._execute_module("rocketops.rocketchat.host_facts", asked, task_vars=task_vars)
        result["asked"] = {"before": before, "after": time.time()}
        return result
