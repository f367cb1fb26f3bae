# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the proxy adds, how many messages arrive, and how quickly uploads go: through nginx, against straight.

`python -m tests.bench.traffic INVENTORY` for a deployment that is there already. The stand-ins answer in the place of
Rocket.Chat: what these figures say is about nginx, NATS, MongoDB and the network.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from tests.bench.controller import Controller
from tests.bench.on_host import address, answer, way_in
from tests.bench.timing import Figure
from tests.deployment import Deployment

ROUNDS, SECONDS = 4, 5
OVERHEAD = 1.1
ROOMS, LISTENERS, MESSAGES_SECONDS = 100, 1_000, 20
UPLOAD = 100 << 20
MINIMAL_PORT = 8443
MINIMAL = """
worker_processes auto; pid /run/bench-nginx.pid; error_log /dev/null;
events { worker_connections 1024; }
http {
    access_log off;
    upstream monolith { server MONOLITH:3000; keepalive 32; }
    server {
        listen 127.0.0.1:PORT ssl;
        ssl_certificate /etc/nginx/rocketchat/certificate.pem;
        ssl_certificate_key /etc/nginx/rocketchat/key.pem;
        ssl_protocols TLSv1.2 TLSv1.3;
        proxy_http_version 1.1;
        location / { proxy_set_header Connection ""; proxy_pass http://monolith; }
        location /websocket {
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection upgrade;
            proxy_pass http://STREAMER:3000;
        }
    }
}
"""


@contextmanager
def minimal_nginx(deployment: Deployment) -> Iterator[None]:
    """With the same certificate and TLS, and nothing else."""
    text = MINIMAL.replace("PORT", str(MINIMAL_PORT)).replace("MONOLITH", address(deployment, "rocketchat-1"))
    text = text.replace("STREAMER", address(deployment, "ddp-streamer-1"))
    deployment.run(f"cat > /run/bench-nginx.conf <<'END'\n{text}\nEND\nnginx -c /run/bench-nginx.conf")
    try:
        yield
    finally:
        deployment.run("nginx -c /run/bench-nginx.conf -s quit; rm /run/bench-nginx.conf")


def overhead(deployment: Deployment) -> list[Figure]:
    url = urlsplit(deployment.root_url)
    figures = []
    with minimal_nginx(deployment):
        for kind, container in (("request", "rocketchat-1"), ("websocket", "ddp-streamer-1")):
            ways = {
                "ours": {"address": "127.0.0.1", "port": url.port or 443, "tls": True},
                "minimal": {"address": "127.0.0.1", "port": MINIMAL_PORT, "tls": True},
                "straight": {"address": address(deployment, container), "port": 3000, "tls": False},
            }
            ways = {name: {**way, "kind": kind} for name, way in ways.items()}
            asked = {"ways": ways, "host": url.netloc, "rounds": ROUNDS, "seconds": SECONDS}
            found = answer(deployment, "latency", asked)
            told = ", ".join(f"{way} {at['p50']:.2f}/{at['p99']:.2f} ms" for way, at in found["ways"].items())
            print(f"A {kind} at {found['load']:.0f} a second, p50/p99: {told}", flush=True)
            ours, least = found["ways"]["ours"], found["ways"]["minimal"]
            figures += [
                Figure(f"proxy_overhead_{kind}_{at}", ours[at] / least[at], OVERHEAD, "of ours over a minimal nginx")
                for at in ("p50", "p99")
            ]
    return figures


def messages(deployment: Deployment) -> None:
    rooms = [f"bench-{number}" for number in range(ROOMS)]
    asked = {
        "rooms": rooms,
        "password": deployment.secrets()["mongodb_admin_password"],
        "database": "rocketchat",
    }
    answer(deployment, "rooms", asked)
    wanted = {**way_in(deployment, 50), "rooms": rooms, "listeners": LISTENERS, "seconds": MESSAGES_SECONDS}
    found = answer(deployment, "messages", wanted)
    arrived: float = found["arrived"] / found["seconds"]
    lost = found["expected"] - found["arrived"]
    print(
        f"{found['written']} messages in {found['seconds']} s: {arrived:.0f} arrive a second, {lost} never", flush=True
    )


def uploads(deployment: Deployment) -> None:
    path = "/api/v1/rooms.media/GENERAL"
    straight = f"http://{address(deployment, 'rocketchat-1')}:3000{path}"
    urls = {"nginx": f"{deployment.root_url}{path}", "straight": straight}
    found: dict[str, Any] = answer(deployment, "uploads", {"urls": urls, "bytes": UPLOAD, "rounds": ROUNDS})
    told = ", ".join(
        f"{name} {median(rates):.0f} ({min(rates):.0f}..{max(rates):.0f})" for name, rates in found.items()
    )
    print(f"An upload of 100 MB, MB/s: {told}", flush=True)


def planned_and_measured(controller: Controller, inventory: Path) -> list[Figure]:
    print("Traffic through nginx, against straight", flush=True)
    deployment = Deployment.of(str(inventory))
    figures = overhead(deployment)
    uploads(deployment)
    for count in (1, 2):
        wanted = {"rocketchat_replicas": {"rocketchat": 1, "ddp_streamer": count}}
        controller.playbook(inventory, "site", "-e", json.dumps(wanted))
        print(f"{LISTENERS} listeners in {ROOMS} rooms, with ddp-streamers: {count}", flush=True)
        messages(deployment)
    controller.playbook(inventory, "site")
    return figures


def main(inventory: str) -> int:
    deployment = Deployment.of(inventory)
    figures = overhead(deployment)
    uploads(deployment)
    messages(deployment)
    print(*figures, sep="\n")
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
