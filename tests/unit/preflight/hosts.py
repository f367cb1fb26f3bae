# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts as preflight_facts tells of them, for the tests of what is made of that."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts import parts
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.changes import hosts_block
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host

NOW = 1_795_500_000.0
ENGINE = {"state": "running", "containers": [], "networks": []}
BARE: dict[str, Any] = {
    "os": {"id": "debian", "version": "13", "family": ["debian"], "name": "Debian GNU/Linux 13 (trixie)"},
    "architecture": "x86_64",
    "avx": True,
    "cores": 4,
    "memory_mb": 7900,
    "file_systems": [
        {"directory": directory, "found": "/", "size_mb": 100_000, "free_mb": 90_000} for directory in parts.DIRECTORIES
    ],
    "clock": {"epoch": NOW, "synchronised": True},
    "listening": [{"address": "0.0.0.0", "port": 22, "pid": 80, "process": "sshd", "unit": "ssh.service"}],
    "routes": [{"network": "198.18.0.0/24", "interface": "eth0"}],
    "addresses": ["198.18.0.11"],
    "names": {"chat.example.com": {"addresses": ["198.18.0.11"], "fault": None}},
    "packages": {},
    "units": {unit: {"found": False, "active": False, "enabled": False} for unit in parts.UNITS},
    "docker": {**ENGINE, "state": "absent"},
    "digests": {},
    "texts": dict.fromkeys(parts.TEXTS),
    "last_backup": None,
}


def asked(plan: Mapping[str, Any], name: str = "chat", host: Mapping[str, Any] | None = None, **facts: Any) -> Host:
    """A host that answered; ``facts`` are other than those of a bare one, ``host`` sets other fields."""
    between = {"before": NOW - 0.2, "after": NOW + 0.2}
    fields = {"address": "198.18.0.11", **(host or {})}
    return Host(name=name, plan=plan["hosts"][name], facts={**BARE, **facts}, asked=between, **fields)


def converged(plan: Mapping[str, Any], **facts: Any) -> Host:
    """The host of a single-host plan after a run of it."""
    host = plan["hosts"]["chat"]
    files = {path: f"content of {path}\n" for path in parts.DIGESTS if "*" not in path}
    files |= {parts.KEYFILE: f"{host['mongodb']['keyfile']}\n", **host["rocketchat"]["env_files"]}
    known: dict[str, Any] = {
        "packages": dict.fromkeys(parts.PACKAGES, "1.0") | {"mongodb-org-server": f"{host['mongodb']['version']}.5"},
        "units": {unit: {"found": True, "active": True, "enabled": True} for unit in parts.UNITS},
        "docker": running(host),
        "digests": {path: hashlib.sha256(content.encode()).hexdigest() for path, content in files.items()},
        "texts": {**BARE["texts"], parts.HOSTS_FILE: f"127.0.0.1 localhost\n{hosts_block(host['mongodb']['names'])}\n"},
    }
    projects = {role: host[role]["compose"]["services"] for role in parts.PROJECTS}
    return asked(plan, host={"projects": projects, "files": files}, **{**known, **facts})


def running(host: Mapping[str, Any]) -> dict[str, Any]:
    """The engine of a host that runs what was planned for it."""
    containers = []
    for role in ("nats", "rocketchat"):
        project = host[role]["compose"]
        containers += [container(project["name"], name, service) for name, service in project["services"].items()]
    network = host["docker"]["network"]
    known = {"name": network["name"], "interface": "br-83ec1ede63c7", "subnets": [network["subnet"]]}
    return {"state": "running", "containers": containers, "networks": [known]}


def container(project: str, name: str, service: Mapping[str, Any]) -> dict[str, Any]:
    published = [written.rpartition(":")[0].rpartition(":") for written in service["ports"]]
    return {
        "name": service["container_name"],
        "image": service["image"],
        "state": "running",
        "project": project,
        "service": name,
        "labels": dict(service["labels"]),
        "published": [{"address": address, "port": int(port)} for address, _colon, port in published],
    }
