# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host before the run: what is planned for it, and what it said of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..plan.compose import LABEL, VERSION_LABEL
from ..rocketchat.catalogue import MONOLITH
from ..rocketchat.versions import Version, image_version, parse_version

SERVICE_LABEL = "io.rocketops.service"


@dataclass(frozen=True)
class Host:
    """``facts`` and ``asked``: what preflight_facts returned. ``address``: where Ansible reaches the host.

    ``own_mongodb_repository``: whether the operator named another than the role's default.
    ``projects``: by role the services of the Compose project on the host, None where there is none.
    ``feature_compatibility_version``: MongoDB's, asked only where another release is installed than planned.
    ``workspace``: what workspace_facts returned on the one host that ran it, where there is a database to ask.
    ``files``: what the roles will have written, by path; of the projects' files only those for the environment.
    """

    name: str
    plan: Mapping[str, Any]
    facts: Mapping[str, Any]
    asked: Mapping[str, float]
    docker_source: str = "docker"
    own_mongodb_repository: bool = False
    address: str = ""
    feature_compatibility_version: str | None = None
    workspace: Mapping[str, Any] | None = None
    projects: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def packages(self) -> Mapping[str, str]:
        return self.facts["packages"] or {}

    @property
    def containers(self) -> list[dict[str, Any]]:
        return list(self.facts["docker"]["containers"])


def is_ours(container: Mapping[str, Any]) -> bool:
    return LABEL in container["labels"]


def running_version(hosts: list[Host]) -> str | None:
    """The newest release that a monolith here was made from, in whatever state it is, as that changed the database.

    Where no container is left, or Docker does not answer, what the Compose projects on the hosts name. A tag that is
    no version is told as it is. None where nothing is known.
    """
    containers = [one for host in hosts for one in host.containers if _is_monolith(one)]
    projects = [service for host in hosts for service in (host.projects.get("rocketchat") or {}).values()]
    composed = [one for one in projects if _is_monolith(one)]
    return max(filter(None, map(_release, containers or composed)), key=_age, default=None)


def _is_monolith(service: Any) -> bool:
    """Of a container, or a service of a Compose project, which anybody may have written."""
    labels = service.get("labels") if isinstance(service, Mapping) else None
    return isinstance(labels, Mapping) and labels.get(SERVICE_LABEL) == MONOLITH


def _release(service: Mapping[str, Any]) -> str | None:
    image = str(service.get("image") or "")
    said = service["labels"].get(VERSION_LABEL) or image_version(image)
    if said is None and "@" not in image:
        said = tag(image)
    return str(said) if said else None


def _age(release: str) -> Version:
    return parse_version(release) or Version(0, 0, 0)


def tag(image: str) -> str:
    """Of an image reference; a registry may have a port, so only what follows the last slash counts."""
    return image.rpartition("/")[2].partition(":")[2]
