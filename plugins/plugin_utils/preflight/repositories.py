# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether MongoDB's repository has the planned release for a host, unless the operator named another repository."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..rocketchat.distributions import Distribution, mongodb_repository
from ..rocketchat.problems import Problem
from ..rocketchat.versions import accepted_mongodb, as_series, parse_series, parse_version
from .hosts import Host
from .requirements import POSSIBLE_ARCHITECTURES


def repository_problems(plan: Mapping[str, Any], hosts: list[Host]) -> Iterator[Problem]:
    """apt would find the repository, and no server in it. Of a repository of the operator's own nothing is known."""
    series = parse_series(plan["mongodb_version"])
    for host in hosts:
        if series is None or host.distribution is None or not _takes_the_default(host):
            continue
        if host.facts["architecture"] not in POSSIBLE_ARCHITECTURES:
            # told already, and no repository helps
            continue
        there = host.distribution.mongodb_servers(host.facts["architecture"])
        # of what came later nothing is known
        if plan["mongodb_version"] not in there and series <= as_series(host.distribution.mongodb_series[-1]):
            yield _without_server(plan, host, host.distribution, there)
            return


def _takes_the_default(host: Host) -> bool:
    planned = host.plan["mongodb"]
    elsewhere = planned and (planned["repository"]["url"] or planned["repository"]["suite"])
    return bool(planned) and not host.mongodb_installed and not elsewhere


def _without_server(plan: Mapping[str, Any], host: Host, on: Distribution, there: tuple[str, ...]) -> Problem:
    series, version = plan["mongodb_version"], parse_version(plan["version"])
    others = [other for other in there if version and other in accepted_mongodb(version)]
    choice = "".join(f'mongodb_version: "{other}", or ' for other in others)
    reason = (
        f"is in no package for host {host.name} ({host.facts['os']['name']}, {host.facts['architecture']}): MongoDB's "
        f"repository has no server in {mongodb_repository(on, series).suite}"
    )
    remedy = f"Write {choice}mongodb_repository_url and mongodb_repository_suite of a repository that has one"
    return Problem("mongodb_version", series, reason, remedy)
