# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The thin door from Ansible to the plan: collects variables and secrets, hands them over, brings the plan back."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml
from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.yaml.dumper import AnsibleDumper
from ansible.plugins.action import ActionBase

from ..module_utils.plan.planner import make_plan
from ..module_utils.plan.problems import PlanError, Problem
from ..module_utils.plan.secrets import resolve
from ..module_utils.plan.settings import GROUPS, SECRET_VARIABLES, common_variables

ROLES = Path(__file__).parents[2] / "roles"


def role_options(groups: set[str]) -> dict[str, dict[str, Any]]:
    """Every variable an operator may set, as the roles' argument specs describe it; the plan's own are left out.

    Required is a variable only where its role runs, on the hosts of ``groups``.
    """
    options: dict[str, dict[str, Any]] = {}
    for specification in sorted(ROLES.glob("*/meta/argument_specs.yml")):
        role = specification.parts[-3]
        content = yaml.safe_load(specification.read_text(encoding="utf-8"))
        for name, option in content["argument_specs"]["main"]["options"].items():
            if not name.endswith("_plan"):
                options[name] = {**option, "required": option.get("required", False) and role in groups}
    return options


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _VALID_ARGS = frozenset({"secrets_file", "generate_secrets"})

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _, arguments = self.validate_argument_spec(
            argument_spec={
                "secrets_file": {"type": "path", "required": True},
                "generate_secrets": {"type": "bool", "default": False},
            }
        )
        inventory, problems = self._inventory(task_vars or {})
        values, new = resolve(common_variables(inventory), self._kept_secrets(arguments["secrets_file"]))
        try:
            if problems:
                raise PlanError(problems)
            plan = make_plan(inventory, values)
        except PlanError as error:
            raise AnsibleActionFail(error.message()) from None
        if new and not arguments["generate_secrets"]:
            raise AnsibleActionFail(
                f"{', '.join(new)} are neither set nor in {arguments['secrets_file']}: this deployment has not been "
                "made from this inventory yet. Run the site playbook first, or bring the secrets file here."
            )
        if new and not self._task.check_mode:
            self._keep_secrets(arguments["secrets_file"], new)
        result["changed"] = bool(new)
        result["warnings"] = plan.warnings
        result["plan"] = asdict(plan)
        # The plan holds every secret. Not `no_log` on the task: that would also hide the problems of a bad inventory.
        result["_ansible_no_log"] = True
        return result

    def _inventory(self, task_vars: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
        """The variables of all hosts, types coerced and defaults filled in as for a role's arguments."""
        groups = {group: list(task_vars["groups"].get(group, [])) for group in GROUPS}
        names = dict.fromkeys(name for group in GROUPS for name in groups[group])
        hosts: dict[str, Any] = {}
        problems: list[Problem] = []
        for name in names:
            hostvars = task_vars["hostvars"][name]
            options = role_options({group for group in GROUPS if name in groups[group]})
            checked = ArgumentSpecValidator(options).validate(
                {option: hostvars[option] for option in options if option in hostvars}
            )
            hosts[name] = checked.validated_parameters
            for message in checked.error_messages:
                problem = Problem("inventory", None, message, "Correct the variable; the role's README describes it")
                if problem not in problems:
                    problems.append(problem)
        return {"groups": groups, "hosts": hosts}, problems

    def _kept_secrets(self, path: str) -> dict[str, str]:
        if not os.path.exists(path):
            return {}
        # Ansible's loader, so that the file may be encrypted with ansible-vault.
        content = self._loader.load_from_file(path)
        if not isinstance(content, dict) or not set(content) <= set(SECRET_VARIABLES.values()):
            raise AnsibleActionFail(f"{path} is not a secrets file of this collection. Restore it from a backup.")
        return {name: str(value) for name, value in content.items()}

    def _keep_secrets(self, path: str, new: dict[str, str]) -> None:
        """Adds to the file, whole or not at all, and for the owner's eyes only from its first byte on."""
        if os.path.exists(path) and Path(path).read_bytes().startswith(b"$ANSIBLE_VAULT"):
            raise AnsibleActionFail(
                f"{path} is encrypted and lacks {', '.join(new)}. Add them with ansible-vault edit."
            )
        kept = {**self._kept_secrets(path), **new}
        temporary = f"{path}.new"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(
                "# Generated once; losing it means losing access. Encrypt it with ansible-vault if you like.\n---\n"
            )
            yaml.dump(kept, file, Dumper=AnsibleDumper, default_flow_style=False, width=2000)
            os.fsync(file.fileno())
        os.replace(temporary, path)
