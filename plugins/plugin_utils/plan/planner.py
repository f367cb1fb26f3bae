# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One pure function: inventory and secrets in, the whole deployment as data out - or every mistake at once."""

from __future__ import annotations

import gc
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from math import ceil
from typing import Any
from urllib.parse import quote

from ...module_utils.mongodb import roles
from ..inventory.reader import Reader
from ..inventory.settings import GROUPS, Host, Instance, Limits, Settings, is_published, member_name, pinned, proxy_port
from ..rocketchat import kernel, layout
from ..rocketchat.addresses import container_address, nats_address
from ..rocketchat.catalogue import (
    CONTAINER_PORT,
    DDP_STREAMER,
    MONOLITH,
    NATS_CLUSTER_PORT,
    Service,
    image_reference,
    image_user,
    metrics_port,
)
from ..rocketchat.names import slug
from ..rocketchat.problems import PlanError, Problem
from ..rocketchat.sizing import unmeasured_warnings
from ..rocketchat.sockets import (
    BACKLOG,
    MOST_CONNECTIONS,
    ONE_WORKER,
    logins_per_minute,
    open_files,
    planned_sockets,
    worker_connections,
)
from ..rocketchat.versions import upload_owner
from . import bus, compose, egress, environment, probes
from .deployment import Container, HostPlan, Member, Plan
from .former import keyfile, mongodb_credentials, of_mongodb
from .probes import LOOPBACK
from .reach import Reach
from .required import requirements


def make_plan(
    inventory: dict[str, Any],
    secrets: dict[str, str],
    known: Sequence[Problem] = (),
    *,
    now: datetime,
    deploy: bool = True,
    files: dict[str, str] | None = None,
) -> Plan:
    """Plan the deployment.

    ``inventory``: ``{"groups": {group: [host, ...]}, "hosts": {host: {variable: value, ...}}}`` with every variable of
    the roles' argument specs present. ``secrets``: a value for every key of ``settings.SECRET_VARIABLES``.
    ``known``: problems met before; of their variables nothing more is told. ``now``: for the licence's dates.
    ``deploy``: whether it is about to be applied. ``files``: texts on this machine that variables name, by the name
    there; one that is missing is not compared with the hosts'. Raises PlanError with all problems, those of the licence
    among them; these alone are for the gate to judge.
    """
    reader = Reader(inventory, secrets, files or {}, now, deploy)
    settings = reader.read()
    if known or settings is None:
        told = {problem.variable for problem in known}
        met = [*reader.problems.found, *reader.problems.license_problems]
        raise PlanError([*known, *(problem for problem in met if problem.variable not in told)])
    warnings = [*reader.problems.warnings, *unmeasured_warnings(settings.expected_users)]
    with _collecting_later():
        return Planner(settings).plan(warnings, reader.problems.license_problems, reader.problems.short_secrets)


@contextmanager
def _collecting_later() -> Iterator[None]:
    """Nothing of a plan is garbage: among a thousand hosts, looking for some took a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


# Seen with Debian's nginx 1.26: "could not build server_names_hash" from 47 on. It is as large as a line of the
# processor's cache, 64 bytes, and server_names_hash_bucket_size belongs to whoever has the rest of nginx's settings.
# Names that are patterns are not in that table.
SERVER_NAME_MAX = 46


class Planner:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.hosts = settings.hosts
        self.single_host = len(self.hosts) == 1
        self.streamers = sum(host.replicas.get(DDP_STREAMER, 0) for host in self.hosts)
        self.members_of = {group: [host for host in self.hosts if group in host.groups] for group in GROUPS}
        self.gateway = str(next(settings.network.hosts()))
        self.members = [
            Member(host.name, member_name(host), self._member_address(host)) for host in self._in_group("mongodb")
        ]
        self.mongo_url = self._mongo_url(settings.mongodb_username, settings.secrets.mongodb_password)
        if settings.internal.mongodb:
            self.mongo_url += f"&tls=true&tlsCAFile={quote(environment.AUTHORITIES_IN_CONTAINER, safe='')}"
        self.containers = {
            host.name: [self._container(host, instance) for instance in host.instances()] for host in self.hosts
        }

    def plan(self, warnings: list[str], license_problems: list[Problem], short_secrets: list[str]) -> Plan:
        everything = [container for containers in self.containers.values() for container in containers]
        return Plan(
            version=str(self.settings.version),
            root_url=self.settings.root_url.geturl().rstrip("/"),
            mongodb_version=self.settings.mongodb_version,
            bypasses_mongodb_validation=environment.bypasses_mongodb_validation(self.settings.environment),
            expected_users=self.settings.expected_users,
            license=self.settings.license_state,
            license_in_workspace=self.settings.license_in_workspace,
            license_problems=license_problems,
            short_secrets=short_secrets,
            warnings=warnings,
            nats_clients=[{"name": c.hostname} for c in everything],
            hosts={host.name: self._host_plan(host) for host in self.hosts},
        )

    # -- parts ------------------------------------------------------------------------------------------------------

    def _in_group(self, group: str) -> list[Host]:
        return self.members_of[group]

    def _member_address(self, host: Host) -> str:
        """On a single host MongoDB needs no address beyond the host: containers reach it at the bridge's own."""
        return self.gateway if self.single_host else host.private_address

    def _mongo_url(self, user: str, password: str) -> str:
        settings = self.settings
        if settings.mongodb_url:
            return settings.mongodb_url
        members = ",".join(f"{member.name}:{settings.mongodb_port}" for member in self.members)
        return (
            f"mongodb://{user}:{quote(password, safe='')}@{members}/{settings.mongodb_database}"
            f"?replicaSet={settings.mongodb_replica_set}&authSource=admin"
        )

    def _transporter(self, host: Host) -> str:
        """Every entry with its prefix, the host's own NATS first: the client fails over in this order."""
        settings = self.settings
        if settings.nats_urls:
            return ",".join(settings.nats_urls)
        servers = sorted(self._in_group("nats"), key=lambda server: server.name != host.name)
        return ",".join(
            f"nats://{settings.nats_username}:{settings.secrets.nats_password}@"
            + (
                f"nats:{settings.nats_port}"
                if server.name == host.name
                else f"{server.private_address}:{settings.nats_port}"
            )
            for server in servers
        )

    def _container(self, host: Host, instance: Instance) -> Container:
        service, settings = instance.service, self.settings
        hostname = slug(f"{host.name}-{instance.name}")
        published = is_published(service, host, self._in_group("nginx"))
        # Metrics are asked for from elsewhere, and hold nothing that needs a password; but they are not for everybody.
        metrics = f"{host.private_address or LOOPBACK}:{instance.metrics_port}:{metrics_port(service)}"
        return Container(
            name=instance.name,
            service=service.key,
            replica=instance.replica,
            version=str(settings.version),
            image=pinned(
                image_reference(service, str(settings.version), settings.image_registry, settings.images),
                settings.image_digests,
            ),
            hostname=hostname,
            address=container_address(settings.network, service, instance.replica),
            published=f"{host.private_address}:{instance.port}" if published else "",
            metrics=metrics if settings.metrics else "",
            environment=environment.plain(settings, service, hostname),
            env_files=self._env_files(host, service),
            liveness=service.liveness,
            readiness=service.readiness(settings.version),
            limits=host.limits.get(service.key, Limits()),
            user=self._user(service),
            read_only=service.key in settings.read_only,
            upload_directory=settings.uploads.directory if service.key == MONOLITH else "",
            authorities=bool(settings.authorities),
        )

    def _user(self, service: Service) -> str:
        """Images of the operator's own have a user of their own."""
        return "" if service.key in self.settings.images else image_user(service, self.settings.version)

    def _env_files(self, host: Host, service: Service) -> dict[str, dict[str, str]]:
        """A service's own variables are in a file only it gets, which wins over the one of all."""
        shared = environment.shared_secrets(self.settings, self.mongo_url, self._transporter(host))
        own = environment.own_secrets(self.settings, service)
        files = {f"{layout.ENV_FILES}/services.env": shared}
        return files | {f"{layout.ENV_FILES}/{service.name}.env": own} if own else files

    # -- what each role applies -------------------------------------------------------------------------------------

    @staticmethod
    def _nats_hostname(host: Host) -> str:
        return slug(f"{host.name}-nats")

    def _host_plan(self, host: Host) -> HostPlan:
        containers = self.containers[host.name]
        roles = {
            "docker": self._docker(host) if host.groups & {"nats", "rocketchat"} else None,
            "mongodb": self._mongodb(host) if "mongodb" in host.groups else None,
            "nats": self._nats(host) if "nats" in host.groups else None,
            "rocketchat": self._rocketchat(host, containers) if "rocketchat" in host.groups else None,
            "nginx": self._nginx(host) if "nginx" in host.groups else None,
        }
        return HostPlan(
            **roles,
            firewall=self._firewall(host, roles),
            endpoints=[probes.endpoint(container) for container in containers],
            required={
                **requirements(self.settings.expected_users, host, self.hosts),
                "sockets_per_streamer": ceil(self._sockets() / max(1, self.streamers)),
            },
            probes=self._probes(host),
            containers=[
                {
                    "name": c.name,
                    "service": c.service,
                    "replica": c.replica,
                    "hostname": c.hostname,
                    "image": c.image,
                    "server": {"here": f"{c.address}:{CONTAINER_PORT}", "elsewhere": c.published},
                }
                for c in containers
            ],
            adopted=host.adopted,
        )

    def _probes(self, host: Host) -> dict[str, dict[str, Any] | None]:
        settings, groups = self.settings, host.groups
        nats = probes.nats_container(settings, self._nats_hostname(host)) if "nats" in groups else None
        address = f"{host.private_address}:{settings.nats_port}" if self._nats_is_published(host) else ""
        routes = len(self._in_group("nats")) - 1
        return {
            "containers": probes.containers(
                self.containers[host.name],
                self.members,
                nats,
                settings.network_name,
                self._own_mongodb(host),
                f"{nats_address(settings.network)}:{settings.nats_port}",
            )
            if groups & {"nats", "rocketchat"}
            else None,
            "mongodb": probes.mongodb(settings, self.members) if "mongodb" in groups else None,
            "workspace": probes.workspace(settings, self._mongo_url(*mongodb_credentials(settings)))
            if self._asks_the_database(host)
            else None,
            "nats": probes.nats(settings, address, routes) if "nats" in groups else None,
            "ddp": probes.ddp(settings) if "nginx" in groups else None,
        }

    def _own_mongodb(self, host: Host) -> str:
        addresses = [member.address for member in self.members if member.host == host.name]
        return f"{addresses[0]}:{self.settings.mongodb_port}" if addresses else ""

    def _asks_the_database(self, host: Host) -> bool:
        """One host does for all: a member where MongoDB is ours, as members know each other's names."""
        return host is (self._in_group("mongodb") or self._in_group("rocketchat"))[0]

    def _docker(self, host: Host) -> dict[str, Any]:
        settings = self.settings
        return {
            "source": host.docker.source,
            "repository_url": host.docker.repository_url,
            "repository_key_fingerprint": host.docker.repository_key_fingerprint,
            "options": host.docker.options,
            "certificates": host.docker.certificates,
            "network": {"name": settings.network_name, "subnet": str(settings.network), "gateway": self.gateway},
        }

    def _firewall(self, host: Host, roles: Mapping[str, Mapping[str, Any] | None]) -> dict[str, Any]:
        """``subnet``: of the containers, "" where there are none. For the rest, see ``egress.as_rules``."""
        members = [] if self.settings.mongodb_url else self.members
        found = list(egress.senders(self.settings, host, self.containers[host.name], members))
        listeners = Reach(host, self.hosts, self.settings.metrics_clients).listeners(roles)
        return {
            "managed": host.firewall == "managed",
            "subnet": str(self.settings.network) if roles["docker"] else "",
            "table": layout.FIREWALL_TABLE,
            "file": layout.FIREWALL,
            "unit": layout.FIREWALL_UNIT,
            "reload_unit": layout.FIREWALL_RELOAD_UNIT,
            "listeners": [asdict(listener) for listener in listeners],
            **egress.as_rules(found, self.settings, host),
        }

    def _mongodb(self, host: Host) -> dict[str, Any]:
        own = next(member for member in self.members if member.host == host.name)
        return {
            "version": self.settings.mongodb_version,
            "repository": asdict(host.mongodb_repository),
            "port": self.settings.mongodb_port,
            "replica_set": self.settings.mongodb_replica_set,
            "bind_addresses": [LOOPBACK, own.address],
            # The bridge's address exists only once Docker has made the network.
            "needs_docker": own.address == self.gateway,
            "first": self.members[0].host == host.name,
            # as the package of the host's distribution has it
            "runs_as": "",
            # as much as the host's memory leaves
            "cache_gb": 0.0,
            "kernel": kernel.wanted(self.settings.mongodb_version),
            "kernel_unit": layout.MONGOD_KERNEL_UNIT.rpartition("/")[2],
            "hosts_marker": layout.HOSTS_MARKER.replace("{mark}", "END"),
            "name": own.name,
            "members": [f"{member.name}:{self.settings.mongodb_port}" for member in self.members],
            "names": {member.name: member.address for member in self.members},
            "database": self.settings.mongodb_database,
            "admin_password": self.settings.secrets.mongodb_admin_password,
            "keyfile": keyfile(self.settings),
            "tls": self.settings.internal.mongodb,
            "certificate": self.settings.internal.certificate("mongodb", host.name),
            "authorities": self.settings.internal.for_servers if self.settings.internal.mongodb else "",
            "former": of_mongodb(self.settings),
            "user": {
                "name": self.settings.mongodb_username,
                "password": self.settings.secrets.mongodb_password,
                # readWrite carries change streams
                "roles": [
                    {"db": self.settings.mongodb_database, "role": "readWrite"},
                    {"db": "admin", "role": roles.ROLE},
                ],
            },
            "role": {"name": roles.ROLE, "privileges": roles.PRIVILEGES},
        }

    def _nats_is_published(self, host: Host) -> bool:
        return any(other.name != host.name and other.groups & {"nats", "rocketchat"} for other in self.hosts)

    def _nats(self, host: Host) -> dict[str, Any]:
        peers = [server.private_address for server in self._in_group("nats") if server.name != host.name]
        return bus.nats_project(
            self.settings,
            hostname=self._nats_hostname(host),
            published=host.private_address if self._nats_is_published(host) else "",
            routes=[f"{peer}:{NATS_CLUSTER_PORT}" for peer in peers],
            tls_files={
                layout.NATS_CERTIFICATE: self.settings.internal.certificate("nats", host.name),
                layout.NATS_AUTHORITIES: self.settings.internal.for_servers,
            }
            if self.settings.internal.nats
            else {},
        )

    def _rocketchat(self, host: Host, containers: list[Container]) -> dict[str, Any]:
        settings = self.settings
        names = {member.name: member.address for member in self.members}
        directories = dict.fromkeys(c.upload_directory for c in containers if c.upload_directory)
        owner = str(upload_owner(settings.version))
        first = compose.first_monolith(containers)
        return {
            **compose.rocketchat_project(containers, settings.network_name, names, settings.authorities),
            "authorities": settings.authorities,
            "first_monolith": probes.endpoint(first) if first and self._goes_first(first) else None,
            "directories": [{"path": path, "mode": "0750", "owner": owner} for path in directories],
            # For workspace_facts; where MongoDB is ours, it comes with it.
            "packages": ["python3-pymongo"] if settings.mongodb_url and self._asks_the_database(host) else [],
        }

    def _goes_first(self, monolith: Container) -> bool:
        """Whether somebody has to wait for more of it than Compose itself waits for: that it listens, on its host."""
        return monolith.readiness.readiness or len(self._in_group("rocketchat")) > 1

    def _nginx(self, host: Host) -> dict[str, Any]:
        url = self.settings.root_url
        sockets = self._sockets()
        connections = worker_connections(sockets, ONE_WORKER)
        acme = self._acme() if host.certificate.source == "acme" else None
        name = str(url.hostname)
        return {
            "server_name": _server_name(f"[{name}]" if ":" in name else name),
            "other_names": [_server_name(other) for other in acme["names"][1:]] if acme else [],
            "tls": url.scheme == "https",
            "port": proxy_port(url),
            "path": url.path.rstrip("/"),
            "path_pattern": re.escape(url.path.rstrip("/")),
            "trusted_proxies": host.trusted_proxies,
            # unless the host has none
            "ipv6": True,
            "client_max_body_size": host.client_max_body_size,
            "certificate": asdict(host.certificate),
            "acme": acme,
            "sockets": sockets,
            # unless the host has more cores, or lets nginx open fewer files
            "worker_connections": connections,
            "open_files": open_files(connections),
            "backlog": BACKLOG,
            # unless another site of the host has options for the same port
            "own_queues": True,
            "connections_per_address": host.connections_per_address or min(sockets, MOST_CONNECTIONS),
            "logins_per_minute": host.logins_per_minute or logins_per_minute(sockets),
            "hsts_max_age": host.hsts_max_age if url.scheme == "https" else 0,
            # unless the host's nginx is older
            "http2": "directive" if url.scheme == "https" else "",
            "upstreams": {
                "rocketchat": self._upstream(host, MONOLITH),
                "ddp_streamer": self._upstream(host, DDP_STREAMER),
            },
        }

    def _acme(self) -> dict[str, Any]:
        """Another server or address of mail is another account, and other names are another certificate."""
        acme = self.settings.acme
        account = f"{layout.ACME_DIRECTORY}/{_digest(acme.directory, acme.email)}"
        certificate = f"rocketchat-{_digest(*acme.names)}"
        return {
            **asdict(acme),
            "account": account,
            "certificate": certificate,
            # certbot's manual, "Where are my certificates?"
            "issued": f"{account}/live/{certificate}",
            "authority_file": layout.ACME_AUTHORITY,
            "request": layout.ACME_REQUEST,
            "install": layout.ACME_INSTALL,
            "webroot": layout.ACME_WEBROOT,
            "work": layout.ACME_WORK,
            "logs": layout.ACME_LOGS,
        }

    def _sockets(self) -> int:
        return planned_sockets(self.settings.expected_users, self.streamers)

    def _upstream(self, proxy: Host, service: str) -> list[str]:
        """Its own containers at their addresses, and those of other hosts where these publish them."""
        return [
            f"{container.address}:{CONTAINER_PORT}" if host == proxy.name else container.published
            for host, containers in self.containers.items()
            for container in containers
            if container.service == service
        ]


def _server_name(name: str) -> str:
    return name if len(name) <= SERVER_NAME_MAX else f"~^{re.escape(name)}$"


def _digest(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]
