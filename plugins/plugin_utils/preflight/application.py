# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role is given to apply: ``<role>_plan``, which may be shown, and ``<role>_secrets``, which may not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..inventory.role_variables import collection_version
from ..plan.resources import File, RoleState
from ..rocketchat import layout
from .difference import Difference
from .hosts import Host, is_ours, was_deployed

# Of the role's part of the host's plan, what its tasks need beyond resources.
_SHOWN: dict[str, tuple[str, ...]] = {
    "docker": ("network",),
    "mongodb": ("port", "replica_set", "members", "database", "first"),
    "nats": (),
    "rocketchat": ("first_monolith",),
    "nginx": ("server_name", "subject_alternative_name"),
}


def role_plan(host: Host, role: str, differences: list[Difference]) -> dict[str, Any]:
    state, plan = host.desired[role], host.plan[role]
    user = {"user": {name: plan["user"][name] for name in ("name", "roles")}} if role == "mongodb" else {}
    return {
        "collection": collection_version(),
        **user,
        **{name: plan[name] for name in _SHOWN[role]},
        "packages": state.packages,
        "missing_packages": [d.resource for d in differences if d.kind in ("product", "package")],
        "repository": _repository(state, differences),
        "files": [_file(file) for file in state.files],
        "block": {"path": state.block.path, "marker": state.block.marker, "text": "\n".join(state.block.lines)}
        if state.block
        else None,
        "unit": {"name": state.unit, "state": _unit_state(host, role, state, differences)} if state.unit else None,
        "project": {"name": state.project.name, "directory": state.project.directory} if state.project else None,
        "makes_anew": _made_anew(host, state, differences),
        "changes_containers": any(d.kind == "container" for d in differences),
        "self_signed": {"key": layout.CERTIFICATE_KEY, "certificate": layout.CERTIFICATE} if state.generated else None,
        "generated": {g.path: g.recipe for g in _generated(state)},
        "data": state.data,
    }


def role_secrets(host: Host, role: str) -> dict[str, Any]:
    """``files``: contents by path."""
    secrets: dict[str, Any] = {
        "files": {file.path: file.content for file in host.desired[role].files if file.secret},
    }
    if role == "mongodb":
        plan = host.plan["mongodb"]
        secrets |= {"admin_password": plan["admin_password"], "user_password": plan["user"]["password"]}
    return secrets


def _file(file: File) -> dict[str, Any]:
    """An entry of host_files; the content of a secret one is given to it apart."""
    entry: dict[str, Any] = {"path": file.path, "mode": file.mode, "owner": file.owner, "backup": file.backup}
    if file.content is not None and not file.secret:
        entry["content"] = file.content
    if file.validate:
        entry["validate"] = file.validate
    return entry


def _repository(state: RoleState, differences: list[Difference]) -> dict[str, Any] | None:
    repository = state.repository
    if repository is None:
        return None
    key = repository.key
    return {
        "key": {"path": key.path, "mode": key.mode, "url": repository.key_url},
        "fetches_key": any(d.resource == key.path and d.renews for d in differences),
        "source": _file(repository.source),
    }


def _generated(state: RoleState) -> list[Any]:
    return [*([state.repository.key] if state.repository else []), *state.generated]


def _unit_state(host: Host, role: str, state: RoleState, differences: list[Difference]) -> str:
    """For systemd_service. What a package starts as it is installed does not have our settings yet - but for the
    engine, whose settings are there before it.
    """
    installs = any(d.kind == "product" for d in differences)
    effects = {d.effect for d in differences if d.effect}
    if effects and (host.unit_is_active(state.unit) or (installs and role != "docker")):
        return "restarted" if "restart" in effects else "reloaded"
    return "started"


def _made_anew(host: Host, state: RoleState, differences: list[Difference]) -> list[str]:
    """Names of containers of ours, as they are now, that Compose would leave as they are."""
    if state.project is None:
        return []
    wanted = {d.resource for d in differences if d.kind == "container" and d.replaces}
    return [
        container["name"]
        for container in host.containers
        if is_ours(container) and container["project"] == state.project.name and container["service"] in wanted
    ]


def ledger_entries(host: Host, differences: Mapping[str, list[Difference]]) -> dict[str, Any]:
    """What is noted before the first change: whose everything is, and which unit will have to take up settings.

    Where a version deployed that kept no ledger, what is there and is no package was made by it, that of roles that are
    left out this time included.
    """
    noted = host.ledger
    older = host.facts["ledger"]["state"] == "absent" and was_deployed(host)
    named: dict[str, str] = {}
    pending: dict[str, str] = {}
    generated: dict[str, dict[str, str]] = {}
    for role in host.desired if older else differences:
        state, applies = host.desired[role], role in differences
        for kind, name in resources(state):
            there = _is_there(host, kind, name)
            if f"{kind} {name}" not in noted["resources"] and (there or applies):
                named[f"{kind} {name}"] = "found" if there and (kind == "package" or not older) else "made"
        effects = {d.effect for d in differences.get(role, []) if d.effect}
        if effects:
            pending[state.unit] = "restart" if "restart" in effects else "reload"
        for one in _generated(state):
            there_now = host.facts["files"].get(one.path)
            if there_now and one.path not in noted["generated"]:
                generated[one.path] = {"digest": there_now["digest"], "recipe": one.recipe}
    anew = {d.resource: "" for found in differences.values() for d in found if d.kind == "container" and d.replaces}
    left = _left(host) if "rocketchat" in differences else []
    return {"resources": named, "pending": pending, "generated": generated, "containers": anew, "left": left}


def _left(host: Host) -> list[str]:
    """Directories of uploads that are in use no more, as the gate has made sure of."""
    planned = {path for state in host.desired.values() for path in state.data}
    return [path for path in host.ledger["data"] if path not in {layout.MONGODB_DATA, *planned}]


def _is_there(host: Host, kind: str, name: str) -> bool:
    if kind == "package":
        return name in host.packages
    if kind == "network":
        return any(network["name"] == name for network in host.facts["docker"]["networks"])
    path = f"{name}/{layout.COMPOSE_FILE}" if kind == "project" else name
    return host.facts["files"].get(path) is not None


def resources(state: RoleState) -> list[tuple[str, str]]:
    repository = [state.repository.key.path, state.repository.source.path] if state.repository else []
    files = [*repository, *(file.path for file in state.files), *(one.path for one in state.generated)]
    return [
        *(("package", package) for package in state.packages),
        *(("file", path) for path in files),
        *(("network", network.name) for network in [state.network] if network),
        *(("project", project.directory) for project in [state.project] if project),
    ]
