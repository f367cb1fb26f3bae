# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Docker Engine has, ours and that of others, in a few requests to its socket. Only reads."""

from __future__ import annotations

import os
import time
from typing import Any

from ..containers.docker_api import Engine, greet
from ..facts.docker import OURS, PROJECT, TIMEOUT
from ..probing.fault import Fault

NOTHING: dict[str, Any] = {"containers": [], "networks": [], "volumes": [], "images": [], "data_root": ""}
# Docker's own
_BUILT_IN = ("bridge", "host", "none")


def ask(path: str, installed: bool) -> dict[str, Any]:
    """``state``: `absent`, `stopped`, `silent` or `running`; only the last has anything to tell."""
    if not installed and not os.path.exists(path):
        return {"state": "absent", **NOTHING}
    until = time.monotonic() + TIMEOUT
    try:
        return {"state": "running", **_told(greet(path, until), until)}
    except Fault as fault:
        return {"state": "stopped" if fault.kind == "stopped" else "silent", **NOTHING}


def _told(engine: Engine, until: float) -> dict[str, Any]:
    return {
        "containers": [_container(one) for one in engine.containers(until)],
        "networks": [
            {"name": one["Name"], "ours": _is_ours(one)}
            for one in engine.networks(until)
            if one["Name"] not in _BUILT_IN
        ],
        "volumes": [
            {"name": one["Name"], "empty": _is_empty(str(one.get("Mountpoint") or ""))} for one in engine.volumes(until)
        ],
        "images": sorted(engine.images(until)),
        "data_root": str(engine.info(until).get("DockerRootDir") or ""),
    }


def _container(answer: dict[str, Any]) -> dict[str, Any]:
    networks = (answer.get("NetworkSettings") or {}).get("Networks") or {}
    mounts = [mount for mount in answer.get("Mounts") or [] if mount.get("Type") == "volume"]
    return {
        "name": answer["Names"][0].lstrip("/"),
        "project": (answer.get("Labels") or {}).get(PROJECT) or "",
        "image": answer["Image"],
        "ours": _is_ours(answer),
        "networks": sorted(networks),
        "volumes": sorted(str(mount["Name"]) for mount in mounts),
    }


def _is_ours(answer: dict[str, Any]) -> bool:
    return any(name.startswith(OURS) for name in answer.get("Labels") or {})


def _is_empty(directory: str) -> bool:
    """One that cannot be looked into may have anything in it."""
    try:
        return not os.listdir(directory)
    except OSError:
        return False
