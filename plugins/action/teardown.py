# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate before a teardown: judges what the hosts told, then shows what will be removed, and what stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase

from ..plugin_utils.inventory.role_variables import collection_version
from ..plugin_utils.plain import plain
from ..plugin_utils.rocketchat.problems import all_problems
from ..plugin_utils.shown import refusal, show, understanding_hosts
from ..plugin_utils.teardown.gate import as_text, host_problems, host_warnings, option_problems, sentences
from ..plugin_utils.teardown.removal import Removal, removal
from ..plugin_utils.teardown.run import FACTS, answered, may_go, value_problems


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _VALID_ARGS = frozenset()

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        with understanding_hosts():
            result |= self._judged(task_vars or {})
        result["changed"] = False
        return result

    def _judged(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        named = may_go(variables)
        asked = {name: variables["hostvars"][name].get(FACTS, {}) for name in variables["ansible_play_hosts_all"]}
        hosts = {name: answered(name, plain(one), named) for name, one in asked.items() if "facts" in one}
        tags = (variables["ansible_run_tags"], variables["ansible_skip_tags"])
        problems = [*value_problems(variables), *option_problems(*tags, named, list(hosts))]
        problems += [problem for found in hosts.values() for problem in host_problems(found)]
        if problems:
            raise refusal(all_problems(problems, "before the teardown; nothing was changed."))
        removals = {name: removal(found) for name, found in hosts.items()}
        show(as_text(removals))
        told = {name: self._told(gone) for name, gone in removals.items()}
        return {"hosts": told, "collection": collection_version(), "warnings": list(host_warnings(hosts))}

    def _told(self, gone: Removal) -> dict[str, Any]:
        """In check mode the list of changes says it all."""
        changes = sentences(gone)
        steps = ["teardown", *(["packages"] if gone.packages else [])]
        applies = bool(changes) and not self._task.check_mode
        return {"apply": steps if applies else [], "changes": changes, "diff": [], "removal": gone.as_data()}
