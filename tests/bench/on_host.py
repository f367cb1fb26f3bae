# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of a deployment that run on its own host, where no network is in between, and users for them."""

from __future__ import annotations

import io
import json
import secrets
import subprocess
import tarfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lab.names import host_container
from tests.bench.timing import TIMEOUT
from tests.deployment import Deployment
from tests.e2e.conversation import tls_context

CLIENTS = Path(__file__).with_name("clients")
FOLDER = "/run/bench"


@contextmanager
def client(deployment: Deployment, name: str, asked: dict[str, Any]) -> Iterator[Iterator[dict[str, Any]]]:
    """What one of the clients says, line by line. ``asked``: what it reads."""
    container = host_container(deployment.host)
    copied = ["docker", "exec", "-i", container, "sh", "-c", f"mkdir -p {FOLDER} && tar x -C {FOLDER}"]
    subprocess.run(copied, input=_packed(), check=True, timeout=TIMEOUT)
    command = ["docker", "exec", "-i", "-w", FOLDER, container, "python3", "-m", f"clients.{name}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdin and started.stdout
        started.stdin.write(json.dumps(asked) + "\n")
        started.stdin.close()
        try:
            yield (json.loads(line) for line in started.stdout)
        finally:
            started.kill()


def answer(deployment: Deployment, name: str, asked: dict[str, Any]) -> dict[str, Any]:
    """The one line of a client that says no more."""
    with client(deployment, name, asked) as lines:
        return next(lines)


def _packed() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path in CLIENTS.glob("*.py"):
            archive.add(path, f"clients/{path.name}")
    return packed.getvalue()


def way_in(deployment: Deployment, users: int) -> dict[str, Any]:
    """As clients of DDP read it."""
    url = urlsplit(deployment.root_url)
    return {"tokens": tokens(deployment, users), "host": url.netloc, "port": url.port or 443}


def tokens(deployment: Deployment, users: int) -> list[str]:
    """Of users that are made for it: one with thousands of sockets would measure MongoDB's document of its sessions."""
    context = tls_context(deployment.root_url, None, True)

    def post(path: str, body: dict[str, str], headers: dict[str, str] | None = None) -> dict[str, Any]:
        given = {"Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(f"{deployment.root_url}{path}", json.dumps(body).encode(), given)
        with urllib.request.urlopen(request, context=context, timeout=30) as answered:
            found: dict[str, Any] = json.load(answered)
        return found

    def logged_in(user: str, password: str) -> dict[str, str]:
        found: dict[str, str] = post("/api/v1/login", {"user": user, "password": password})["data"]
        return found

    admin = logged_in("admin", deployment.secrets()["rocketchat_admin_password"])
    headers = {"X-Auth-Token": admin["authToken"], "X-User-Id": admin["userId"]}
    tag, password, found = secrets.token_hex(3), secrets.token_urlsafe(12), []
    for number in range(users):
        name = f"bench-{tag}-{number}"
        user = {"username": name, "name": name, "email": f"{name}@chat.example.com", "password": password}
        post("/api/v1/users.create", user, headers)
        found.append(logged_in(name, password)["authToken"])
    return found


def address(deployment: Deployment, container: str) -> str:
    """In the network of the containers."""
    template = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    return deployment.run(f"docker inspect --format '{template}' {container}").strip()
