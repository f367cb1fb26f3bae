# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One pure function: inventory and secrets in, the whole deployment as data out - or every mistake at once."""

from __future__ import annotations

import hashlib
import ipaddress
import re
from typing import Any
from urllib.parse import quote

from . import compose
from .catalogue import DDP_STREAMER, MONOLITH, SERVICES, STREAM_HUB, Service, image_reference
from .deployment import Container, HostPlan, Member, Plan
from .problems import PlanError, Problem
from .settings import Host, Reader, Settings
from .versions import needs_db_watchers

LOOPBACK = "127.0.0.1"

# Ports that belong to others on the hosts of a group.
NATS_MONITORING_PORT = 8222
NATS_CLUSTER_PORT = 6222

# nginx is the only proxy between a client and the services, so they trust exactly one forwarded address.
PROXIES = 1


def make_plan(inventory: dict[str, Any], secrets: dict[str, str]) -> Plan:
    """Plan the deployment.

    ``inventory``: ``{"groups": {group: [host, ...]}, "hosts": {host: {variable: value, ...}}}`` with every variable of
    the roles' argument specs present. ``secrets``: a value for every key of ``settings.SECRET_VARIABLES``.
    Raises PlanError with all problems.
    """
    reader = Reader(inventory, secrets)
    settings = reader.read()
    if settings is None:
        raise PlanError(reader.problems)
    planner = Planner(settings)
    problems, warnings = planner.objections()
    if problems:
        raise PlanError(problems)
    return planner.plan([*reader.warnings, *warnings])


class Planner:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.hosts = settings.hosts
        self.single_host = len(self.hosts) == 1
        self.gateway = str(next(settings.network.hosts()))
        self.members = [
            Member(host.name, f"{slug(host.name)}.mongodb.internal", self._member_address(host))
            for host in self._in_group("mongodb")
        ]
        self.mongo_url = self._mongo_url()
        rocketchat_hosts = self._in_group("rocketchat")
        self.first_rocketchat = rocketchat_hosts[0].name if rocketchat_hosts else ""
        self.containers = {host.name: self._containers(host) for host in self.hosts}

    def plan(self, warnings: list[str]) -> Plan:
        everything = [container for containers in self.containers.values() for container in containers]
        return Plan(
            version=str(self.settings.version),
            root_url=self.settings.root_url.geturl().rstrip("/"),
            mongodb_version=self.settings.mongodb_version,
            warnings=warnings,
            nats_clients=[{"name": c.hostname} for c in everything],
            hosts={host.name: self._host_plan(host) for host in self.hosts},
        )

    # -- objections: combinations that cannot work ------------------------------------------------------------------

    def objections(self) -> tuple[list[Problem], list[str]]:
        problems = [*self._port_conflicts(), *self._missing_services(), *self._ambiguous_names()]
        warnings: list[str] = []
        totals: dict[str, int] = {}
        for host in self.hosts:
            for container in self.containers[host.name]:
                totals[container.service] = totals.get(container.service, 0) + 1
        surplus = [f"{total} of {key}" for key, total in totals.items() if total > 1]
        if not self.settings.license and surplus:
            problems.append(
                Problem(
                    "rocketchat_license",
                    "",
                    f"is empty, and without it surplus replicas shut down after 40 s ({', '.join(surplus)})",
                    "Set the licence, or deploy one of each service",
                )
            )
        elif not self.settings.license:
            warnings.append(
                "rocketchat_license is empty: upstream requires an Enterprise licence with the scalability module for "
                "microservices. Single instances run without it; surplus replicas would shut down."
            )
        return problems, warnings

    def _port_conflicts(self) -> list[Problem]:
        problems = []
        for host in self.hosts:
            taken = self._reserved_ports(host)
            for container in self.containers[host.name]:
                if container.port in taken:
                    key = container.service
                    problems.append(
                        Problem(
                            f"rocketchat_ports.{key}",
                            host.ports[key],
                            f"puts {container.name} on port {container.port} of host {host.name}, "
                            f"which belongs to {taken[container.port]}",
                            "Give each service a port with room for its replicas",
                        )
                    )
                taken[container.port] = container.name
        return problems

    def _reserved_ports(self, host: Host) -> dict[int, str]:
        taken: dict[int, str] = {}
        if "mongodb" in host.groups:
            taken[self.settings.mongodb_port] = "MongoDB"
        if "nats" in host.groups:
            taken |= {
                self.settings.nats_port: "NATS",
                NATS_MONITORING_PORT: "the monitoring of NATS",
                NATS_CLUSTER_PORT: "the cluster port of NATS",
            }
        if "nginx" in host.groups:
            taken |= {80: "nginx", self.settings.root_url.port or 443: "nginx"}
        return taken

    def _missing_services(self) -> list[Problem]:
        present = {container.service for containers in self.containers.values() for container in containers}
        return [
            Problem(
                f"rocketchat_replicas.{key}",
                0,
                "leaves the deployment without this service, and nothing works without it",
                "Write 1 or more on at least one host",
            )
            for key, service in SERVICES.items()
            if service.default_replicas and not service.singleton and key not in present
        ]

    def _ambiguous_names(self) -> list[Problem]:
        owners: dict[str, str] = {}
        problems = []
        for host in self.hosts:
            other = owners.setdefault(slug(host.name), host.name)
            if other != host.name:
                problems.append(
                    Problem(
                        "inventory host",
                        host.name,
                        f"gives its containers the same hostnames as host {other} does",
                        "Rename one; letters and digits have to differ",
                    )
                )
        return problems

    # -- parts ------------------------------------------------------------------------------------------------------

    def _in_group(self, group: str) -> list[Host]:
        return [host for host in self.hosts if group in host.groups]

    def _member_address(self, host: Host) -> str:
        """On a single host MongoDB needs no address beyond the host: containers reach it at the bridge's own."""
        return self.gateway if self.single_host else host.private_address

    def _listen_address(self, host: Host, service: Service) -> str:
        """Only what nginx on another host has to reach is published beyond loopback."""
        return host.private_address if service.behind_proxy and not self.single_host else LOOPBACK

    def _mongo_url(self) -> str:
        settings = self.settings
        user, password = (
            quote(text, safe="") for text in (settings.mongodb_username, settings.secrets.mongodb_password)
        )
        members = ",".join(f"{member.name}:{settings.mongodb_port}" for member in self.members)
        return (
            f"mongodb://{user}:{password}@{members}/{settings.mongodb_database}"
            f"?replicaSet={settings.mongodb_replica_set}&authSource=admin"
        )

    def _transporter(self, host: Host) -> str:
        """Every entry with its prefix, the host's own NATS first: the client fails over in this order."""
        settings = self.settings
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

    def _containers(self, host: Host) -> list[Container]:
        return [
            self._container(host, SERVICES[key], replica)
            for key, count in host.replicas.items()
            if key != STREAM_HUB or host.name == self.first_rocketchat
            for replica in range(1, count + 1)
        ]

    def _container(self, host: Host, service: Service, replica: int) -> Container:
        name = f"{service.name}-{replica}"
        hostname = slug(f"{host.name}-{name}")
        return Container(
            name=name,
            service=service.key,
            replica=replica,
            image=image_reference(service, str(self.settings.version), self.settings.image_registry),
            hostname=hostname,
            address=self._listen_address(host, service),
            port=host.ports[service.key] + replica - 1,
            environment=self._environment(service, hostname),
            secret_environment=self._secret_environment(host, service),
            health_statuses=service.health_statuses,
        )

    def _environment(self, service: Service, hostname: str) -> dict[str, str]:
        settings = self.settings
        # NODE_ENV: without production, ddp-streamer crashes. PORT: the defaults in the code differ per service.
        environment = {"NODE_ENV": "production", "PORT": "3000", "MOLECULER_LOG_LEVEL": settings.log_level}
        if needs_db_watchers(settings.version):
            environment["DB_WATCHERS"] = "true"
        if service.behind_proxy:
            environment["HTTP_FORWARDED_COUNT"] = str(PROXIES)
        if service.key == MONOLITH:
            environment |= {
                "ROOT_URL": settings.root_url.geturl().rstrip("/"),
                "INSTANCE_IP": hostname,
                "ADMIN_USERNAME": settings.admin_username,
                "DEPLOY_METHOD": "docker",
                "DEPLOY_PLATFORM": "rocketops",
            }
            if settings.admin_email:
                environment["ADMIN_EMAIL"] = settings.admin_email
        return environment

    def _secret_environment(self, host: Host, service: Service) -> dict[str, str]:
        secret = {"MONGO_URL": self.mongo_url, "TRANSPORTER": self._transporter(host)}
        if service.key == MONOLITH:
            secret["ADMIN_PASS"] = self.settings.secrets.admin_password
            if self.settings.license:
                secret["ROCKETCHAT_LICENSE"] = self.settings.license
        return secret

    # -- what each role applies -------------------------------------------------------------------------------------

    def _host_plan(self, host: Host) -> HostPlan:
        containers = self.containers[host.name]
        return HostPlan(
            docker=self._docker() if host.groups & {"nats", "rocketchat"} else None,
            mongodb=self._mongodb(host) if "mongodb" in host.groups else None,
            nats=self._nats(host) if "nats" in host.groups else None,
            rocketchat=self._rocketchat(containers) if "rocketchat" in host.groups else None,
            nginx=self._nginx() if "nginx" in host.groups else None,
            endpoints=[
                {"name": c.name, "url": f"http://{c.address}:{c.port}/health", "status": list(c.health_statuses)}
                for c in containers
            ],
            containers=[
                {"name": c.name, "service": c.service, "replica": c.replica, "hostname": c.hostname} for c in containers
            ],
        )

    def _docker(self) -> dict[str, Any]:
        settings = self.settings
        return {"network": {"name": settings.network_name, "subnet": str(settings.network), "gateway": self.gateway}}

    def _mongodb(self, host: Host) -> dict[str, Any]:
        own = next(member for member in self.members if member.host == host.name)
        return {
            "version": self.settings.mongodb_version,
            "bind_addresses": [LOOPBACK, own.address],
            # The bridge's address exists only once Docker has made the network.
            "needs_docker": own.address == self.gateway,
            "first": self.members[0].host == host.name,
            "name": own.name,
            "members": [f"{member.name}:{self.settings.mongodb_port}" for member in self.members],
            "names": {member.name: member.address for member in self.members},
            "admin_password": self.settings.secrets.mongodb_admin_password,
            "keyfile": self.settings.secrets.mongodb_keyfile,
            "user": {
                "name": self.settings.mongodb_username,
                "password": self.settings.secrets.mongodb_password,
                # readWrite carries change streams; upstream's docs ask for clusterMonitor in addition (monolith).
                "roles": [
                    {"db": self.settings.mongodb_database, "role": "readWrite"},
                    {"db": "admin", "role": "clusterMonitor"},
                ],
            },
        }

    def _nats(self, host: Host) -> dict[str, Any]:
        peers = [server.private_address for server in self._in_group("nats") if server.name != host.name]
        outside = any(other.name != host.name for other in self._in_group("rocketchat"))
        return compose.nats_project(
            self.settings,
            hostname=slug(f"{host.name}-nats"),
            published=host.private_address if outside or peers else "",
            routes=[f"{peer}:{NATS_CLUSTER_PORT}" for peer in peers],
        )

    def _rocketchat(self, containers: list[Container]) -> dict[str, Any]:
        names = {member.name: member.address for member in self.members}
        return compose.rocketchat_project(containers, self.settings.network_name, names)

    def _nginx(self) -> dict[str, Any]:
        url = self.settings.root_url
        return {
            "server_name": url.hostname,
            "subject_alternative_name": f"{'IP' if is_address(url.hostname) else 'DNS'}:{url.hostname}",
            "tls": url.scheme == "https",
            "port": url.port or (443 if url.scheme == "https" else 80),
            "path": url.path.rstrip("/"),
            "upstreams": {
                "rocketchat": self._upstream(MONOLITH),
                "ddp_streamer": self._upstream(DDP_STREAMER),
            },
        }

    def _upstream(self, service: str) -> list[str]:
        return [
            f"{container.address}:{container.port}"
            for containers in self.containers.values()
            for container in containers
            if container.service == service
        ]


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def slug(text: str) -> str:
    """A DNS label of an inventory name; one that is too long is cut, and a digest keeps it unique."""
    label = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if len(label) <= 63:
        return label
    return f"{label[:54]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
