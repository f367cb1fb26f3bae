# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings a replica set and its users about, on the host of its first member: read, decide, take one step, read again.

Every step ends in a state that the next reading sees, so that a run that was cut off goes on where it ended, and what
MongoDB accepts but does not do is noticed. Commands and codes are those of MongoDB's manual ("Database Commands") and
of mongo/base/error_codes.yml; seen with MongoDB 6.0.5 and pymongo 3.11, 4.10 and 4.20.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ..probing.clock import remaining
from ..probing.fault import Fault
from . import steps
from .login import Login, Refused, log_in
from .members import LOG, can_elect, no_primary
from .state import SetState, read
from .steps import Decision, Step, Wanted, administrator_fault, decide
from .wire import Hello, say_hello

# For one reading, for one look at the members.
_REQUEST = 5.0
_INTERVAL = 0.2
# A member that was just started listens within this, or not soon.
_SETTLED = 10.0
_ALREADY_INITIALIZED = 23
# "replSetInitiate quorum check failed because not all proposed set members responded affirmatively"
_NODE_NOT_FOUND = 74


@dataclass
class Outcome:
    """What the module returns: the steps that were taken, or that would be in check mode; a diff; the primary."""

    steps: list[Step]
    before: dict[str, Any]
    after: dict[str, Any]
    primary: str | None


@dataclass
class _Waiting:
    """Until when, and since when a fault lasts that should have passed within seconds."""

    until: float
    settling_since: dict[str, float] = field(default_factory=dict)

    def after(self, fault: Fault) -> None:
        """Waits a moment, or raises the fault when there is nothing to wait for any more."""
        now = time.monotonic()
        since = self.settling_since.get(fault.kind, now)
        self.settling_since = {fault.kind: since} if fault.kind in steps.SETTLING else {}
        if fault.kind in steps.PERMANENT or now >= self.until or now - since > _SETTLED:
            raise fault
        time.sleep(min(_INTERVAL, self.until - now))


def bring_about(wanted: Wanted, timeout: float, check_mode: bool) -> Outcome:
    """Waits up to `timeout` for mongod, the members and a primary. Raises Fault."""
    waiting = _Waiting(time.monotonic() + timeout)
    before: dict[str, Any] | None = None
    taken: list[Step] = []
    while True:
        until = time.monotonic() + _REQUEST
        role = wanted.own_role.name if wanted.own_role else ""
        state = read(wanted.port, wanted.user, wanted.admin, until, wanted.removed_user, role, wanted.tls)
        try:
            decision = _decision(decide(state, wanted), state.members, wanted)
            before = steps.described(state) if before is None else before
            if check_mode:
                rehearse(decision.steps, state, wanted)
            if check_mode or not decision.steps:
                found = [*taken, *decision.steps]
                return Outcome(found, before, steps.projected(before, wanted), state.primary)
            step = decision.steps[0]
            if step in taken:
                sentence = f"MongoDB accepted to {step.sentence}, but it made no difference: see {LOG}."
                raise Fault("no_effect", sentence)
            _take(step, state, wanted, waiting.until)
            taken.append(step)
        except Fault as fault:
            waiting.after(fault)


def _decision(decision: Decision, members: Sequence[str], wanted: Wanted) -> Decision:
    """Raises the fault; one of a missing primary says why there is none."""
    fault = decision.fault
    if fault is None:
        return decision
    if fault.kind == "no_primary":
        hellos = say_hello(members, _REQUEST, wanted.tls)
        fault = no_primary(hellos, wanted.replica_set, {})
        if not can_elect(hellos, wanted.replica_set):
            fault = Fault("no_majority", fault.sentence)
    raise fault


def rehearse(planned: Sequence[Step], state: SetState, wanted: Wanted) -> None:
    """Without a change: whether the administrator may log in, where a run would need that and MongoDB knows one."""
    without = (steps.INITIATE, steps.CREATE_ADMINISTRATOR, steps.CREATE_USER)
    if state.any_user and any(step.kind not in without for step in planned):
        with _administrator(state, wanted, _REQUEST):
            pass


# -- steps -------------------------------------------------------------------------------------------------------------


def _take(step: Step, state: SetState, wanted: Wanted, until: float) -> None:
    seconds = remaining(until) + _REQUEST
    if step.kind == steps.INITIATE:
        _initiate(state, wanted, seconds)
    elif step.kind == steps.CREATE_ADMINISTRATOR:
        _create_administrator(wanted, seconds)
    else:
        _set_up(step, state, wanted, seconds)


def _initiate(state: SetState, wanted: Wanted, seconds: float) -> None:
    for hello in say_hello(wanted.members, _REQUEST, wanted.tls):
        _check_newcomer(hello, wanted.replica_set)
    members = [{"_id": number, "host": name} for number, name in enumerate(wanted.members)]
    # there may be users without a set: data of a mongod that ran without one
    user = wanted.admin if state.any_user else None
    try:
        with log_in(_here(wanted), user, seconds, wanted.tls) as login:
            login.command_on("admin", "replSetInitiate", {"_id": wanted.replica_set, "members": members})
    except Refused as refused:
        passing = refused.code in (_ALREADY_INITIALIZED, _NODE_NOT_FOUND)
        raise Fault(
            "members_away" if passing else "initiate",
            f"mongod refuses to initiate the replica set {wanted.replica_set}: {refused}. Compare mongodb_replica_set "
            "and the names of the members with replication.replSetName in /etc/mongod.conf and with /etc/hosts.",
        ) from None


def _check_newcomer(hello: Hello, replica_set: str) -> None:
    """A set is initiated by all its members, none of which has one yet. Raises Fault."""
    name, found = hello.name, (hello.answer or {}).get("setName")
    if hello.fault:
        sentence = f"The replica set {replica_set} is initiated when all its members answer. {name}: {hello.fault}"
        raise Fault("members_away", sentence)
    if found == replica_set:
        raise Fault(
            # it takes a member without data in within seconds, if it knows it
            "members_away",
            f"{name} has the replica set {replica_set} already, but mongod here has no data of it: a disk is not "
            "mounted (`findmnt`), or this host is not a member yet (rs.add() in mongosh at the primary makes it one).",
        )
    if found:
        raise Fault(
            "wrong_set",
            f"{name} is a member of the replica set {found!r}, so it cannot be one of {replica_set!r}: correct its "
            "address in the inventory, or, if nobody needs its data, stop mongod there and empty its data directory.",
        )


def _create_administrator(wanted: Wanted, seconds: float) -> None:
    try:
        with log_in(_here(wanted), None, seconds, wanted.tls) as login:
            _change(login, "createUser", steps.ADMINISTRATOR, seconds, pwd=wanted.admin_password, roles=["root"])
    except Refused as refused:
        sentence = f"MongoDB does not let its administrator {steps.ADMINISTRATOR} be created: {refused}. See {LOG}."
        raise Fault("administrator", sentence) from None


def _set_up(step: Step, state: SetState, wanted: Wanted, seconds: float) -> None:
    roles = [{"role": name, "db": database} for name, database in wanted.roles]
    password = wanted.user.password
    with _administrator(state, wanted, seconds) as login:
        if step.kind in (steps.CREATE_ROLE, steps.SET_PRIVILEGES):
            _set_up_role(login, step, wanted, seconds)
        elif step.kind == steps.CREATE_USER:
            _change(login, "createUser", wanted.user.name, seconds, pwd=password, roles=roles)
        elif step.kind == steps.SET_ROLES:
            _change(login, "updateUser", wanted.user.name, seconds, roles=roles)
        elif step.kind == steps.SET_ADMIN_PASSWORD:
            _change(login, "updateUser", steps.ADMINISTRATOR, seconds, pwd=wanted.admin_password)
        elif step.kind == steps.REMOVE_USER:
            _change(login, "dropUser", wanted.removed_user, seconds)
        else:
            _change(login, "updateUser", wanted.user.name, seconds, pwd=password)


def _set_up_role(login: Login, step: Step, wanted: Wanted, seconds: float) -> None:
    if wanted.own_role:
        command = "createRole" if step.kind == steps.CREATE_ROLE else "updateRole"
        privileges = [dict(one) for one in wanted.own_role.privileges]
        _change(login, command, wanted.own_role.name, seconds, privileges=privileges, roles=[])


def _change(login: Login, command: str, name: str, seconds: float, **changes: Any) -> None:
    """Waits until most members have it, so that it outlasts the loss of the primary; for less than the socket does."""
    concern = {"w": "majority", "wtimeout": max(1, int((seconds - _REQUEST) * 1000))}
    answer = login.command_on("admin", command, name, writeConcern=concern, **changes)
    if "writeConcernError" in answer:
        raise Fault(
            "not_replicated",
            f"The primary has changed {name}, but most other members have not in time: bring them back "
            "(`systemctl status mongod` there) and run the playbook again.",
        )


@contextmanager
def _administrator(state: SetState, wanted: Wanted, seconds: float) -> Iterator[Login]:
    """The administrator, logged in at the primary; also later, what it may not do raises Fault."""
    where = state.primary if state.primary and not state.primary_here else _here(wanted)
    try:
        with log_in(where, wanted.admin, seconds, wanted.tls) as login:
            yield login
    except Refused as refused:
        raise administrator_fault(wanted.user.name, str(refused)) from None
    except Fault as fault:
        if fault.kind == "auth":
            raise administrator_fault(wanted.user.name, "Authentication failed") from None
        raise Fault(fault.kind, f"{where}: {fault.sentence}") from None


def _here(wanted: Wanted) -> str:
    return f"127.0.0.1:{wanted.port}"
