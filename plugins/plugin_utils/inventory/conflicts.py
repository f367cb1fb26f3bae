# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Combinations that cannot work although each setting by itself is fine.

They are looked for even where other settings could not be read, so that the operator hears of everything at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult

from ..rocketchat.catalogue import MONOLITH, NATS_CLUSTER_PORT, NATS_MONITORING_PORT, services_of
from ..rocketchat.names import slug
from ..rocketchat.problems import Problem
from ..rocketchat.versions import Version
from .settings import Host, is_published, member_name, proxy_port


def conflicts(
    hosts: list[Host], first: str, common: dict[str, Any], version: Version | None, root_url: SplitResult | None
) -> Iterator[Problem]:
    """``first``: the first host of [rocketchat]. ``version`` and ``root_url``: None where they could not be read."""
    metrics = common["rocketchat_metrics"]
    proxies = [host for host in hosts if "nginx" in host.groups]
    for host in hosts:
        claims = [*_server_claims(host, common, root_url), *_container_claims(host, proxies, metrics)]
        yield from _port_conflicts(claims, host.name)
    yield from _missing_services(hosts, first, version)
    yield from _idle_hosts(hosts)
    yield from _divided_uploads(hosts, common["rocketchat_file_upload_storage"])
    yield from _useless_names(hosts)
    yield from _useless_proxies(hosts, common["rocketchat_extra_proxies"], root_url)
    yield from _shared_members(hosts)
    yield from _unproven_keys(hosts)


@dataclass(frozen=True)
class Claim:
    """``owner`` wants ``port`` because ``variable`` is ``value``, or always if it is empty."""

    port: int
    owner: str
    variable: str = ""
    value: object = None


def _server_claims(host: Host, common: dict[str, Any], root_url: SplitResult | None) -> Iterator[Claim]:
    """What the groups of a host put there besides containers; first the fixed ports."""
    if "nats" in host.groups:
        if common["nats_port"] == NATS_MONITORING_PORT:
            # in its container; on the host there is no such port
            yield Claim(NATS_MONITORING_PORT, "the monitoring of NATS")
        yield Claim(NATS_CLUSTER_PORT, "the cluster port of NATS")
    if "nginx" in host.groups and root_url:
        if root_url.scheme == "https":
            yield Claim(80, "nginx's redirect to https")
        yield Claim(proxy_port(root_url), "nginx", "rocketchat_root_url", root_url.geturl())
    if "nats" in host.groups:
        yield Claim(common["nats_port"], "NATS", "nats_port", common["nats_port"])
    if "mongodb" in host.groups:
        yield Claim(common["mongodb_port"], "MongoDB", "mongodb_port", common["mongodb_port"])


def _container_claims(host: Host, proxies: list[Host], metrics: bool) -> Iterator[Claim]:
    for instance in host.instances():
        key = instance.service.key
        if is_published(instance.service, host, proxies):
            yield Claim(instance.port, instance.name, f"rocketchat_ports.{key}", host.ports[key])
    for instance in host.instances() if metrics else ():
        key, owner = instance.service.key, f"the metrics of {instance.name}"
        yield Claim(instance.metrics_port, owner, f"rocketchat_metrics_ports.{key}", host.metrics_ports[key])


def _port_conflicts(claims: list[Claim], host: str) -> Iterator[Problem]:
    taken: dict[int, Claim] = {}
    for claim in claims:
        other = taken.setdefault(claim.port, claim)
        if other is not claim:
            because = f" ({other.variable})" if other.variable else ""
            yield Problem(
                claim.variable,
                claim.value,
                f"puts {claim.owner} on port {claim.port} of host {host}, which belongs to {other.owner}{because}",
                "Choose another port; a service needs one for each replica, in a row",
            )


def _missing_services(hosts: list[Host], first: str, version: Version | None) -> Iterator[Problem]:
    present = {instance.service.key for host in hosts for instance in host.instances()}
    for key, service in services_of(version).items():
        if key == MONOLITH:
            continue
        if service.default_replicas and not service.singleton and key not in present:
            yield Problem(
                f"rocketchat_replicas.{key}",
                0,
                "leaves the deployment without this service, and nothing works without it",
                "Write 1 or more on at least one host",
            )
    # Its containers wait for a monolith, and the other hosts' for them: so two never race for the first start.
    if not any(host.replicas[MONOLITH] for host in hosts if host.name == first):
        yield Problem(
            f"rocketchat_replicas.{MONOLITH}",
            0,
            f"leaves host {first} without a monolith, and the first host of [rocketchat] prepares the database",
            f"Write 1 or more for {first}, or put another host first",
        )


def _idle_hosts(hosts: list[Host]) -> Iterator[Problem]:
    for host in hosts:
        if "rocketchat" in host.groups and not any(host.replicas.values()):
            yield Problem(
                "rocketchat_replicas",
                None,
                f"leave host {host.name} of [rocketchat] without any container",
                "Write 1 or more for at least one service, or take the host out of the group",
            )


def _divided_uploads(hosts: list[Host], storage: str) -> Iterator[Problem]:
    monoliths = sum(host.replicas.get(MONOLITH, 0) for host in hosts)
    if storage == "directory" and monoliths > 1:
        yield Problem(
            "rocketchat_file_upload_storage",
            storage,
            f"keeps uploads where only one monolith finds them, and {monoliths} are planned",
            "Choose gridfs or s3, or deploy one monolith in all",
        )


def _useless_names(hosts: list[Host]) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for host in hosts:
        label = slug(host.name)
        if not label:
            yield Problem(
                "inventory host",
                host.name,
                "has no letter a to z and no digit to make DNS names of",
                "Rename it",
            )
            continue
        other = owners.setdefault(label, host.name)
        if other != host.name:
            yield Problem(
                "inventory host",
                host.name,
                f"gives its containers the same hostnames as host {other} does",
                "Rename one; letters and digits have to differ",
            )


def _useless_proxies(hosts: list[Host], extra_proxies: int, root_url: SplitResult | None) -> Iterator[Problem]:
    trusted = next((host.trusted_proxies for host in hosts if "nginx" in host.groups and host.trusted_proxies), None)
    if not trusted:
        return
    if root_url and root_url.scheme != "https":
        reason = f"says who ends TLS in front of nginx, and rocketchat_root_url begins with {root_url.scheme}://"
        yield Problem(
            "nginx_trusted_proxies", trusted, reason, "Write the https address people type, or leave this out"
        )
    if not extra_proxies:
        reason = "names proxies in front of nginx, and rocketchat_extra_proxies says that there is none"
        yield Problem(
            "nginx_trusted_proxies", trusted, reason, "Write rocketchat_extra_proxies: 1, or how many there are"
        )


def _shared_members(hosts: list[Host]) -> Iterator[Problem]:
    owners: dict[str, Host] = {}
    for host in (host for host in hosts if "mongodb" in host.groups):
        name = member_name(host)
        other = owners.setdefault(name, host)
        # names of hosts that give the same one are told as such
        if other is not host and (host.member_name or other.member_name):
            reason = f"is what the replica set calls its member on host {other.name}, too"
            remedy = "Set it in the variables of one host alone, to the name of the member there"
            yield Problem(f"mongodb_member_name (host {host.name})", name, reason, remedy)


def _unproven_keys(hosts: list[Host]) -> Iterator[Problem]:
    """On the way anybody could put another key in its place, with packages signed by it."""
    taken = [
        *(
            ("docker_repository_url", host.docker.repository_url, host.docker.repository_key_fingerprint)
            for host in hosts
            if host.docker.source == "docker" and host.groups & {"nats", "rocketchat"}
        ),
        *(
            ("mongodb_repository_key_url", host.mongodb_repository.key_url, host.mongodb_repository.fingerprint)
            for host in hosts
            if "mongodb" in host.groups
        ),
    ]
    for variable, url, fingerprint in dict.fromkeys(taken):
        if url.startswith("http://") and not fingerprint:
            role = variable.partition("_")[0]
            remedy = f"Write an https address, or {role}_repository_key_fingerprint, which `gpg --show-keys` prints"
            yield Problem(variable, url, "gives a key that nothing proves to be the right one", remedy)
