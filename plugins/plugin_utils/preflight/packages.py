# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role packages is given to apply: the packages of all other roles of a host, as one run of apt is quicker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..inventory.role_variables import collection_version
from ..plan.resources import File, Repository, RoleState
from .difference import Difference
from .hosts import Host
from .ownership import adopts, stays
from .settings import settings_entry

ROLE = "packages"
KINDS = ("product", "package")

ByRole = Mapping[str, list[Difference]]


def differ(host: Host, differences: ByRole) -> bool:
    """Whether there is anything for it to do on a host."""
    repositories = {path for role in differences for path in _paths(host.desired[role])}
    return any(d.kind in KINDS or d.resource in repositories for found in differences.values() for d in found)


def packages_plan(host: Host, differences: ByRole) -> dict[str, Any]:
    """``differences``: of the roles that are applied in this run, without any in some of them."""
    repositories = [repository for role in differences for repository in [host.desired[role].repository] if repository]
    fetched = [repository for repository in repositories if not stays(host, repository.key)]
    differing = {d.resource for found in differences.values() for d in found}
    renewed = {d.resource for found in differences.values() for d in found if d.renews}
    missing = [d.resource for found in differences.values() for d in found if d.kind in KINDS]
    return {
        "collection": collection_version(),
        "signing_keys": [_key(one, renewed) for one in fetched if one.key.path in differing],
        "files": [
            *(entry(host, repository.source) for repository in repositories),
            *(entry(host, file) for state in _installed(host, differences) for file in _early(host, state)),
        ],
        "settings": [settings_entry(host, state.settings) for state in _installed(host, differences) if state.settings],
        "missing": list(dict.fromkeys(missing)),
        "generated": {repository.key.path: repository.key.recipe for repository in fetched},
    }


def _paths(state: RoleState) -> list[str]:
    return [state.repository.key.path, state.repository.source.path] if state.repository else []


def _key(repository: Repository, renewed: set[str]) -> dict[str, Any]:
    key = repository.key
    return {"path": key.path, "mode": key.mode, "url": repository.key_url, "fetch": key.path in renewed}


def read_at_once(state: RoleState) -> Iterator[str]:
    """Paths of what a unit that its package starts reads then, so that it needs no restart for it."""
    yield from (file.path for file in state.files if file.before_packages)
    if state.settings:
        yield state.settings.path


def _early(host: Host, state: RoleState) -> list[File]:
    return [file for file in state.files if file.before_packages and not stays(host, file)]


def _installed(host: Host, differences: ByRole) -> list[RoleState]:
    return [host.desired[role] for role, found in differences.items() if any(d.kind == "product" for d in found)]


def entry(host: Host, file: File) -> dict[str, Any]:
    """Of host_files; the content of a secret one is given to it apart."""
    backup = adopts(host, file)
    settings: dict[str, Any] = {"path": file.path, "mode": file.mode, "owner": file.owner, "backup": backup}
    if file.content is not None and not file.secret:
        settings["content"] = file.content
    if file.validate:
        settings["validate"] = file.validate
    return settings
