# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges what a MongoDB user may do: enough for Rocket.Chat, and not more.

Privileges are judged, not names of roles, so that roles of the operator's own count as what they are. Rocket.Chat needs
`readWrite` on its database, which carries change streams, and its documentation asks for `clusterMonitor` on admin.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..probing.fault import Fault

# Of the actions of readWrite and of clusterMonitor, those which Rocket.Chat's work needs and which every MongoDB since
# 4.4 has (MongoDB manual, "Built-In Roles").
_ON_DATABASE = [
    *("find", "insert", "update", "remove", "changeStream", "createCollection", "createIndex"),
    *("dropCollection", "dropIndex", "listCollections", "listIndexes", "collStats", "dbStats"),
]
_ON_CLUSTER = ["replSetGetStatus", "replSetGetConfig", "serverStatus", "getParameter"]

_WRITE = {"insert", "update", "remove", "dropCollection", "dropDatabase"}
_ADMINISTER_USERS = {"createUser", "dropUser", "changePassword", "createRole", "dropRole", "grantRole", "revokeRole"}
_ADMINISTER_SERVER = {
    "shutdown",
    "replSetConfigure",
    "replSetStateChange",
    "setParameter",
    "fsync",
    "killop",
    "anyAction",
}
# clusterMonitor may read these (seen with MongoDB 6.0.5)
_READABLE = {"config", "local"}

# A name and the database it is defined in.
Role = tuple[str, str]
_MONITOR: Role = ("clusterMonitor", "admin")


def check_privileges(granted: dict[str, Any], database: str | None) -> None:
    """`granted`: authInfo of `connectionStatus`. Raises Fault; without a database only clusterMonitor is judged."""
    privileges = granted["authenticatedUserPrivileges"]
    user = " ".join(repr(one["user"]) for one in granted["authenticatedUsers"])
    lacking = _lacking(privileges, database)
    if lacking:
        raise Fault(
            "privilege_missing",
            f"The user {user} lacks {'; and '.join(lacking.values())}. The site playbook grants it; by hand, an "
            f"administrator types in mongosh db.getSiblingDB('admin').grantRolesToUser({user}, {_listed(lacking)}).",
        )
    wide = [] if database is None else _wide(privileges, database)
    if wide:
        needed = [("readWrite", str(database)), _MONITOR]
        held = [(one["role"], one["db"]) for one in granted["authenticatedUserRoles"]]
        roles = [f"{role} on {place}" for role, place in held if (role, place) not in needed]
        raise Fault(
            "privilege_wide",
            f"The user {user} may {', '.join(wide)}, which Rocket.Chat does not need; whoever breaks into Rocket.Chat "
            f"may do so too. It comes from {', '.join(roles)}. The site playbook takes it away; by hand, an "
            "administrator types in mongosh "
            f"db.getSiblingDB('admin').updateUser({user}, {{roles: {_listed(needed)}}}).",
        )


def _listed(roles: Iterable[Role]) -> str:
    """As mongosh takes them."""
    return "[" + ", ".join(f"{{role: {name!r}, db: {database!r}}}" for name, database in roles) + "]"


def _lacking(privileges: Iterable[dict[str, Any]], database: str | None) -> dict[Role, str]:
    """What is missing, by the role that has it."""
    lacking: dict[Role, str] = {}
    on_cluster = [action for action in _ON_CLUSTER if action not in _actions(privileges, cluster=True)]
    if on_cluster:
        lacking[_MONITOR] = ", ".join(on_cluster)
    if database is not None:
        allowed = _actions(privileges, database=database)
        on_database = [action for action in _ON_DATABASE if action not in allowed]
        if on_database:
            lacking["readWrite", database] = f"{', '.join(on_database)} on the database {database}"
    return lacking


def _actions(privileges: Iterable[dict[str, Any]], cluster: bool = False, database: str | None = None) -> set[str]:
    """What may be done with the cluster, or with every collection of a database."""
    found: set[str] = set()
    for privilege in privileges:
        resource = privilege["resource"]
        whole = resource.get("db") in ("", database) and resource.get("collection") == "" and not cluster
        if resource.get("anyResource") or whole or (cluster and resource.get("cluster")):
            found |= set(privilege["actions"])
    return found


def _wide(privileges: Iterable[dict[str, Any]], database: str) -> list[str]:
    """What the user may do beyond its need, in words."""
    actions: set[str] = set()
    written: set[str] = set()
    read: set[str] = set()
    for privilege in privileges:
        resource, allowed = privilege["resource"], set(privilege["actions"])
        actions |= allowed
        place = resource.get("db", database)
        if place != database and allowed & _WRITE:
            written.add(place)
        if place not in (database, *_READABLE) and resource.get("collection") != "system.profile" and "find" in allowed:
            read.add(place)
    found = ["administer users"] if actions & _ADMINISTER_USERS else []
    found += ["administer the server"] if actions & _ADMINISTER_SERVER else []
    found += [f"write to {_databases(written)}"] if written else []
    return found + ([f"read {_databases(read)}"] if read else [])


def _databases(names: set[str]) -> str:
    """MongoDB calls all of them ''."""
    return "every database" if "" in names else f"the database {' and '.join(sorted(names))}"
