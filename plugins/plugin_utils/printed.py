# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible itself prints of a module's result, which a host may have filled with anything.

It prints messages, tracebacks and what is no result at all as they are; everything else as JSON, where a line feed is
none. Modules of other collections come out without this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.plugins.action.normal import ActionModule as Normal

from ..module_utils.text import cleaned, indented, lines

_PRINTED = ("msg", "exception", "module_stdout", "module_stderr", "warnings", "deprecations")


def fit_to_print(result: Mapping[str, Any]) -> dict[str, Any]:
    """With the differences that ``--diff`` shows."""
    told = {key: _printed(value) if key in _PRINTED else value for key, value in result.items()}
    if "diff" in told:
        told["diff"] = _differences(told["diff"])
    return told


def _printed(value: Any) -> Any:
    return indented(value) if isinstance(value, str) else cleaned(value)


def _differences(diff: Any) -> Any:
    """A list, or a single one."""
    if isinstance(diff, list):
        return [_differences(one) for one in diff]
    if not isinstance(diff, Mapping):
        return []
    return {key: lines(text) if isinstance(text, str) else cleaned(text) for key, text in diff.items()}


class PrintedAction(Normal):  # type: ignore[misc]
    """Runs the module of the action's name."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        return fit_to_print(super().run(tmp, task_vars))
