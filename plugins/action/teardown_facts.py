# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks a host what a deployment has left there, then apt what goes with the packages that nobody else uses."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ..plugin_utils.plain import plain
from ..plugin_utils.printed import fit_to_print
from ..plugin_utils.shown import understanding_hosts
from ..plugin_utils.teardown.found import question
from ..plugin_utils.teardown.packages import candidates
from ..plugin_utils.teardown.run import answered, may_go

_MODULE = "rocketops.rocketchat.host_remains"


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _VALID_ARGS = frozenset()

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        answer = self._execute_module(_MODULE, question(), task_vars=variables)
        result.update(fit_to_print(answer))
        if result.get("failed") or result.get("unreachable"):
            return result
        with understanding_hosts():
            name = variables["inventory_hostname"]
            names = candidates(answered(name, plain(answer), may_go(variables)))
        if names:
            told = self._execute_module(_MODULE, {"packages": names}, task_vars=variables)
            result.update(fit_to_print({**told, "facts": result["facts"], "apt": told.get("facts")}))
        return result
