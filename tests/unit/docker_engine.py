# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An engine's side of its API: real HTTP on a real unix socket, with answers in the engine's own shape.

No engine runs where the unit tests do; tests/e2e/test_health_faults.py asks a real one.
"""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

NETWORK = {"rocketchat": {"IPAddress": "172.31.250.5"}}


def moment(seconds_ago: float) -> str:
    stamp = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    return stamp.strftime("%Y-%m-%dT%H:%M:%S.%f000Z")


def container(name: str, image: str, hostname: str, **environment: str) -> dict[str, Any]:
    """What the engine says of a container that is well."""
    return {
        "Id": f"id-of-{name}",
        "Name": f"/{name}",
        "RestartCount": 0,
        "State": {
            "Status": "running",
            "Running": True,
            "Paused": False,
            "Restarting": False,
            "OOMKilled": False,
            "ExitCode": 0,
            "StartedAt": moment(3600),
            "FinishedAt": "0001-01-01T00:00:00Z",
            "Health": {"Status": "healthy"},
        },
        "Config": {
            "Image": image,
            "Hostname": hostname,
            "Tty": False,
            "Labels": {},
            "Env": [f"{variable}={value}" for variable, value in environment.items()],
        },
        "HostConfig": {"ExtraHosts": ["chat.mongodb.internal:172.31.250.1"]},
        "NetworkSettings": {"Networks": deepcopy(NETWORK)},
    }


def frames(*lines: str) -> bytes:
    """A log as the engine frames it, both outputs in turn."""
    pieces = [f"{line}\n".encode() for line in lines]
    return b"".join(bytes([1 + n % 2, 0, 0, 0]) + len(p).to_bytes(4, "big") + p for n, p in enumerate(pieces))


@dataclass
class FakeEngine:
    """``containers`` by name; ``logs`` by name; ``replies``, by how the path ends, come before both."""

    containers: dict[str, dict[str, Any]] = field(default_factory=dict)
    logs: dict[str, bytes] = field(default_factory=dict)
    replies: dict[str, Callable[[], tuple[int, bytes]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, method: str, url: str) -> tuple[int, bytes]:
        path = urlsplit(url).path
        self.asked.append(f"{method} {url}")
        for end, reply in self.replies.items():
            if path.endswith(end):
                return reply()
        if path == "/version":
            return 200, json.dumps({"Version": "26.1.5", "ApiVersion": "1.45", "MinAPIVersion": "1.24"}).encode()
        if path == "/v1.44/containers/json":
            return 200, json.dumps([_listed(one) for one in self.containers.values()]).encode()
        name = path.split("/")[3].removeprefix("id-of-")
        if path.endswith("/logs"):
            return 200, self.logs.get(name, b"")
        return 200, json.dumps(self.containers[name]).encode()


def _listed(one: dict[str, Any]) -> dict[str, Any]:
    networks = {"Networks": one["NetworkSettings"]["Networks"]}
    return {"Id": one["Id"], "Names": [one["Name"]], "State": one["State"]["Status"], "NetworkSettings": networks}


@contextmanager
def served(engine: FakeEngine, path: Path) -> Iterator[str]:
    """The engine at a socket, as long as the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = engine.answer("GET", self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def address_string(self) -> str:
            return "unix"

        def log_message(self, *_arguments: Any) -> None:
            pass

    with socketserver.ThreadingUnixStreamServer(str(path), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield str(path)
        server.shutdown()
