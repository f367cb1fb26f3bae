# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges the members of a replica set by what they say themselves and by what another member says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..probing.fault import Fault
from ..probing.fetching import sanitized
from .wire import Hello, parse_member

LOG = "/var/log/mongodb/mongod.log there"
# Member states that serve, and what the others mean (MongoDB manual, "Replica Set Member States").
_SERVING = {"primary", "secondary", "arbiter"}
_MEANING = {
    "startup": f"it starts and has not read the set's configuration yet. If this stays, look at {LOG}.",
    "startup2": f"it copies all data from another member (initial sync), which takes its time. Progress is in {LOG}.",
    "recovering": "it catches up, is in maintenance, or was away for longer than the others' oplogs reach back. If "
    f"'too stale to catch up' is in {LOG}, and only while another member is primary: stop mongod, move its data "
    "directory aside, make an empty one that the user mongodb owns, and start it; it then copies all data from the "
    "others.",
    "rollback": f"it takes back writes that the others never got. Wait; what it took back is named in {LOG}.",
    "removed": "the set's configuration does not have it. Add it in mongosh with rs.add(), or stop it.",
}


@dataclass(frozen=True)
class Member:
    """What the module returns for a member."""

    name: str
    role: str
    state: str
    fault: str | None
    diagnosis: str | None


def configured_names(hellos: Sequence[Hello]) -> list[str]:
    """The members' names in the set's configuration, as members that answered name them; hidden ones are not named."""
    names: list[str] = []
    for answer in (hello.answer or {} for hello in hellos):
        names += answer.get("hosts", []) + answer.get("passives", []) + answer.get("arbiters", [])
    return list(dict.fromkeys(names))


def is_alias(hello: Hello, configured: Sequence[str]) -> bool:
    """Whether a member answered to a name that only we use: it is looked at under the name that all clients use."""
    return (hello.answer or {}).get("me", hello.name) != hello.name and hello.name not in configured


def primary_of(hellos: Sequence[Hello]) -> str | None:
    """The primary, or what the others hold for it: from here it may be out of reach."""
    answers = [(hello.name, hello.answer or {}) for hello in hellos]
    itself = [name for name, answer in answers if answer.get("setName") and answer.get("isWritablePrimary")]
    named = [answer["primary"] for _name, answer in answers if answer.get("primary")]
    return next(iter([*itself, *named]), None)


def check_member(hello: Hello, replica_set: str, status: dict[str, Any]) -> Member:
    """`status` is the answer of any member to `replSetGetStatus`, empty if there is none."""
    entry: dict[str, Any] = next((one for one in status.get("members", []) if one["name"] == hello.name), {})
    fault = hello.fault or _set_fault(hello, replica_set)
    role = _role(hello.answer or {}, entry)
    if fault is None and entry.get("health", 1) != 1:
        told = sanitized(entry.get("lastHeartbeatMessage") or "it says no more").rstrip(".")
        fault = Fault(
            "member_down",
            f"It answers here, but another member cannot reach it: {told}. "
            "On every host of the set, all names in its configuration must lead to the members, and no firewall may "
            "stand between them.",
        )
    if fault is None and role not in _SERVING:
        meaning = _MEANING.get(role, f"it is neither primary nor secondary. Look at {LOG}.")
        fault = Fault("not_serving", f"It does not serve (state {role.upper()}): {meaning}")
    state = "unhealthy" if fault else "healthy"
    return Member(hello.name, role, state, fault.kind if fault else None, fault.sentence if fault else None)


def _role(answer: dict[str, Any], entry: dict[str, Any]) -> str:
    if answer.get("isWritablePrimary"):
        return "primary" if answer.get("setName") else "standalone"
    if answer.get("secondary"):
        return "secondary"
    if answer.get("arbiterOnly"):
        return "arbiter"
    # another member's word counts only where this one can be asked at all
    return str(entry["stateStr"]).lower() if answer and entry.get("health") == 1 else "unknown"


def _set_fault(hello: Hello, replica_set: str) -> Fault | None:
    answer = hello.answer or {}
    name = answer.get("setName")
    if name == replica_set:
        return _name_fault(hello)
    if name:
        return Fault(
            "wrong_set",
            f"It is a member of the replica set {name!r} instead of {replica_set!r}: compare replication.replSetName "
            "in /etc/mongod.conf there, and replicaSet in MONGO_URL.",
        )
    if answer.get("isreplicaset"):
        return Fault(
            "not_initiated",
            f"mongod runs, but has no valid configuration of a replica set ({answer.get('info', 'it says no more')}): "
            "it does not find its own name in it, was removed from it, or its data directory is empty because a disk "
            "is not mounted. The site playbook puts names right, and stops where data are missing; the set of a new "
            "deployment it initiates.",
        )
    return Fault(
        "standalone",
        "mongod runs on its own, without a replica set, which Rocket.Chat cannot use: set replication.replSetName in "
        "/etc/mongod.conf there, restart mongod and initiate the set (the site playbook does all that).",
    )


def _name_fault(hello: Hello) -> Fault | None:
    itself = (hello.answer or {}).get("me", hello.name)
    if itself == hello.name:
        return None
    return Fault(
        "wrong_member",
        f"Under this name {itself} answers: its address is wrong in /etc/hosts or in the DNS. `getent hosts "
        f"{parse_member(hello.name).host}` shows where it leads to.",
    )


# -- no primary --------------------------------------------------------------------------------------------------------


def _voting(hellos: Sequence[Hello], replica_set: str, config: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Voting members that are up, and those that are away."""
    votes = {member["host"]: int(member.get("votes", 1)) for member in config.get("members", [])}
    voting = [hello for hello in hellos if votes.get(hello.name, 0 if votes else 1)]
    up = [hello.name for hello in voting if (hello.answer or {}).get("setName") == replica_set]
    return up, [hello.name for hello in voting if hello.name not in up]


def can_elect(hellos: Sequence[Hello], replica_set: str) -> bool:
    """Whether enough members are up for a primary, if each has one vote."""
    up, away = _voting(hellos, replica_set, {})
    return len(up) > len(away)


def no_primary(hellos: Sequence[Hello], replica_set: str, config: dict[str, Any]) -> Fault:
    """Why: `config` is the set's configuration, empty where it is not known; then each member counts as one vote."""
    up, away = _voting(hellos, replica_set, config)
    voters = len(up) + len(away)
    needed = voters // 2 + 1
    count = f"{len(up)} of {voters} voting members {'is' if len(up) == 1 else 'are'} up"
    if len(up) < needed:
        return Fault(
            "no_primary",
            f"The set has no primary, so nothing can be written: {count}, {needed} are needed to elect one. Bring back "
            f"{' or '.join(away)}: `systemctl status mongod` there tells why it is away, `sudo systemctl start mongod` "
            "starts it.",
        )
    return Fault(
        "no_primary",
        f"The set has no primary, so nothing can be written, although {count}. An election takes some 12 s: ask again. "
        "If this stays, the members cannot reach each other by the names in the configuration, or none of them may be "
        f"elected (priority 0, rs.freeze()): look for ELECTION in {LOG}.",
    )
