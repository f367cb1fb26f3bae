# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts as host_remains tells of them, and what becomes of them as they are torn down."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.ledger import EMPTY, updated
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.left_by_packages import LEFT
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.teardown.found import NGINX_DIRECTORY, Found
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.teardown.packages import candidates
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.teardown.removal import Removal

from tests.unit.plan_inventories import plan, single
from tests.unit.preflight.hosts import converged

Facts = dict[str, Any]
ON = {"found": True, "active": True, "enabled": True}
OFF = {"found": False, "active": False, "enabled": False}
UNITS = {
    "docker-ce": layout.DOCKER_UNIT,
    "docker.io": layout.DOCKER_UNIT,
    "containerd.io": "containerd.service",
    "mongodb-org-server": layout.MONGODB_UNIT,
    "nginx": layout.NGINX_UNIT,
}
ALONG = ["nginx-common", "pigz"]


def at(*holds: str, directory: bool = False, **facts: Any) -> Facts:
    nothing = {"directory": directory or bool(holds), "mount": False, "marked": False, "copy": "", "holds": list(holds)}
    return {**nothing, **facts}


def container(name: str, **facts: Any) -> Facts:
    ours = {"project": "rocketchat", "image": "rocketchat/rocket.chat:8.9.1", "ours": True, "networks": ["rocketchat"]}
    return {"name": name, "volumes": [], **ours, **facts}


def foreign(name: str, **facts: Any) -> Facts:
    theirs = {"project": "shop", "image": "shop:1", "ours": False, "networks": ["shop_default"]}
    return container(name, **{**theirs, **facts})


def engine(*containers: Facts, **facts: Any) -> Facts:
    images = sorted({one["image"] for one in containers})
    network = {"name": "rocketchat", "ours": True}
    return {
        "state": "running",
        "containers": list(containers),
        "networks": [network],
        "volumes": [],
        "images": images,
        "data_root": layout.DOCKER_DATA,
        **facts,
    }


def deployed(**variables: Any) -> Facts:
    """After a run of the site playbook on a host that had nothing."""
    host = converged(plan(single(**variables)))
    ledger = deepcopy(dict(host.facts["ledger"]))
    paths = [name.partition(" ")[2] for name in ledger["content"]["resources"] if name.startswith("file ")]
    directories = {path for path, found in host.facts["files"].items() if found["kind"] == "directory"}
    projects = {one["name"]: one for one in host.facts["docker"]["containers"]}
    return {
        "ledger": ledger,
        "packages": dict.fromkeys(host.packages, "installed"),
        "changed_settings": {},
        "files": {
            path: at(*_below(path, paths), directory=True) if path in directories else at(marked=True) for path in paths
        },
        "settings": dict(host.facts["settings"].items()),
        "texts": {layout.HOSTS_FILE: host.facts["texts"].get(layout.HOSTS_FILE, "127.0.0.1 localhost\n")},
        "units": {
            **dict.fromkeys([*UNITS.values(), layout.FIREWALL_UNIT], ON),
            "nftables.service": {**ON, "enabled": False},
        },
        "docker": engine(*(container(name, project=one["project"]) for name, one in projects.items())),
        "sites": {NGINX_DIRECTORY: []},
        "trees": sorted(
            {*ledger["content"]["data"], *(tree for one in LEFT.values() for tree in (*one.trees, *one.data))}
        ),
        "users": ["mongodb"],
        "groups": {"docker": [], "mongodb": ["mongodb"]},
    }


def _below(path: str, paths: list[str]) -> list[str]:
    return [one for one in paths if one.startswith(f"{path}/")]


def apt(goes: list[str], along: list[str] | None = None, **facts: Any) -> Facts:
    nothing = {"needed_by": {}, "changed_settings": {}, "fault": ""}
    return {"goes": goes, "along": (ALONG if goes else []) if along is None else along, **nothing, **facts}


def found(facts: Facts, data_goes: bool = False, name: str = "chat", along: list[str] | None = None) -> Found:
    """With what apt says where nothing else needs a package."""
    asked = candidates(Found(name, facts, data_goes=data_goes))
    return Found(name, facts, apt(asked, along), data_goes)


def after(facts: Facts, gone: Removal, ends: bool = True) -> Facts:
    """The host once all that was done. ``ends``: whether the run came to its last step."""
    left = deepcopy(facts)
    files = [*gone.proxy_files["files"], *gone.files]
    back = [one["path"] for one in [*gone.proxy_files["put_back"], *gone.put_back]]
    for path in left["files"]:
        if path in files or any(f"{path}/".startswith(f"{tree}/") for tree in gone.trees):
            left["files"][path] = None
        elif path in back:
            left["files"][path] = at()
    for change in gone.settings:
        digests = left["settings"][change["path"]]["digests"]
        for name in change["remove"]:
            digests.pop(name)
    for name in gone.packages:
        left["packages"].pop(name, None)
        left["units"][UNITS.get(name, "")] = OFF
    for unit in [*gone.stops, *gone.engine_stops]:
        left["units"][unit] = {**left["units"][unit], "active": False, "enabled": False}
    left["trees"] = [tree for tree in left["trees"] if tree not in gone.trees]
    left["users"] = [name for name in left["users"] if name not in gone.users]
    left["groups"] = {name: members for name, members in left["groups"].items() if name not in gone.groups}
    left["texts"] = {layout.HOSTS_FILE: "127.0.0.1 localhost\n"} if gone.blocks else left["texts"]
    names = {one["name"] for one in gone.containers}
    docker = left["docker"]
    docker["containers"] = [one for one in docker["containers"] if one["name"] not in names]
    docker["networks"] = [one for one in docker["networks"] if one["name"] not in gone.networks]
    docker["images"] = [name for name in docker["images"] if name not in gone.images]
    if not left["units"][layout.DOCKER_UNIT]["found"]:
        left["docker"] = {**engine(state="absent"), "networks": [], "data_root": ""}
    content = updated(left["ledger"]["content"], {"resources": gone.notes})
    if ends:
        entries = {"resources": dict.fromkeys(gone.forgets), "data": dict.fromkeys(gone.forgets_data)}
        emptied = {name: {} for name in ("pending", "generated", "containers", "settings", "taken_up")}
        content = {**updated(content, entries), **emptied}
        if not content["resources"] and not content["data"]:
            left["ledger"] = {"state": "absent", "collection": "", "content": EMPTY}
            return {**left, "files": {}}
    paths = {name.partition(" ")[2] for name in content["resources"] if name.startswith("file ")}
    left["files"] = {path: there for path, there in left["files"].items() if path in paths}
    left["ledger"]["content"] = content
    return left
