# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: a whole deployment as plain data. ``as_data`` turns it into what Ansible hands on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from ...module_utils.workspace.license import LicenseState
from ..inventory.settings import Limits
from ..rocketchat.catalogue import HttpCheck
from ..rocketchat.problems import Problem


@dataclass(frozen=True)
class Container:
    """``environment`` may be read by anybody who may see compose.yaml; ``env_files`` are files for root alone, by path.

    ``address``: in the network of the containers. ``published``: address and port for other hosts' nginx, or "".
    ``metrics``: where it publishes metrics and where it serves them in itself, as Compose writes it, or "".
    ``user``: whom its processes run as, "" for that of its image.
    ``read_only``: whether it may write to /tmp and to volumes alone.
    ``liveness`` is asked in the container, ``readiness`` from its host.
    """

    name: str
    service: str
    replica: int
    version: str
    image: str
    hostname: str
    address: str
    published: str
    metrics: str
    environment: dict[str, str]
    env_files: dict[str, dict[str, str]]
    liveness: HttpCheck
    readiness: HttpCheck
    limits: Limits
    upload_directory: str = ""
    user: str = ""
    read_only: bool = False
    authorities: bool = False

    @property
    def secret_environment(self) -> dict[str, str]:
        """What is in the files, as the process sees it: the later file wins."""
        return {name: value for file in self.env_files.values() for name, value in file.items()}


@dataclass(frozen=True)
class Member:
    """A member of the MongoDB replica set: ``name`` is what the set's configuration says, from everywhere."""

    host: str
    name: str
    address: str


@dataclass(frozen=True)
class HostPlan:
    """What one host gets: the ``*_plan`` variable of each role that runs there, and what is asked of it.

    ``endpoints`` are what service_health asks; ``probes`` has the options of container_health, mongodb_health,
    workspace_facts, nats_health and ddp_health, None where there is nothing to ask. ``containers``: Rocket.Chat's,
    each with the ``server`` that nginx on the same host, and on others, has of it.
    ``adopted``: what may be replaced although somebody else made it, by path.
    ``required``: see ``requirements``.
    """

    docker: dict[str, Any] | None
    mongodb: dict[str, Any] | None
    nats: dict[str, Any] | None
    rocketchat: dict[str, Any] | None
    nginx: dict[str, Any] | None
    firewall: dict[str, Any]
    required: dict[str, int]
    endpoints: list[dict[str, Any]] = field(default_factory=list)
    probes: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    containers: list[dict[str, Any]] = field(default_factory=list)
    adopted: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """``bypasses_mongodb_validation``: whether Rocket.Chat is to start with a MongoDB that it is not made for, too.

    ``license_problems``: what stops a deployment unless a valid licence is stored in the workspace.
    ``short_secrets``: variables with secrets that are too short for a new deployment.
    """

    version: str
    root_url: str
    mongodb_version: str
    bypasses_mongodb_validation: bool
    expected_users: int
    license: LicenseState | None
    license_in_workspace: bool
    license_problems: list[Problem]
    short_secrets: list[str]
    warnings: list[str]
    nats_clients: list[dict[str, str]]
    hosts: dict[str, HostPlan]


def as_data(plan: Plan) -> dict[str, Any]:
    """The plan as Ansible keeps it. What it has of a host is plain data already, and is not copied."""
    data = {entry.name: getattr(plan, entry.name) for entry in fields(plan)}
    return {
        **data,
        "license": plan.license and asdict(plan.license),
        "license_problems": [asdict(problem) for problem in plan.license_problems],
        "hosts": {name: dict(vars(host)) for name, host in plan.hosts.items()},
    }
