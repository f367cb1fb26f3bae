# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges the members of a replica set by what they say themselves and by what another member says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..probing.fault import Fault
from ..probing.fetching import harmless
from .wire import Knock, parse_member

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


def configured_names(knocks: Sequence[Knock]) -> list[str]:
    """The members' names in the set's configuration, as those who answered tell them; hidden ones are not told."""
    names: list[str] = []
    for hello in (knock.hello or {} for knock in knocks):
        names += hello.get("hosts", []) + hello.get("passives", []) + hello.get("arbiters", [])
    return list(dict.fromkeys(names))


def is_alias(knock: Knock, configured: Sequence[str]) -> bool:
    """Whether a member answered to a name that only we use: it is looked at under the name that all clients use."""
    return (knock.hello or {}).get("me", knock.name) != knock.name and knock.name not in configured


def primary_of(knocks: Sequence[Knock]) -> str | None:
    """Who is primary, or whom the others hold for it: from here he may be out of reach."""
    hellos = [(knock.name, knock.hello or {}) for knock in knocks]
    itself = [name for name, hello in hellos if hello.get("setName") and hello.get("isWritablePrimary")]
    named = [hello["primary"] for _name, hello in hellos if hello.get("primary")]
    return next(iter([*itself, *named]), None)


def judge(knock: Knock, replica_set: str, status: dict[str, Any]) -> Member:
    """`status` is the answer of any member to `replSetGetStatus`, empty if there is none."""
    entry: dict[str, Any] = next((one for one in status.get("members", []) if one["name"] == knock.name), {})
    fault = knock.fault or _set_fault(knock, replica_set)
    role = _role(knock.hello or {}, entry)
    if fault is None and entry.get("health", 1) != 1:
        told = harmless(entry.get("lastHeartbeatMessage") or "it says no more").rstrip(".")
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
    return Member(knock.name, role, state, fault.kind if fault else None, fault.sentence if fault else None)


def _role(hello: dict[str, Any], entry: dict[str, Any]) -> str:
    if hello.get("isWritablePrimary"):
        return "primary" if hello.get("setName") else "standalone"
    if hello.get("secondary"):
        return "secondary"
    if hello.get("arbiterOnly"):
        return "arbiter"
    # somebody else's word is only as good as that it can be asked at all
    return str(entry["stateStr"]).lower() if hello and entry.get("health") == 1 else "unknown"


def _set_fault(knock: Knock, replica_set: str) -> Fault | None:
    hello = knock.hello or {}
    name = hello.get("setName")
    if name == replica_set:
        return _name_fault(knock)
    if name:
        return Fault(
            "wrong_set",
            f"It is a member of the replica set {name!r} instead of {replica_set!r}: compare replication.replSetName "
            "in /etc/mongod.conf there, and replicaSet in MONGO_URL.",
        )
    if hello.get("isreplicaset"):
        return Fault(
            "not_initiated",
            f"mongod runs, but has no valid configuration of a replica set ({hello.get('info', 'it says no more')}): "
            "it does not find its own name in it, was removed from it, or its data directory is empty because a disk "
            "is not mounted. Only if this deployment is new: run the site playbook, which initiates the set.",
        )
    return Fault(
        "standalone",
        "mongod runs on its own, without a replica set, which Rocket.Chat cannot use: set replication.replSetName in "
        "/etc/mongod.conf there, restart mongod and initiate the set (the site playbook does all that).",
    )


def _name_fault(knock: Knock) -> Fault | None:
    itself = (knock.hello or {}).get("me", knock.name)
    if itself == knock.name:
        return None
    return Fault(
        "wrong_member",
        f"Under this name {itself} answers: its address is wrong in /etc/hosts or in the DNS. `getent hosts "
        f"{parse_member(knock.name).host}` shows where it leads to.",
    )


# -- no primary --------------------------------------------------------------------------------------------------------


def _voting(knocks: Sequence[Knock], replica_set: str, config: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Who votes and is up, and who votes and is away."""
    votes = {member["host"]: int(member.get("votes", 1)) for member in config.get("members", [])}
    voting = [knock for knock in knocks if votes.get(knock.name, 0 if votes else 1)]
    up = [knock.name for knock in voting if (knock.hello or {}).get("setName") == replica_set]
    return up, [knock.name for knock in voting if knock.name not in up]


def can_elect(knocks: Sequence[Knock], replica_set: str) -> bool:
    """Whether enough members are up for a primary, if each has one vote."""
    up, away = _voting(knocks, replica_set, {})
    return len(up) > len(away)


def no_primary(knocks: Sequence[Knock], replica_set: str, config: dict[str, Any]) -> Fault:
    """Why: `config` is the set's configuration, empty where nobody told; then each member is taken to have one vote."""
    up, away = _voting(knocks, replica_set, config)
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
