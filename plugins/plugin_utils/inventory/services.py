# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operator wrote for each service: replicas, ports, images and limits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ..rocketchat.catalogue import MAX_REPLICAS, METRICS_PORT_DISTANCE, SERVICES, Service, services_of
from ..rocketchat.memory import bytes_of
from ..rocketchat.problems import Problems
from ..rocketchat.versions import Version, image_version
from .settings import Limits
from .urls import PORT

_MAX_FIRST_PORT = 65535 - MAX_REPLICAS

# An idle service takes 61 to 70 MiB (seen: 6.14-dev on Node 14).
_LEAST_MEMORY_MB = 128
_MEMORY = re.compile(r"([1-9][0-9]{0,11})([kmg])b?", re.ASCII | re.IGNORECASE)

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
IMAGE = re.compile(
    rf"[A-Za-z0-9.-]+(?::{PORT})?(?:/[a-z0-9._-]+)+(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?"
    r"(?P<digest>@sha256:[0-9a-f]{64})?",
    re.ASCII,
)


def read_replicas(
    problems: Problems, host: str, given: dict[str, int], version: Version | None, proposed: dict[str, int]
) -> dict[str, int]:
    """How many of each service run on a host: as given, else as proposed, else as many as usual."""
    available = services_of(version)
    replicas = {key: proposed.get(key, service.default_replicas) for key, service in available.items()}
    for key, count in given.items():
        variable = f"rocketchat_replicas.{key}"
        if not 0 <= count <= MAX_REPLICAS:
            reason = f"is not a number of replicas (host {host})"
            problems.add_once(variable, count, reason, f"Write a whole number from 0 to {MAX_REPLICAS}")
        elif version is not None and key not in available:
            problems.add_once(variable, count, *_absence(SERVICES[key], version))
        elif SERVICES[key].singleton and count != 1:
            reason = "must be exactly 1: with two every event arrives twice, with none nothing arrives"
            problems.add_once(variable, count, reason, "Remove the line")
        else:
            replicas[key] = count
    return replicas


def _absence(service: Service, version: Version) -> tuple[str, str]:
    """Why a release has no such service, and what to do about it."""
    if service.since is not None and version < service.since:
        reason = f"Rocket.Chat {version} has no {service.name} yet: its image begins with {service.since}"
        return reason, f"Remove the line, or choose rocketchat_version {service.since} or newer"
    reason = f"Rocket.Chat {version} has no {service.name}: its image ended with {service.until}"
    return reason, f"Remove the line, or choose a rocketchat_version before {service.until}"


def read_ports(problems: Problems, host: str, given: dict[str, int]) -> dict[str, int]:
    defaults = {key: service.port for key, service in SERVICES.items()}
    return _first_ports(problems, host, "rocketchat_ports", given, defaults)


def read_metrics_ports(problems: Problems, host: str, given: dict[str, int]) -> dict[str, int]:
    defaults = {key: service.port + METRICS_PORT_DISTANCE for key, service in SERVICES.items()}
    return _first_ports(problems, host, "rocketchat_metrics_ports", given, defaults)


def _first_ports(
    problems: Problems, host: str, variable: str, given: dict[str, int], defaults: dict[str, int]
) -> dict[str, int]:
    ports = dict(defaults)
    for key, port in given.items():
        if 1 <= port <= _MAX_FIRST_PORT:
            ports[key] = port
        else:
            remedy = f"Write a number from 1 to {_MAX_FIRST_PORT}"
            problems.add_once(f"{variable}.{key}", port, f"is not a port (host {host})", remedy)
    return ports


def read_limits(problems: Problems, host: str, given: dict[str, dict[str, Any]]) -> dict[str, Limits]:
    for key, wanted in given.items():
        variable = f"rocketchat_resources.{key}"
        memory, cpus = wanted.get("memory"), wanted.get("cpus")
        if memory is not None and not _MEMORY.fullmatch(memory):
            reason = f"is not an amount of memory (host {host})"
            problems.add_once(f"{variable}.memory", memory, reason, "Write one such as 512m or 2g")
        elif memory is not None and bytes_of(memory) < _LEAST_MEMORY_MB * 1024**2:
            reason = f"is less than any service needs to start (host {host})"
            problems.add_once(f"{variable}.memory", memory, reason, f"Write {_LEAST_MEMORY_MB}m or more")
        if cpus is not None and not 0.01 <= cpus <= 1024:
            reason = f"is not a number of processors (host {host})"
            problems.add_once(f"{variable}.cpus", cpus, reason, "Write a number from 0.01 to 1024, such as 1.5")
    return {key: Limits(wanted.get("memory"), wanted.get("cpus")) for key, wanted in given.items()}


def check_digests(problems: Problems, given: dict[str, str], used: Iterable[str], deploy: bool) -> None:
    """``used``: images of the deployment. ``deploy``: before that, those that are not pinned yet are nothing wrong."""
    variable = "rocketchat_image_digests"
    for image, digest in given.items():
        if not DIGEST.fullmatch(str(digest)):
            remedy = "Write what playbooks/pin_images.yml prints, sha256: and 64 digits"
            problems.add(f"{variable}.{image}", digest, "is not the digest of an image", remedy)
    missing = [image for image in used if image not in given and "@" not in image]
    if given and missing and deploy:
        reason = f"has no digest of {', '.join(missing)}"
        problems.add(variable, None, reason, "Run playbooks/pin_images.yml, and write what it prints")


def read_images(problems: Problems, given: dict[str, str], version: Version | None) -> dict[str, str]:
    for key, image in given.items():
        variable = f"rocketchat_images.{key}"
        match = IMAGE.fullmatch(image)
        if not match:
            remedy = "Write registry, name and tag, such as registry.example.com/patched/account-service:8.9.1"
            problems.add(variable, image, "is not the name of an image in a registry", remedy)
        elif not match["digest"] and version is not None and image_version(image) != version:
            reason = f"has not the version that all services have, {version}"
            problems.add(variable, image, reason, f"Write a tag that begins with {version}, or a digest")
    return given
