# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many idle DDP sockets one nginx holds, over TLS, logged in, each ping answered, and none dropped.

`python -m tests.bench.sockets INVENTORY [COUNT [SECONDS]]` for a deployment that is there already.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.bench.controller import Controller
from tests.bench.timing import Figure
from tests.deployment import Deployment
from tests.e2e.conversation import tls_context

COUNT, SECONDS, USERS = 10_000, 300, 50
LIMIT = 10_000
CLIENT = Path(__file__).with_name("socket_client.py")
# Of processes: memory in KiB, of which what they share counts once, open files, and how many these may be.
USED = (
    "for p in {pids}; do awk '/^Pss:/ {{m += $2}} END {{printf \"%d \", m}}' /proc/$p/smaps_rollup;"
    " ls /proc/$p/fd | wc -l | tr '\\n' ' '; awk '/open files/ {{print $4}}' /proc/$p/limits; done"
)
PIDS = {
    "nginx": "$(pgrep -x nginx)",
    "ddp-streamer": "$(docker inspect --format '{{.State.Pid}}' $(docker ps -q --filter name=ddp-streamer))",
}


def tokens(deployment: Deployment, users: int) -> list[str]:
    """Of users that are made for it: one with thousands of sockets would measure MongoDB's document of its sessions."""
    context = tls_context(deployment.root_url, None, True)

    def post(path: str, body: dict[str, str], headers: dict[str, str] | None = None) -> dict[str, Any]:
        given = {"Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(f"{deployment.root_url}{path}", json.dumps(body).encode(), given)
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
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


def used(deployment: Deployment) -> dict[str, tuple[int, list[str]]]:
    """By program its memory in KiB, and the open files of each of its processes with what they may be at most."""
    found = {}
    for name, pids in PIDS.items():
        rows = [line.split() for line in deployment.run(USED.format(pids=pids)).splitlines()]
        found[name] = (sum(int(row[0]) for row in rows), [f"{row[1]} of {row[2]}" for row in rows])
    return found


def measured(deployment: Deployment, count: int = COUNT, seconds: int = SECONDS) -> list[Figure]:
    url = urlsplit(deployment.root_url)
    asked = {"tokens": tokens(deployment, USERS), "count": count, "seconds": seconds, "host": url.netloc}
    before = used(deployment)
    container = ["docker", "exec", "-i", f"rocketops-lab-{deployment.host}"]
    command = [*container, "python3", "-c", CLIENT.read_text(encoding="utf-8")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdin and client.stdout
        client.stdin.write(json.dumps({**asked, "port": url.port or 443}) + "\n")
        client.stdin.flush()
        opened = json.loads(client.stdout.readline())
        print(f"{opened['opened']} sockets opened in {opened['seconds']} s", flush=True)
        during = used(deployment)
        found: dict[str, Any] = json.loads(client.stdout.readline())
    for name in PIDS:
        each = (during[name][0] - before[name][0]) / max(1, opened["opened"])
        print(
            f"{name}: {each:.1f} KiB for each socket; open files of its processes: {', '.join(during[name][1])}",
            flush=True,
        )
    print(f"pings answered: {found['pings']}; failed: {found['failed']}; dropped: {found['dropped']}", flush=True)
    return [Figure("sockets_held", found["held"], LIMIT, f"of {count}, for {seconds} s", at_least=True)]


def planned_and_measured(controller: Controller, inventory: Path) -> list[Figure]:
    """Of a deployment for as many users as take these sockets: two each are planned."""
    print(f"Idle sockets through one nginx, for {SECONDS} s", flush=True)
    wanted = {
        "rocketchat_expected_users": COUNT // 2,
        "rocketchat_replicas": {"rocketchat": 1, "ddp_streamer": 2},
    }
    controller.playbook(inventory, "site", "-e", json.dumps(wanted))
    figures = measured(Deployment.of(str(inventory)))
    controller.playbook(inventory, "site")
    return figures


def main(inventory: str, *numbers: str) -> int:
    figures = measured(Deployment.of(inventory), *map(int, numbers))
    print(*figures, sep="\n")
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
