# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges what a MongoDB user may do: enough for Rocket.Chat, and not more.

Privileges are judged, not names of roles, so that roles of the operator's own count as what they are. Rocket.Chat needs
`readWrite` on its database, which carries change streams, and what the role in roles.py allows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..probing.fault import Fault
from .roles import ON_CLUSTER, ROLE, creation

# Of the actions of readWrite, those which Rocket.Chat's work needs and which every MongoDB since 4.4 has (MongoDB
# manual, "Built-In Roles").
_ON_DATABASE = [
    *("find", "insert", "update", "remove", "changeStream", "createCollection", "createIndex"),
    *("dropCollection", "dropIndex", "listCollections", "listIndexes", "collStats", "dbStats"),
]

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
# Of the cluster; whole queries of others are in both. clusterMonitor has them, and reads these databases (seen with
# MongoDB 6.0.5).
_OBSERVE = {"getLog": "read MongoDB's log", "inprog": "see what others ask"}
_OBSERVED = ("config", "local")

# A name and the database it is defined in.
Role = tuple[str, str]
_OWN: Role = (ROLE, "admin")


def check_privileges(granted: dict[str, Any], database: str | None, ours: bool = True) -> None:
    """`granted`: authInfo of `connectionStatus`. Raises Fault; without a database, only the cluster is judged.

    `ours`: whether the site playbook sets this user up. Of any other one, only what Rocket.Chat cannot do without is
    missed: where `serverStatus` is refused, it asks for `buildInfo`, which needs no privilege (getMongoInfo.ts).
    """
    if not granted["authenticatedUsers"]:
        # who demands no passwords is told that
        return
    privileges = granted["authenticatedUserPrivileges"]
    account = granted["authenticatedUsers"][0]
    user, users = repr(str(account["user"])), f"db.getSiblingDB({str(account['db'])!r})"
    by_hand = "by hand, an" if ours else "An"
    lacking = _lacking(privileges, database, ON_CLUSTER if ours else ())
    if lacking:
        mends = "The site playbook grants it; " if ours else ""
        first = f"{creation()}; " if _OWN in lacking else ""
        raise Fault(
            "privilege_missing",
            f"The user {user} lacks {'; and '.join(lacking.values())}. {mends}{by_hand} administrator types in mongosh "
            f"{first}{users}.grantRolesToUser({user}, {_listed(lacking)}).",
        )
    wide = [] if database is None else _wide(privileges, database, observes=not ours)
    if wide:
        needed = [("readWrite", str(database)), _OWN]
        held = [(one["role"], one["db"]) for one in granted["authenticatedUserRoles"]]
        roles = [f"{role} on {place}" for role, place in held if (role, place) not in needed]
        mends = "The site playbook takes it away; " if ours else ""
        first = f"{creation()}; " if _OWN not in held else ""
        raise Fault(
            "privilege_wide",
            f"The user {user} may {', '.join(wide)}, which Rocket.Chat does not need; whoever breaks into Rocket.Chat "
            f"may do so too. It comes from {', '.join(roles)}. {mends}{by_hand} administrator types in mongosh "
            f"{first}{users}.updateUser({user}, {{roles: {_listed(needed)}}}).",
        )


def _listed(roles: Iterable[Role]) -> str:
    """As mongosh takes them."""
    return "[" + ", ".join(f"{{role: {name!r}, db: {database!r}}}" for name, database in roles) + "]"


def _lacking(privileges: Iterable[dict[str, Any]], database: str | None, on_cluster: Iterable[str]) -> dict[Role, str]:
    """What is missing, by the role that has it."""
    lacking: dict[Role, str] = {}
    missed = [action for action in on_cluster if action not in _actions(privileges, cluster=True)]
    if missed:
        lacking[_OWN] = ", ".join(missed)
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


def _wide(privileges: Iterable[dict[str, Any]], database: str, observes: bool) -> list[str]:
    """What the user may do beyond its need, in words.

    `observes`: also to observe the server, as with clusterMonitor. A user of ours who may do that was made by an older
    version, and is no fault until the next run: that is told as a difference.
    """
    actions: set[str] = set()
    written: set[str] = set()
    read: set[str] = set()
    for privilege in privileges:
        resource, allowed = privilege["resource"], set(privilege["actions"])
        actions |= allowed
        place = resource.get("db", database)
        if place != database and allowed & _WRITE:
            written.add(place)
        if place in (database, *(() if observes else _OBSERVED)) or resource.get("collection") == "system.profile":
            continue
        if "find" in allowed:
            read.add(place)
    found = ["administer users"] if actions & _ADMINISTER_USERS else []
    found += ["administer the server"] if actions & _ADMINISTER_SERVER else []
    found += [f"write to {_databases(written)}"] if written else []
    found += [f"read {_databases(read)}"] if read else []
    return found + [words for action, words in _OBSERVE.items() if observes and action in actions]


def _databases(names: set[str]) -> str:
    """MongoDB calls all of them ''."""
    if "" in names:
        return "every database"
    named = " and ".join(f"{name}, which has the oplog," if name == "local" else name for name in sorted(names))
    return f"the database {named}".rstrip(",")
