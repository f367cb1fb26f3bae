# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a replica set and Rocket.Chat's user in it are, asked on the host of one of its members. Reads only.

Whether there is any user yet is asked without guessing passwords, of which MongoDB says "Authentication failed" for a
wrong one and for an unknown user alike. Its localhost exception allows a client from the own host, as long as there is
neither user nor role, a handful of actions, `replSetGetStatus` among them, and refuses that with Unauthorized (13)
afterwards: MongoDB's manual, "Localhost Exception"; in its source AuthorizationSessionImpl::getDefaultPrivileges in
mongo/db/auth/authorization_session_impl.cpp. It errs to one side only, as mongod takes users for granted when it cannot
look (AuthzManagerExternalStateLocal::hasAnyPrivilegeDocuments). Seen with 6.0.5.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Callable

from ..probing.clock import remaining
from ..probing.fault import Fault
from .login import Login, Refused, User, current, log_in
from .members import configured_names
from .roles import Grant, grants
from .tls import Tls
from .wire import UNAUTHORIZED, Hello, ask_without_login, is_open

# Of mongo/base/error_codes.yml: the first when there is no configuration of a replica set, the second when there is one
# that does not fit (another name than on the command line, or without this member).
NOT_YET_INITIALIZED = 94
INVALID_REPLICA_SET_CONFIG = 93

# Two places: a role is the same only with its database.
Role = tuple[str, str]


@dataclass(frozen=True)
class SetState:
    """What could be learned; None is always: not known.

    fault, reason: why nothing more could be asked, as a word and a sentence. `refused`: nothing listens. `library`: no
      pymongo on this host. `standalone`: mongod runs without a replica set. `auth_off`: it demands no passwords.
    initiated: whether mongod has a configuration of a replica set.
    valid: whether mongod takes that configuration for its own. It does not while it starts, when the set has another
      name than mongod.conf, or when no member's name leads to it.
    name, members: the set's, as configured; hidden members are not told.
    primary: the member that takes writes. primary_here: whether that is this one.
    any_user: whether the set has any user (or role) at all. Only the primary, or a mongod without a set, knows.
    user_login: what a login as Rocket.Chat's user gives, `ok` or `refused`. Refused is both: another password, and no
      such user; user_exists tells which.
    admin_login: the same of the administrator, who is asked only where the user is refused, or the set is not valid.
      `denied`: the login is good, but the administrator may not see users.
    admin_is_outdated: whether the administrator has the former password. removed_exists: whether the user is there who
      is to be no more. They are asked only while secrets are rotated.
    user_exists, user_roles: the user; its roles as pairs of role and database, without those that roles bring along.
    role_exists, role_grants: the role of our own, and what it allows. Whoever has a role may see it; of one that
      Rocket.Chat's user has not, the administrator is asked.
    """

    fault: str | None = None
    reason: str | None = None
    initiated: bool | None = None
    valid: bool | None = None
    name: str | None = None
    members: list[str] = field(default_factory=list)
    primary: str | None = None
    primary_here: bool = False
    any_user: bool | None = None
    user_login: str | None = None
    admin_login: str | None = None
    user_exists: bool | None = None
    user_roles: list[Role] | None = None
    role_exists: bool | None = None
    role_grants: list[Grant] | None = None
    admin_is_outdated: bool | None = None
    removed_exists: bool | None = None


def replica_set_state(port: int, user: User, admin: User, timeout: float) -> dict[str, Any]:
    """The SetState of the mongod on this host, as plain data, within the time, give or take one answer.

    A user who was deleted is `user_exists: False`; whose password was changed, `user_exists: True` with
    `user_login: refused`; whose roles were changed has others in `user_roles`.
    """
    return asdict(read(port, user, admin, time.monotonic() + timeout))


def read(
    port: int, user: User, admin: User, until: float, removed: str = "", role: str = "", tls: Tls | None = None
) -> SetState:
    """``removed``: a user who is to be no more. ``role``: one of our own. ``tls``: how the members speak."""
    here = f"127.0.0.1:{port}"
    state = SetState()
    try:
        state = _greeting(here, until, tls)
        if state.valid is False and state.any_user is not False:
            return _configuration(state, here, admin, until, tls)
        if state.any_user is False and (state.primary_here or not state.initiated):
            return replace(state, user_exists=False, role_exists=False)
        if state.primary:
            where = here if state.primary_here else state.primary
            now = current(where, admin, remaining(until), tls)
            if admin.former:
                state = replace(state, admin_is_outdated=now.password == admin.former)
            state = _users(state, where, user, now, role, until, tls)
            if role and state.user_login == "ok" and state.role_exists is None:
                state = _told_to(now, state, where, until, lambda login: _role(login, role), tls)
            if removed:
                state = _told_to(now, state, where, until, lambda login: _former_user(login, removed), tls)
        return state
    except Fault as fault:
        return replace(state, fault=fault.kind, reason=fault.sentence)


def _greeting(here: str, until: float, tls: Tls | None) -> SetState:
    """What mongod tells without a login."""
    try:
        asked = ({"replSetGetStatus": 1}, {"listDatabases": 1})
        hello, status, databases = ask_without_login(here, until, *asked, tls=tls)
    except Fault as fault:
        raise Fault(fault.kind, f"{here}: {fault.sentence}") from None
    if not hello.get("setName") and not hello.get("isreplicaset"):
        raise Fault(
            "standalone",
            f"{here}: mongod runs without a replica set: set replication.replSetName in /etc/mongod.conf (the site "
            "playbook does) and restart mongod.",
        )
    if is_open(databases):
        raise Fault(
            "auth_off",
            f"{here}: mongod demands no passwords: set security.keyFile in /etc/mongod.conf (the site playbook does) "
            "and restart mongod.",
        )
    code = 0 if status["ok"] else int(status.get("code", -1))
    known = {0: False, NOT_YET_INITIALIZED: False, INVALID_REPLICA_SET_CONFIG: False, UNAUTHORIZED: True}
    state = SetState(any_user=known.get(code))
    if hello.get("setName"):
        writable = bool(hello.get("isWritablePrimary"))
        named = hello.get("primary")
        return replace(
            state,
            initiated=True,
            valid=True,
            name=str(hello["setName"]),
            members=configured_names([Hello(here, hello)]),
            # one that was elected just now does not take writes yet
            primary=named if writable or named != hello.get("me") else None,
            primary_here=writable,
        )
    if code == NOT_YET_INITIALIZED:
        return replace(state, initiated=False)
    return replace(state, initiated=True if code == INVALID_REPLICA_SET_CONFIG else None, valid=False)


def _configuration(state: SetState, here: str, admin: User, until: float, tls: Tls | None) -> SetState:
    """The configuration that mongod does not take for its own, which only the administrator may see."""
    try:
        with log_in(here, admin, remaining(until), tls) as login:
            config = login.command("replSetGetConfig")["config"]
    except Refused as refused:
        if refused.code == NOT_YET_INITIALIZED:
            return replace(state, initiated=False, valid=None, admin_login="ok")
        return replace(state, admin_login="denied" if refused.denied else "ok")
    except Fault as fault:
        if fault.kind != "auth":
            raise
        return replace(state, admin_login="refused")
    members = [str(member["host"]) for member in config["members"]]
    return replace(state, initiated=True, name=str(config["_id"]), members=members, admin_login="ok")


def _users(state: SetState, where: str, user: User, admin: User, role: str, until: float, tls: Tls | None) -> SetState:
    try:
        with log_in(where, user, remaining(until), tls) as login:
            # MongoDB's manual, usersInfo and rolesInfo: users may always see themselves, and the roles that they have
            found = _user(login, user.name)
            if role and (role, "admin") in (found["user_roles"] or ()):
                found |= _role(login, role)
        return replace(state, any_user=True, user_login="ok", **found)
    except Refused as refused:
        raise Fault("unclear", f"{where}: mongod does not tell of the user {user.name!r}: {refused}.") from None
    except Fault as fault:
        if fault.kind != "auth":
            raise Fault(fault.kind, f"{where}: {fault.sentence}") from None
    state = replace(state, user_login="refused")

    def both(login: Login) -> dict[str, Any]:
        return {"any_user": True, **_user(login, user.name), **(_role(login, role) if role else {})}

    return _told_to(admin, state, where, until, both, tls)


def _told_to(
    admin: User,
    state: SetState,
    where: str,
    until: float,
    ask: Callable[[Login], dict[str, Any]],
    tls: Tls | None,
) -> SetState:
    """What only the administrator may see."""
    try:
        with log_in(where, admin, remaining(until), tls) as login:
            return replace(state, admin_login="ok", **ask(login))
    except Refused:
        return replace(state, admin_login="denied")
    except Fault as fault:
        if fault.kind != "auth":
            raise Fault(fault.kind, f"{where}: {fault.sentence}") from None
        return replace(state, admin_login="refused")


def _user(login: Login, name: str) -> dict[str, Any]:
    users = login.command_on("admin", "usersInfo", {"user": name, "db": "admin"})["users"]
    roles = [(str(role["role"]), str(role["db"])) for user in users for role in user["roles"]]
    return {"user_exists": bool(users), "user_roles": sorted(roles) if users else None}


def _former_user(login: Login, name: str) -> dict[str, Any]:
    return {"removed_exists": bool(_user(login, name)["user_exists"])}


def _role(login: Login, name: str) -> dict[str, Any]:
    roles = login.command_on("admin", "rolesInfo", {"role": name, "db": "admin"}, showPrivileges=True)["roles"]
    found = [grants(role["privileges"], role["roles"]) for role in roles]
    return {"role_exists": bool(found), "role_grants": found[0] if found else None}
