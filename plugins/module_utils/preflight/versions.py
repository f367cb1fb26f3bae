# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether what runs and what is installed may become what is planned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..plan.problems import Problem
from ..plan.upgrades import upgrade_problems, upgrade_warnings
from ..plan.versions import accepted_mongodb, parse_version
from . import requirements
from .hosts import Host, running_version
from .parts import BACKUPS, MONGODB_PACKAGES


def version_problems(plan: Mapping[str, Any], hosts: list[Host]) -> list[Problem]:
    installed = [host.packages[MONGODB_PACKAGES[0]] for host in hosts if MONGODB_PACKAGES[0] in host.packages]
    running = max(installed, key=_numbers, default=None)
    told = [host.feature_compatibility_version for host in hosts if host.feature_compatibility_version]
    compatibility = min(told, key=_numbers, default=None)
    problems = upgrade_problems(
        running_version(hosts), plan["version"], running, plan["mongodb_version"], compatibility
    )
    if not any(problem.variable == "mongodb_version" for problem in problems):
        problems += _outdated_mongodb(plan, hosts)
    return problems


def _outdated_mongodb(plan: Mapping[str, Any], hosts: list[Host]) -> Iterator[Problem]:
    """Rocket.Chat would be replaced and then not start."""
    for host, installed in _kept_mongodb(hosts):
        if not _accepts(plan, installed):
            reason = (
                f"is what Rocket.Chat {plan['version']} needs, and host {host.name} has MongoDB {installed}, which "
                "stays as it is"
            )
            remedy = "Upgrade it by hand first, as MongoDB's manual says, or choose an older rocketchat_version"
            yield Problem("mongodb_version", plan["mongodb_version"], reason, remedy)


def _kept_mongodb(hosts: list[Host]) -> Iterator[tuple[Host, str]]:
    """Hosts on which a MongoDB of another series is installed than planned, and its version."""
    for host in hosts:
        installed = host.packages.get(MONGODB_PACKAGES[0], "")
        planned = host.plan["mongodb"]
        if planned and installed and not installed.startswith(f"{planned['version']}."):
            yield host, installed


def _accepts(plan: Mapping[str, Any], installed: str) -> bool:
    version = parse_version(plan["version"])
    return version is None or any(installed.startswith(f"{series}.") for series in accepted_mongodb(version))


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def version_warnings(plan: Mapping[str, Any], hosts: list[Host]) -> Iterator[str]:
    running = running_version(hosts)
    if running is not None and running != plan["version"]:
        yield from _backup_warning(running, plan["version"], hosts)
        for host in hosts:
            for upload in (host.plan["rocketchat"] or {}).get("directories", []):
                yield from upgrade_warnings(running, plan["version"], upload["path"])
    for host, installed in _kept_mongodb(hosts):
        if _accepts(plan, installed):
            yield (
                f"host {host.name} has MongoDB {installed} installed, and mongodb_version is "
                f"{plan['mongodb_version']}: an installed package stays as it is."
            )


def _backup_warning(running: str, planned: str, hosts: list[Host]) -> Iterator[str]:
    now = max(host.facts["clock"]["epoch"] for host in hosts)
    backups = [host.facts["last_backup"] for host in hosts if host.facts["last_backup"] is not None]
    hours = int((now - max(backups)) // 3600) if backups else None
    if hours is None or hours >= requirements.BACKUP_AGE_HOURS:
        last = "there is no backup" if hours is None else f"the last backup is {hours} hours old"
        yield (
            f"Rocket.Chat {running} is about to become {planned}, which may change the database for good, and {last} "
            f"in {BACKUPS}. Make one first."
        )
