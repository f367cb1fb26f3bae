# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate between planning and changing: judges what the hosts said, then shows what the run will change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ..plugin_utils.plain import plain
from ..plugin_utils.preflight import images, packages
from ..plugin_utils.preflight.application import ledger_entries, role_plan, role_secrets
from ..plugin_utils.preflight.departures import noted_hosts
from ..plugin_utils.preflight.differences import file_diffs, host_differences, told
from ..plugin_utils.preflight.hosts import Host
from ..plugin_utils.preflight.internal_tls import switch_problems
from ..plugin_utils.preflight.judge import judge
from ..plugin_utils.preflight.registered import FACTS, SOURCES, ByRole, answered, chosen, is_chosen
from ..plugin_utils.preflight.sources import source_problems
from ..plugin_utils.preflight.turns import at_once
from ..plugin_utils.shown import refusal, show, understanding_hosts


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _VALID_ARGS = frozenset()

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        variables = task_vars or {}
        plan = variables["rocketchat_planned"]["plan"]
        with understanding_hosts():
            result |= self._judged(plan, variables)
        # It holds what the roles write. Not `no_log` on the task: that would also hide the problems.
        result["_ansible_no_log"] = True
        return result

    def _judged(self, plan: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
        # With --limit, only some hosts were asked.
        asked = [name for name in plan["hosts"] if FACTS in variables["hostvars"].get(name, {})]
        hosts = {name: _host(name, plan["hosts"][name], variables["hostvars"][name]) for name in asked}
        verdict = judge(plan, list(hosts.values()))
        sources = {name: variables["hostvars"][name].get(SOURCES, {}) for name in hosts}
        verdict.problems += source_problems(list(hosts.values()), sources)
        verdict.problems += switch_problems(plan, list(hosts.values()), lambda role: is_chosen(role, variables))
        if verdict.problems:
            raise refusal(verdict.message())
        found = {name: chosen(host_differences(host), variables) for name, host in hosts.items()}
        show(as_text(found))
        wanted = boolean(self._templar.template(variables.get("rocketchat_apply_all")) or False)
        everything = wanted and not self._task.check_mode
        roles = {
            name: [] if self._task.check_mode else _roles(hosts[name], differences, everything, variables)
            for name, differences in found.items()
        }
        applied = {
            name: _applied(host, found[name], roles[name], everything, sources[name].get("keys") or {})
            for name, host in hosts.items()
        }
        for name, one in applied.items():
            one["ledger"]["hosts"] = noted_hosts(plan, hosts[name])
        serial = at_once([(hosts[name], {role: found[name].get(role, []) for role in roles[name]}) for name in hosts])
        return {"changed": False, "warnings": verdict.warnings, "serial": serial, "hosts": applied}


def _host(name: str, plan: dict[str, Any], hostvars: Any) -> Host:
    return answered(name, plain(plan), plain(hostvars[FACTS]), str(hostvars.get("ansible_host", name)))


def _roles(host: Host, differences: ByRole, everything: bool, variables: dict[str, Any]) -> list[str]:
    """Those that are applied for real. In check mode none has to be: the list of changes says it all."""
    return [role for role in (host.desired if everything else differences) if is_chosen(role, variables)]


def _applied(
    host: Host, differences: ByRole, roles: list[str], everything: bool, keys: Mapping[str, str]
) -> dict[str, Any]:
    """What the plays after this one go by. ``keys``: of package repositories, which the host fetched."""
    chosen = {role: differences.get(role, []) for role in roles}
    shared = _shared(host, chosen, everything, keys)
    return {
        "apply": [*shared, *roles],
        "ledger": ledger_entries(host, chosen, keys),
        "changes": [sentence for _role, sentence in told(differences)],
        "diff": file_diffs(host, differences),
        "roles": {role: {"plan": plan} for role, plan in shared.items()}
        | {role: {"plan": role_plan(host, role, chosen[role]), "secrets": role_secrets(host, role)} for role in roles},
    }


def _shared(host: Host, chosen: ByRole, everything: bool, keys: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The plans of roles that do a part of all others' work on a host at once."""
    plans = {}
    if packages.differ(host, chosen) or (everything and chosen):
        plans[packages.ROLE] = packages.packages_plan(host, chosen, keys)
    if images.differ(host, chosen):
        plans[images.ROLE] = images.images_plan(host, chosen)
    return plans


def as_text(found: dict[str, ByRole]) -> str:
    changes = [f"  {host}: {sentence}" for host, differences in found.items() for _role, sentence in told(differences)]
    return "\n".join(["Planned changes:", *changes]) if changes else "Nothing to change."
