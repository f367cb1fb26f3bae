# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The question of host_facts: its options, and its result. No Ansible here."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ..probing.fault import Fault
from ..probing.question import Answered
from . import (
    apt,
    certificates,
    client,
    data,
    docker,
    files,
    firewall,
    ledger,
    mongod,
    network,
    nftables,
    nginx,
    programs,
    settings,
    system,
)
from .origins import origins

_STRINGS: dict[str, Any] = {"type": "list", "elements": "str", "default": []}
_PATHS: dict[str, Any] = {"type": "list", "elements": "path", "default": []}
OPTIONS: dict[str, dict[str, Any]] = {
    "names": _STRINGS,
    "resolve_timeout": {"type": "float", "default": 3},
    "docker_socket": {"type": "path", "default": "/var/run/docker.sock"},
    "packages": _STRINGS,
    "units": _STRINGS,
    "files": _PATHS,
    "texts": _PATHS,
    "settings": _PATHS,
    "certificates": _PATHS,
    "origins": {"type": "dict", "default": {}},
    "repositories": {"type": "bool", "default": False},
    "nginx": {"type": "dict"},
    "nats_url": {"type": "str"},
    "firewall": {"type": "dict"},
    "containers": _STRINGS,
    "ways": {"type": "dict", "default": {}},
    "images": _STRINGS,
    "directories": _PATHS,
    "data": _PATHS,
    "mongod_settings": {"type": "path"},
    "kernel": _PATHS,
    "ledger": {"type": "path"},
    "backups": {"type": "path"},
    "mongodb": {"type": "dict"},
    "user_password": {"type": "str", "no_log": True},
    "admin_password": {"type": "str", "no_log": True},
    "former_admin_password": {"type": "str", "no_log": True},
    "own_mongodb": {"type": "bool", "default": False},
    "workspace": {"type": "dict"},
    "workspace_url": {"type": "str", "no_log": True},
}

# Where the engine keeps all it has, unless its settings say otherwise.
_DOCKER_DATA = "/var/lib/docker"
# Seconds.
_HANDSHAKE = 3.0
_DOCKER_UNIT, _MONGODB_UNIT = "docker.service", "mongod.service"


def answer(options: Mapping[str, Any]) -> Answered:
    return Answered({"changed": False, "facts": _facts(options)})


def _facts(asked: Mapping[str, Any]) -> dict[str, Any]:
    units = system.units([*asked["units"], *sorted({_DOCKER_UNIT, _MONGODB_UNIT} - set(asked["units"]))])
    engine = (units or {}).get(_DOCKER_UNIT, {}).get("found", False)
    # mongod's address may lead elsewhere on a host that has none
    has_mongod = (units or {}).get(_MONGODB_UNIT, {}).get("found", False)
    listening = network.listening()
    runs = _docker(asked, engine, listening)
    moved = {_DOCKER_DATA: (runs["engine"] or {}).get("data_root") or _DOCKER_DATA}
    noted = ledger.read(asked["ledger"]) if asked["ledger"] else None
    mongod_settings = _mongod_settings(asked)
    return {
        "os": system.operating_system(),
        "architecture": os.uname().machine,
        "avx": system.has_avx(),
        "cores": os.cpu_count(),
        "open_files": system.most_open_files(),
        "backlog": system.number("/proc/sys/net/core/somaxconn"),
        "memory_mb": system.memory_mb(),
        "file_systems": [
            {**system.file_system(moved.get(directory, directory)), "directory": directory}
            for directory in asked["directories"]
        ],
        "clock": {"epoch": time.time(), "synchronised": system.clock_is_synchronised()},
        "listening": listening,
        "routes": network.routes(),
        "addresses": network.addresses(),
        "ipv6": network.has_ipv6(),
        "names": network.resolved(asked["names"], asked["resolve_timeout"]),
        "packages": system.packages(asked["packages"]),
        "units": units and {name: units[name] for name in asked["units"]},
        "programs": programs.programs(asked["units"], asked["nats_url"]) if units else {},
        "docker": runs,
        "files": {path: files.state(path) for path in asked["files"]},
        "texts": {path: files.text(path) for path in asked["texts"]},
        "certificates": {path: certificates.dates(path) for path in asked["certificates"]},
        "settings": {path: settings.read(path) for path in asked["settings"]},
        "client": client.state(),
        "ledger": noted,
        "data": {path: data.place(path) for path in _data(asked, noted, mongod_settings)},
        "mongod": mongod_settings,
        "kernel": system.kernel(asked["kernel"]) if asked["kernel"] else None,
        "mongodb": _replica_set(asked) if asked["mongodb"] and has_mongod else None,
        "workspace": _workspace(asked) if asked["workspace"] and (has_mongod or not asked["own_mongodb"]) else None,
        "origins": origins(asked["origins"], asked["packages"]),
        "repositories": apt.repositories() if asked["repositories"] else [],
        "nginx": nginx.configuration(**asked["nginx"]) if asked["nginx"] else None,
        "firewall": nftables.state(**asked["firewall"]) if asked["firewall"] else None,
        "last_backup": files.last_change(asked["backups"]) if asked["backups"] else None,
    }


def _data(asked: Mapping[str, Any], noted: Mapping[str, Any] | None, settings: Mapping[str, Any] | None) -> list[str]:
    """With those that data were in at an earlier time, and those of a mongod whose settings are there."""
    earlier = noted["content"]["data"] if noted else {}
    elsewhere = [settings["settings"]["dbPath"]] if settings and settings["settings"]["dbPath"] else []
    return list(dict.fromkeys([*asked["data"], *earlier, *elsewhere]))


def _mongod_settings(asked: Mapping[str, Any]) -> dict[str, Any] | None:
    return mongod.settings(asked["mongod_settings"]) if asked["mongod_settings"] else None


def _docker(asked: Mapping[str, Any], installed: bool, listening: list[dict[str, Any]]) -> dict[str, Any]:
    """With the ways to its containers. What was started or ended between two looks is looked at once more."""
    told = docker.ask(asked["docker_socket"], installed, asked["containers"], asked["images"])
    lost = firewall.unreachable(told["containers"], listening)
    if lost:
        again = docker.ask(asked["docker_socket"], installed)["containers"]
        lost = [name for name in firewall.unreachable(again, network.listening()) if name in lost]
    ways = firewall.ways(told["containers"], asked["ways"])
    flushed = firewall.flushed() if told["state"] == "running" and asked["containers"] else None
    return {**told, "unreachable": lost, "ways": ways, "firewall_flushed": flushed}


def _replica_set(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Imported here, as most hosts are not asked."""
    from ..mongodb.login import User
    from ..mongodb.roles import OwnRole
    from ..mongodb.steps import Wanted
    from .mongodb import ask

    wanted = asked["mongodb"]
    roles = tuple((role["role"], role["db"]) for role in wanted["user"]["roles"])
    user = User(wanted["user"]["name"], asked["user_password"])
    set_of = (int(wanted["port"]), wanted["replica_set"], tuple(wanted["members"]))
    rotated = (asked["former_admin_password"] or "", wanted["removes_user"])
    role = OwnRole(wanted["role"]["name"], tuple(wanted["role"]["privileges"]))
    return ask(Wanted(*set_of, user, roles, asked["admin_password"], *rotated, role, _tls(asked)), wanted["first"])


def _tls(asked: Mapping[str, Any]) -> Any:
    """As mongod here speaks now, whatever is planned; None where it does not answer, which others tell."""
    from ..mongodb.tls import spoken_by

    wanted, there = asked["mongodb"], _mongod_settings(asked)
    # one that never spoke TLS notes every handshake as an error in its log
    if not wanted or not (wanted["authorities"] or (there and there["settings"]["certificateKeyFile"])):
        return None
    try:
        return spoken_by(int(wanted["port"]), wanted["authorities"], time.monotonic() + _HANDSHAKE)
    except Fault:
        return None


def _workspace(asked: Mapping[str, Any]) -> dict[str, Any]:
    from ..mongodb.url import parse
    from ..workspace.probe import ask

    wanted = asked["workspace"]
    return asdict(ask(parse(asked["workspace_url"]), wanted["root_url"], wanted["site_url"], 5.0, _tls(asked)))
