# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The thin door from Ansible to the plan: collects variables and secrets, hands them over, brings the plan back."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml
from ansible import context
from ansible.errors import AnsibleError
from ansible.parsing.yaml.dumper import AnsibleDumper
from ansible.plugins.action import ActionBase

from ..plugin_utils.inventory import rotation, self_signed
from ..plugin_utils.inventory import secrets_file as secrets_files
from ..plugin_utils.inventory.certificates import file_problems, file_warnings, named_files
from ..plugin_utils.inventory.licensing import about_the_license
from ..plugin_utils.inventory.public_address import address_warnings
from ..plugin_utils.inventory.role_variables import (
    PLAYBOOK_VARIABLES,
    ROLES,
    collection_version,
    read,
    read_inventory,
    renamed_variables,
    role_options,
    unknown_variables,
)
from ..plugin_utils.inventory.secrets import resolve, sign_in
from ..plugin_utils.inventory.settings import GROUPS, SECRET_VARIABLES, common_variables
from ..plugin_utils.inventory.tags import are_ours, tag_problems
from ..plugin_utils.plan.deployment import as_data
from ..plugin_utils.plan.planner import make_plan
from ..plugin_utils.rocketchat.problems import PlanError, Problem, all_problems
from ..plugin_utils.shown import refusal, show

KEPT = {*SECRET_VARIABLES.values(), self_signed.CERTIFICATE, self_signed.KEY, *rotation.KEPT}


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _VALID_ARGS = frozenset({"secrets_file", "deploy", "preview", "rotation"})

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _result, arguments = self.validate_argument_spec(
            argument_spec={
                "secrets_file": {"type": "path", "required": True},
                "deploy": {"type": "bool", "default": False},
                "preview": {"type": "bool", "default": False},
                "rotation": {"type": "str", "default": ""},
            }
        )
        self._refuse_unknown_tags(task_vars or {})
        try:
            with ExitStack() as lock:
                result |= self._planned(arguments, task_vars or {}, lock)
        except secrets_files.Refused as error:
            raise refusal(str(error)) from None
        # The plan holds every secret. Not `no_log` on the task: that would also hide the problems of a bad inventory.
        result["_ansible_no_log"] = True
        return result

    def _planned(self, arguments: dict[str, Any], task_vars: dict[str, Any], lock: ExitStack) -> dict[str, Any]:
        """``lock``: holds what keeps other runs from generating secrets, until those of this one are kept."""
        secrets_file, preview = arguments["secrets_file"], arguments["preview"]
        deploy = arguments["deploy"] or preview
        problems = self._of_playbooks(task_vars)
        inventory, mistaken = self._inventory(task_vars)
        problems += mistaken
        mistyped, strangers = self._unknown(task_vars, inventory)
        problems += mistyped
        contents, now = self._files(inventory), datetime.now(timezone.utc)
        if deploy:
            problems += file_problems(inventory, contents, now)
        files = {path: content.decode("utf-8", "replace") for path, content in contents.items()}
        of_secrets = secrets_files.warnings(secrets_file)
        keeps = deploy and not preview and not self._task.check_mode
        turn = self._rotation(secrets_file, arguments, inventory, problems, task_vars)
        values, new, turned = self._secrets(secrets_file, inventory, now, deploy, turn)
        if (new or turned) and keeps:
            # another run may have changed them meanwhile
            place = lock.enter_context(secrets_files.locked(secrets_file))
            values, new, turned = self._secrets(secrets_file, inventory, now, deploy, turn)
        try:
            plan = make_plan(inventory, values, problems, now=now, deploy=deploy, files=files)
            too_short = [f"{name} is shorter than site takes for a new deployment." for name in plan.short_secrets]
            if preview and plan.license_problems:
                raise PlanError(plan.license_problems)
        except PlanError as error:
            raise refusal(error.message()) from None
        if new and not deploy:
            raise refusal(
                f"{', '.join(new)} are neither set nor in {secrets_file}: this deployment has not been "
                "made from this inventory yet. Run the site playbook first, or bring the secrets file here."
            )
        generated, new = list(new), {**turned, **new}
        if new and deploy:
            self._refuse_encrypted(secrets_file, new)
        if new and keeps:
            self._keep_secrets(secrets_file, new, place)
        result: dict[str, Any] = {}
        result["changed"] = bool(new) and not preview
        result["generated"] = generated
        result["sign_in"] = sign_in(common_variables(inventory), plan.root_url, secrets_file)
        of_files = file_warnings(inventory, contents, now) if deploy else ()
        told = [
            *of_secrets,
            *(too_short if preview else ()),
            *plan.warnings,
            *address_warnings(plan.root_url),
            *of_files,
            *strangers,
        ]
        if not arguments["rotation"] and (unfinished := rotation.unfinished(values)):
            told.append(unfinished)
        result["plan"] = {**as_data(plan), "warnings": told}
        # What there is to say of the licence given, the gate says once it knows of the one in the workspace. With
        # `preview`, plan_report tells everything.
        later = told if preview else about_the_license(told) if deploy else []
        result["warnings"] = [warning for warning in told if warning not in later]
        result["collection"] = collection_version()
        return result

    @staticmethod
    def _refuse_unknown_tags(task_vars: dict[str, Any]) -> None:
        if not are_ours(context.CLIARGS.get("args", ()), ROLES.parent):
            return
        problems = [
            *tag_problems("--tags", task_vars["ansible_run_tags"]),
            *tag_problems("--skip-tags", task_vars["ansible_skip_tags"]),
        ]
        if problems:
            raise refusal(all_problems(problems, "with the options; nothing was changed."))

    @staticmethod
    def _left_out(task_vars: dict[str, Any]) -> list[Problem]:
        tags = (task_vars["ansible_run_tags"], task_vars["ansible_skip_tags"])
        return list(rotation.option_problems(*tags, context.CLIARGS.get("subset")))

    def _rotation(
        self,
        path: str,
        arguments: dict[str, Any],
        inventory: dict[str, Any],
        problems: list[Problem],
        task_vars: dict[str, Any],
    ) -> Callable[[dict[str, str]], dict[str, str]]:
        """What a rotation changes in the file, by its content; nothing where there is a problem, which is added."""
        step, kept, common = arguments["rotation"], self._kept_secrets(path), common_variables(inventory)
        given, _told = self._given(task_vars["hostvars"][task_vars["inventory_hostname"]], PLAYBOOK_VARIABLES)
        wanted = read(PLAYBOOK_VARIABLES, given)[0][rotation.VARIABLE] or []
        if arguments["deploy"] and (step or kept.get(rotation.STAGE)):
            problems += self._left_out(task_vars)
        if step == rotation.BEGIN and not kept.get(rotation.STAGE) and not problems:
            problems += rotation.choice_problems(common, kept, wanted)
        names = rotation.chosen(common, wanted)
        if step == rotation.BEGIN and not problems:
            show(rotation.told(kept, names))
        return lambda content: {} if problems else rotation.advanced(content, step, names)

    def _of_playbooks(self, task_vars: dict[str, Any]) -> list[Problem]:
        """What is wrong with the variables of the playbooks themselves."""
        given, problems = self._given(task_vars["hostvars"][task_vars["inventory_hostname"]], PLAYBOOK_VARIABLES)
        _values, mistaken = read(PLAYBOOK_VARIABLES, given)
        return problems + mistaken

    def _inventory(self, task_vars: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        """The variables of all hosts, types coerced and defaults filled in as for a role's arguments."""
        groups = {group: list(task_vars["groups"].get(group, [])) for group in GROUPS}
        given: dict[str, dict[str, Any]] = {}
        problems: list[Problem] = []
        for name in dict.fromkeys(name for group in GROUPS for name in groups[group]):
            given[name], unreadable = self._given(task_vars["hostvars"][name], role_options(frozenset()))
            # A group's variable is wrong on all its hosts, and told once.
            problems += [problem for problem in unreadable if problem not in problems]
        inventory, mistaken = read_inventory(groups, given)
        return inventory, problems + mistaken

    @staticmethod
    def _given(hostvars: Any, options: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        given: dict[str, Any] = {}
        problems: list[Problem] = []
        for option in options:
            try:
                if option in hostvars:
                    given[option] = hostvars[option]
            except AnsibleError as error:
                reason = f"cannot be worked out ({str(error).splitlines()[0].rstrip('.')})"
                problems.append(Problem(option, None, reason, "Correct its template"))
        return given, problems

    @staticmethod
    def _unknown(task_vars: dict[str, Any], inventory: dict[str, Any]) -> tuple[list[Problem], list[str]]:
        """Variables that resemble one of ours, and a warning of those that carry our name only."""
        owners: dict[str, str] = {}
        for host in inventory["hosts"]:
            for variable in task_vars["hostvars"][host]:
                owners.setdefault(variable, host)
        hostvars = task_vars["hostvars"]
        renamed = renamed_variables(owners)
        problems = [old for old in renamed if not _is_result(hostvars[owners[old.variable]], old.variable)]
        strangers: list[str] = []
        for variable, near in unknown_variables(owners):
            if _is_result(task_vars["hostvars"][owners[variable]], variable):
                continue
            if near:
                remedy = f"Did you mean {near}? Correct or rename it"
                problems.append(Problem(variable, None, "is no variable of this collection", remedy))
            else:
                strangers.append(variable)
        if not strangers:
            return problems, []
        names = ", ".join(sorted(strangers))
        says = "what it says has" if len(strangers) == 1 else "what they say has"
        return problems, [f"No role of this collection knows {names}: {says} no effect here."]

    def _files(self, inventory: dict[str, Any]) -> dict[str, bytes]:
        """Contents of the files on this machine that variables name; without those that cannot be read.

        Found as `copy` would find them, and decrypted if ansible-vault has encrypted them.
        """
        contents: dict[str, bytes] = {}
        for path in named_files(inventory):
            with suppress(AnsibleError, OSError):
                contents[path] = Path(self._loader.get_real_file(self._find_needle("files", path))).read_bytes()
        return contents

    def _kept_secrets(self, path: str) -> dict[str, str]:
        if not os.path.exists(path):
            return {}
        # Ansible's loader, so that the file may be encrypted with ansible-vault. Another run may have changed it.
        content = self._loader.load_from_file(path, cache="none")
        if not isinstance(content, dict) or not set(content) <= KEPT:
            raise refusal(f"{path} is not a secrets file of this collection. Restore it from a backup.")
        return {name: str(value) for name, value in content.items()}

    @staticmethod
    def _refuse_encrypted(path: str, new: dict[str, str]) -> None:
        if os.path.exists(path) and Path(path).read_bytes().startswith(b"$ANSIBLE_VAULT"):
            if rotation.STAGE in new:
                raise refusal(f"{path} is encrypted. Decrypt it with ansible-vault decrypt until rotate has ended.")
            raise refusal(
                f"{path} is encrypted, and {', '.join(new)} have to be kept there. Decrypt it for one run with "
                "ansible-vault decrypt, or add them with ansible-vault edit."
            )

    def _secrets(
        self,
        path: str,
        inventory: dict[str, Any],
        now: datetime,
        deploy: bool,
        turn: Callable[[dict[str, str]], dict[str, str]],
    ) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
        """All of them, those that are new and have to be kept, and what a rotation changes in the file."""
        before = self._kept_secrets(path)
        turned = turn(before)
        kept = rotation.with_changes(before, turned)
        values, new = resolve(common_variables(inventory), kept)
        values |= {name: kept[name] for name in rotation.KEPT if name in kept}
        pair, new_pair = self_signed.resolve(inventory, kept, now)
        if deploy or not new_pair:
            values, new = {**values, **pair}, {**new, **new_pair}
        return values, new, turned

    def _keep_secrets(self, path: str, new: dict[str, str], place: int) -> None:
        head = "# Generated once; losing it means losing access. Encrypt it with ansible-vault if you like.\n---\n"
        kept = rotation.with_changes(self._kept_secrets(path), new)
        text = yaml.dump(kept, Dumper=AnsibleDumper, default_flow_style=False, width=2000)
        secrets_files.replace(path, place, head + text)


def _is_result(hostvars: Any, variable: str) -> bool:
    """Whether a task of this run registered it: such variables are nobody's mistake."""
    try:
        value = hostvars[variable]
    except AnsibleError:
        return False
    return isinstance(value, dict) and "changed" in value
