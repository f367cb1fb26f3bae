# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks one member of a replica set, after the login, for all that Rocket.Chat and its operator rely on.

What is asked is what the role of our own may read (roles.py); where the user lacks it, a check is skipped and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Callable

from ..probing.fault import Fault
from . import privileges
from .login import Login, Refused
from .roles import ROLE

# an oplog that is less full than this still grows, and its window with it
_FULL = 0.9
_SECONDARY = 2


@dataclass(frozen=True)
class Limits:
    """What is still well: seconds behind the primary, hours that the oplog reaches back."""

    maximum_lag: float
    minimum_oplog_hours: float


@dataclass(frozen=True)
class Check:
    """What the module returns for a check."""

    name: str
    state: str
    fault: str | None = None
    diagnosis: str | None = None


class Skipped(Exception):
    """A check that cannot be made, and why."""


@dataclass
class Findings:
    """What a member told; what it did not tell stays empty."""

    checks: list[Check] = field(default_factory=list)
    status: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    version: str | None = None
    feature_compatibility_version: str | None = None
    tls_mode: str | None = None
    oplog_hours: float | None = None
    lag_seconds: float | None = None

    def run(self, name: str, check: Callable[[], None]) -> None:
        self.checks.append(run(name, check))


def run(name: str, check: Callable[[], None]) -> Check:
    try:
        check()
    except Fault as fault:
        return Check(name, "unhealthy", fault.kind, fault.sentence)
    except Skipped as skipped:
        return Check(name, "skipped", diagnosis=f"Not checked: {skipped}.")
    except Refused as refused:
        remedy = f"; the role {ROLE} on admin allows it" if refused.denied else ""
        return Check(name, "skipped", diagnosis=f"Not checked: mongod says '{refused}'{remedy}.")
    return Check(name, "healthy")


NAMES = ("privileges", "change_stream", "replication_lag", "oplog", "feature_compatibility_version")


def examine(login: Login, findings: Findings, database: str | None, limits: Limits, writable: bool) -> None:
    """Fills the findings as far as it comes: a member may stop answering in between, which raises Fault.

    `writable` says whether this member takes writes.
    """
    findings.version = str(login.command("buildInfo")["version"])
    try:
        findings.status = login.command("replSetGetStatus")
        findings.config = login.command("replSetGetConfig")["config"]
    except Refused:
        # on a standalone, or for want of a privilege: the checks below tell
        pass
    findings.run("privileges", lambda: _privileges(login, database))
    findings.run("change_stream", lambda: _change_stream(login, database, writable))
    findings.run("replication_lag", lambda: _replication_lag(findings, limits.maximum_lag))
    findings.run("oplog", lambda: _oplog(login, findings, limits.minimum_oplog_hours))
    findings.run("feature_compatibility_version", lambda: _feature_compatibility(login, findings))


def _privileges(login: Login, database: str | None) -> None:
    granted = login.command("connectionStatus", showPrivileges=True)["authInfo"]
    privileges.check_privileges(granted, database)
    if database is None:
        raise Skipped(f"what {ROLE} allows is there; for the rest it must be known which database is Rocket.Chat's")


def _change_stream(login: Login, database: str | None, writable: bool) -> None:
    if database is None:
        raise Skipped("it must be known which database is Rocket.Chat's")
    if not writable:
        raise Skipped("there is no primary to open a change stream at")
    try:
        login.watch(database)
    except Refused as refused:
        if refused.denied:
            remedy = f"the user lacks changeStream and find there: grant it readWrite on {database}"
        else:
            remedy = "Rocket.Chat needs a replica set, and its members a storage engine with majority read concern"
        sentence = f"Change streams of the database {database} cannot be opened ({refused}): {remedy}."
        raise Fault("change_stream", sentence) from None


def _replication_lag(findings: Findings, maximum: float) -> None:
    members = findings.status.get("members", [])
    primary = next((member["optimeDate"] for member in members if member["stateStr"] == "PRIMARY"), None)
    if primary is None:
        raise Skipped("no primary told how far its members are")
    lags = {member["name"]: _lag(primary, member, findings.config) for member in members if _replicates(member)}
    if not lags:
        raise Skipped("the set has no secondary that answers")
    findings.lag_seconds = max(lags.values())
    behind = [f"{name} by {lag:.0f} s" for name, lag in lags.items() if lag > maximum]
    if behind:
        raise Fault(
            "lag",
            f"Behind the primary: {', '.join(behind)}, more than {maximum:g} s. If the primary is lost, one of these "
            "may take over, and newer writes are rolled back. Compare what their disks have to do (`vmstat 1 5`, the "
            "column wa) and the network between the hosts.",
        )


def _replicates(member: dict[str, Any]) -> bool:
    return bool(member["state"] == _SECONDARY and member.get("health") == 1)


def _lag(primary: datetime, member: dict[str, Any], config: dict[str, Any]) -> float:
    """A delay that is configured is no lag. Before MongoDB 5.0 it was called slaveDelay."""
    configured: dict[str, Any] = next((one for one in config.get("members", []) if one["host"] == member["name"]), {})
    delay = configured.get("secondaryDelaySecs", configured.get("slaveDelay", 0))
    behind: timedelta = primary - member["optimeDate"]
    return max(0.0, behind.total_seconds() - float(delay))


def _oplog(login: Login, findings: Findings, minimum_hours: float) -> None:
    # the section oplog must be asked for; the large ones cost mongod time
    unwanted = dict.fromkeys(("metrics", "wiredTiger", "tcmalloc", "locks"), 0)
    times = login.command("serverStatus", oplog=1, **unwanted).get("oplog", {})
    if "earliestOptime" not in times or "latestOptime" not in times:
        raise Skipped("this mongod does not tell how far its oplog reaches back")
    hours = (times["latestOptime"].time - times["earliestOptime"].time) / 3600
    findings.oplog_hours = round(hours, 2)
    size = login.command_on("local", "collStats", "oplog.rs", scale=1024 * 1024)
    # a young set has a short oplog because it is young
    if hours < minimum_hours and size["size"] >= _FULL * size["maxSize"]:
        raise Fault(
            "oplog",
            f"The oplog of {size['maxSize']} MiB is full and reaches {hours:.1f} h back, not {minimum_hours:g} h: "
            "a member that is away for longer must copy all data anew. Enlarge it on each member, in "
            "mongosh (package mongodb-mongosh), with db.adminCommand({replSetResizeOplog: 1, size: <MiB>}).",
        )


def _feature_compatibility(login: Login, findings: Findings) -> None:
    # tlsMode is information for the operator: there is no right or wrong
    answer = login.command("getParameter", featureCompatibilityVersion=1, tlsMode=1)
    findings.tls_mode = answer.get("tlsMode")
    found = answer["featureCompatibilityVersion"]
    findings.feature_compatibility_version = str(found["version"])
    series = ".".join(str(findings.version).split(".")[:2])
    if found["version"] != series:
        # MongoDB manual, setFeatureCompatibilityVersion: since 7.0 it must be confirmed
        confirm = ", confirm: true" if int(series.split(".", maxsplit=1)[0]) >= 7 else ""
        raise Fault(
            "fcv",
            f"MongoDB {findings.version} still works in the manner of {found['version']} "
            "(featureCompatibilityVersion), so the next series will not start on these data. When the upgrade to "
            f"{series} is to stay, an administrator types in mongosh (package mongodb-mongosh) "
            f'db.adminCommand({{setFeatureCompatibilityVersion: "{series}"{confirm}}}).',
        )


def not_made(names: Sequence[str], reason: str) -> list[Check]:
    return [Check(name, "skipped", diagnosis=f"Not checked: {reason}.") for name in names]
