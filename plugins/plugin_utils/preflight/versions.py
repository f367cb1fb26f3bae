# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what runs and what is installed may become what is planned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..rocketchat.layout import BACKUPS
from ..rocketchat.problems import Problem
from ..rocketchat.upgrades import upgrade_problems, upgrade_warnings
from ..rocketchat.versions import (
    parse_series,
    parse_version,
    series_text,
    tolerates_mongodb,
    untested_mongodb,
    works_with,
)
from . import requirements
from .hosts import Host, running_version


def version_problems(plan: Mapping[str, Any], hosts: list[Host]) -> list[Problem]:
    running = _installed(hosts) if plan["mongodb_version"] else _external(plan, hosts)
    compatibility = min(filter(None, map(_feature_compatibility, hosts)), key=_numbers, default=None)
    planned = _staying_series(plan, hosts) or plan["mongodb_version"]
    problems = upgrade_problems(running_version(hosts), plan["version"], running, planned, compatibility)
    return problems or list(_outdated_mongodb(plan, hosts))


def _feature_compatibility(host: Host) -> str | None:
    """Of its data; it only has a say where another MongoDB is planned than is installed."""
    planned, answer = host.plan["mongodb"], host.facts["mongodb"]
    stays = not planned or not answer or host.mongodb_installed.startswith(f"{planned['version']}.")
    return None if stays else answer["feature_compatibility_version"]


def _installed(hosts: list[Host]) -> str | None:
    return max((host.mongodb_installed for host in hosts if host.mongodb_installed), key=_numbers, default=None)


def _external(plan: Mapping[str, Any], hosts: list[Host]) -> str | None:
    """What the MongoDB of rocketchat_mongodb_url said of itself, unless the operator wants no judgement of it."""
    if plan["bypasses_mongodb_validation"]:
        return None
    return next((host.workspace["mongodb_version"] for host in hosts if host.workspace), None)


def _staying_series(plan: Mapping[str, Any], hosts: list[Host]) -> str | None:
    """The MongoDB that all hosts have and cannot leave, newer than the planned one, where Rocket.Chat works with it.

    An installed package stays as it is, so that nothing goes back. A host without one would get the older.
    """
    version = parse_version(plan["version"])
    members = [host for host in hosts if host.plan["mongodb"]]
    found = {parse_series(host.mongodb_installed) for host in members}
    series = found.pop() if len(found) == 1 else None
    return series_text(series) if version and series and tolerates_mongodb(version, series_text(series)) else None


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
        installed = host.mongodb_installed
        planned = host.plan["mongodb"]
        if planned and installed and not installed.startswith(f"{planned['version']}."):
            yield host, installed


def _accepts(plan: Mapping[str, Any], installed: str) -> bool:
    version, series = parse_version(plan["version"]), parse_series(installed)
    return version is None or (series is not None and works_with(version, series))


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def version_warnings(plan: Mapping[str, Any], hosts: list[Host]) -> Iterator[str]:
    running = running_version(hosts)
    if running is not None and running != plan["version"]:
        yield from _backup_warning(running, plan["version"], hosts)
        for host in hosts:
            for upload in (host.plan["rocketchat"] or {}).get("directories", []):
                yield from upgrade_warnings(running, plan["version"], upload["path"])
    staying, version = _staying_series(plan, hosts), parse_version(plan["version"])
    for host, installed in _kept_mongodb(hosts):
        if staying and version:
            untested = untested_mongodb(f"host {host.name} has MongoDB {installed} installed", version)
            yield f'{untested} Write mongodb_version: "{staying}".'
        elif _accepts(plan, installed):
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
