# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Docker Engine is and runs, in a few requests to its socket. Only reads."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..containers.docker_api import AT_ONCE, Engine, greet
from ..containers.drift import PROXIES
from ..probing.fault import Fault
from ..sources.reference import parse
from . import limits
from .files import text
from .system import main_process

TIMEOUT = 5

PROJECT = "com.docker.compose.project"
DIRECTORY = "com.docker.compose.project.working_dir"
SERVICE = "com.docker.compose.service"
DEFINITION = "com.docker.compose.config-hash"
OURS = "io.rocketops."
_UNIT = "docker.service"
BRIDGE_NAME = "com.docker.network.bridge.name"


def ask(path: str, installed: bool, names: Sequence[str] = (), images: Sequence[str] = ()) -> dict[str, Any]:
    """``installed``: whether systemd knows the engine, which may be stopped together with its socket.

    ``names``: containers whose settings are told, too. ``images``: those are told that are here.

    ``state``: `absent`, `stopped`, `silent` or `running`; only the last has an answer to give.
    """
    state, mode, containers, networks, inspected = "absent", None, [], [], {}
    here: set[str] = set()
    if installed or os.path.exists(path):
        until = time.monotonic() + TIMEOUT
        try:
            engine = greet(path, until)
            state, containers, networks = "running", engine.containers(until), engine.networks(until)
            mode = _mode(engine.info(until), engine.components(until))
            inspected = _inspected(engine, names, containers, until)
            here = engine.images(until) if images else set()
        except Fault as fault:
            state = "stopped" if fault.kind == "stopped" else "silent"
    return {
        "state": state,
        "engine": mode,
        "containers": [_container(container, inspected.get(container["Id"])) for container in containers],
        "networks": [_network(network) for network in networks],
        "images": [image for image in images if parse(image).familiar in here],
    }


def _mode(info: dict[str, Any], components: list[str]) -> dict[str, Any]:
    """``security``: such as `userns` or `rootless`. What an engine does not say has its usual value."""
    options = [dict(pair.partition("=")[::2] for pair in one.split(",")) for one in info.get("SecurityOptions") or []]
    return {
        # of Podman and of Docker, /version, "Components"
        "podman": "Podman Engine" in components,
        "security": sorted(option["name"] for option in options if "name" in option),
        "swarm": ((info.get("Swarm") or {}).get("LocalNodeState") or "inactive") != "inactive",
        "data_root": str(info.get("DockerRootDir") or ""),
        "limits_processors": bool(info.get("CpuCfsQuota", True)),
        "flags": flags(),
        "live_restore": bool(info.get("LiveRestoreEnabled")),
    }


def flags(proc: str = "/proc") -> list[str]:
    """Names of the options on the engine's command line: it does not start with a setting that is in its file, too."""
    words = (text(f"{proc}/{main_process(_UNIT)}/cmdline") or "").split("\0")[1:]
    return sorted({word.lstrip("-").partition("=")[0] for word in words if word.startswith("-")})


def _inspected(
    engine: Engine, names: Sequence[str], containers: list[dict[str, Any]], until: float
) -> dict[str, dict[str, Any] | None]:
    """By identity, those of the named containers that are there, and those that have one of the names in Compose."""
    wanted = [
        container["Id"]
        for container in containers
        if set(names) & {container["Names"][0].lstrip("/"), (container.get("Labels") or {}).get(SERVICE)}
    ]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = dict(zip(wanted, pool.map(lambda identity: engine.inspect(identity, until), wanted)))
    for one in filter(None, found.values()):
        one["proxies"] = _proxies(engine, one, until)
        one["limits"] = limits.of_process((one.get("State") or {}).get("Pid") or 0)
    return found


def _proxies(engine: Engine, inspected: dict[str, Any], until: float) -> list[str]:
    """Names of variables that its image does not have, and that Docker's client may have given to it."""
    variables = (inspected.get("Config") or {}).get("Env") or []
    found = [variable for variable in variables if variable.partition("=")[0] in PROXIES]
    of_image = engine.image_environment(inspected["Image"], until) if found else []
    return [variable.partition("=")[0] for variable in found if variable not in of_image]


def _container(answer: dict[str, Any], inspected: dict[str, Any] | None) -> dict[str, Any]:
    labels = answer.get("Labels") or {}
    published = {(port["IP"], port["PublicPort"]) for port in answer.get("Ports") or [] if "PublicPort" in port}
    return {
        "name": answer["Names"][0].lstrip("/"),
        "image": answer["Image"],
        "state": answer["State"],
        "project": labels.get(PROJECT),
        "directory": labels.get(DIRECTORY),
        "service": labels.get(SERVICE),
        "definition": labels.get(DEFINITION),
        "labels": {name: value for name, value in labels.items() if name.startswith(OURS)},
        "addresses": {
            name: (network or {}).get("IPAddress") or ""
            for name, network in ((answer.get("NetworkSettings") or {}).get("Networks") or {}).items()
        },
        "published": [{"address": address, "port": port} for address, port in sorted(published)],
        "settings": _settings(inspected) if inspected else None,
    }


def _settings(inspected: dict[str, Any]) -> dict[str, Any]:
    """What can be changed of a container while it stays the same one."""
    host, networks = inspected["HostConfig"], inspected["NetworkSettings"].get("Networks") or {}
    return {
        "restart": (host.get("RestartPolicy") or {}).get("Name") or "no",
        "memory": host.get("Memory") or 0,
        "nano_cpus": host.get("NanoCpus") or 0,
        # -1 is none, too
        "pids": max(0, host.get("PidsLimit") or 0),
        "networks": {name: list((network or {}).get("Aliases") or []) for name, network in networks.items()},
        # those that it was given, and keeps while it is stopped
        "addresses": {
            name: ((network or {}).get("IPAMConfig") or {}).get("IPv4Address") or ""
            for name, network in networks.items()
        },
        "proxies": inspected["proxies"],
        "limits": inspected["limits"],
        "limited": limits.of_others(host),
        # what it is attached to, whatever that is called by now; it keeps this while it is stopped
        "network_ids": {name: (network or {}).get("NetworkID") or "" for name, network in networks.items()},
    }


def _network(answer: dict[str, Any]) -> dict[str, Any]:
    ipam = (answer.get("IPAM") or {}).get("Config") or []
    return {
        "name": answer["Name"],
        "id": answer["Id"],
        "interface": (answer.get("Options") or {}).get(BRIDGE_NAME) or f"br-{answer['Id'][:12]}",
        "subnets": [entry["Subnet"] for entry in ipam if "Subnet" in entry],
        "gateways": [entry["Gateway"] for entry in ipam if "Gateway" in entry],
        "options": answer.get("Options") or {},
        "ours": any(name.startswith(OURS) for name in answer.get("Labels") or {}),
    }
