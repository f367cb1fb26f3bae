# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which MongoDB the repository has that the role mongodb takes unless told otherwise.

MongoDB's repository has suites without a server, in which there is no more than the shell and other tools. Read in
November 2026: MongoDB's manual, "Install MongoDB Community Edition on Debian" and "Supported Platforms" (7.0, 8.0 and
8.2 for Debian 12, x86-64 only); issue 652 of community.mongodb (bookworm with 6.0 has no server); issue 797 of
voxpupuli/puppet-mongodb (August 2026: neither has trixie with 8.0, and its users take bookworm's). What bookworm's
packages depend on is in Debian 13, too: its libssl3t64 and libcurl4t64 provide libssl3 and libcurl4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...module_utils.facts.parts import MONGODB_PACKAGES
from ..rocketchat.problems import Problem
from ..rocketchat.versions import accepted_mongodb, as_series, parse_series, parse_version
from .hosts import Host

# The suite for Debian 12 and 13, and the release series it has a server of, by architecture.
SUITE = "bookworm"
SERVERS: dict[str, tuple[str, ...]] = {"x86_64": ("7.0", "8.0", "8.2"), "aarch64": ()}
# Of what came later nothing is known.
NEWEST = as_series(SERVERS["x86_64"][-1])


def repository_problems(plan: Mapping[str, Any], hosts: list[Host]) -> Iterator[Problem]:
    """apt would find the repository, and no server in it. Of a repository of the operator's own nothing is known."""
    series = parse_series(plan["mongodb_version"])
    if series is None or series > NEWEST:
        return
    for host in hosts:
        there = SERVERS.get(host.facts["architecture"])
        if there is not None and _takes_the_default(host) and plan["mongodb_version"] not in there:
            yield _without_server(plan, host, there)
            return


def _takes_the_default(host: Host) -> bool:
    installed = MONGODB_PACKAGES[0] in host.packages
    return bool(host.plan["mongodb"]) and not installed and not host.own_mongodb_repository


def _without_server(plan: Mapping[str, Any], host: Host, there: tuple[str, ...]) -> Problem:
    series, version = plan["mongodb_version"], parse_version(plan["version"])
    others = [other for other in there if version and other in accepted_mongodb(version)]
    choice = "".join(f'mongodb_version: "{other}", or ' for other in others)
    reason = (
        f"is in no package for host {host.name} ({host.facts['os']['name']}, {host.facts['architecture']}): MongoDB's "
        f"repository has no server in {SUITE}/mongodb-org/{series}"
    )
    remedy = f"Write {choice}mongodb_repository_url and mongodb_repository_suite of a repository that has one"
    return Problem("mongodb_version", series, reason, remedy)
