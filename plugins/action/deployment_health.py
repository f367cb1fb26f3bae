# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells the module what to ask from the host's plan, and notes the controller's time around the questions.

Secrets that the module only compares stay on the controller, which masks them in the log lines that it quotes.
"""

from __future__ import annotations

from typing import Any

from ..module_utils.containers.secrets import Environments, digested, environments, without_secrets
from ..plugin_utils.health.questions import as_options, questions
from ..plugin_utils.plain import plain
from ..plugin_utils.plan.deployment import HostPlan
from ..plugin_utils.preflight.question import question
from ..plugin_utils.timed import TimedAction


class ActionModule(TimedAction):
    _VALID_ARGS = frozenset({"timeout"})

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        variables = task_vars or {}
        plan = variables["rocketchat_planned"]["plan"]
        host_plan = plan["hosts"][variables["inventory_hostname"]]
        self._questions = questions(host_plan, plan["nats_clients"])
        if _asks_for_facts(variables):
            # the workspace has a question of its own
            asked = {**question(plan["root_url"], HostPlan(**plain(host_plan)), False), "workspace": None}
            self._questions["facts"] = asked
        result = super().run(tmp, task_vars)
        answers = result.get("answers", {})
        # A failure stays among the answers, for the report to tell.
        result["facts"] = answers.pop("facts")["facts"] if "facts" in answers.get("facts", {}) else None
        if "containers" in answers:
            answers["containers"] = without_secrets(answers["containers"], self._secret_environments())
        return result

    def arguments(self) -> dict[str, Any]:
        asked = dict(self._questions)
        if "containers" in asked:
            asked["containers"] = {**asked["containers"], "secret_environments": digested(self._secret_environments())}
        return {**super().arguments(), **as_options(asked)}

    def _secret_environments(self) -> Environments:
        return environments(self._questions.get("containers", {}).get("secret_environments", {}))


def _asks_for_facts(variables: dict[str, Any]) -> bool:
    """Unless the gate has just seen that everything is as planned."""
    gate = variables.get("rocketchat_gate", {}).get("hosts")
    return gate is None or any(host["apply"] for host in gate.values())
