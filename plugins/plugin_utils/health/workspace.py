# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evidence in Rocket.Chat's own database: migrations that are locked, so that no monolith starts; who signed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..rocketchat import migrations
from ..rocketchat.identity import IDENTITY, asks_identity
from .answers import HostAnswers
from .model import HealthWarning, Subject, Symptom

MONOLITH = "rocketchat"


def subjects(plan: Mapping[str, Any], answers: Mapping[str, HostAnswers]) -> Iterator[Subject]:
    """While monoliths are well, a lock counts from the time on at which it is no other monolith's start any more."""
    for host, answer in answers.items():
        workspace = answer.get("workspace")
        if migrations.is_locked(workspace) and (migrations.is_old(workspace) or _has_an_ill_monolith(plan, answers)):
            database = plan["hosts"][host]["probes"]["workspace"]["database"]
            symptom = Symptom("migrations.locked", _locked(workspace, database))
            yield Subject(_first_host(plan), "migrations", symptoms=[symptom], provides=(("migrations", ""),))


def warnings(answers: Mapping[str, HostAnswers]) -> Iterator[HealthWarning]:
    if any(asks_identity(answer.get("workspace")) for answer in answers.values()):
        yield HealthWarning("workspace.identity", IDENTITY)


def is_unused(answers: Mapping[str, HostAnswers]) -> bool:
    """Whether the workspace is known to be one in which nobody has ever signed in."""
    return any(answer.get("workspace").get("signed_in") is False for answer in answers.values())


def _locked(workspace: Mapping[str, Any], database: str) -> str:
    return (
        f"The migrations of the database are locked {migrations.since(workspace)}, at version "
        f"{workspace['migrations']['version']}, and a monolith does not serve before they are through. One migrates, "
        "which its log shows: then wait, and restart nothing. Or it was killed or failed while it did: then stop the "
        f"monoliths and, in mongosh (package mongodb-mongosh), {migrations.unlocking(database)}."
    )


def _has_an_ill_monolith(plan: Mapping[str, Any], answers: Mapping[str, HostAnswers]) -> bool:
    for host, planned in plan["hosts"].items():
        for name in (one["name"] for one in planned["containers"] if one["service"] == MONOLITH):
            container = answers[host].find("containers", "containers", name) or {}
            endpoint = answers[host].find("services", "endpoints", name) or {}
            if container.get("fault") or endpoint.get("state", "healthy") != "healthy":
                return True
    return False


def _first_host(plan: Mapping[str, Any]) -> str:
    hosts: Mapping[str, Any] = plan["hosts"]
    return next(host for host, one in hosts.items() if any(c["service"] == MONOLITH for c in one["containers"]))
