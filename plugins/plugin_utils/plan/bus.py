# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NATS of one host: its Compose project and its configuration.

It stays in the containers' network, and not in the host's: there it would be the one container that reaches all that
the host reaches, and the firewall's rules are about a network that it would not be in.
"""

from __future__ import annotations

import json
from typing import Any

from ..inventory.settings import Settings, pinned
from ..rocketchat.addresses import nats_address
from ..rocketchat.catalogue import NATS_CLUSTER_PORT, NATS_CONTAINER, NATS_MONITORING_PORT
from ..rocketchat.layout import NATS_SETTINGS, NATS_USER
from .compose import CONFINED, HEALTHCHECK_TIMES, OURS, PIDS, SAID, label_with_config
from .former import nats_credentials

PING_SECONDS = 20
_ROUTE_USER = "servers"

# The most that NATS's documentation advises to (docs.nats.io, "Configuration", max_payload), instead of 1 MiB. Services
# send each other whole images and PDFs, and Rocket.Chat leaves those out that do not pass ("File is too big to be
# processed by NATS. See NATS config", OmnichannelTranscript.ts of its omnichannel-services).
MAX_PAYLOAD = 8 * 1024 * 1024


def nats_project(settings: Settings, hostname: str, published: str, routes: list[str]) -> dict[str, Any]:
    """``{"compose": ..., "config": ...}``; JSON is valid NATS configuration."""
    config: dict[str, Any] = {
        "server_name": hostname,
        "listen": f"0.0.0.0:{settings.nats_port}",
        # of the container: it knows no password, and tells who is on the bus
        "http": f"127.0.0.1:{NATS_MONITORING_PORT}",
        "authorization": {"users": [_client(settings, *one) for one in nats_credentials(settings)]},
        # finds a client whose host vanished well before the services' own heartbeat timeout of 30 s does
        "ping_interval": f"{PING_SECONDS}s",
        "max_payload": MAX_PAYLOAD,
    }
    if routes:
        config["cluster"] = _cluster(settings, routes)
    text = json.dumps(config, indent=2, sort_keys=True) + "\n"
    ports = []
    if published:
        ports.append(f"{published}:{settings.nats_port}:{settings.nats_port}")
    if routes:
        ports.append(f"{published}:{NATS_CLUSTER_PORT}:{NATS_CLUSTER_PORT}")
    return {"config": text, "compose": _compose(settings, hostname, ports, text)}


def _client(settings: Settings, user: str, password: str) -> dict[str, Any]:
    """All services are one user, as they have one TRANSPORTER, and need no subject but their own namespace's: those of
    moleculer's packets, balanced ones among them, all begin with it (moleculer, src/transporters/base.js and nats.js;
    no reply is asked for, so there is no _INBOX).
    """
    namespace = settings.environment.shared.get("MS_NAMESPACE", "")
    subjects = [f"MOL-{namespace}.>" if namespace else "MOL.>"]
    return {
        "user": user,
        "password": password,
        "permissions": {"publish": subjects, "subscribe": subjects},
    }


def _cluster(settings: Settings, routes: list[str]) -> dict[str, Any]:
    # of servers alone: what comes over a route is bound by no permissions, and services know only their own password
    # They take one user alone from each other, and two URLs of one server do not stand in for each other (seen, 2.12):
    # a new password is given to all of them at once, in the stage in which clients are through.
    former = settings.rotation.still_taken("nats_cluster_password")
    name, password = _ROUTE_USER, former or settings.secrets.nats_cluster_password
    return {
        "name": "rocketchat",
        "listen": f"0.0.0.0:{NATS_CLUSTER_PORT}",
        # else clients are told of addresses in the containers' networks of other hosts (seen)
        "no_advertise": True,
        "authorization": {"user": name, "password": password},
        "routes": [f"nats-route://{name}:{password}@{route}" for route in routes],
    }


def _compose(settings: Settings, hostname: str, ports: list[str], config: str) -> dict[str, Any]:
    network, address = settings.network_name, nats_address(settings.network)
    service: dict[str, Any] = {
        "image": pinned(settings.nats_image, settings.image_digests),
        "container_name": NATS_CONTAINER,
        "hostname": hostname,
        "restart": "unless-stopped",
        # its image names none, and would run as root
        "user": f"{NATS_USER}:{NATS_USER}",
        "command": ["--config", "/etc/nats/nats.conf"],
        "volumes": [f"{NATS_SETTINGS}:/etc/nats/nats.conf:ro"],
        "networks": {network: {"aliases": [NATS_CONTAINER], "ipv4_address": address}},
        # it writes nothing
        "read_only": True,
        "healthcheck": {
            "test": ["CMD", "wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{NATS_MONITORING_PORT}/healthz"],
            **HEALTHCHECK_TIMES,
            "start_period": "30s",
        },
        "labels": {**OURS},
        "pids_limit": PIDS,
        **CONFINED,
        **SAID,
    }
    if ports:
        service["ports"] = ports
    label_with_config(service, [config])
    return {"name": "nats", "services": {NATS_CONTAINER: service}, "networks": {network: {"external": True}}}
