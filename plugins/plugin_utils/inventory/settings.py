# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operator wrote, as types."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
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
        "docker_repository_key_fingerprint",
        "docker_repository_url",
        "docker_source",
        "mongodb_member_name",
        "mongodb_repository_key_fingerprint",
        "mongodb_repository_key_url",
        "mongodb_repository_suite",
        "mongodb_repository_url",
        "nginx_certificate",
        "nginx_certificate_file",
        "nginx_certificate_key_file",
        "nginx_client_max_body_size",
        "nginx_connections_per_address",
        "nginx_hsts_max_age",
        "nginx_logins_per_minute",
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
    nats_cluster_password: str


# Secret -> the variable an operator may give it with.
SECRET_VARIABLES = {
    "admin_password": "rocketchat_admin_password",
    "mongodb_password": "rocketchat_mongodb_password",
    "mongodb_admin_password": "mongodb_admin_password",
    "mongodb_keyfile": "mongodb_keyfile",
    "nats_password": "nats_password",
    "nats_cluster_password": "nats_cluster_password",
}


def needed_secrets(common: dict[str, Any]) -> list[str]:
    """The secrets of what this deployment runs itself."""
    return [
        name
        for name in SECRET_VARIABLES
        if not any(common.get(variable) and name.startswith(group) for group, variable in EXTERNAL.items())
    ]


# What a rotation of secrets has come to; rotation.py tells what that means.
SWITCHING, FINISHING = "switching", "finishing"
# Of the user who takes turns with the one that the inventory names, as a user has one password.
SECOND_USER = "_b"


@dataclass(frozen=True)
class Rotation:
    """``former``: by secret, what servers took before. ``suffixes``: by secret, that of the user whose it is."""

    stage: str = ""
    former: Mapping[str, str] = field(default_factory=dict)
    suffixes: Mapping[str, str] = field(default_factory=dict)

    def replaced(self, name: str) -> str:
        """The former secret; "" where it is not being rotated."""
        return self.former.get(name, "")

    def still_taken(self, name: str) -> str:
        """The former secret while servers take it; "" also when they take it no more."""
        return self.replaced(name) if self.stage == SWITCHING else ""

    def user(self, name: str, username: str) -> str:
        """Whose password the secret is."""
        return username + self.suffixes.get(name, "")

    def former_user(self, name: str, user: str) -> str:
        """Whose password it was before the ``user`` of now; "" where it is not being rotated."""
        suffix = self.suffixes.get(name, "")
        return user.removesuffix(suffix) + other_suffix(suffix) if name in self.former else ""


@dataclass(frozen=True)
class InternalTls:
    """Whether NATS and MongoDB speak TLS, and what they need for it, as PEM texts; empty where that is not known.

    ``for_clients`` and ``for_servers``: the authorities that they trust. ``certificates``: with their keys, by part and
    host.
    """

    nats: bool = False
    mongodb: bool = False
    for_clients: str = ""
    for_servers: str = ""
    certificates: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    def certificate(self, part: str, host: str) -> str:
        return self.certificates.get(part, {}).get(host, "")


def other_suffix(suffix: str) -> str:
    return "" if suffix else SECOND_USER


def pinned(image: str, digests: dict[str, str]) -> str:
    """With the digest, which decides; the tag stays for people and for the version that it tells."""
    return f"{image}@{digests[image]}" if image in digests and "@" not in image else image


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
    repository_key_fingerprint: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    certificates: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MongodbRepository:
    """What the operator set of it; what is empty, the distribution decides."""

    url: str = ""
    suite: str = ""
    key_url: str = ""
    fingerprint: str = ""


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
    logins_per_minute: int
    hsts_max_age: int
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

    ``proxy_url``: where HTTP clients of the monolith go, "" for straight. ``ca_certificates``: PEM texts, joined.
    ``egress``: networks that the monolith reaches beyond the deployment.

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
    image_digests: dict[str, str]
    read_only: list[str]
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
    proxy_url: str
    proxy_exceptions: list[str]
    ca_certificates: str
    egress: list[str]
    metrics: bool
    metrics_clients: list[str]
    acme: Acme
    extra_proxies: int
    expected_users: int
    secrets: Secrets
    rotation: Rotation
    internal: InternalTls
    hosts: list[Host]

    @property
    def authorities(self) -> str:
        """What the containers trust beside the authorities of their images, as PEM texts."""
        return self.ca_certificates + self.internal.for_clients


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


def speaks_tls(part: str, common: Mapping[str, Any], groups: Mapping[str, list[str]]) -> bool:
    """``part``: `nats` or `mongodb`. Where nobody says so, as soon as it is used from another host."""
    if common.get(EXTERNAL[part]) or not groups.get(part):
        return False
    chosen = {"nats": common.get("nats_tls"), "mongodb": common.get("mongodb_tls")}[part]
    return len({*groups[part], *groups.get("rocketchat", ())}) > 1 if chosen is None else bool(chosen)


def proxy_port(root_url: SplitResult) -> int:
    """Where nginx listens: the port people type, or the one their browser assumes."""
    return root_url.port or (443 if root_url.scheme == "https" else 80)


def member_name(host: Host) -> str:
    """What the replica set's own configuration calls the member on this host; a set keeps it."""
    return host.member_name or f"{slug(host.name)}.mongodb.internal"
