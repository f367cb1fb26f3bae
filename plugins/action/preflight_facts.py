# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Notes the controller's time around the question: between the two lies the time at which the host said its own."""

from __future__ import annotations

import time
from typing import Any

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        before = time.time()
        result.update(self._execute_module(module_name="rocketops.rocketchat.preflight_facts", task_vars=task_vars))
        result["asked"] = {"before": before, "after": time.time()}
        return result
