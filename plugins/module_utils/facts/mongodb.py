# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What MongoDB on the host is, and what it lacks of the planned replica set and its users. Only reads."""

from __future__ import annotations

import time
from typing import Any

from ..mongodb.login import Login, Refused, log_in
from ..mongodb.setup import rehearse
from ..mongodb.state import SetState, read
from ..mongodb.steps import Decision, Wanted, decide
from ..probing.clock import remaining
from ..probing.fault import Fault

TIMEOUT = 5


# Databases of MongoDB's own.
_OWN_DATABASES = {"admin", "config", "local"}


def ask(wanted: Wanted, sees_to_it: bool) -> dict[str, Any]:
    """``set``: what it is. ``fault``, ``reason``: why that, or what it lacks, is not known.

    ``steps``: what the role would do, as the rest of a sentence, on the host that ``sees_to_it``.
    """
    until = time.monotonic() + TIMEOUT
    role = wanted.own_role.name if wanted.own_role else ""
    state = read(wanted.port, wanted.user, wanted.admin, until, wanted.removed_user, role, wanted.tls)
    decision = decide(state, wanted) if sees_to_it else Decision(fault=_known(state))
    try:
        rehearse(decision.steps, state, wanted)
        fault = decision.fault
    except Fault as refused:
        fault = refused
    return {
        "steps": [step.sentence for step in decision.steps],
        "fault": fault.kind if fault else None,
        "reason": fault.sentence if fault else None,
        "set": {
            "initiated": state.initiated,
            "valid": state.valid,
            "name": state.name,
            "members": list(state.members),
            "primary": state.primary,
            "primary_here": state.primary_here,
        },
        **_inside(state, wanted, until),
    }


def _known(state: SetState) -> Fault | None:
    return Fault(state.fault, str(state.reason)) if state.fault else None


def _inside(state: SetState, wanted: Wanted, until: float) -> dict[str, Any]:
    """What only a user is told, as Rocket.Chat's or, where that is not let in, as the administrator; else None.

    ``users``: by name the databases that each may write to; all of them only where the planned user is not among them.
    """
    told: dict[str, Any] = {"feature_compatibility_version": None, "databases": None, "users": None}
    user = wanted.user if state.user_login == "ok" else wanted.admin if state.admin_login == "ok" else None
    if user is None:
        return told
    try:
        with log_in(f"127.0.0.1:{wanted.port}", user, remaining(until), wanted.tls) as login:
            answer = login.command("getParameter", featureCompatibilityVersion=1)
            told["feature_compatibility_version"] = str(answer["featureCompatibilityVersion"]["version"])
            told["users"] = _users(login, state, wanted)
            told["databases"] = _databases(login)
        if not set(_writes(list(wanted.roles))) <= set(told["databases"]):
            # Whoever may not list all is told of those that it may use, and the planned one may be one of the others.
            with log_in(f"127.0.0.1:{wanted.port}", wanted.admin, remaining(until), wanted.tls) as login:
                told["databases"] = _databases(login)
    except (Fault, Refused):
        pass
    return told


def _databases(login: Login) -> list[str]:
    listed = login.command("listDatabases", nameOnly=True)["databases"]
    return sorted({str(one["name"]) for one in listed} - _OWN_DATABASES)


def _users(login: Login, state: SetState, wanted: Wanted) -> dict[str, list[str]]:
    if state.user_exists is not False:
        return {wanted.user.name: _writes(state.user_roles or [])}
    found = login.command("usersInfo")["users"]
    return {str(one["user"]): _writes([(role["role"], role["db"]) for role in one["roles"]]) for one in found}


def _writes(roles: list[tuple[str, str]]) -> list[str]:
    return sorted(database for role, database in roles if role == "readWrite")
