# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the operator wrote, as types."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult

from .catalogue import SERVICES, Service
from .versions import Version

# The groups that say what runs where. One host in all four is the single-host deployment.
GROUPS = ("mongodb", "nats", "rocketchat", "nginx")


@dataclass(frozen=True)
class Secrets:
    admin_password: str
    mongodb_password: str
    mongodb_admin_password: str
    mongodb_keyfile: str
    nats_password: str


# Secret -> the variable an operator may give it with.
SECRET_VARIABLES = {
    "admin_password": "rocketchat_admin_password",
    "mongodb_password": "rocketchat_mongodb_password",
    "mongodb_admin_password": "mongodb_admin_password",
    "mongodb_keyfile": "mongodb_keyfile",
    "nats_password": "nats_password",
}


@dataclass(frozen=True)
class Instance:
    """One container to be: which replica of a service on its host, and the port it is published on there."""

    service: Service
    replica: int
    port: int

    @property
    def name(self) -> str:
        return f"{self.service.name}-{self.replica}"


@dataclass(frozen=True)
class Host:
    """``replicas``: what runs here, by service. ``ports``: the first port of every service of the catalogue."""

    name: str
    groups: frozenset[str]
    private_address: str
    replicas: dict[str, int]
    ports: dict[str, int]

    def instances(self) -> Iterator[Instance]:
        for key, count in self.replicas.items():
            for replica in range(1, count + 1):
                yield Instance(SERVICES[key], replica, self.ports[key] + replica - 1)


@dataclass(frozen=True)
class Settings:
    version: Version
    root_url: SplitResult
    license: str
    image_registry: str
    log_level: str
    admin_username: str
    admin_email: str
    network_name: str
    network: ipaddress.IPv4Network
    mongodb_version: str
    mongodb_port: int
    mongodb_replica_set: str
    mongodb_database: str
    mongodb_username: str
    nats_image: str
    nats_username: str
    nats_port: int
    secrets: Secrets
    hosts: list[Host]


def common_variables(inventory: dict[str, Any]) -> dict[str, Any]:
    """Settings of the whole deployment: each as the first host of the group it is named after has it."""
    common: dict[str, Any] = {}
    for group in GROUPS:
        for host in inventory["groups"].get(group, [])[:1]:
            variables = inventory["hosts"][host]
            common |= {name: value for name, value in variables.items() if name.startswith(f"{group}_")}
    return common


def proxy_port(root_url: SplitResult) -> int:
    """Where nginx listens: the port people type, or the one their browser assumes."""
    return root_url.port or (443 if root_url.scheme == "https" else 80)
