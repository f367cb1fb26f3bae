# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which version of each part a plan brings, and where hosts fetch it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..inventory.settings import EXTERNAL
from ..preflight.hosts import SERVICE_LABEL, tag
from ..rocketchat.distributions import Distribution, docker_repository, mongodb_repository

Row = tuple[str, str, str]

_NEWEST = "newest"


def versions(plan: Mapping[str, Any], systems: Mapping[str, Distribution | None]) -> list[dict[str, Any]]:
    """One entry for all hosts that are alike. ``systems``: what is known of each host's distribution."""
    hosts: dict[Row, list[str]] = {}
    for name, host in plan["hosts"].items():
        # replicas have the same image
        for row in dict.fromkeys(_of_host(host, plan["version"], systems.get(name))):
            hosts.setdefault(row, []).append(name)
    rows = [
        {"part": part, "version": version, "source": source, "hosts": names}
        for (part, version, source), names in sorted(
            hosts.items(), key=lambda item: _ORDER.index(item[0][0]) if item[0][0] in _ORDER else -1
        )
    ]
    return [*rows, *_of_the_operator(plan)]


# After the services of Rocket.Chat.
_ORDER = ("NATS", "MongoDB", "Docker", "nginx")


def _of_host(host: Mapping[str, Any], version: str, on: Distribution | None) -> Iterator[Row]:
    for role in ("rocketchat", "nats"):
        services = host[role]["compose"]["services"].values() if host[role] else ()
        for service in services:
            image, key = service["image"], service["labels"].get(SERVICE_LABEL)
            if key:
                yield key.replace("_", "-"), version, f"image {image}"
            else:
                yield "NATS", tag(image.partition("@")[0]) or "-", f"image {image}"
    if host["mongodb"]:
        yield "MongoDB", host["mongodb"]["version"], _mongodb(host["mongodb"], on)
    if host["docker"]:
        yield "Docker", _NEWEST, _docker(host["docker"], on)
    if host["nginx"]:
        yield "nginx", _NEWEST, "the distribution"


def _mongodb(planned: Mapping[str, Any], on: Distribution | None) -> str:
    given = planned["repository"]
    if on:
        repository = mongodb_repository(on, planned["version"], **given)
        return f"{repository.url} {repository.suite}"
    where = given["url"] or "MongoDB's repository"
    return f"{where} {given['suite']}" if given["suite"] else f"{where} for the host's distribution"


def _docker(planned: Mapping[str, Any], on: Distribution | None) -> str:
    if planned["source"] != "docker":
        return "the distribution"
    if on:
        repository = docker_repository(on, planned["repository_url"], planned["repository_key_fingerprint"])
        return f"{repository.url} {repository.suite}"
    return (planned["repository_url"] or "Docker's repository") + " for the host's distribution"


def _of_the_operator(plan: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for part, role in (("NATS", "nats"), ("MongoDB", "mongodb")):
        if not any(host[role] for host in plan["hosts"].values()):
            yield {"part": part, "version": "-", "source": f"yours, of {EXTERNAL[role]}", "hosts": []}
