# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the workspace in Rocket.Chat's database can become the planned one, by what the database said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from ..inventory.licensing import about_the_license
from ..rocketchat import migrations
from ..rocketchat.catalogue import MONOLITH
from ..rocketchat.identity import IDENTITY, asks_identity
from ..rocketchat.problems import Problem
from ..rocketchat.upgrades import external_mongodb_warnings, upgrade_problems
from .hosts import Host, running_version
from .licensing import carried_problems, license_problems, license_warnings, oauth_warning

# Of a user of the operator's own, as the host tells it. One of ours is set up by the run itself.
_LACKS = "privilege_missing"


def workspace_problems(plan: Mapping[str, Any], hosts: list[Host]) -> Iterator[Problem]:
    if not any(_answers(hosts)):
        yield from carried_problems(plan)
    for asked, workspace in _answers(hosts):
        if migrations.is_locked(workspace):
            yield _locked(plan, asked, workspace)
        yield from license_problems(plan, workspace, _now(asked))
        if not plan["mongodb_version"] and workspace["user_fault"] == _LACKS:
            yield Problem("rocketchat_mongodb_url", None, *_of_the_user(workspace))


def workspace_warnings(plan: Mapping[str, Any], hosts: list[Host]) -> Iterator[str]:
    if not any(_answers(hosts)):
        yield from about_the_license(plan["warnings"])
    for asked, workspace in _answers(hosts):
        yield from _unread(plan, asked, workspace)
        yield from license_warnings(plan, workspace, _now(asked))
        yield from oauth_warning(plan, workspace, _now(asked))
        yield from _mongodb_warnings(plan, workspace, hosts)
        if not plan["mongodb_version"] and workspace["user_fault"] not in (None, _LACKS):
            yield f"of the MongoDB of rocketchat_mongodb_url: {workspace['user_reason']}"
        if asks_identity(workspace):
            yield IDENTITY


def _of_the_user(workspace: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong, and what to do about it."""
    reason, _stop, remedy = str(workspace["user_reason"]).partition(". ")
    return f"does not let Rocket.Chat work. {reason}", remedy.rstrip(".")


def _answers(hosts: list[Host]) -> Iterator[tuple[Host, Mapping[str, Any]]]:
    """Of the one host that asked, if any did."""
    return ((host, host.workspace) for host in hosts if host.workspace is not None)


def _now(asked: Host) -> datetime:
    """By the clock of the host that asked."""
    return datetime.fromtimestamp(asked.facts["clock"]["epoch"], timezone.utc)


def _unread(plan: Mapping[str, Any], asked: Host, workspace: Mapping[str, Any]) -> Iterator[str]:
    """One that is ours may be stopped for good reasons, and the run starts it."""
    if workspace["reason"] and not plan["mongodb_version"]:
        yield (
            f"the MongoDB of rocketchat_mongodb_url could not be read from host {asked.name}, so nobody knows whether "
            f"its migrations are locked. {workspace['reason']}"
        )


def _mongodb_warnings(plan: Mapping[str, Any], workspace: Mapping[str, Any], hosts: list[Host]) -> Iterator[str]:
    """Of one that is ours, versions.py tells."""
    version = workspace["mongodb_version"]
    if plan["mongodb_version"]:
        return
    # without the bypass, it is a problem of the versions
    if plan["bypasses_mongodb_validation"] and upgrade_problems(None, plan["version"], version, "", None):
        yield (
            f"Rocket.Chat {plan['version']} is not made for MongoDB {version} of rocketchat_mongodb_url, and starts "
            "there only because of BYPASS_MONGO_VALIDATION."
        )
    else:
        yield from external_mongodb_warnings(running_version(hosts), plan["version"], version)


def _locked(plan: Mapping[str, Any], asked: Host, workspace: Mapping[str, Any]) -> Problem:
    """Also where the version stays: the run may start or replace a monolith, and end one that migrates."""
    name, container = _monolith(plan)
    database = asked.plan["probes"]["workspace"]["database"]
    return Problem(
        "migrations of the database",
        None,
        f"are locked {migrations.since(workspace)}, at version {workspace['migrations']['version']}: a monolith "
        "migrates, or it was killed or failed while it did",
        f"On host {name}, `{migrations.log_command(container)}` shows whether one still runs; then wait, as a second "
        "monolith or a restart would corrupt the database. If none does, as after an error or without a new line for "
        f"long, stop the monoliths and, in mongosh (package mongodb-mongosh), {migrations.unlocking(database)}",
    )


def _monolith(plan: Mapping[str, Any]) -> tuple[str, str]:
    """Host and container of the first."""
    return next(
        (name, container["name"])
        for name, host in plan["hosts"].items()
        for container in host["containers"]
        if container["service"] == MONOLITH
    )
