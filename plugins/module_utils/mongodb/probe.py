# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks a MongoDB replica set how it is and, if it is not well, names the single likeliest cause. No Ansible here.

First a hello to every member, without a login (wire), as each may be away in a way of its own; then one
member, the primary if there is one, is asked everything else (checks); then any other member in the set's
configuration that was not asked yet. Nothing is changed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..probing.clock import milliseconds_since, remaining
from ..probing.fault import Fault
from ..probing.polling import Timeouts, poll
from .checks import NAMES, Check, Findings, Limits, examine, not_made, run
from .disk import Disk, check_disk
from .login import User, log_in
from .members import Member, check_member, configured_names, is_alias, no_primary, primary_of
from .tls import Tls
from .wire import Hello, say_hello

# The likeliest cause first: what stands further down often follows from what stands further up.
_CAUSES = (
    *("disk_missing", "disk_read_only", "disk_full", "silent", "standalone", "not_initiated", "wrong_set"),
    *(
        "no_primary",
        "auth",
        "refused",
        "closed",
        "tls_off",
        "certificate",
        "protocol",
        "resolve",
        "wrong_member",
        "unreachable",
        "member_down",
        "not_serving",
    ),
    *("privilege_missing", "change_stream", "driver", "auth_off", "lag", "privilege_wide", "oplog", "fcv"),
)
# what a look that the end of the time cut short may find although it is not so
_TIMED_OUT = {"silent", "resolve", "unreachable"}
# what no waiting mends
_PERMANENT = {"auth", "auth_off", "privilege_missing", "privilege_wide", "change_stream", "oplog", "fcv"}


@dataclass(frozen=True)
class Target:
    """What to ask, and what is well."""

    members: list[str]
    replica_set: str
    user: User
    request_timeout: float
    limits: Limits
    database: str | None = None
    disk: Disk | None = None
    tls: Tls | None = None


@dataclass(frozen=True)
class SetHealth:
    """What the module returns."""

    healthy: bool
    latency_ms: float | None
    version: str | None
    feature_compatibility_version: str | None
    tls_mode: str | None
    primary: str | None
    oplog_hours: float | None
    lag_seconds: float | None
    fault: str | None
    diagnosis: str | None
    members: list[Member]
    checks: list[Check]

    @property
    def timed_out(self) -> bool:
        return self.fault in _TIMED_OUT

    @property
    def permanent(self) -> bool:
        return self.fault in _PERMANENT


def wait(target: Target, timeout: float) -> SetHealth:
    """Looks until all is well or the time is up, or only what waiting does not mend is left; the last look counts."""
    timeouts = Timeouts(timeout, target.request_timeout)

    def look(stop: float) -> SetHealth:
        return ask(replace(target, request_timeout=remaining(timeouts.limit(stop))))

    health: SetHealth = poll([look], timeouts)[0].answer
    return health


def ask(target: Target) -> SetHealth:
    """One look."""
    hellos = say_hello(dict.fromkeys(target.members), target.request_timeout, target.tls)
    hellos += _say_hello_to_others(configured_names(hellos), hellos, target)
    findings = Findings()
    hellos, latency = _look_inside(hellos, target, findings)
    hidden = [member["name"] for member in findings.status.get("members", [])]
    hellos += _say_hello_to_others(hidden, hellos, target)
    configured = [*configured_names(hellos), *hidden]
    hellos = [hello for hello in hellos if not is_alias(hello, configured)]
    return _conclude(hellos, target, findings, latency)


def _say_hello_to_others(names: Sequence[str], known: Sequence[Hello], target: Target) -> list[Hello]:
    asked = {hello.name for hello in known}
    return say_hello([name for name in names if name not in asked], target.request_timeout, target.tls)


def _look_inside(hellos: list[Hello], target: Target, findings: Findings) -> tuple[list[Hello], float | None]:
    """Fills the findings by asking one member; a member that fails at that is at fault. Returns its latency, too."""
    chosen = _choose(hellos)
    if chosen is None:
        findings.checks = not_made(("login", *NAMES), "no member answered that could take a login")
        return hellos, None
    started, latency = time.monotonic(), None
    writable = bool((chosen.answer or {}).get("isWritablePrimary"))
    try:
        with log_in(chosen.name, target.user, target.request_timeout, target.tls) as login:
            latency = milliseconds_since(started)
            findings.checks.append(Check("login", "healthy"))
            examine(login, findings, target.database, target.limits, writable)
    except Fault as fault:
        if fault.kind in ("auth", "driver"):
            findings.checks.append(Check("login", "unhealthy", fault.kind, fault.sentence))
            reason = "it needs the login"
        else:
            hellos = [replace(hello, fault=fault) if hello is chosen else hello for hello in hellos]
            reason = f"{chosen.name} stopped answering"
        made = {check.name for check in findings.checks}
        findings.checks += not_made([name for name in ("login", *NAMES) if name not in made], reason)
    return hellos, latency


def _choose(hellos: Sequence[Hello]) -> Hello | None:
    """The primary, or else a secondary; the others have no users to log in."""
    for quality in ("isWritablePrimary", "secondary"):
        for hello in hellos:
            if (hello.answer or {}).get(quality):
                return hello
    return None


# -- the conclusion ----------------------------------------------------------------------------------------------------


def _conclude(hellos: list[Hello], target: Target, findings: Findings, latency: float | None) -> SetHealth:
    members = [check_member(hello, target.replica_set, findings.status) for hello in hellos]
    primary = primary_of(hellos)
    checks = [*findings.checks, run("authorization", lambda: _authorization(hellos)), check_disk(target.disk, members)]
    lack = None
    if primary is None and any((hello.answer or {}).get("setName") == target.replica_set for hello in hellos):
        lack = no_primary(hellos, target.replica_set, findings.config)
    fault, diagnosis = _cause(members, checks, lack)
    return SetHealth(
        healthy=fault is None,
        latency_ms=latency,
        version=findings.version,
        feature_compatibility_version=findings.feature_compatibility_version,
        tls_mode=findings.tls_mode,
        primary=primary,
        oplog_hours=findings.oplog_hours,
        lag_seconds=findings.lag_seconds,
        fault=fault,
        diagnosis=diagnosis,
        members=members,
        checks=checks,
    )


def _authorization(hellos: Sequence[Hello]) -> None:
    unlocked = [hello.name for hello in hellos if hello.open]
    if unlocked:
        raise Fault(
            "auth_off",
            f"Whoever reaches {', '.join(unlocked)} may read and change everything without a password: set "
            "security.authorization and security.keyFile in /etc/mongod.conf there (the site playbook does) and "
            "restart mongod.",
        )


def _cause(members: Sequence[Member], checks: Sequence[Check], lack: Fault | None) -> tuple[str | None, str | None]:
    """The likeliest cause of all that is not well, in a sentence, or nothing."""
    found: dict[str, str] = {}
    for check in checks:
        if check.fault:
            found[check.fault] = str(check.diagnosis)
    for kind in {member.fault for member in members if member.fault}:
        hit = [member for member in members if member.fault == kind]
        found[str(kind)] = f"{', '.join(member.name for member in hit)}: {hit[0].diagnosis}"
    if lack:
        found[lack.kind] = lack.sentence
    if not found:
        return None, None
    kind = min(found, key=_CAUSES.index)
    without = " Meanwhile the set has no primary, so nothing can be written." if lack and kind != lack.kind else ""
    return kind, found[kind] + without
