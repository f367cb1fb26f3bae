# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads what the operator wrote into types. Every mistake becomes a Problem, so that all are told at once.

The variables' types and defaults come from the roles' ``meta/argument_specs.yml``: the values arrive here complete.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections import Counter
from typing import Any
from urllib.parse import SplitResult, urlsplit

from .catalogue import SERVICES, STREAM_HUB
from .objections import objections
from .problems import Problem
from .settings import GROUPS, SECRET_VARIABLES, Host, Secrets, Settings, common_variables
from .versions import (
    NEWEST_KNOWN,
    OLDEST,
    STREAM_HUB_GONE_SINCE,
    Version,
    accepted_mongodb,
    has_stream_hub,
    is_known,
    parse_version,
)

MAX_REPLICAS = 99

# Moleculer hands the NATS URL on without decoding it: what would need escaping cannot work.
URL_SAFE = re.compile(r"[A-Za-z0-9._~-]+", re.ASCII)

CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")

# Variables that are plain names, and the values that MongoDB, Docker and the role mongodb use themselves.
PLAIN_NAMES: dict[str, tuple[str, ...]] = {
    "mongodb_replica_set": (),
    "rocketchat_mongodb_database": ("admin", "config", "local"),
    "rocketchat_mongodb_username": ("admin",),
    "rocketchat_network_name": ("bridge", "host", "none"),
}


class Reader:
    """Reads the variables of all hosts and keeps the problems it meets, in the order of the reading."""

    def __init__(self, inventory: dict[str, Any], secrets: dict[str, str]) -> None:
        self.groups: dict[str, list[str]] = inventory["groups"]
        self.hostvars: dict[str, dict[str, Any]] = inventory["hosts"]
        self.secret_values = secrets
        self.problems: list[Problem] = []
        self.warnings: list[str] = []
        self.common = common_variables(inventory)

    def complain(self, variable: str, value: object, reason: str, remedy: str) -> None:
        self.problems.append(Problem(variable, value, reason, remedy))

    def read(self) -> Settings | None:
        """The settings, or None where there is any mistake."""
        self._groups()
        if self.problems:
            # Without its hosts, the variables of a group are not there to be judged.
            return None
        version = self._version()
        root_url = self._root_url()
        network = self._network()
        self._names()
        self._server_ports()
        self._certificate(root_url)
        secrets = self._secrets()
        mongodb_version = self._mongodb_version(version) if version else ""
        # In the groups' order, whatever the order of the variables.
        hosts = [self._host(name, version) for name in dict.fromkeys(n for g in GROUPS for n in self.groups[g])]
        self._private_addresses(hosts)
        self.problems += objections(hosts, self.groups["rocketchat"][0], self.common, root_url)
        self._license(hosts)
        if self.problems or version is None or root_url is None or network is None:
            return None
        common = self.common
        return Settings(
            version=version,
            root_url=root_url,
            license=common["rocketchat_license"].strip(),
            image_registry=common["rocketchat_image_registry"],
            log_level=common["rocketchat_log_level"],
            admin_username=common["rocketchat_admin_username"],
            admin_email=common["rocketchat_admin_email"],
            network_name=common["rocketchat_network_name"],
            network=network,
            mongodb_version=mongodb_version,
            mongodb_port=common["mongodb_port"],
            mongodb_replica_set=common["mongodb_replica_set"],
            mongodb_database=common["rocketchat_mongodb_database"],
            mongodb_username=common["rocketchat_mongodb_username"],
            nats_image=common["nats_image"],
            nats_username=common["nats_username"],
            nats_port=common["nats_port"],
            secrets=secrets,
            hosts=hosts,
        )

    def _groups(self) -> None:
        for group in GROUPS:
            if not self.groups.get(group):
                self.complain(
                    f"inventory group {group}",
                    None,
                    "has no host",
                    f"Put at least one host into [{group}]; the same host may stand in all of {', '.join(GROUPS)}",
                )

    def _version(self) -> Version | None:
        text = self.common["rocketchat_version"]
        version = parse_version(text)
        if version is None:
            self.complain("rocketchat_version", text, "is not a version", 'Write all three numbers, such as "8.9.1"')
        elif version < OLDEST:
            self.complain("rocketchat_version", text, "is too old", f"Choose {OLDEST} or newer")
            return None
        elif not is_known(version):
            self.warnings.append(
                f"rocketchat_version = {text!r} is newer than this collection knows (up to, not including, "
                f"{NEWEST_KNOWN}); it is deployed like the newest known release."
            )
        return version

    def _root_url(self) -> SplitResult | None:
        text: str = self.common["rocketchat_root_url"]
        remedy = "Write the address people will type, such as https://chat.example.com"
        # It may carry a password.
        shown = None if "@" in text else text
        try:
            url = urlsplit(text)
            port_is_valid = url.port is None or url.port > 0
        except ValueError:
            self.complain("rocketchat_root_url", shown, "is not a URL", remedy)
            return None
        reason = ""
        if url.scheme not in ("http", "https") or "://" not in text:
            reason = "does not begin with http:// or https://"
        elif not url.hostname or not re.fullmatch(r"[A-Za-z0-9.:-]+", url.hostname) or not port_is_valid:
            reason = "names no valid host"
        elif url.query or url.fragment or url.username is not None:
            reason = "has more than scheme, host, port and path"
        elif not re.fullmatch(r"[A-Za-z0-9/._~-]*", url.path):
            reason = "has a path with characters that a proxy may rewrite"
        if reason:
            self.complain("rocketchat_root_url", shown, reason, remedy)
            return None
        return url

    def _network(self) -> ipaddress.IPv4Network | None:
        text = self.common["rocketchat_network_subnet"]
        try:
            network = ipaddress.IPv4Network(text)
        except ValueError as error:
            self.complain(
                "rocketchat_network_subnet",
                text,
                f"is not an IPv4 network ({error})",
                "Write one such as 172.31.250.0/24",
            )
            return None
        if network.prefixlen > 25:
            self.complain(
                "rocketchat_network_subnet",
                text,
                "is too small for the containers",
                "Make it a /25 or larger, such as /24",
            )
            return None
        return network

    def _names(self) -> None:
        for variable, reserved in PLAIN_NAMES.items():
            value = self.common[variable]
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}", value):
                self.complain(
                    variable,
                    value,
                    "is not a plain name",
                    "Use letters, digits, - and _ only, beginning with a letter or digit",
                )
            elif value in reserved:
                self.complain(variable, value, "has a meaning of its own already", "Choose another name")
        if not URL_SAFE.fullmatch(self.common["nats_username"]):
            self.complain(
                "nats_username",
                self.common["nats_username"],
                "has characters that NATS clients cannot pass on",
                "Use letters, digits and . _ ~ - only",
            )

    def _server_ports(self) -> None:
        for variable in ("mongodb_port", "nats_port"):
            if not 1 <= self.common[variable] <= 65535:
                self.complain(variable, self.common[variable], "is not a port", "Write a number from 1 to 65535")

    def _certificate(self, root_url: SplitResult | None) -> None:
        if root_url is None or root_url.scheme != "https" or self.common["nginx_certificate"] != "files":
            return
        for variable in ("nginx_certificate_file", "nginx_certificate_key_file"):
            if not self.common.get(variable):
                self.complain(
                    variable,
                    None,
                    "is not set, and an https root URL needs a certificate",
                    "Name the PEM file on the controller, or write nginx_certificate: self_signed for a lab",
                )

    def _secrets(self) -> Secrets:
        # YAML's block scalars and ansible-vault's encrypt_string end with a line feed that nobody meant.
        values = {name: str(self.secret_values[name]).rstrip("\n") for name in SECRET_VARIABLES}
        for name, value in values.items():
            if not value.strip() or CONTROL_CHARACTER.search(value):
                reason, remedy = "is empty, or has several lines or control characters", "Give one line"
            elif name == "nats_password" and not URL_SAFE.fullmatch(value):
                reason = "has characters that Rocket.Chat's NATS client does not decode in a URL"
                remedy = "Use letters, digits and . _ ~ - only"
            elif name == "mongodb_keyfile" and not re.fullmatch(r"[A-Za-z0-9+/=]{6,1024}", value):
                reason = "is not what mongod takes as a keyfile"
                remedy = "Give 6 to 1024 base64 characters in one line"
            else:
                continue
            self.complain(SECRET_VARIABLES[name], None, reason, f"{remedy}, or leave it out and let it be generated")
        return Secrets(**values)

    def _mongodb_version(self, version: Version) -> str:
        accepted = accepted_mongodb(version)
        value: str = self.common["mongodb_version"]
        if not value:
            return accepted[-1]
        if value not in accepted:
            self.complain(
                "mongodb_version",
                value,
                f"is not supported by Rocket.Chat {version}",
                f"Choose {' or '.join(accepted)}, or leave it out for {accepted[-1]}",
            )
        return value

    def _host(self, name: str, version: Version | None) -> Host:
        variables = self.hostvars[name]
        groups = frozenset(group for group in GROUPS if name in self.groups[group])
        replicas = self._replicas(name, variables["rocketchat_replicas"], version)
        ports = self._ports(name, variables["rocketchat_ports"])
        if name != self.groups["rocketchat"][0]:
            # Exactly one in the deployment: on the first host.
            replicas = {key: count for key, count in replicas.items() if not SERVICES[key].singleton}
        return Host(
            name=name,
            groups=groups,
            private_address=str(variables["rocketchat_private_address"]),
            replicas=replicas if "rocketchat" in groups else {},
            ports=ports,
        )

    def _known_service(self, variable: str, key: object, host: str) -> bool:
        if key in SERVICES:
            return True
        near = difflib.get_close_matches(str(key), SERVICES, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        self._complain_once(
            f"{variable}.{key}", None, f"is not a service (host {host})", f"{hint}Services are {', '.join(SERVICES)}"
        )
        return False

    def _license(self, hosts: list[Host]) -> None:
        if self.common["rocketchat_license"].strip():
            return
        totals = Counter(instance.service.key for host in hosts for instance in host.instances())
        surplus = [f"{total} of {key}" for key, total in totals.items() if total > 1]
        if surplus:
            self.complain(
                "rocketchat_license",
                "",
                f"is empty, and without it surplus replicas shut down after 40 s ({', '.join(surplus)})",
                "Set the licence, or deploy one of each service",
            )
        else:
            self.warnings.append(
                "rocketchat_license is empty: upstream requires an Enterprise licence with the scalability module for "
                "microservices. Single instances run without it; surplus replicas would shut down."
            )

    def _complain_once(self, variable: str, value: object, reason: str, remedy: str) -> None:
        """The same mistake in a group variable is met on every host, and told for the first."""
        if not any((found.variable, found.value) == (variable, value) for found in self.problems):
            self.complain(variable, value, reason, remedy)

    def _replicas(self, host: str, given: dict[str, Any], version: Version | None) -> dict[str, int]:
        stream_hub = version is not None and has_stream_hub(version)
        replicas = {
            key: service.default_replicas for key, service in SERVICES.items() if key != STREAM_HUB or stream_hub
        }
        for key, value in given.items():
            variable = f"rocketchat_replicas.{key}"
            if not self._known_service("rocketchat_replicas", key, host):
                continue
            count = _whole_number(value)
            if count is None or not 0 <= count <= MAX_REPLICAS:
                self._complain_once(
                    variable,
                    value,
                    f"is not a number of replicas (host {host})",
                    f"Write a whole number from 0 to {MAX_REPLICAS}",
                )
            elif key == STREAM_HUB and version is not None and not stream_hub:
                self._complain_once(
                    variable,
                    value,
                    f"Rocket.Chat {version} has no stream-hub: its image ended with {STREAM_HUB_GONE_SINCE}",
                    "Remove the line, or choose a rocketchat_version of the 7.x line",
                )
            elif SERVICES[key].singleton and count != 1:
                self._complain_once(
                    variable,
                    value,
                    "must be exactly 1: with two every event arrives twice, with none nothing arrives",
                    "Remove the line",
                )
            else:
                replicas[key] = count
        return replicas

    def _ports(self, host: str, given: dict[str, Any]) -> dict[str, int]:
        ports = {key: service.port for key, service in SERVICES.items()}
        for key, value in given.items():
            if not self._known_service("rocketchat_ports", key, host):
                continue
            port = _whole_number(value)
            if port is None or not 1 <= port <= 65535 - MAX_REPLICAS:
                self._complain_once(
                    f"rocketchat_ports.{key}",
                    value,
                    f"is not a port (host {host})",
                    f"Write a number from 1 to {65535 - MAX_REPLICAS}",
                )
            else:
                ports[key] = port
        return ports

    def _private_addresses(self, hosts: list[Host]) -> None:
        if len(hosts) < 2:
            return
        seen: dict[str, str] = {}
        for host in hosts:
            variable = f"rocketchat_private_address (host {host.name})"
            address = _own_address(host.private_address)
            if address is None:
                self.complain(
                    variable,
                    host.private_address or None,
                    "is not the IPv4 address at which the other hosts reach this one",
                    "Set it in the host's variables, such as 10.0.0.11",
                )
                continue
            if address in seen:
                self.complain(
                    variable, address, f"is the address of host {seen[address]}, too", "Give every host its own"
                )
            seen[address] = host.name


def _own_address(text: str) -> str | None:
    """An IPv4 address that belongs to one host; 0.0.0.0 would publish what is meant for the other hosts everywhere."""
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return None
    return None if address.is_unspecified or address.is_loopback or address.is_multicast else str(address)


def _whole_number(value: Any) -> int | None:
    """Inventories in INI form bring numbers as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value, re.ASCII) else None
