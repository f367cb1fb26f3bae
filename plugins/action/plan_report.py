# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows people what a plan brings about: tables in the terminal and, if wanted, a page with the topology."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible import context
from ansible.plugins.action import ActionBase

from ..plugin_utils.health.cli_options import leaves_out, options
from ..plugin_utils.health.files import write_both
from ..plugin_utils.plain import plain
from ..plugin_utils.preview.document import document
from ..plugin_utils.preview.html import page
from ..plugin_utils.preview.sizes import LEFT_OUT, SILENT
from ..plugin_utils.preview.text import as_text
from ..plugin_utils.shown import refusal, show

# What the task of plan.yml registered the answers as.
REGISTERED = "rocketchat_size"


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _VALID_ARGS = frozenset({"directory", "secrets_file"})

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _result, arguments = self.validate_argument_spec(
            argument_spec={"secrets_file": {"type": "path", "required": True}, "directory": {"type": "path"}}
        )
        variables = task_vars or {}
        planned = plain(variables["rocketchat_planned"])
        answers = {name: _answer(variables["hostvars"][name]) for name in planned["plan"]["hosts"]}
        told = document(planned["plan"], answers, planned["generated"])
        show(f"\n{as_text(told, arguments['secrets_file'], options(context.CLIARGS))}\n")
        if leaves_out(context.CLIARGS):
            show("That command needs the variables that were given with -e, too.\n")
        result["files"] = []
        if arguments["directory"] and not self._task.check_mode:
            result["files"] = _write(arguments["directory"], told)
            show(f"Written: {', '.join(result['files'])}\n")
        result["changed"] = bool(result["files"])
        return result


def _answer(hostvars: Any) -> dict[str, Any]:
    """Of a host; one that --limit leaves out has none."""
    answer = hostvars.get(REGISTERED)
    if answer is None:
        return {"facts": None, "unknown": LEFT_OUT}
    # without either where the task ran out of its time
    return {"facts": plain(answer.get("facts")), "unknown": answer.get("unknown") or SILENT}


def _write(directory: str, told: dict[str, Any]) -> list[str]:
    try:
        return write_both(Path(directory).absolute(), "plan", told, page(told))
    except OSError as error:
        raise refusal(
            f"The plan could not be written to {directory}: {error.strerror}. Name a directory that you may write to "
            "with -e rocketchat_report=DIRECTORY.",
            "The plan was not written.",
        ) from error
