# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operator wrote, as types."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult

from ...module_utils.workspace.license import LicenseState
from ..rocketchat.catalogue import SERVICES, Service
from ..rocketchat.names import slug
from ..rocketchat.versions import Version

# The groups that say what runs where. One host in all four is the single-host deployment.
GROUPS = ("mongodb", "nats", "rocketchat", "nginx")

# The variable that takes a group's place when what it runs is the operator's own.
EXTERNAL = {"mongodb": "rocketchat_mongodb_url", "nats": "rocketchat_nats_urls"}

# Variables that may differ from host to host; every other one is of the whole deployment, and read as such.
HOST_VARIABLES = frozenset(
    {
        "docker_daemon_options",
        "docker_registry_certificates",
        "docker_repository_url",
        "docker_source",
        "mongodb_member_name",
        "mongodb_repository_key_url",
        "mongodb_repository_suite",
        "mongodb_repository_url",
        "nginx_certificate",
        "nginx_certificate_file",
        "nginx_certificate_key_file",
        "nginx_client_max_body_size",
        "nginx_connections_per_address",
        "nginx_trusted_proxies",
        "rocketchat_adopt",
        "rocketchat_firewall",
        "rocketchat_metrics_ports",
        "rocketchat_ports",
        "rocketchat_private_address",
        "rocketchat_replicas",
        "rocketchat_resources",
    }
)


@dataclass(frozen=True)
class Secrets:
    """Empty are those of what the operator runs."""

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


def needed_secrets(common: dict[str, Any]) -> list[str]:
    """The secrets of what this deployment runs itself."""
    return [
        name
        for name in SECRET_VARIABLES
        if not any(common.get(variable) and name.startswith(group) for group, variable in EXTERNAL.items())
    ]


@dataclass(frozen=True)
class Limits:
    """What a container may use at most; None where there is no limit."""

    memory: str | None = None
    cpus: float | None = None


@dataclass(frozen=True)
class Instance:
    """One container to be: which replica of a service on its host, and the ports that it may be published on there."""

    service: Service
    replica: int
    port: int
    metrics_port: int

    @property
    def name(self) -> str:
        return f"{self.service.name}-{self.replica}"


@dataclass(frozen=True)
class Docker:
    """Where a host's engine comes from, and its settings. ``certificates``: PEM texts, by registry."""

    source: str = "docker"
    repository_url: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    certificates: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MongodbRepository:
    """What the operator set of it; what is empty, the distribution decides."""

    url: str = ""
    suite: str = ""
    key_url: str = ""


@dataclass(frozen=True)
class Certificate:
    """Of a reverse proxy: from ``files``, ``self_signed`` or ``acme``, as PEM texts; one not known here is empty.

    Of ``acme`` they are there until the host has another: one that the deployment signs itself.
    """

    source: str = ""
    certificate: str = ""
    key: str = ""


@dataclass(frozen=True)
class Acme:
    """Who issues the certificate, and for which ``names``, that of the root URL first.

    ``directory``: the URL that the server is known by. ``authority``: PEM text of the one that signed the server's own
    certificate, "" for those that the host trusts.
    """

    directory: str = ""
    email: str = ""
    names: list[str] = field(default_factory=list)
    authority: str = ""


@dataclass(frozen=True)
class Host:
    """``replicas``: what runs here, by service. ``ports``: the first port of every service of the catalogue.

    ``member_name``: what the replica set calls its member here, "" for the name that follows from the host's.
    ``adopted``: paths of what somebody else made and the operator gives up. ``firewall``: `managed` or `own`.
    """

    name: str
    groups: frozenset[str]
    private_address: str
    replicas: dict[str, int]
    ports: dict[str, int]
    metrics_ports: dict[str, int]
    limits: dict[str, Limits]
    docker: Docker
    mongodb_repository: MongodbRepository
    member_name: str
    certificate: Certificate
    client_max_body_size: str
    connections_per_address: int
    trusted_proxies: list[str]
    adopted: list[str]
    firewall: str

    def instances(self) -> Iterator[Instance]:
        for key, count in self.replicas.items():
            for index in range(count):
                yield Instance(SERVICES[key], index + 1, self.ports[key] + index, self.metrics_ports[key] + index)


@dataclass(frozen=True)
class Uploads:
    """Where uploads are kept: settings of Rocket.Chat, and the directory of the host, "" where there is none."""

    settings: dict[str, str] = field(default_factory=dict)
    directory: str = ""


@dataclass(frozen=True)
class Environment:
    """What the operator adds to the containers, as text: variables of all, of one service, settings of Rocket.Chat."""

    shared: dict[str, str]
    services: dict[str, dict[str, str]]
    settings: dict[str, str]


@dataclass(frozen=True)
class Broker:
    """How long the services wait for one another, in seconds."""

    heartbeat_interval: int
    heartbeat_timeout: int
    request_timeout: int
    retry_enabled: bool


@dataclass(frozen=True)
class Settings:
    """``mongodb_url`` and ``nats_urls`` are the operator's own servers, and empty where the deployment runs them.

    ``license_state``: what the licence says, None where it cannot be read.
    """

    version: Version
    root_url: SplitResult
    license: str
    license_state: LicenseState | None
    license_in_workspace: bool
    mail_url: str
    registration_token: str
    image_registry: str
    images: dict[str, str]
    log_level: str
    admin_username: str
    admin_email: str
    network_name: str
    network: ipaddress.IPv4Network
    mongodb_url: str
    mongodb_version: str
    mongodb_port: int
    mongodb_replica_set: str
    mongodb_database: str
    mongodb_username: str
    nats_urls: list[str]
    nats_image: str
    nats_username: str
    nats_port: int
    environment: Environment
    uploads: Uploads
    broker: Broker
    metrics: bool
    metrics_clients: list[str]
    acme: Acme
    extra_proxies: int
    expected_users: int
    secrets: Secrets
    hosts: list[Host]


def is_published(service: Service, host: Host, proxies: Sequence[Host]) -> bool:
    """``proxies``: the hosts of [nginx]. That of the same host goes to the container itself."""
    return service.behind_proxy and any(proxy.name != host.name for proxy in proxies)


def common_variables(inventory: dict[str, Any]) -> dict[str, Any]:
    """Settings of the whole deployment: each as the first host of the group it is named after has it.

    A group without a host has those of any other, which are the variables of all hosts or defaults.
    """
    groups = inventory["groups"]
    everybody = [host for group in ("rocketchat", *GROUPS) for host in groups.get(group, [])]
    common: dict[str, Any] = {}
    for group in GROUPS:
        for host in (groups.get(group) or everybody)[:1]:
            variables = inventory["hosts"][host]
            common |= {name: value for name, value in variables.items() if name.startswith(f"{group}_")}
    return common


def proxy_port(root_url: SplitResult) -> int:
    """Where nginx listens: the port people type, or the one their browser assumes."""
    return root_url.port or (443 if root_url.scheme == "https" else 80)


def member_name(host: Host) -> str:
    """What the replica set's own configuration calls the member on this host; a set keeps it."""
    return host.member_name or f"{slug(host.name)}.mongodb.internal"
