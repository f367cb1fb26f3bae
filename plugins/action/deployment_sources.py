# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks a host whether it gets what a run is to bring there; a host that has everything is not asked."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ..plugin_utils.plain import plain
from ..plugin_utils.preflight.differences import host_differences
from ..plugin_utils.preflight.registered import FACTS, answered, chosen
from ..plugin_utils.preflight.sources import sources_question
from ..plugin_utils.printed import fit_to_print
from ..plugin_utils.shown import understanding_hosts


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _VALID_ARGS = frozenset()

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        name = variables["inventory_hostname"]
        planned = plain(variables["rocketchat_planned"]["plan"]["hosts"][name])
        with understanding_hosts():
            host = answered(name, planned, plain(variables[FACTS]))
            question = sources_question(host, chosen(host_differences(host), variables))
        if question is None:
            result["changed"] = False
            return result
        answer = self._execute_module("rocketops.rocketchat.host_sources", question, task_vars=variables)
        result.update(fit_to_print(answer))
        return result
