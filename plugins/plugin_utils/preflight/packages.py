# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role packages is given to apply: the packages of all other roles of a host, as one run of apt is quicker."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..plan.resources import File, Repository, RoleState
from .difference import Difference
from .hosts import Host
from .ownership import adopts, is_delivered, stays
from .settings import settings_entry

ROLE = "packages"
KINDS = ("product", "package")

ByRole = Mapping[str, list[Difference]]


def differ(host: Host, differences: ByRole) -> bool:
    """Whether there is anything for it to do on a host."""
    repositories = {path for role in differences for path in _paths(host.desired[role])}
    return any(d.kind in KINDS or d.resource in repositories for found in differences.values() for d in found)


def packages_plan(host: Host, differences: ByRole, keys: Mapping[str, str]) -> dict[str, Any]:
    """``differences``: of the roles that are applied in this run, without any in some of them. ``keys``: what the host
    fetched, by path.
    """
    installed = _installed(host, differences)
    differing = {d.resource for found in differences.values() for d in found}
    renewed = [repository.key for repository in fetched(host, differences)]
    right = [one.key for one in _of_ours(host, differences) if one.key.path in differing and one.key not in renewed]
    return {
        "right_keys": [{"path": key.path, "mode": key.mode} for key in right],
        "files": [
            *({"path": key.path, "mode": key.mode, "content": keys[key.path]} for key in renewed),
            *(entry(host, repository.source) for repository in _repositories(host, differences)),
            *(entry(host, file) for state in installed for file in _early(host, state)),
        ],
        "settings": [settings_entry(host, state.settings) for state in installed if state.settings],
        "missing": missing(differences),
    }


def missing(differences: Mapping[str, Sequence[Difference]]) -> list[str]:
    return list(dict.fromkeys(d.resource for found in differences.values() for d in found if d.kind in KINDS))


def fetched(host: Host, differences: Mapping[str, Sequence[Difference]]) -> list[Repository]:
    """Repositories whose keys are not there, or not the right ones."""
    renewed = {d.resource for found in differences.values() for d in found if d.renews}
    return [repository for repository in _of_ours(host, differences) if repository.key.path in renewed]


def fetched_keys(host: Host, differences: ByRole, keys: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What the ledger notes of them."""
    return {
        key.path: {"digest": hashlib.sha256(keys[key.path].encode()).hexdigest(), "recipe": key.recipe}
        for key in (repository.key for repository in fetched(host, differences))
    }


def _of_ours(host: Host, roles: Iterable[str]) -> list[Repository]:
    """But for those that somebody else has on the host in the same way."""
    return [repository for repository in _repositories(host, roles) if not stays(host, repository.key)]


def _repositories(host: Host, roles: Iterable[str]) -> list[Repository]:
    return [repository for role in roles for repository in [host.desired[role].repository] if repository]


def _paths(state: RoleState) -> list[str]:
    return [state.repository.key.path, state.repository.source.path] if state.repository else []


def read_at_once(state: RoleState) -> Iterator[str]:
    """Paths of what a unit that its package starts reads then, so that it needs no restart for it."""
    yield from (file.path for file in state.files if file.before_packages)
    if state.settings:
        yield state.settings.path


def _early(host: Host, state: RoleState) -> list[File]:
    return [file for file in state.files if file.before_packages and not stays(host, file)]


def _installed(host: Host, differences: ByRole) -> list[RoleState]:
    return [host.desired[role] for role, found in differences.items() if any(d.kind == "product" for d in found)]


def _are_there(host: Host) -> bool:
    """All files whose place something takes that is issued to the host."""
    wanted = [file.path for state in host.desired.values() for file in state.files if file.issued]
    return all(host.facts["files"].get(path) for path in wanted)


def entry(host: Host, file: File) -> dict[str, Any]:
    """Of host_files; the content of a secret one is given to it apart."""
    # what a package of others delivered, a teardown puts back
    backup = adopts(host, file) or is_delivered(host, file)
    settings: dict[str, Any] = {"path": file.path, "mode": file.mode, "owner": file.owner, "backup": backup}
    if file.content is not None and not file.secret:
        settings["content"] = file.content
    if file.validate:
        settings["validate"] = file.validate
    if file.issued:
        # two of one kind would not fit together
        settings |= {"issued": file.issued, "keeps": _are_there(host)}
    return settings
