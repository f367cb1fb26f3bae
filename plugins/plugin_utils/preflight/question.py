# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host is asked before the run: exactly what its plan names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from ..plan.deployment import HostPlan
from ..plan.desired import desired_state
from ..plan.resources import RoleState
from ..rocketchat import layout
from ..rocketchat.distributions import DISTRIBUTIONS, DOCKER_RIVALS
from .application import resources
from .nginx import BREAKING
from .ownership import marks
from .requirements import DISK_REQUIREMENTS

# What shows that a host once had a role, planned or not.
_PERHAPS_LEFT = {"units": [layout.MONGODB_UNIT, layout.NGINX_UNIT], "files": [layout.NGINX_SITE]}


def question(root_url: str, plan: HostPlan, contents: bool) -> dict[str, Any]:
    """The options of host_facts. ``contents``: also of files that are no secret, to show how they differ."""
    # Which distribution the host has is one of the answers. They differ in packages, but not in where anything is. What
    # there is on some hosts only is asked of all.
    states = list(desired_state(plan, DISTRIBUTIONS[-1], ipv6=False, default_site=False).values())
    left_units = [state.leftovers.unit for state in states if state.leftovers]
    issued = [state.issued for state in states if state.issued]
    return {
        "names": [urlsplit(root_url).hostname],
        "packages": _packages(plan, states),
        "units": _unique(
            [
                *(state.unit for state in states if state.unit),
                *(one.timer for one in issued),
                *left_units,
                *_PERHAPS_LEFT["units"],
            ]
        ),
        "files": _unique(
            [
                *(name for state in states for kind, name in resources(state) if kind == "file"),
                *(path for state in states if state.leftovers for path in state.leftovers.files),
                *(file.issued for state in states for file in state.files if file.issued),
                *_PERHAPS_LEFT["files"],
            ]
        ),
        "certificates": [one.path for one in issued],
        "texts": _unique(_texts(states, contents)),
        "settings": [state.settings.path for state in states if state.settings],
        "origins": {one.path: marks(one) for state in states for one in state.all_resources},
        "repositories": any(state.repository for state in states),
        "nginx": _nginx(plan),
        "nats_url": (plan.probes["nats"] or {}).get("url"),
        "firewall": {"table": layout.FIREWALL_TABLE, "path": layout.FIREWALL},
        "containers": [name for state in states if state.project for name in state.project.containers],
        "ways": {
            one.name: one.address
            for state in states
            if state.project
            for one in state.project.containers.values()
            if one.address
        },
        "images": _unique(one.image for state in states if state.project for one in state.project.containers.values()),
        "directories": [room.directory for room in DISK_REQUIREMENTS],
        "data": _unique([layout.MONGODB_DATA, *(path for state in states for path in state.data)]),
        "mongod_settings": layout.MONGOD_SETTINGS,
        "kernel": list(plan.mongodb["kernel"]["files"]) if plan.mongodb else [],
        "ledger": layout.LEDGER,
        "backups": layout.BACKUPS,
        **_databases(plan),
    }


def _packages(plan: HostPlan, states: list[RoleState]) -> list[str]:
    source = (plan.docker or {}).get("source", "")
    engines = [package for one in DISTRIBUTIONS if source for package in one.docker_packages(source) or ()]
    rivals = DOCKER_RIVALS.get(source, ())
    nginx = [layout.NGINX_CONFIGURATION_PACKAGE] if plan.nginx else []
    return _unique([*engines, *rivals, *nginx, *(package for state in states for package in state.packages)])


def _texts(states: list[RoleState], contents: bool) -> Iterable[str]:
    for state in states:
        if state.project:
            yield f"{state.project.directory}/{layout.COMPOSE_FILE}"
        if state.block:
            yield state.block.path
        if contents:
            yield from (file.path for file in state.all_files if file.content is not None and not file.secret)


def _nginx(plan: HostPlan) -> dict[str, Any] | None:
    if not plan.nginx:
        return None
    return {"path": layout.NGINX_CONFIGURATION, "site": layout.NGINX_SITE, "directives": sorted(BREAKING)}


def _databases(plan: HostPlan) -> dict[str, Any]:
    workspace = plan.probes["workspace"]
    asked: dict[str, Any] = {"own_mongodb": plan.mongodb is not None}
    if plan.mongodb:
        asked |= {
            "mongodb": {
                **{name: plan.mongodb[name] for name in ("port", "replica_set", "members", "first", "authorities")},
                "user": {name: plan.mongodb["user"][name] for name in ("name", "roles")},
                "role": plan.mongodb["role"],
                "removes_user": plan.mongodb["former"]["removes_user"],
            },
            "user_password": plan.mongodb["user"]["password"],
            "admin_password": plan.mongodb["admin_password"],
            "former_admin_password": plan.mongodb["former"]["admin_password"],
        }
    if workspace:
        asked |= {
            "workspace": {name: workspace[name] for name in ("root_url", "site_url")},
            "workspace_url": workspace["url"],
        }
    return asked


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
