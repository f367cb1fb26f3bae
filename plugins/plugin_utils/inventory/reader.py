# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what the operator wrote into types. Every mistake becomes a Problem, so that all are told at once.

The variables' types and defaults come from the roles' ``meta/argument_specs.yml``: the values arrive here complete.
"""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult

from ..rocketchat.catalogue import SERVICES, image_reference
from ..rocketchat.problems import Problems
from ..rocketchat.sizing import proposed_replicas
from ..rocketchat.sockets import MOST_CONNECTIONS, MOST_HSTS, MOST_LOGINS
from ..rocketchat.versions import Version, read_mongodb_version, read_version
from . import self_signed
from .acme import acme_problems, read_acme
from .certificates import authorities
from .conflicts import conflicts
from .environment import read_environment
from .formats import check_formats, read_ipv4_networks, read_networks
from .hosts import check_agreement, check_groups, check_network_size, check_private_addresses, read_adopted
from .internal_tls import read_internal_tls
from .licensing import check_license
from .rotation import read_rotation
from .secrets import LEAST_LENGTH
from .services import check_digests, read_images, read_limits, read_metrics_ports, read_ports, read_replicas
from .settings import (
    GROUPS,
    SECRET_VARIABLES,
    Broker,
    Certificate,
    Docker,
    Host,
    MongodbRepository,
    Secrets,
    Settings,
    common_variables,
    needed_secrets,
)
from .texts import CONTROL_CHARACTER
from .uploads import read_uploads
from .urls import (
    MONGODB_DATABASES,
    URL_SAFE,
    read_mail_url,
    read_mongodb_url,
    read_nats_urls,
    read_proxy_exceptions,
    read_proxy_url,
    read_root_url,
)

_MOST_PROXIES = 10
_LONGEST_SECONDS = 3600
_NO_IPV6 = "is of IPv6, which containers do not have"

# Variables that are plain names, and the values that MongoDB, Docker and the role mongodb use themselves.
_PLAIN_NAMES: dict[str, tuple[str, ...]] = {
    "mongodb_replica_set": (),
    "rocketchat_mongodb_database": MONGODB_DATABASES,
    "rocketchat_mongodb_username": ("admin",),
    "rocketchat_network_name": ("bridge", "host", "none"),
}

# Whole numbers: variable -> the smallest and the largest, and what it is.
_RANGES = {
    "mongodb_port": (1, 65535, "a port"),
    "nats_port": (1, 65535, "a port"),
    "rocketchat_expected_users": (0, 1_000_000, "a number of users"),
    "rocketchat_extra_proxies": (0, _MOST_PROXIES, "a number of proxies"),
    "rocketchat_heartbeat_interval": (1, _LONGEST_SECONDS, "a number of seconds"),
    "rocketchat_heartbeat_timeout": (1, _LONGEST_SECONDS, "a number of seconds"),
    "rocketchat_request_timeout": (1, _LONGEST_SECONDS, "a number of seconds"),
}


class Reader:
    """Reads the variables of all hosts and keeps what it meets in ``problems``, in the order of the reading."""

    def __init__(
        self, inventory: dict[str, Any], secrets: dict[str, str], files: dict[str, str], now: datetime, deploy: bool
    ) -> None:
        self.groups: dict[str, list[str]] = {group: inventory["groups"].get(group, []) for group in GROUPS}
        self.hostvars: dict[str, dict[str, Any]] = inventory["hosts"]
        self.secret_values = secrets
        self.files = files
        self.now = now
        self.deploy = deploy
        self.problems = Problems()
        self.common = common_variables(inventory)

    def read(self) -> Settings | None:
        """The settings, or None where there is any mistake."""
        problems, common = self.problems, self.common
        check_groups(problems, self.groups, common)
        if not self.groups["rocketchat"]:
            # Without its hosts, most variables are not there to be judged.
            return None
        check_agreement(problems, self.groups, self.hostvars)
        version = read_version(problems, common["rocketchat_version"])
        root_url = read_root_url(problems, common["rocketchat_root_url"])
        network = self._network()
        self._names()
        self._ranges()
        self._certificates(root_url)
        secrets, rotation = self._secrets(), read_rotation(self.secret_values)
        mongodb_url = read_mongodb_url(problems, common["rocketchat_mongodb_url"])
        nats_urls = read_nats_urls(problems, common["rocketchat_nats_urls"])
        mongodb_version = "" if mongodb_url else read_mongodb_version(problems, common["mongodb_version"], version)
        mail_url = read_mail_url(problems, common["rocketchat_mail_url"])
        images = read_images(problems, common["rocketchat_images"], version)
        environment = read_environment(problems, common)
        uploads = read_uploads(problems, common)
        monitoring = common["rocketchat_metrics_clients"]
        metrics_clients = read_ipv4_networks(problems, "rocketchat_metrics_clients", monitoring)
        egress = read_ipv4_networks(problems, "rocketchat_egress", common["rocketchat_egress"], _NO_IPV6)
        proxy_url = read_proxy_url(problems, common["rocketchat_proxy_url"])
        given = common["rocketchat_proxy_exceptions"]
        proxy_exceptions = read_proxy_exceptions(problems, "rocketchat_proxy_exceptions", given)
        # In the groups' order, whatever the order of the variables.
        hosts = [self._host(name, version) for name in dict.fromkeys(n for g in GROUPS for n in self.groups[g])]
        check_private_addresses(problems, hosts)
        check_network_size(problems, hosts, network)
        problems.found += conflicts(hosts, self.groups["rocketchat"][0], common, version, root_url)
        problems.found += acme_problems(hosts, common, root_url)
        self._digests(hosts, version, images)
        license_state = check_license(problems, common, hosts, root_url, self.now, self.deploy)
        if problems.found or version is None or root_url is None or network is None:
            return None
        return Settings(
            version=version,
            root_url=root_url,
            license=common["rocketchat_license"].strip(),
            license_state=license_state,
            license_in_workspace=common["rocketchat_license_in_workspace"],
            mail_url=mail_url,
            registration_token=common["rocketchat_registration_token"].strip(),
            image_registry=common["rocketchat_image_registry"],
            images=images,
            image_digests=common["rocketchat_image_digests"],
            read_only=common["rocketchat_read_only"],
            log_level=common["rocketchat_log_level"],
            admin_username=common["rocketchat_admin_username"],
            admin_email=common["rocketchat_admin_email"],
            network_name=common["rocketchat_network_name"],
            network=network,
            mongodb_url=mongodb_url,
            mongodb_version=mongodb_version,
            mongodb_port=common["mongodb_port"],
            mongodb_replica_set=common["mongodb_replica_set"],
            mongodb_database=common["rocketchat_mongodb_database"],
            mongodb_username=rotation.user("mongodb_password", common["rocketchat_mongodb_username"]),
            nats_urls=nats_urls,
            nats_image=common["nats_image"],
            nats_username=rotation.user("nats_password", common["nats_username"]),
            nats_port=common["nats_port"],
            environment=environment,
            uploads=uploads,
            broker=Broker(
                heartbeat_interval=common["rocketchat_heartbeat_interval"],
                heartbeat_timeout=common["rocketchat_heartbeat_timeout"],
                request_timeout=common["rocketchat_request_timeout"],
                retry_enabled=common["rocketchat_retry_enabled"],
            ),
            proxy_url=proxy_url,
            proxy_exceptions=proxy_exceptions,
            ca_certificates=authorities(self.files, common["rocketchat_ca_certificates"]),
            egress=egress,
            metrics=common["rocketchat_metrics"],
            metrics_clients=metrics_clients,
            acme=read_acme(common, root_url, self.files.get(str(common["nginx_acme_authority"] or ""), "")),
            extra_proxies=common["rocketchat_extra_proxies"],
            expected_users=common["rocketchat_expected_users"],
            secrets=secrets,
            rotation=rotation,
            internal=read_internal_tls(common, self.groups, self.secret_values),
            hosts=hosts,
        )

    def _network(self) -> ipaddress.IPv4Network | None:
        text = self.common["rocketchat_network_subnet"]
        try:
            network = ipaddress.IPv4Network(text)
        except ValueError as error:
            reason = f"is not an IPv4 network ({error})"
            self.problems.add("rocketchat_network_subnet", text, reason, "Write one such as 172.31.250.0/24")
            return None
        if network.prefixlen > 25:
            reason, remedy = "is too small for the containers", "Make it a /25 or larger, such as /24"
            self.problems.add("rocketchat_network_subnet", text, reason, remedy)
            return None
        return network

    def _names(self) -> None:
        for variable, reserved in _PLAIN_NAMES.items():
            value = self.common[variable]
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", value):
                remedy = "Use letters, digits, - and _ only, beginning with a letter or digit"
                self.problems.add(variable, value, "is not a plain name", remedy)
            elif value in reserved:
                self.problems.add(variable, value, "has a meaning of its own already", "Choose another name")
        username = self.common["nats_username"]
        if not URL_SAFE.fullmatch(username):
            reason, remedy = "has characters that NATS clients cannot pass on", "Use letters, digits and . _ ~ - only"
            self.problems.add("nats_username", username, reason, remedy)

    def _digests(self, hosts: list[Host], version: Version | None, images: dict[str, str]) -> None:
        registry, digests = self.common["rocketchat_image_registry"], self.common["rocketchat_image_digests"]
        if not digests:
            return
        instances = [instance for host in hosts for instance in host.instances()]
        used = [image_reference(one.service, str(version), registry, images) for one in instances if version]
        used += [self.common["nats_image"]] if self.groups["nats"] else []
        check_digests(self.problems, digests, dict.fromkeys(used), self.deploy)

    def _ranges(self) -> None:
        for variable, (smallest, largest, noun) in _RANGES.items():
            if not smallest <= self.common[variable] <= largest:
                remedy = f"Write a number from {smallest} to {largest}"
                self.problems.add(variable, self.common[variable], f"is not {noun}", remedy)
        interval, timeout = self.common["rocketchat_heartbeat_interval"], self.common["rocketchat_heartbeat_timeout"]
        if timeout < 2 * interval:
            reason = (
                f"is less than twice rocketchat_heartbeat_interval ({interval}), and one late sign would be an outage"
            )
            self.problems.add("rocketchat_heartbeat_timeout", timeout, reason, f"Write {2 * interval} or more")

    def _certificates(self, root_url: SplitResult | None) -> None:
        if root_url is None or root_url.scheme != "https":
            return
        for host in self.groups["nginx"]:
            variables = self.hostvars[host]
            for variable in ("nginx_certificate_file", "nginx_certificate_key_file"):
                if variables["nginx_certificate"] == "files" and not variables.get(variable):
                    reason = "is not set, and an https root URL needs a certificate"
                    remedy = "Name the PEM file on the controller, or write nginx_certificate: self_signed for a lab"
                    self.problems.add_once(variable, None, reason, remedy)

    def _secrets(self) -> Secrets:
        # YAML's block scalars and ansible-vault's encrypt_string end with a line feed that is not meant.
        values = {name: str(self.secret_values[name]).rstrip("\n") for name in SECRET_VARIABLES}
        for name in needed_secrets(self.common):
            value = values[name]
            if not value.strip() or CONTROL_CHARACTER.search(value):
                reason, remedy = "is empty, or has several lines or control characters", "Give one line"
            elif name in ("nats_password", "nats_cluster_password") and not URL_SAFE.fullmatch(value):
                who = "Rocket.Chat's NATS client" if name == "nats_password" else "NATS"
                reason = f"has characters that {who} does not decode in a URL"
                remedy = "Use letters, digits and . _ ~ - only"
            elif name == "mongodb_keyfile" and not re.fullmatch(r"[A-Za-z0-9+/=]{6,1024}", value):
                reason = "is not what mongod takes as a keyfile"
                remedy = "Give 6 to 1024 base64 characters in one line"
            elif len(value) < LEAST_LENGTH:
                self.problems.short_secrets.append(SECRET_VARIABLES[name])
                continue
            else:
                continue
            remedy = f"{remedy}, or leave it out and let it be generated"
            self.problems.add(SECRET_VARIABLES[name], None, reason, remedy)
        return Secrets(**values)

    def _host(self, name: str, version: Version | None) -> Host:
        problems, variables = self.problems, self.hostvars[name]
        check_formats(problems, variables)
        groups = frozenset(group for group in GROUPS if name in self.groups[group])
        proposed = proposed_replicas(self.common["rocketchat_expected_users"], len(self.groups["rocketchat"]))
        replicas = read_replicas(problems, name, variables["rocketchat_replicas"], version, proposed)
        if name != self.groups["rocketchat"][0]:
            # Exactly one in the deployment: on the first host.
            replicas = {key: count for key, count in replicas.items() if not SERVICES[key].singleton}
        return Host(
            name=name,
            groups=groups,
            private_address=variables["rocketchat_private_address"].strip(),
            replicas=replicas if "rocketchat" in groups else {},
            ports=read_ports(problems, name, variables["rocketchat_ports"]),
            metrics_ports=read_metrics_ports(problems, name, variables["rocketchat_metrics_ports"]),
            limits=read_limits(problems, name, variables["rocketchat_resources"]),
            docker=Docker(
                source=variables["docker_source"],
                repository_url=variables["docker_repository_url"],
                repository_key_fingerprint=variables["docker_repository_key_fingerprint"],
                options=variables["docker_daemon_options"],
                certificates={
                    registry: self.files.get(str(path), "")
                    for registry, path in variables["docker_registry_certificates"].items()
                },
            ),
            mongodb_repository=MongodbRepository(
                url=variables["mongodb_repository_url"],
                suite=variables["mongodb_repository_suite"],
                key_url=variables["mongodb_repository_key_url"],
                fingerprint=variables["mongodb_repository_key_fingerprint"],
            ),
            member_name=variables["mongodb_member_name"],
            certificate=self._certificate(variables),
            client_max_body_size=variables["nginx_client_max_body_size"],
            connections_per_address=self._up_to(
                MOST_CONNECTIONS,
                "connections",
                "nginx_connections_per_address",
                variables["nginx_connections_per_address"],
            ),
            logins_per_minute=self._up_to(
                MOST_LOGINS, "logins", "nginx_logins_per_minute", variables["nginx_logins_per_minute"]
            ),
            hsts_max_age=self._up_to(MOST_HSTS, "seconds", "nginx_hsts_max_age", variables["nginx_hsts_max_age"]),
            trusted_proxies=read_networks(problems, "nginx_trusted_proxies", variables["nginx_trusted_proxies"]),
            adopted=read_adopted(problems, variables["rocketchat_adopt"]),
            firewall=variables["rocketchat_firewall"],
        )

    def _up_to(self, most: int, of: str, name: str, value: int) -> int:
        if not 0 <= value <= most:
            self.problems.add_once(name, value, f"is not a number of {of}", f"Write a number from 0 to {most}")
        return value

    def _certificate(self, variables: dict[str, Any]) -> Certificate:
        if variables["nginx_certificate"] != "files":
            pair = (self.secret_values.get(name, "") for name in (self_signed.CERTIFICATE, self_signed.KEY))
            return Certificate(variables["nginx_certificate"], *pair)
        names = ("nginx_certificate_file", "nginx_certificate_key_file")
        return Certificate("files", *(self.files.get(variables[name] or "", "") for name in names))
