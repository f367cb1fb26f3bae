# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Joins what was answered on all hosts, shows it, and fails when something has to be mended."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ansible import context
from ansible.plugins.action import ActionBase

from ..plugin_utils.health.answers import read
from ..plugin_utils.health.cli_options import leaves_out, options
from ..plugin_utils.health.diagnosis import diagnose
from ..plugin_utils.health.document import document
from ..plugin_utils.health.files import write
from ..plugin_utils.health.model import CONTROLLER, Change, Diagnosis
from ..plugin_utils.health.proxy import ENDS_SOON
from ..plugin_utils.health.table import as_text, verdict
from ..plugin_utils.health.workspace import is_unused
from ..plugin_utils.plain import plain
from ..plugin_utils.preflight.data import unhealthy_data
from ..plugin_utils.preflight.differences import host_differences, told
from ..plugin_utils.preflight.hosts import Host
from ..plugin_utils.preflight.identity import renamed_members
from ..plugin_utils.preflight.registered import answered
from ..plugin_utils.shown import is_read_by_a_program, refusal, show, understanding_hosts

# What the task of verify.yml registered the answers as.
REGISTERED = "rocketchat_health"


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _VALID_ARGS = frozenset({"directory", "fail_on_unhealthy"})

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _result, arguments = self.validate_argument_spec(
            argument_spec={
                "directory": {"type": "path"},
                "fail_on_unhealthy": {"type": "bool", "default": True},
            }
        )
        variables = task_vars or {}
        plan = variables["rocketchat_planned"]["plan"]
        registered = {host: variables["hostvars"][host].get(REGISTERED) for host in plan["hosts"]}
        with understanding_hosts():
            diagnosis = _diagnosed(plan, registered)
        deploys = "rocketchat_gate" in variables
        answers = read(plan, registered)
        show(f"\n{as_text(_shown(diagnosis) if deploys else diagnosis, plan)}\n")
        if deploys and is_unused(answers):
            # for the first time or, where an earlier run ended before this, again
            show(f"{variables['rocketchat_planned']['sign_in']}\n")
        on_the_controller = any(finding.next.where == CONTROLLER for finding in diagnosis.findings)
        if on_the_controller and leaves_out(context.CLIARGS):
            show("The commands for the controller need the variables that were given with -e, too.\n")
        result["files"] = []
        if arguments["directory"] and not self._task.check_mode:
            told = document(diagnosis, plan, answers, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
            result["files"] = self._write(arguments["directory"], told)
            show(f"Written: {', '.join(result['files'])}\n")
        result["changed"] = bool(result["files"])
        result["healthy"] = diagnosis.healthy
        if arguments["fail_on_unhealthy"] and not diagnosis.healthy:
            result["failed"] = True
            result["msg"] = f"{verdict(diagnosis).capitalize()}. The report above says what to do about it."
            # Ansible prints all that a failed task returns, and to people the table above says it better.
            if not is_read_by_a_program():
                return result
        result["parts"] = [asdict(part) for part in diagnosis.parts]
        result["findings"] = [asdict(finding) for finding in diagnosis.findings]
        return result

    @staticmethod
    def _write(directory: str, told: dict[str, Any]) -> list[str]:
        try:
            return write(Path(directory).absolute(), told)
        except OSError as error:
            raise refusal(
                f"The report could not be written to {directory}: {error.strerror}. Name a directory that you may "
                "write to with -e rocketchat_health_report=DIRECTORY.",
                "The report was not written.",
            ) from error


def _diagnosed(plan: dict[str, Any], registered: dict[str, Any]) -> Diagnosis:
    hosts = list(_hosts(plan, registered))
    # what the gate refuses because of it, the site playbook would not change
    refused = {**unhealthy_data(hosts), **renamed_members(hosts)}
    diagnosis = diagnose(plan, registered, options(context.CLIARGS), datetime.now(timezone.utc), refused)
    return replace(diagnosis, changes=list(_changes([host for host in hosts if host.name not in refused])))


def _shown(diagnosis: Diagnosis) -> Diagnosis:
    """After a deployment: of the certificate, which nginx has from the plan, the plan has warned."""
    return replace(diagnosis, warnings=[warning for warning in diagnosis.warnings if warning.kind != ENDS_SOON])


def _hosts(plan: dict[str, Any], registered: dict[str, Any]) -> Iterator[Host]:
    """Those that were asked for what differs from the plan."""
    for name, answer in registered.items():
        if answer and answer.get("facts"):
            yield answered(name, plain(plan["hosts"][name]), plain({key: answer[key] for key in ("facts", "asked")}))


def _changes(hosts: list[Host]) -> Iterator[Change]:
    for host in hosts:
        for role, sentence in told(host_differences(host)):
            yield Change(host.name, role, sentence)
