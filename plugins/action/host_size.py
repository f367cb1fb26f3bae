# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks a host how large it is and which system it has, and takes silence for an answer: it may not exist yet."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase

from ..plugin_utils.preview.sizes import SILENT, UNREACHABLE
from ..plugin_utils.printed import fit_to_print


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _VALID_ARGS = frozenset()

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        result |= {"changed": False, "facts": None, "unknown": "", "reason": ""}
        try:
            answer = fit_to_print(self._execute_module("rocketops.rocketchat.host_facts", {}, task_vars=task_vars))
        except AnsibleConnectionFailure as error:
            return {**result, "unknown": UNREACHABLE, "reason": str(error)}
        except AnsibleError as error:
            return {**result, "unknown": SILENT, "reason": str(error)}
        if "facts" not in answer:
            away = answer.get("unreachable", False)
            said = answer.get("module_stderr") or answer.get("msg") or ""
            return {**result, "unknown": UNREACHABLE if away else SILENT, "reason": said}
        return {**result, "facts": {name: answer["facts"][name] for name in ("os", "cores", "memory_mb")}}
