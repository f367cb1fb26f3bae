# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides what a replica set lacks, or what stands in the way. Pure: from what was read and what is wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..probing.fault import Fault
from .login import User
from .roles import Grant, OwnRole
from .state import Role, SetState
from .tls import Tls

ADMINISTRATOR = "admin"
INITIATE = "initiate"
CREATE_ADMINISTRATOR = "create_administrator"
CREATE_ROLE = "create_role"
SET_PRIVILEGES = "set_privileges"
CREATE_USER = "create_user"
SET_ROLES = "set_roles"
SET_PASSWORD = "set_password"
SET_ADMIN_PASSWORD = "set_admin_password"
REMOVE_USER = "remove_user"

# Faults that no waiting mends; the others pass when mongod has started, or a primary is elected.
PERMANENT = {
    *("library", "protocol", "driver", "standalone", "auth_off", "wrong_set"),
    *("initiate", "administrator", "not_replicated", "no_effect"),
}
# Faults that pass within seconds, where they pass at all.
SETTLING = {"not_a_member", "no_majority", "first_user_elsewhere"}


@dataclass(frozen=True)
class Wanted:
    """What is to be: the members as host:port, the first of them this host's; exactly these roles, among them perhaps
    one of our own.

    While secrets are rotated: the password that the administrator may still have, and the user who is to be no more.
    ``tls``: how the members speak.
    """

    port: int
    replica_set: str
    members: tuple[str, ...]
    user: User
    roles: tuple[Role, ...]
    admin_password: str
    former_admin_password: str = ""
    removed_user: str = ""
    own_role: OwnRole | None = None
    tls: Tls | None = None

    @property
    def admin(self) -> User:
        return User(ADMINISTRATOR, self.admin_password, self.former_admin_password)


@dataclass(frozen=True)
class Step:
    """One change: a fixed word, and what it does, as the rest of a sentence that begins with "would"."""

    kind: str
    sentence: str


@dataclass(frozen=True)
class Decision:
    """The steps that are missing, in their order; none when all is well. Or the fault that keeps them from being known.

    Where a set has to be initiated in which there are users already, these show only afterwards.
    """

    steps: tuple[Step, ...] = ()
    fault: Fault | None = None


def decide(state: SetState, wanted: Wanted) -> Decision:
    fault = _hindrance(state, wanted)
    if fault:
        return Decision(fault=fault)
    steps: list[Step] = []
    if not state.initiated:
        sentence = f"initiate the replica set {wanted.replica_set} with {', '.join(wanted.members)}"
        steps.append(Step(INITIATE, sentence))
    if state.any_user is False:
        steps.append(Step(CREATE_ADMINISTRATOR, f"create the administrator {ADMINISTRATOR} with root on admin"))
    steps += _of_role(state, wanted.own_role) if wanted.own_role else ()
    if state.user_exists is False:
        steps.append(Step(CREATE_USER, f"create the user {wanted.user.name} with {_listed(wanted.roles)}"))
    if state.user_roles is not None and set(state.user_roles) != set(wanted.roles):
        steps.append(Step(SET_ROLES, _correction(wanted, set(state.user_roles))))
    if state.user_exists and state.user_login == "refused":
        steps.append(Step(SET_PASSWORD, f"set the password of the user {wanted.user.name}"))
    if state.admin_is_outdated:
        steps.append(Step(SET_ADMIN_PASSWORD, f"set the password of the administrator {ADMINISTRATOR}"))
    if state.removed_exists:
        steps.append(Step(REMOVE_USER, f"remove the user {wanted.removed_user}, who has been replaced"))
    return Decision(tuple(steps))


def _of_role(state: SetState, role: OwnRole) -> Iterator[Step]:
    """Before the user, who gets it."""
    if state.role_exists is False:
        yield Step(CREATE_ROLE, f"create the role {role.name}, which allows {_allowed(role.grants)}")
    elif state.role_grants is not None and state.role_grants != role.grants:
        yield Step(SET_PRIVILEGES, f"have the role {role.name} allow {_allowed(role.grants)}, and nothing else")


def _allowed(granted: Iterable[Grant]) -> str:
    places: dict[str, list[str]] = {}
    for action, place in granted:
        places.setdefault(place, []).append(action)
    return " and ".join(f"{', '.join(actions)} on {place}" for place, actions in places.items()) or "nothing"


def _hindrance(state: SetState, wanted: Wanted) -> Fault | None:
    if state.fault:
        return Fault(state.fault, str(state.reason))
    if state.name and state.name != wanted.replica_set:
        return Fault(
            "wrong_set",
            f"mongodb_replica_set = {wanted.replica_set!r}: MongoDB on this host belongs to the replica set "
            f"{state.name!r}, which keeps its name. Write mongodb_replica_set: {state.name}; only if nobody needs "
            "its data, stop mongod on every member, remove its keyfile, empty its data directory and run the playbook "
            "again.",
        )
    # What is not known without an administrator: whether a set is initiated that is not valid, and a refused user.
    if state.admin_login in ("refused", "denied"):
        if state.any_user is False:
            return _first_user_elsewhere(state)
        words = "Authentication failed" if state.admin_login == "refused" else "it may not see users"
        return administrator_fault(wanted.user.name, words)
    if state.valid is False:
        return Fault(
            "not_a_member",
            f"mongod has a configuration of a replica set, but does not take it for its own: either the set is not "
            f"named {wanted.replica_set}, or no name in it leads to this host. /var/log/mongodb/mongod.log tells "
            f"which; for names, compare its members ({', '.join(state.members) or 'not known'}) with /etc/hosts.",
        )
    if state.initiated and not state.primary:
        return Fault("no_primary", f"The replica set {wanted.replica_set} has no primary.")
    if state.any_user is None:
        return Fault("unclear", f"mongod on port {wanted.port} does not say whether there are users yet: ask again.")
    return None


def _first_user_elsewhere(state: SetState) -> Fault:
    return Fault(
        "first_user_elsewhere",
        f"The replica set has no user yet, and MongoDB lets its first one be created only on the host of the primary, "
        f"which is {state.primary}, not this one. Run `sudo systemctl restart mongod` there, so that another member is "
        "elected, and the playbook again.",
    )


def administrator_fault(user: str, words: str) -> Fault:
    return Fault(
        "administrator",
        f"MongoDB's administrator could not set up the user {user}: {words.rstrip('.')}. If the login is refused, "
        f"mongodb_admin_password is not the password of the user {ADMINISTRATOR} in MongoDB: write the one it was "
        f"created with, or change it there first with "
        f"db.getSiblingDB('admin').changeUserPassword('{ADMINISTRATOR}', passwordPrompt()).",
    )


def _correction(wanted: Wanted, found: set[Role]) -> str:
    lacking, surplus = sorted(set(wanted.roles) - found), sorted(found - set(wanted.roles))
    given = f"give the user {wanted.user.name} {_listed(lacking)}"
    if not surplus:
        return given
    taken = f"take {_listed(surplus)} from"
    return f"{given} and {taken} it" if lacking else f"{taken} the user {wanted.user.name}"


def _listed(roles: Iterable[Role]) -> str:
    return ", ".join(f"{name} on {database}" for name, database in roles) or "no role"


# -- for a diff --------------------------------------------------------------------------------------------------------


def described(state: SetState) -> dict[str, Any]:
    """What is there, without what is not known; of passwords, only whether they are the planned ones."""
    told: dict[str, Any] = {"replica_set": state.name if state.initiated else None}
    if state.any_user is False:
        told["administrator"] = None
    if state.role_exists is not None:
        told["role"] = _allowed(state.role_grants or ()) if state.role_exists else None
    if state.user_exists is not None:
        roles = [f"{name} on {database}" for name, database in sorted(state.user_roles or [])]
        password = "as planned" if state.user_login == "ok" else "another"
        told["user"] = {"roles": roles, "password": password} if state.user_exists else None
    return told


def projected(before: dict[str, Any], wanted: Wanted) -> dict[str, Any]:
    """The same when all is as wanted."""
    user = {"roles": [f"{name} on {database}" for name, database in sorted(wanted.roles)], "password": "as planned"}
    role = _allowed(wanted.own_role.grants) if wanted.own_role else None
    after: dict[str, Any] = {
        "replica_set": wanted.replica_set,
        "administrator": ADMINISTRATOR,
        "role": role,
        "user": user,
    }
    return {name: after[name] for name in before}
