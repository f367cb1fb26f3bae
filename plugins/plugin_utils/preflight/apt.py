# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The package repositories that a host has already, in entries of somebody else's. Pure.

apt takes no two entries for one address and suite that name different keys: "Conflicting values set for option
Signed-By regarding source ..." (apt-pkg/deb/debmetaindex.cc), and then refuses everything, whoever asks. With one key,
or where one of them names none, it only warns (seen, apt 3.0).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..plan.resources import Repository, RoleState
from ..rocketchat.problems import Problem
from .hosts import Host
from .ownership import is_foreign

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def with_provided(host: Host) -> Host:
    """The host without those repositories of its roles that somebody else's entry provides: that one is used."""
    desired = {role: _without_provided(host, state) for role, state in host.desired.items()}
    return replace(host, desired=desired)


def _without_provided(host: Host, state: RoleState) -> RoleState:
    repository = state.repository
    if repository is None or _ours_is_there(host, repository):
        return state
    provided = any(_has_all(host, repository, entry) for entry in _theirs(host, repository))
    return replace(state, repository=None) if provided else state


def apt_problems(host: Host) -> Iterator[Problem]:
    """Of entries that are neither used nor could be there beside ours."""
    for repository in (state.repository for state in host.desired.values() if state.repository):
        for entry in _theirs(host, repository):
            # that at the place of ours would be replaced
            if entry["signed_by"] not in ("", repository.key.path) and entry["file"] != repository.source.path:
                yield _problem(host, repository, entry)
                break


def _problem(host: Host, repository: Repository, entry: Mapping[str, Any]) -> Problem:
    reason = (
        f"names {repository.url} {repository.suite} with {entry['signed_by']}, and {repository.source.path} names it "
        f"with {repository.key.path}: apt refuses to work with both"
    )
    if _ours_is_there(host, repository):
        remedy = f"Remove one of them; without {repository.source.path}, the other is used"
    else:
        wanted = f"{repository.component} for {_architecture(host)}"
        remedy = f"Have it name {wanted}, too, and it is used; or remove it"
    return Problem(f"{entry['file']} on host {host.name}", None, reason, remedy)


def _theirs(host: Host, repository: Repository) -> list[Mapping[str, Any]]:
    ours = repository.source.path if _ours_is_there(host, repository) else None
    return [
        entry
        for entry in host.facts["repositories"]
        if entry["uri"].rstrip("/") == repository.url
        and entry["suite"].rstrip("/") == repository.suite
        and entry["file"] != ours
    ]


def _ours_is_there(host: Host, repository: Repository) -> bool:
    there = host.facts["files"].get(repository.source.path) is not None
    return there and not is_foreign(host, repository.source)


def _has_all(host: Host, repository: Repository, entry: Mapping[str, Any]) -> bool:
    architectures = entry["architectures"]
    return repository.component in entry["components"] and (not architectures or _architecture(host) in architectures)


def _architecture(host: Host) -> str:
    """As Debian calls it."""
    architecture = str(host.facts["architecture"])
    return _ARCHITECTURES.get(architecture, architecture)
