# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts as host_facts tells of them, for the tests of what is made of that."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.ledger import EMPTY
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.nftables import NO_OTHERS
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.programs import NATS
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.settings import digest, leaves, masked
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.resources import (
    File,
    Generated,
    RoleState,
    SettingsFile,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.templates import MANAGED
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.application import resources
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host, asked_host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.ownership import marks
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.ports import needs
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.taken_up import files_of
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout

Facts = dict[str, Any]
OTHER = "0" * 64


class Keys(dict[str, str]):
    """Of package repositories, as a host fetched them: one for every path."""

    def __missing__(self, path: str) -> str:
        return f"key for {path}\n"


KEYS = Keys()
NETWORK_ID = "83ec1ede63c7" + "d" * 52
Desired = Mapping[str, RoleState]

NOW = 1_795_500_000.0
# when files were written, and taken up
ISSUED = {"begins": NOW - 24 * 3600, "ends": NOW + 89 * 24 * 3600}
WRITTEN, TAKEN_UP = NOW - 90_000, NOW - 80_000
MODE: Facts = {
    "podman": False,
    "security": ["cgroupns", "seccomp"],
    "swarm": False,
    "data_root": "/var/lib/docker",
    "limits_processors": True,
    "flags": ["H", "containerd"],
    "live_restore": True,
}


def place(**facts: Any) -> Facts:
    """Where a directory lies, that is empty unless said otherwise."""
    nothing = {"found": True, "empty": True, "database": False, "mount": "/", "device": "", "unmounted": ""}
    return {**nothing, **facts}


WAYS: Facts = {"unreachable": [], "ways": {}, "firewall_flushed": False}
ENGINE: Facts = {"state": "running", "engine": None, "containers": [], "networks": [], "images": [], **WAYS}
BARE: Facts = {
    "os": {"id": "debian", "version": "13", "family": ["debian"], "name": "Debian GNU/Linux 13 (trixie)"},
    "architecture": "x86_64",
    "avx": True,
    "cores": 4,
    "open_files": 1048576,
    "backlog": 4096,
    "memory_mb": 7900,
    "file_systems": [
        {"directory": directory, "found": "/", "size_mb": 100_000, "free_mb": 90_000}
        for directory in (layout.MONGODB_DATA, layout.DOCKER_DATA, layout.PROJECTS)
    ],
    "clock": {"epoch": NOW, "synchronised": True},
    "listening": [{"address": "0.0.0.0", "port": 22, "pid": 80, "process": "sshd", "unit": "ssh.service"}],
    "routes": [{"network": "198.18.0.0/24", "interface": "eth0"}],
    "addresses": ["198.18.0.11"],
    "ipv6": True,
    "names": {"chat.example.com": {"addresses": ["198.18.0.11"], "fault": None}},
    "packages": {},
    "units": {},
    "programs": {},
    "docker": {**ENGINE, "state": "absent"},
    "files": {},
    "texts": {},
    "settings": {},
    "certificates": {},
    "client": {"file": "/root/.docker/config.json", "variables": []},
    "origins": {},
    "repositories": [],
    "nginx": None,
    "firewall": {"supported": True, "rules": "absent", "others": NO_OTHERS},
    "ledger": {"state": "absent", "collection": "", "content": EMPTY},
    "mongodb": None,
    "data": {layout.MONGODB_DATA: place(found=False)},
    "mongod": None,
    "kernel": None,
    "workspace": None,
    "last_backup": None,
}


def asked(plan: Mapping[str, Any], name: str = "chat", **facts: Any) -> Host:
    """A host that answered; ``facts`` are other than those of a bare one."""
    between = {"before": NOW - 0.2, "after": NOW + 0.2}
    own = {need.address for need in needs(plan["hosts"][name])} - {"127.0.0.1", "0.0.0.0"}
    addresses = ["198.18.0.11", *sorted(own - {"198.18.0.11"})]
    return asked_host(name, plan["hosts"][name], {**BARE, "addresses": addresses, **facts}, between, "198.18.0.11")


def before_a_run_of(plan: Mapping[str, Any], host: Host) -> Host:
    """The host as it is, and another plan for it."""
    return asked_host(host.name, plan["hosts"][host.name], host.facts, host.asked, host.address)


def with_facts(host: Host, **facts: Any) -> Host:
    return replace(host, facts={**host.facts, **facts})


def converged(plan: Mapping[str, Any], name: str = "chat", **facts: Any) -> Host:
    """The host after a run of the plan; all that is desired there is there."""
    host = asked(plan, name, **{key: facts[key] for key in facts if key == "os"})
    return with_facts(host, **{**as_desired(host.desired, host.plan["mongodb"]), **facts})


def as_desired(desired: Desired, mongodb: Mapping[str, Any] | None) -> Facts:
    states = list(desired.values())
    series = mongodb["version"] if mongodb else ""
    generated = [one for state in states for one in _generated(state)]
    containers = [name for state in states if state.project for name in state.project.containers]
    return {
        "packages": {package: "1.0" for state in states for package in state.packages}
        | ({"mongodb-org-server": f"{series}.5"} if mongodb else {}),
        "units": {
            unit: {"found": True, "active": True, "enabled": True}
            for state in states
            for unit in (state.unit, state.issued.timer if state.issued else "")
            if unit
        },
        "certificates": {state.issued.path: ISSUED for state in states if state.issued},
        "programs": {name: program(name) for name in _programs(states)},
        "docker": _docker(states) if "docker" in desired else BARE["docker"],
        "files": {one.path: _file(one) for state in states for one in _files(state)}
        | {one.issued: _file(one) for state in states for one in state.files if one.issued}
        | {
            state.settings.path: {
                "kind": "file",
                "mode": state.settings.mode,
                **owned("root"),
                "changed": WRITTEN,
                "digest": OTHER,
            }
            for state in states
            if state.settings
        },
        "origins": {one.path: origin(*marks(one)[:1]) for state in states for one in _files(state)},
        "texts": {
            one.path: one.content for state in states for one in state.all_files if one.content and not one.secret
        }
        | {state.block.path: f"127.0.0.1 localhost\n{state.block.text()}\n" for state in states if state.block},
        "settings": {state.settings.path: said(planned(state.settings)) for state in states if state.settings},
        "ledger": {
            "state": "read",
            "collection": "0.2.0",
            "content": {
                **EMPTY,
                "collection": "0.2.0",
                "resources": {f"{kind} {name}": "made" for state in states for kind, name in resources(state)},
                "generated": {one.path: {"digest": _digest(one.path), "recipe": one.recipe} for one in generated},
                "containers": {name: _digest(name) for name in containers},
                "settings": {
                    state.settings.path: said(planned(state.settings))["digests"] for state in states if state.settings
                },
                "data": {path: {"mount": "/", "device": ""} for state in states for path in state.data},
                "taken_up": {name: noted(name, of_it) for name, of_it in _programs(states).items()},
            },
        },
        "firewall": {
            "supported": True,
            "rules": "as_written" if any(state.rules for state in states) else "absent",
            "others": NO_OTHERS,
        },
        "mongodb": replica_set(series, planned=mongodb) if mongodb else None,
        "mongod": mongod_settings(mongodb) if mongodb else None,
        "kernel": kernel(mongodb["kernel"]) if mongodb else None,
        "data": {
            layout.MONGODB_DATA: place(found=bool(mongodb), empty=not mongodb, database=bool(mongodb)),
            **{path: place() for state in states for path in state.data if path != layout.MONGODB_DATA},
        },
    }


def program(name: str, **facts: Any) -> Facts:
    """What runs, as host_facts tells of it."""
    return {"process": f"of {name}", "since": TAKEN_UP, **facts}


def noted(name: str, of_it: list[File]) -> Facts:
    """What the ledger says of it."""
    return {"process": program(name)["process"], "files": {file.path: file.digest for file in of_it}}


def _programs(states: list[RoleState]) -> dict[str, list[File]]:
    """By name, with the files that each has its settings from. Of rules, nothing runs."""
    nats = [file for state in states for file in state.files if file.path == layout.NATS_SETTINGS]
    return {state.unit: files_of(state) for state in states if state.unit and not state.rules} | (
        {NATS: nats} if nats else {}
    )


def planned(file: SettingsFile) -> Facts:
    """All settings of a file that nobody else has any in."""
    return {key: value for group in [*file.preferred, file.wanted] for key, value in group.items()}


def said(document: Facts) -> Facts:
    """What host_facts tells of a file of settings."""
    digests = {name: digest(value) for name, value in leaves(document).items()}
    return {"error": None, "values": masked(document), "digests": digests}


def replica_set(series: str, *steps: str, planned: Mapping[str, Any] | None = None, **facts: Any) -> Facts:
    """What MongoDB said of itself; ``steps`` bring about what it lacks, and ``planned`` is the role's plan."""
    plan = planned or {"replica_set": "rs0", "members": [], "database": "", "user": {"name": ""}}
    return {
        "steps": list(steps),
        "fault": None,
        "reason": None,
        "feature_compatibility_version": series,
        "set": {
            "initiated": True,
            "valid": True,
            "name": plan["replica_set"],
            "members": list(plan["members"]),
            "primary": next(iter(plan["members"]), None),
            "primary_here": bool(planned and planned["first"]),
        },
        "databases": [plan["database"]] if planned else None,
        "users": {plan["user"]["name"]: [plan["database"]]} if planned else None,
        **facts,
    }


def mongod_settings(mongodb: Mapping[str, Any]) -> Facts:
    settings = {
        "dbPath": layout.MONGODB_DATA,
        "port": str(mongodb["port"]),
        "bindIp": ",".join(mongodb["bind_addresses"]),
        "replSetName": mongodb["replica_set"],
        "authorization": "enabled",
        "keyFile": layout.KEYFILE,
        "cacheSizeGB": "",
        "certificateKeyFile": layout.MONGOD_CERTIFICATE if mongodb["tls"] else "",
    }
    return {"first_line": f"# {MANAGED}", "settings": settings}


def kernel(wanted: Mapping[str, Any], **values: str) -> Facts:
    """As mongod wants it; ``values``: by the last part of their path, what is otherwise."""
    there = {path: values.get(path.rpartition("/")[2], value) for path, value in wanted["files"].items()}
    return {"of_container": False, "values": there}


def origin(*marks: str, **facts: Any) -> Facts:
    """Of what is at a path; ``marks`` are in the file."""
    return {"marks": list(marks), "empty": False, "packaged": False, **facts}


def _files(state: RoleState) -> list[File | Generated]:
    return [*state.all_files, *_generated(state)]


def _generated(state: RoleState) -> list[Generated]:
    return [state.repository.key] if state.repository else []


def _file(one: File | Generated) -> Facts:
    digest = one.digest if isinstance(one, File) else _digest(one.path)
    kind = "file" if digest else "directory"
    return {"kind": kind, "mode": one.mode, **owned(one.owner), "changed": WRITTEN, "digest": digest}


def owned(name: str) -> Facts:
    return {"owner": name, "group": name, "uid": "64055", "gid": "64055"}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _docker(states: list[RoleState]) -> Facts:
    bridge = {
        "name": "bridge",
        "id": OTHER,
        "interface": "docker0",
        "subnets": ["172.17.0.0/16"],
        "gateways": [],
        "options": {},
        "ours": False,
    }
    networks = [
        {
            "name": network.name,
            "id": NETWORK_ID,
            "interface": "br-83ec1ede63c7",
            "subnets": [network.subnet],
            "gateways": [network.gateway],
            "options": {},
            "ours": True,
        }
        for network in (state.network for state in states)
        if network
    ]
    containers = _containers(states)
    images = list(dict.fromkeys(container["image"] for container in containers))
    ways = {one.name: True for state in states if state.project for one in state.project.containers.values()}
    found = {"containers": containers, "networks": [bridge, *networks], "images": images}
    return {**ENGINE, "engine": MODE, **found, "ways": {name: ways[name] for name in ways if name != "nats"}}


def _containers(states: list[RoleState]) -> list[Facts]:
    return [
        {
            "name": container.name,
            "image": container.image,
            "state": "running",
            "project": project.name,
            "service": name,
            "definition": _digest(name),
            "labels": dict(project.definition["services"][name]["labels"]),
            "published": [_published(port) for port in project.definition["services"][name].get("ports", [])],
            "addresses": {container.network: container.address or "172.31.250.2"},
            "settings": {
                "restart": container.restart,
                "memory": container.memory,
                "nano_cpus": container.nano_cpus,
                "pids": container.pids,
                # Docker adds names of its own
                "networks": {container.network: [name, *container.aliases]},
                "addresses": {container.network: container.address},
                "proxies": [],
                "limits": {"nofile": [1024, 524288], "nproc": [-1, -1], "fsize": [-1, -1]},
                "limited": [],
                "network_ids": {container.network: NETWORK_ID},
            },
        }
        for project in (state.project for state in states)
        if project
        for name, container in project.containers.items()
    ]


def _published(written: str) -> Facts:
    address, _colon, port = written.rpartition(":")[0].rpartition(":")
    return {"address": address, "port": int(port)}
