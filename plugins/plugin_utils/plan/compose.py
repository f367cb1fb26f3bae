# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Docker Compose projects and the files beside them, as data. Secrets are only in files that the roles write 0600."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from ..inventory.uploads import CONTAINER_DIRECTORY
from ..rocketchat.catalogue import CONTAINER_PORT, MONOLITH, HttpCheck
from ..rocketchat.layout import AUTHORITIES
from ..rocketchat.versions import image_version
from .deployment import Container
from .environment import AUTHORITIES_IN_CONTAINER

# What we create carries it; what does not carry it is never removed.
LABEL = "io.rocketops.collection"
OURS = {LABEL: "rocketops.rocketchat"}
# The release, on containers whose image does not say it. On all, it would have replaced all of existing deployments.
VERSION_LABEL = "io.rocketops.version"
# What the container is made from, as a digest: with another one Compose replaces it. Nothing a container keeps says
# the same of its env files, or of a configuration that is mounted.
CONFIG_LABEL = "io.rocketops.config"
# Compose does not replace a container because of it.
WITHOUT_EFFECT = "depends_on"

# What of root's environment would have Docker's client ask another engine, or would change containers, as it is without
# (docs.docker.com, "Configure pre-defined environment variables in Docker Compose", and "Environment variables" of the
# page "docker"). The Compose file, the name of the project and files with variables are named in the call.
CLIENT_ENVIRONMENT = {
    "COMPOSE_COMPATIBILITY": "false",
    "COMPOSE_DISABLE_ENV_FILE": "true",
    "COMPOSE_ENV_FILES": "",
    # it goes on with no orphans removed, or refuses to remove them (seen, 2.40)
    "COMPOSE_IGNORE_ORPHANS": "false",
    "COMPOSE_PROFILES": "",
    "COMPOSE_REMOVE_ORPHANS": "false",
    # what is read is on the other one
    "COMPOSE_STATUS_STDOUT": "false",
    "DOCKER_API_VERSION": "",
    "DOCKER_CONTEXT": "",
    "DOCKER_DEFAULT_PLATFORM": "",
    "DOCKER_HOST": "unix:///var/run/docker.sock",
    "DOCKER_TLS_VERIFY": "",
}

# No service needs a capability: all listen above 1024 and none changes its user. What a process has in its memory, with
# secrets in it, reaches no disk as it ends; no engine is without the right to give less.
CONFINED = {"cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"], "ulimits": {"core": 0}}
# Processes and threads. One of Node.js or NATS has some tens; the monolith has, in addition, one of deno for each app.
PIDS, MONOLITH_PIDS = 512, 4096

# What an engine's settings say for containers that do not (docs.docker.com, "dockerd"): an init process of its own, for
# which the distribution's engine lacks the program where only what is needed was installed (seen, Debian 13), and
# another runtime, such as one for graphics cards.
SAID = {"init": False, "runtime": "runc"}

# A first start with migrations of a large database takes minutes; start_interval finds the end of it quickly.
HEALTHCHECK_TIMES = {
    "interval": "30s",
    "timeout": "5s",
    "retries": 3,
    "start_period": "10m",
    "start_interval": "2s",
}


def healthcheck_command(check: HttpCheck) -> list[str]:
    """All Rocket.Chat images have node, and not all of them curl or wget."""
    script = (
        f"require('http').get('http://127.0.0.1:{CONTAINER_PORT}{check.path}',"
        f"r=>process.exit([{','.join(map(str, check.statuses))}].includes(r.statusCode)?0:1))"
        ".on('error',()=>process.exit(1))"
    )
    return ["CMD", "node", "-e", script]


def escaped(value: str) -> str:
    """Compose interpolates ``$`` in compose.yaml."""
    return value.replace("$", "$$")


def env_file(environment: dict[str, str]) -> str:
    """Values in double quotes, whose escapes Compose undoes; in single quotes it stumbles over backslashes."""
    escapes = str.maketrans({character: f"\\{character}" for character in '\\"$'})
    return "".join(f'{name}="{value.translate(escapes)}"\n' for name, value in sorted(environment.items()))


def rocketchat_project(
    containers: list[Container], network: str, names: dict[str, str], authorities: str = ""
) -> dict[str, Any]:
    """The Compose project of one host and its env files: ``{"compose": ..., "env_files": {path: content}}``.

    ``authorities``: PEM texts that all containers are to trust.
    """
    # Containers of one service share their files.
    files = {path: environment for container in containers for path, environment in container.env_files.items()}
    env_files = {path: env_file(environment) for path, environment in files.items()}
    monolith = first_monolith(containers)
    first = monolith.name if monolith else None
    services = {c.name: _rocketchat_service(c, network, names, first) for c in containers}
    for service in services.values():
        label_with_config(service, [*(env_files[path] for path in service["env_file"]), *filter(None, [authorities])])
    return {
        "compose": {"name": "rocketchat", "services": services, "networks": {network: {"external": True}}},
        "env_files": env_files,
    }


def label_with_config(service: dict[str, Any], files: list[str]) -> None:
    """``files``: what the container reads besides its definition."""
    effective = {key: value for key, value in service.items() if key != WITHOUT_EFFECT}
    text = json.dumps([effective, *files], sort_keys=True)
    service["labels"] = {**service["labels"], CONFIG_LABEL: hashlib.sha256(text.encode()).hexdigest()}


def first_monolith(containers: list[Container]) -> Container | None:
    """All others of the host wait for it."""
    return next((container for container in containers if container.service == MONOLITH), None)


def _rocketchat_service(container: Container, network: str, names: dict[str, str], first: str | None) -> dict[str, Any]:
    service: dict[str, Any] = {
        "image": container.image,
        "container_name": container.name,
        # nodes of the bus are known by it: where it occurs twice in the deployment, one of the two exits
        "hostname": container.hostname,
        "restart": "unless-stopped",
        "environment": {name: escaped(value) for name, value in container.environment.items()},
        "env_file": list(container.env_files),
        "networks": {network: {"aliases": [container.hostname], "ipv4_address": container.address}},
        "healthcheck": {"test": healthcheck_command(container.liveness), **HEALTHCHECK_TIMES},
        "labels": {**OURS, "io.rocketops.service": container.service, **_version_label(container)},
        "pids_limit": MONOLITH_PIDS if container.service == MONOLITH else PIDS,
        **CONFINED,
        **SAID,
    }
    if container.read_only:
        # their images have HOME=/tmp, or write nothing (apps/meteor/.docker, ee/apps/*/Dockerfile)
        service |= {"read_only": True, "tmpfs": ["/tmp:mode=1777"]}
    if container.user:
        service["user"] = container.user
    # Compose takes an empty list for one of another form, as soon as a file of the operator's own is merged with it
    if ports := list(published_ports(container)):
        service["ports"] = ports
    if names:
        service["extra_hosts"] = [f"{name}:{address}" for name, address in names.items()]
    if container.limits.memory is not None:
        service["mem_limit"] = container.limits.memory
    if container.limits.cpus is not None:
        service["cpus"] = container.limits.cpus
    if container.upload_directory:
        # This form of it fails where the directory is missing; the short one would create it as root's.
        mount = {"type": "bind", "source": container.upload_directory, "target": CONTAINER_DIRECTORY}
        service["volumes"] = [mount]
    if container.authorities:
        trusted = {"type": "bind", "source": AUTHORITIES, "target": AUTHORITIES_IN_CONTAINER, "read_only": True}
        service["volumes"] = [*service.get("volumes", []), trusted]
    if first and container.name != first:
        # Two monoliths racing through the first start's migrations corrupt the database; and until a monolith
        # is on the bus, the services would sit there without a port.
        service["depends_on"] = {first: {"condition": "service_healthy"}}
    return service


def published_ports(container: Container) -> Iterator[str]:
    if container.published:
        yield f"{container.published}:{CONTAINER_PORT}"
    if container.metrics:
        yield container.metrics


def _version_label(container: Container) -> dict[str, str]:
    said = str(image_version(container.image)) == container.version
    return {} if said else {VERSION_LABEL: container.version}
