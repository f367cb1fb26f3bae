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
from typing import Any

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


Task = tuple[str, dict[str, Any]]


def by_ansible(directory: Path, tasks: dict[str, Task], *options: str) -> tuple[dict[str, dict[str, Any]], str]:
    """Results of modules as a playbook registers them, action plugins and all, and what Ansible printed of them.

    All in one run, and packed and copied as onto a host. ``tasks``: a module's name and options.
    """
    # not written into the playbook, as Ansible quotes the lines of tasks that fail
    given = directory / "given.json"
    given.write_text(json.dumps({"given": [arguments for _module, arguments in tasks.values()]}))
    steps = [
        {
            "name": name,
            f"rocketops.rocketchat.{module}": {key: f"{{{{ given[{number}].{key} }}}}" for key in arguments},
            "register": f"result_{number}",
            "ignore_errors": True,
        }
        for number, (name, (module, arguments)) in enumerate(tasks.items())
    ]
    results = ", ".join(f"result_{number}" for number in range(len(steps)))
    show = {"name": "Show", "ansible.builtin.debug": {"msg": f"{{{{ [{results}] }}}}"}}
    playbook = directory / "playbook.json"
    playbook.write_text(
        json.dumps([{"hosts": "localhost", "gather_facts": False, "vars": PYTHON, "tasks": [*steps, show]}])
    )
    where = ["-i", "localhost,", "-e", f"@{given}", "--check", str(playbook)]
    output = ansible("ansible-playbook", *where, *options, result_format="json", check=False).stdout
    printed, _name, shown = output.partition("TASK [Show]")
    assert shown, output[-3000:]
    told = json.JSONDecoder().raw_decode(shown.split(" => ", 1)[1])[0]["msg"]
    return dict(zip(tasks, told, strict=True)), printed
