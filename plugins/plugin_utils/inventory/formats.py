# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that are handed on as they are: to nginx, Docker and apt, which would complain only on the host."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Any

from ..rocketchat.problems import Problems
from .urls import OTHER_LETTERS, PORT, with_ascii_name, wrong_port

SERVER = rf"[A-Za-z0-9.-]+(:{PORT})?"
URL = rf"https?://{SERVER}(/[!-~]*)?"


@dataclass(frozen=True)
class Format:
    """What a text has to match as a whole, what it then is, and an example. ``may_be_empty``: it is optional."""

    pattern: str
    noun: str
    example: str
    may_be_empty: bool = False

    @property
    def names_a_host(self) -> bool:
        return self.pattern.startswith((URL, SERVER))


# of a key of version 4, as `gpg --show-keys` prints it
_FINGERPRINT = Format(
    "([0-9A-Fa-f] *){40}", "the fingerprint of a key", "9DC8 5822 9FC7 DD38 854A E2D8 8D81 803C 0EBF CD88", True
)

FORMATS = {
    "docker_repository_key_fingerprint": _FINGERPRINT,
    "docker_repository_url": Format(
        URL, "the address of a package repository", "https://mirror.example.com/docker", True
    ),
    "mongodb_member_name": Format(
        # as a DNS name of several labels: no other can be told from a name of the network the host is in
        r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+",
        "the name of a member of a replica set, in lower case",
        "chat.mongodb.internal",
        True,
    ),
    "mongodb_repository_url": Format(
        URL, "the address of a package repository", "https://mirror.example.com/mongodb", True
    ),
    "mongodb_repository_key_fingerprint": _FINGERPRINT,
    "mongodb_repository_key_url": Format(URL, "the address of a key", "https://mirror.example.com/mongodb.asc", True),
    # of a repository there is one; several, or options of apt, would be after a space
    "mongodb_repository_suite": Format(r"[A-Za-z0-9][A-Za-z0-9._/-]*", "the suite of a repository", "bookworm", True),
    "nats_image": Format(
        rf"({SERVER}/)?[a-z0-9._/-]+(:(?!latest$)[A-Za-z0-9_][A-Za-z0-9_.-]*|(:[A-Za-z0-9_.-]+)?@sha256:[0-9a-f]{{64}})",
        "an image with its version",
        "nats:2.12.8-alpine",
    ),
    "nginx_acme_directory": Format(
        rf"https://{SERVER}(/[A-Za-z0-9._~/%?=&+-]*)?",
        "the address of an ACME server's directory, which begins with https://",
        "https://acme-v02.api.letsencrypt.org/directory",
    ),
    "nginx_acme_email": Format(
        r"[A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9.-]+", "an address of mail", "admin@example.com", True
    ),
    "nginx_client_max_body_size": Format("[0-9]{1,9}[kKmMgG]?", "a size in nginx's notation", "200m"),
    # Rocket.Chat takes no other, and makes "admin" of one silently (server/startup/initialData)
    "rocketchat_admin_username": Format("[0-9A-Za-z._-]+", "a user name that Rocket.Chat takes", "admin"),
    "rocketchat_admin_email": Format(r"[^\s@]+@[^\s@]+", "an address of mail", "admin@example.com", True),
    "rocketchat_image_registry": Format(
        rf"{SERVER}(/[a-z0-9._/-]*)?", "a registry without a scheme", "registry.example.com:5000", True
    ),
}


def check_formats(problems: Problems, variables: dict[str, Any]) -> None:
    """Of one host; what is wrong with a variable of all is told once."""
    for variable, form in FORMATS.items():
        text: str = variables[variable]
        if not re.fullmatch(form.pattern, text) and not (form.may_be_empty and not text):
            _add(problems, variable, text, form)
    for registry in variables["docker_registry_certificates"]:
        if not re.fullmatch(SERVER, str(registry)):
            reason, remedy = "is not the host of a registry", "Write one such as registry.example.com:5000"
            problems.add_once(f"docker_registry_certificates.{registry}", None, reason, remedy)


def _add(problems: Problems, variable: str, text: str, form: Format) -> None:
    # a URL may carry a password
    shown = None if "@" in text else text
    reason, remedy = f"is not {form.noun}", f"Write one such as {form.example}"
    if shown and form.names_a_host and not text.isascii():
        reason, remedy = OTHER_LETTERS, f"Write {with_ascii_name(text)}"
    elif shown and form.names_a_host:
        reason = wrong_port(text) or reason
    problems.add_once(variable, shown, reason, remedy)


def read_networks(problems: Problems, variable: str, texts: list[str]) -> list[str]:
    """Addresses and networks as nginx writes them."""
    networks = []
    for text in texts:
        try:
            networks.append(str(ipaddress.ip_network(text.strip(), strict=False)))
        except ValueError:
            problems.add_once(
                variable, text, "is no address and no network", "Write one such as 192.0.2.10 or 10.0.0.0/24"
            )
    return networks


def read_ipv4_networks(
    problems: Problems, variable: str, texts: list[str], reason: str = "is of IPv6, where nothing is published"
) -> list[str]:
    """``reason``: why those of IPv6 are refused."""
    networks = read_networks(problems, variable, texts)
    for network in networks:
        if ":" in network:
            problems.add_once(variable, network, reason, "Write one of IPv4")
    return networks
