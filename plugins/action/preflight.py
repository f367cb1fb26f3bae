# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate between planning and changing: judges what the hosts said, then shows what the run will change."""

from __future__ import annotations

from typing import Any

import yaml
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils.facts import parts
from ..plugin_utils.inventory.role_variables import role_options
from ..plugin_utils.preflight.changes import Change, planned_changes
from ..plugin_utils.preflight.hosts import Host
from ..plugin_utils.preflight.judge import judge
from ..plugin_utils.preflight.role_files import role_files

# What the tasks before registered on every host, on those with another MongoDB than planned, and on one.
REGISTERED, REGISTERED_MONGODB = "rocketchat_preflight", "rocketchat_preflight_mongodb"
REGISTERED_WORKSPACE = "rocketchat_preflight_workspace"

# Where the role mongodb gets its packages from.
MONGODB_REPOSITORY = ("mongodb_repository_url", "mongodb_repository_suite")

# libyaml's, where PyYAML was built with it
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _VALID_ARGS = frozenset()

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        variables = task_vars or {}
        plan = variables["rocketchat_planned"]["plan"]
        # With --limit, only some hosts were asked.
        asked = [name for name in plan["hosts"] if REGISTERED in variables["hostvars"].get(name, {})]
        hosts = [self._host(name, plan["hosts"][name], variables["hostvars"][name]) for name in asked]
        verdict = judge(plan, hosts)
        if verdict.problems:
            raise AnsibleActionFail(verdict.message())
        changes = [change for host in hosts for change in planned_changes(host) if _is_chosen(change.role, variables)]
        Display().display(as_text(changes))
        result["changed"] = False
        result["warnings"] = verdict.warnings
        result["changes"] = [str(change) for change in changes]
        return result

    def _host(self, name: str, plan: dict[str, Any], hostvars: Any) -> Host:
        answer = hostvars[REGISTERED]
        facts = answer["facts"]

        def setting(variable: str) -> Any:
            return hostvars.get(variable, _default(variable))

        files = role_files(plan, setting, self._loader, self._templar)
        return Host(
            name=name,
            plan=plan,
            facts=facts,
            asked=answer["asked"],
            docker_source=setting("docker_source"),
            own_mongodb_repository=any(setting(variable) != _default(variable) for variable in MONGODB_REPOSITORY),
            feature_compatibility_version=hostvars[REGISTERED_MONGODB].get("feature_compatibility_version"),
            workspace=_answered(hostvars[REGISTERED_WORKSPACE]),
            address=str(hostvars.get("ansible_host", name)),
            projects={role: _services(facts["texts"][path]) for role, path in parts.PROJECTS.items()},
            files=files,
        )


def _answered(registered: Any) -> dict[str, Any] | None:
    return registered if "reason" in registered else None


def _default(variable: str) -> Any:
    return role_options(frozenset())[variable].get("default")


def _services(text: str | None) -> dict[str, Any] | None:
    """Of a Compose project; None where the file is missing or somebody made it something else."""
    try:
        return dict(yaml.load(text or "", Loader)["services"])
    except (yaml.YAMLError, TypeError, KeyError):
        return None


def _is_chosen(role: str, variables: dict[str, Any]) -> bool:
    """Whether --tags and --skip-tags let the play of a role run."""
    chosen, skipped = variables["ansible_run_tags"], variables["ansible_skip_tags"]
    return not {role, "tagged", "all"}.isdisjoint(chosen) and {role, "tagged", "all"}.isdisjoint(skipped)


def as_text(changes: list[Change]) -> str:
    return "\n".join(["Planned changes:", *(f"  {change}" for change in changes)]) if changes else "Nothing to change."
