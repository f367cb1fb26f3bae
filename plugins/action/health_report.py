# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Shows the table of a health run and fails when a part is unhealthy."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils.health_table import as_text, rows

# What the tasks of the health playbook registered their answers as.
REGISTERED = {
    "mongodb": "rocketchat_mongodb_health",
    "nats": "rocketchat_nats_health",
    "services": "rocketchat_service_health",
    "ddp": "rocketchat_ddp_health",
}


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _VALID_ARGS = frozenset()

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        hostvars = (task_vars or {})["hostvars"]
        plan = (task_vars or {})["rocketchat_planned"]["plan"]
        answers = {
            host: {part: self._answer(hostvars[host].get(name)) for part, name in REGISTERED.items()}
            for host in plan["hosts"]
        }
        table = rows(plan, answers)
        Display().display(as_text(table, plan["root_url"], plan["version"]) + "\n")
        faults = sum(bool(row.fault) for row in table)
        result["changed"] = False
        result["rows"] = [{**asdict(row), "state": row.state} for row in table]
        if faults:
            result["failed"] = True
            result["msg"] = f"{faults} of {len(table)} parts are unhealthy; the table above names each with its reason."
        return result

    @staticmethod
    def _answer(registered: dict[str, Any] | None) -> dict[str, Any] | None:
        return None if registered is None or registered.get("skipped") else registered
