# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a Docker Engine runs, in two requests to its socket. Only reads."""

from __future__ import annotations

import http.client
import json
import os
import socket
from typing import Any

TIMEOUT = 5

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
OURS = "io.rocketops."
BRIDGE_NAME = "com.docker.network.bridge.name"


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("docker", timeout=TIMEOUT)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def ask(path: str, stopped: bool) -> dict[str, Any]:
    """``stopped``: systemd says so, and a connection to its socket would start the engine.

    ``state``: `absent`, `stopped`, `silent` or `running`; only the last has an answer to give.
    """
    if stopped or not os.path.exists(path):
        return {"state": "stopped" if os.path.exists(path) else "absent", "containers": [], "networks": []}
    try:
        containers, networks = _get(path, "/containers/json?all=1"), _get(path, "/networks")
    except (OSError, ValueError, http.client.HTTPException):
        return {"state": "silent", "containers": [], "networks": []}
    return {
        "state": "running",
        "containers": [_container(container) for container in containers],
        "networks": [_network(network) for network in networks],
    }


def _get(path: str, url: str) -> list[dict[str, Any]]:
    connection = _UnixConnection(path)
    try:
        connection.request("GET", url)
        response = connection.getresponse()
        answer = json.loads(response.read())
    finally:
        connection.close()
    if response.status != 200 or not isinstance(answer, list):
        raise ValueError(f"status {response.status}")
    return answer


def _container(answer: dict[str, Any]) -> dict[str, Any]:
    labels = answer.get("Labels") or {}
    published = {(port["IP"], port["PublicPort"]) for port in answer.get("Ports") or [] if "PublicPort" in port}
    return {
        "name": answer["Names"][0].lstrip("/"),
        "image": answer["Image"],
        "state": answer["State"],
        "project": labels.get(PROJECT),
        "service": labels.get(SERVICE),
        "labels": {name: value for name, value in labels.items() if name.startswith(OURS)},
        "published": [{"address": address, "port": port} for address, port in sorted(published)],
    }


def _network(answer: dict[str, Any]) -> dict[str, Any]:
    ipam = (answer.get("IPAM") or {}).get("Config") or []
    return {
        "name": answer["Name"],
        "interface": (answer.get("Options") or {}).get(BRIDGE_NAME) or f"br-{answer['Id'][:12]}",
        "subnets": [entry["Subnet"] for entry in ipam if "Subnet" in entry],
    }
