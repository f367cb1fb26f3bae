# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role of our own that Rocket.Chat's user has beside `readWrite` on its database. No Ansible here.

Rocket.Chat's documentation asks for `clusterMonitor`. With that it would read the oplog, in it what every other
database of the set writes and the keys of all passwords as they are set, MongoDB's log, and what others ask at the
moment (seen with 6.0.5). What it does with it is `serverStatus`, for its statistics (apps/meteor/app/utils/server/
functions/getMongoInfo.ts), and before 6.0 `replSetGetStatus`, to know whether it may watch changes
(server/database/DatabaseWatcher.ts). The rest is for `health` and the gate, which ask as the same user: of the oplog
its size, and nothing that is in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ROLE = "rocketchatStatus"
ON_CLUSTER = ("serverStatus", "replSetGetStatus", "replSetGetConfig", "getParameter")
PRIVILEGES: list[dict[str, Any]] = [
    {"resource": {"cluster": True}, "actions": list(ON_CLUSTER)},
    {"resource": {"db": "local", "collection": "oplog.rs"}, "actions": ["collStats"]},
]


# An action and what it is allowed with, in words.
Grant = tuple[str, str]


@dataclass(frozen=True)
class OwnRole:
    """A role of the database `admin`, with exactly these privileges."""

    name: str
    privileges: tuple[Mapping[str, Any], ...]

    @property
    def grants(self) -> list[Grant]:
        return grants(self.privileges)


def grants(privileges: Iterable[Mapping[str, Any]], inherited: Iterable[Mapping[str, Any]] = ()) -> list[Grant]:
    """``inherited``: roles whose privileges come with it."""
    own = {(action, _place(one["resource"])) for one in privileges for action in one["actions"]}
    return sorted(own | {("everything", f"the role {role['role']} on {role['db']}") for role in inherited})


def _place(resource: Mapping[str, Any]) -> str:
    if resource.get("cluster"):
        return "the cluster"
    if "db" in resource and "collection" in resource:
        return f"{resource['db'] or '*'}.{resource['collection'] or '*'}"
    return json.dumps(dict(resource), sort_keys=True)


def creation() -> str:
    """As an administrator types it in mongosh."""
    listed = ", ".join(
        f"{{resource: {_in_mongosh(one['resource'])}, actions: {json.dumps(one['actions'])}}}" for one in PRIVILEGES
    )
    return f"db.getSiblingDB('admin').createRole({{role: '{ROLE}', privileges: [{listed}], roles: []}})"


def _in_mongosh(resource: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{name}: {json.dumps(value)}" for name, value in resource.items()) + "}"
