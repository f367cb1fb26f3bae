# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules, run in this process or by Ansible."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ansible.module_utils.testing import patch_module_args

from tests.deployment import ansible

# What Ansible needs to start is most of what a run costs.
PYTHON = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}


def run(main: Callable[[], None], *, check: bool = False, diff: bool = False, **options: Any) -> dict[str, Any]:
    """A module's result, as it gives it to Ansible: a hundred times quicker than by Ansible."""
    output = StringIO()
    arguments = {**options, "_ansible_check_mode": check, "_ansible_diff": diff}
    with patch_module_args(arguments), redirect_stdout(output), pytest.raises(SystemExit):
        main()
    return dict(json.loads(output.getvalue()))


class Task(NamedTuple):
    """``variables``: what its host has."""

    module: str
    options: dict[str, Any]
    variables: dict[str, Any] = {}


Results = dict[str, dict[str, Any]]


def by_ansible(directory: Path, tasks: dict[str, Task], *options: str) -> tuple[Results, str]:
    """Results of modules as a playbook registers them, action plugins and all, and what Ansible printed of them.

    All in one run, and packed and copied as onto a host.
    """
    names = [f"result_{number}" for number in range(len(tasks))]
    plays = [_play(directory / f"{name}.json", name, task) for name, task in zip(names, tasks.values(), strict=True)]
    show = {"name": "Show", "ansible.builtin.debug": {"msg": f"{{{{ [{', '.join(names)}] }}}}"}}
    playbook = directory / "playbook.json"
    playbook.write_text(json.dumps([*plays, {"hosts": "localhost", "gather_facts": False, "tasks": [show]}]))
    where = ["-i", "localhost,", "-e", json.dumps(PYTHON), "--check", str(playbook)]
    output = ansible("ansible-playbook", *where, *options, result_format="json", check=False).stdout
    printed, _name, shown = output.partition("TASK [Show]")
    assert shown, output[-3000:]
    told = json.JSONDecoder().raw_decode(shown.split(" => ", 1)[1])[0]["msg"]
    return dict(zip(tasks, told, strict=True)), printed


def _play(given: Path, result: str, task: Task) -> dict[str, Any]:
    # what is given is not in the playbook, as Ansible quotes the lines of tasks that fail
    given.write_text(json.dumps({"given": task.options, **task.variables}))
    options = {key: f"{{{{ given.{key} }}}}" for key in task.options}
    step = {f"rocketops.rocketchat.{task.module}": options, "register": result, "ignore_errors": True}
    return {"hosts": "localhost", "gather_facts": False, "vars_files": [str(given)], "tasks": [step]}
