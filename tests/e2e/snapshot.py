# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that somebody could miss on a host after a run: files, containers, networks, volumes, packages and units."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
from collections.abc import Iterable
from typing import Any

from tests.deployment import Deployment

# What changes on a host that is only looked at, and why. All are patterns of whole paths.
CHANGES_BY_ITSELF = {
    r"/(dev|proc|sys|run|tmp)/.*": "is made anew at every boot",
    r"/var/tmp/.*": "temporary",
    r"/(root|home/[^/]+)/\.ansible/.*": "Ansible puts its modules there while they run",
    r"/var/log/(journal/.*|auth\.log|syslog|lastlog|wtmp|wtmp\.db|btmp)": "tells of every login",
    r"/var/lib/(lastlog/.*|wtmpdb/.*|sudo/.*|systemd/.*)": "logins, sudo's time stamps, systemd's timers and clock",
    r"/var/lib/(docker|containerd)/.*": "the engine's own book-keeping; its containers are asked for apart",
    r"/var/(lib|log)/mongodb/.*": "mongod writes all the time",
    r"/var/log/nginx/.*": "tells of every question of a run",
    r"/var/(lib|log)/redis/.*": "the database writes all the time; its content is asked for apart",
}


def _collect() -> None:
    """Runs on the host."""
    import contextlib
    import hashlib
    import json
    import os
    import subprocess

    def of_file(path: str) -> list[str]:
        found = os.lstat(path)
        if os.path.islink(path):
            return ["link", os.readlink(path)]
        if os.path.isdir(path):
            return ["directory", oct(found.st_mode), f"{found.st_uid}:{found.st_gid}"]
        digest = ""
        if os.path.isfile(path):
            with open(path, "rb") as file:
                digest = hashlib.sha256(file.read()).hexdigest()
        return [digest, oct(found.st_mode), f"{found.st_uid}:{found.st_gid}", str(found.st_mtime_ns)]

    def said(command: str) -> list[str]:
        return subprocess.run(command, shell=True, capture_output=True, text=True, check=False).stdout.splitlines()

    files = {}
    for directory, names, others in os.walk("/"):
        names[:] = [name for name in names if not os.path.ismount(os.path.join(directory, name))]
        for name in [*names, *others]:
            path = os.path.join(directory, name)
            with contextlib.suppress(FileNotFoundError):
                files[path] = of_file(path)
    inspected = json.loads("\n".join(said("docker inspect $(docker ps --all --quiet) 2>/dev/null")) or "[]")
    kept = ("Id", "Image", "RestartCount", "Mounts")
    containers = {
        one["Name"]: {
            **{key: one[key] for key in kept},
            # an engine that takes over running containers writes empty lists in the place of nothing
            "settings": {name: value for name, value in one["HostConfig"].items() if value},
            "state": [one["State"]["Status"], one["State"]["StartedAt"]],
        }
        for one in inspected
    }
    networks = json.loads("\n".join(said("docker network inspect $(docker network ls --quiet) 2>/dev/null")) or "[]")
    running = "systemctl list-units --type=service --state=running --plain --no-legend"
    units = [line.split()[0] for line in said(running)]
    processes = {unit: said(f"systemctl show --property=MainPID '{unit}'") for unit in units}
    print(
        json.dumps(
            {
                "files": files,
                "containers": containers,
                "networks": {one["Name"]: [one["Id"], one["IPAM"], one["Labels"]] for one in networks},
                "volumes": dict.fromkeys(said("docker volume ls --quiet 2>/dev/null"), True),
                "packages": dict(line.split() for line in said("dpkg-query -W -f '${Package} ${Version}\\n'")),
                "unit files": dict(line.split()[:2] for line in said("systemctl list-unit-files --plain --no-legend")),
                # those of a login come and go
                "processes": {unit: pid for unit, pid in processes.items() if not unit.startswith("user")},
            }
        )
    )


Snapshot = dict[str, dict[str, Any]]


def snapshot(deployment: Deployment) -> Snapshot:
    script = f"from __future__ import annotations\n{inspect.getsource(_collect)}\n_collect()\n"
    host = f"rocketops-lab-{deployment.host}"
    command = ["docker", "exec", "--interactive", host, "python3", "-"]
    output = subprocess.run(command, input=script, check=True, capture_output=True, text=True, timeout=120).stdout
    found: Snapshot = json.loads(output)
    found["files"] = _without(found["files"], CHANGES_BY_ITSELF)
    return found


def changes(before: Snapshot, after: Snapshot, may: Iterable[str] = (), new: bool = True) -> dict[str, list[str]]:
    """By kind, what is not as it was. ``may``: patterns of paths that may change. Without ``new``: what was there."""
    found = {}
    for kind, were in before.items():
        names = were.keys() | after[kind].keys() if new else were.keys()
        differ = {name: True for name in sorted(names) if were.get(name) != after[kind].get(name)}
        left = sorted(_without(differ, may) if kind == "files" else differ)
        if left:
            found[kind] = left
    return found


def _without(names: dict[str, Any], patterns: Iterable[str]) -> dict[str, Any]:
    pattern = re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)")
    return {name: value for name, value in names.items() if not pattern.fullmatch(name)}
