# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each health module is told to ask of a host: its options, under their names. They hold secrets."""

from __future__ import annotations

from typing import Any

from ...module_utils.mongodb.url import parse
from ..inventory.settings import Settings, pinned, proxy_port
from ..rocketchat.catalogue import CONTAINER_PORT, NATS_CONTAINER, NATS_MONITORING_PORT
from ..rocketchat.layout import MONGODB_DATA
from .deployment import Container, Member

LOOPBACK = "127.0.0.1"


def endpoint(container: Container) -> dict[str, Any]:
    """What service_health asks of a container."""
    check = container.readiness
    # where it is published, this goes the way of the other hosts
    address = container.published or f"{container.address}:{CONTAINER_PORT}"
    return {
        "name": container.name,
        "url": f"http://{address}{check.path}",
        "status": list(check.statuses),
        "body": list(check.bodies),
        "readiness": check.readiness,
    }


def containers(
    planned: list[Container],
    members: list[Member],
    nats: dict[str, Any] | None,
    network: str,
    own_mongodb: str,
    own_nats: str,
) -> dict[str, Any]:
    """Everything that Docker should run on a host, with the names that the services have to resolve.

    ``own_mongodb`` and ``own_nats``: address and port on the same host that they have to reach; "" where there is none.

    Secrets are an option of their own: Ansible logs an option with parts on the host.
    """
    names = [f"{member.name}:{member.address}" for member in members]
    services = [
        {
            "name": container.name,
            "service": container.service,
            "image": container.image,
            "hostname": container.hostname,
            "environment": container.environment,
            "extra_hosts": names,
            "network": network,
            "address": container.address,
        }
        for container in planned
    ]
    return {
        "containers": [*([nats] if nats else []), *services],
        "reach": [own_mongodb] if own_mongodb else [],
        "reach_nats": own_nats if nats else "",
        "secret_environments": {container.name: container.secret_environment for container in planned},
    }


def nats_container(settings: Settings, hostname: str) -> dict[str, Any]:
    """Its password is in its configuration file, not in its environment."""
    return {
        "name": NATS_CONTAINER,
        "service": "nats",
        "image": pinned(settings.nats_image, settings.image_digests),
        "hostname": hostname,
        "environment": {},
        "extra_hosts": [],
        "network": settings.network_name,
    }


def mongodb(settings: Settings, members: list[Member]) -> dict[str, Any]:
    """Every member's host asks for the whole set, as any of them may be the one that is away."""
    return {
        "members": [f"{member.name}:{settings.mongodb_port}" for member in members],
        "replica_set": settings.mongodb_replica_set,
        "database": settings.mongodb_database,
        "username": settings.mongodb_username,
        "password": settings.secrets.mongodb_password,
        "data_directory": MONGODB_DATA,
    }


def workspace(settings: Settings, mongo_url: str) -> dict[str, Any]:
    """``database`` is for people. ``site_url``: the setting where it is fixed, which licences are compared with."""
    return {
        "url": mongo_url,
        "database": parse(mongo_url).database,
        "root_url": settings.root_url.geturl(),
        "site_url": settings.environment.settings.get("Site_Url", ""),
    }


def nats(settings: Settings, address: str, routes: int) -> dict[str, Any]:
    """``address``: where its host can log in to it; empty where it is published nowhere, for its containers alone."""
    probe: dict[str, Any] = {
        "url": f"container://{NATS_CONTAINER}:{NATS_MONITORING_PORT}",
        "expected_routes": routes,
        "namespace": settings.environment.shared.get("MS_NAMESPACE", ""),
    }
    if address:
        credentials = {"username": settings.nats_username, "password": settings.secrets.nats_password}
        probe |= {"address": address, **credentials}
    return probe


def ddp(settings: Settings) -> dict[str, Any]:
    """The proxy is asked on its own host, under the name that people type."""
    url = settings.root_url
    return {"url": url.geturl().rstrip("/"), "connect_to": f"{LOOPBACK}:{proxy_port(url)}"}
