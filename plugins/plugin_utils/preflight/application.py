# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role is given to apply: ``<role>_plan``, which may be shown, and ``<role>_secrets``, which may not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils.facts.programs import NATS
from ..inventory.role_variables import collection_version
from ..plan.compose import CLIENT_ENVIRONMENT
from ..plan.resources import RoleState
from ..rocketchat import layout
from .difference import Difference
from .hosts import Host, own_containers, was_deployed
from .issued import KIND
from .ownership import ADOPTED, adopts, ours_left, resources_of, stays
from .packages import entry, fetched_keys, read_at_once
from .settings import settings_change, settings_entry
from .taken_up import files_of
from .turns import turns

# Of the role's part of the host's plan, what its tasks need beyond resources.
_SHOWN: dict[str, tuple[str, ...]] = {
    "firewall": (),
    "docker": ("network",),
    "mongodb": ("port", "replica_set", "members", "database", "first", "authorities"),
    "nats": (),
    "rocketchat": ("first_monolith",),
    "nginx": (),
}


def role_plan(host: Host, role: str, differences: list[Difference]) -> dict[str, Any]:
    state, plan = host.desired[role], host.plan[role]
    user = _users(plan) if role == "mongodb" else {}
    written = _written(state, differences)
    in_turns = turns(host, state, differences) if role == "rocketchat" else []
    return {
        "collection": collection_version(),
        **user,
        **{name: plan[name] for name in _SHOWN[role]},
        "files": [entry(host, file) for file in state.files if not stays(host, file) and file.path not in written],
        "settings": {**settings_entry(host, state.settings), "written": state.settings.path in written}
        if state.settings
        else None,
        "block": {"path": state.block.path, "marker": state.block.marker, "text": "\n".join(state.block.lines)}
        if state.block
        else None,
        "accepts": state.accepts,
        "unit": _unit(host, state, differences) if state.unit else None,
        # nothing is noted anew where nothing differed
        "took_up": _took_up(host, role) if differences else {},
        "nats_url": (host.plan["probes"]["nats"] or {}).get("url") if role == "nats" else None,
        "project": {"name": state.project.name, "directory": state.project.directory} if state.project else None,
        "client_environment": CLIENT_ENVIRONMENT,
        # what is replaced in turns, is so there
        "makes_anew": [] if in_turns else _made_anew(host, state, differences),
        "turns": in_turns,
        "removes": _removed(host, state),
        "changes_containers": any(d.kind == "container" for d in differences),
        "data": state.data,
        "leftovers": _leftovers(host, state),
        "issued": {
            "unit": state.issued.unit,
            "timer": state.issued.timer,
            "names": state.issued.names,
            "asks": any(d.kind == KIND for d in differences),
        }
        if state.issued
        else None,
    }


def _users(plan: Mapping[str, Any]) -> dict[str, Any]:
    user = {name: plan["user"][name] for name in ("name", "roles")}
    return {"user": user, "role": plan["role"], "removes_user": plan["former"]["removes_user"]}


def _leftovers(host: Host, state: RoleState) -> dict[str, Any]:
    """``resources``: what the ledger has to forget."""
    left = state.leftovers
    files = ours_left(host, left) if left else []
    if not left or not files:
        return {"units": [], "files": [], "directories": [], "resources": {}}
    unit = (host.facts["units"] or {}).get(left.unit, {})
    return {
        "units": [left.unit] if unit.get("found") else [],
        "files": files,
        "directories": left.directories,
        "resources": {f"file {path}": None for path in [*files, *left.directories]},
    }


def role_secrets(host: Host, role: str) -> dict[str, Any]:
    """``files``: contents by path."""
    secrets: dict[str, Any] = {
        "files": {file.path: file.content for file in host.desired[role].files if file.secret},
    }
    if role == "mongodb":
        plan = host.plan["mongodb"]
        secrets |= {"admin_password": plan["admin_password"], "user_password": plan["user"]["password"]}
        secrets["former_admin_password"] = plan["former"]["admin_password"]
    return secrets


def _unit(host: Host, state: RoleState, differences: list[Difference]) -> dict[str, Any]:
    """As host_files takes it. What a package starts as it is installed does not have our settings yet."""
    effect = _effect(state, differences)
    installs = any(d.kind == "product" for d in differences)
    changes = {"restart": "restarted", "reload": "reloaded"} if installs or host.unit_is_active(state.unit) else {}
    takes_up = changes.get(effect, "started")
    return {"name": state.unit, "state": takes_up, "port": state.port, "log": state.log, "enabled": True}


def _took_up(host: Host, role: str) -> dict[str, list[str]]:
    """By what has read its settings when the role is done: where it has them from. The kernel tells its rules."""
    state = host.desired[role]
    if state.rules:
        return {}
    if role == "nats":
        return {NATS: [layout.NATS_SETTINGS]}
    return {state.unit: [file.path for file in files_of(state)]} if state.unit else {}


def _effect(state: RoleState, differences: list[Difference]) -> str:
    """What the unit has to do to take up what differs, but for what it finds as its package first starts it."""
    before = _written(state, differences)
    effects = {d.effect for d in differences if d.resource not in before}
    return next((effect for effect in ("restart", "reload") if effect in effects), "")


def _written(state: RoleState, differences: list[Difference]) -> set[str]:
    """Paths of what the role packages writes before it installs."""
    return set(read_at_once(state)) if any(d.kind == "product" for d in differences) else set()


def _made_anew(host: Host, state: RoleState, differences: list[Difference]) -> list[str]:
    """Names of containers of ours, as they are now, that Compose would leave as they are."""
    wanted = {d.resource for d in differences if d.kind == "container" and d.replaces}
    return [container["name"] for container in _own_containers(host, state) if container["service"] in wanted]


def _removed(host: Host, state: RoleState) -> list[str]:
    """Names of containers of ours that are no longer planned. Compose would remove those of others, too, which somebody
    adds to the project with a file of his own.
    """
    planned = state.project.containers if state.project else {}
    return [container["name"] for container in _own_containers(host, state) if container["service"] not in planned]


def _own_containers(host: Host, state: RoleState) -> list[dict[str, Any]]:
    """Those of the role's project."""
    return own_containers(host, state.project.name) if state.project else []


def ledger_entries(host: Host, differences: Mapping[str, list[Difference]], keys: Mapping[str, str]) -> dict[str, Any]:
    """What is noted before the first change: whose everything is, and which unit will have to take up settings.

    Where a version deployed that kept no ledger, what is there and is no package was made by it, that of roles that are
    left out this time included. ``keys``: of package repositories, as the host fetched them, by path.
    """
    noted = host.ledger
    older = host.facts["ledger"]["state"] == "absent" and was_deployed(host)
    files = {one.path: one for one in resources_of(host)}
    named: dict[str, str] = {}
    pending: dict[str, str] = {}
    generated: dict[str, dict[str, str]] = {}
    for role in host.desired if older else differences:
        state = host.desired[role]
        for kind, name in resources(state):
            adopted = kind == "file" and name in files and adopts(host, files[name])
            if whose := _whose(host, kind, name, role in differences, older, adopted):
                named[f"{kind} {name}"] = whose
        effect = _effect(state, differences.get(role, []))
        if effect:
            pending[state.unit] = effect
        for key in state.keys:
            there_now = host.facts["files"].get(key.path)
            if there_now and key.path not in noted["generated"] and (older or not stays(host, key)):
                generated[key.path] = {"digest": there_now["digest"], "recipe": key.recipe}
    anew = {d.resource: "" for found in differences.values() for d in found if d.kind == "container" and d.replaces}
    applied = [host.desired[role].settings for role in differences]
    settings = {file.path: settings_change(host, file).before for file in applied if file}
    return {
        "resources": named,
        "pending": pending,
        "generated": {**generated, **fetched_keys(host, differences, keys)},
        "containers": anew,
        "settings": {path: made for path, made in settings.items() if made != noted["settings"].get(path, {})},
        "left": _left(host) if "rocketchat" in differences else [],
    }


def _whose(host: Host, kind: str, name: str, applies: bool, older: bool, adopted: bool) -> str:
    """What is new to the ledger of a resource; "" where nothing is. ``applies``: whether its role does, in this run."""
    noted = host.ledger["resources"].get(f"{kind} {name}")
    if adopted:
        return ADOPTED if applies and noted != ADOPTED else ""
    there = _is_there(host, kind, name)
    if noted or not (there or applies):
        return ""
    return "found" if there and (kind == "package" or not older) else "made"


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
    settings = [state.settings.path] if state.settings else []
    files = [*repository, *settings, *(file.path for file in state.files)]
    return [
        *(("package", package) for package in state.packages),
        *(("file", path) for path in files),
        *(("network", network.name) for network in [state.network] if network),
        *(("project", project.directory) for project in [state.project] if project),
    ]
