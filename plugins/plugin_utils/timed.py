# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module, the one of the action's name unless it says otherwise, and notes the controller's time around it.

Hosts say their own time, and not all of them are asked at once: between the two readings lies the time at which each
of them was.
"""

from __future__ import annotations

import time
from typing import Any

from ansible.plugins.action import ActionBase

from .printed import fit_to_print


class TimedAction(ActionBase):
    TRANSFERS_FILES = False
    module: str | None = None

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.arguments()
        before = time.time()
        answer = self._execute_module(self.module, arguments, task_vars=task_vars)
        # first of all, as it looks for what the module said
        result.update(fit_to_print(self.masked(answer)))
        result["asked"] = {"before": before, "after": time.time()}
        return result

    def masked(self, answer: dict[str, Any]) -> dict[str, Any]:
        """The answer without secrets."""
        return answer

    def arguments(self) -> dict[str, Any]:
        """What the module is given."""
        return dict(self._task.args)
