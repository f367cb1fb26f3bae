# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run is about to change, told before it does. Pure: facts and plan in, sentences out.

"will" is certain; "may" stands where only Docker Compose can tell. Compose replaces a container when the service's
rendered definition, its environment or its image is another than at the container's creation (its label
``com.docker.compose.config-hash``); who a service waits for (``depends_on``) is no part of that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...module_utils.facts import parts
from .hosts import Host, tag

CONFIG_LABEL = "io.rocketops.config"

# Of a service's definition: told apart from the rest, or without certain effect on its container.
IMAGE, UNCERTAIN = "image", ("depends_on", "env_file")

HOSTS_BLOCK = "# {mark} rocketops.rocketchat: members of the MongoDB replica set"


@dataclass(frozen=True)
class Change:
    """``role`` is what makes it, and the tag to choose it with."""

    host: str
    role: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.host}: {self.sentence}"


def planned_changes(host: Host) -> list[Change]:
    """In the order in which the site playbook goes through the roles."""
    sentences = {
        "docker": _docker(host),
        "mongodb": _mongodb(host),
        "nats": _containers(host, "nats"),
        "rocketchat": _rocketchat(host),
        "nginx": _nginx(host),
    }
    return [
        Change(host.name, role, sentence) for role, found in sentences.items() if host.plan[role] for sentence in found
    ]


def _docker(host: Host) -> Iterator[str]:
    engine, *others = parts.DOCKER_PACKAGES[host.docker_source]
    yield from _packages(host, "Docker Engine", engine, *others)
    if engine in host.packages:
        if _differs(host, parts.DAEMON_SETTINGS):
            yield "will change Docker's settings and restart the engine; containers keep running"
        yield from _start(host, parts.DOCKER_UNIT, "Docker")
    wanted = host.plan["docker"]["network"]
    networks = {network["name"]: network for network in host.facts["docker"]["networks"]}
    if host.facts["docker"]["state"] in ("stopped", "silent"):
        return
    if wanted["name"] not in networks:
        yield f"will create network {wanted['name']} with {wanted['subnet']}"
    elif networks[wanted["name"]]["subnets"] != [wanted["subnet"]]:
        before = ", ".join(networks[wanted["name"]]["subnets"])
        yield f"will replace network {wanted['name']}: {before} -> {wanted['subnet']}"


def _mongodb(host: Host) -> Iterator[str]:
    server, *others = parts.MONGODB_PACKAGES
    yield from _packages(host, f"MongoDB {host.plan['mongodb']['version']}", server, *others)
    if server not in host.packages:
        return
    if any(_differs(host, path) for path in (parts.MONGOD_SETTINGS, parts.MONGOD_UNIT_SETTINGS, parts.KEYFILE)):
        yield "will change mongod's settings and restart it"
    if hosts_block(host.plan["mongodb"]["names"]) not in (host.facts["texts"][parts.HOSTS_FILE] or ""):
        yield f"will change the members of the replica set in {parts.HOSTS_FILE}"
    yield from _start(host, parts.MONGODB_UNIT, "mongod")


def hosts_block(names: Mapping[str, str]) -> str:
    """What the role keeps in /etc/hosts."""
    lines = [f"{address} {name}" for name, address in names.items()]
    return "\n".join([HOSTS_BLOCK.format(mark="BEGIN"), *lines, HOSTS_BLOCK.format(mark="END")])


def _rocketchat(host: Host) -> Iterator[str]:
    missing = [package for package in host.plan["rocketchat"]["packages"] if package not in host.packages]
    if missing:
        yield f"will install {', '.join(missing)}"
    yield from _containers(host, "rocketchat")


def _nginx(host: Host) -> Iterator[str]:
    server, *others = parts.NGINX_PACKAGES
    yield from _packages(host, "nginx", server, *others)
    if server not in host.packages:
        return
    if any(_differs(host, path) for path in (parts.CERTIFICATE, parts.CERTIFICATE_KEY)):
        yield "will install another certificate and reload nginx"
    if _differs(host, parts.NGINX_SITE):
        yield "will change the site in nginx and reload it"
    yield from _start(host, parts.NGINX_UNIT, "nginx")


def _packages(host: Host, what: str, main: str, *others: str) -> Iterator[str]:
    """The main package stands for all that come with it."""
    missing = [package for package in others if package not in host.packages]
    if main not in host.packages:
        yield f"will install {what}"
    elif missing:
        yield f"will install {', '.join(missing)}"


def _start(host: Host, unit: str, what: str) -> Iterator[str]:
    state = (host.facts["units"] or {}).get(unit)
    if state and not state["active"]:
        yield f"will start {what}"
    elif state and not state["enabled"]:
        yield f"will have {what} start at boot"


def _differs(host: Host, path: str) -> bool:
    """Whether a role will write a file anew; of one that it does not write nothing is said."""
    return path in host.files and host.facts["digests"].get(path) != _digest(host.files[path])


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _containers(host: Host, role: str) -> Iterator[str]:
    project = host.plan[role]["compose"]
    before = host.projects.get(role)
    docker = host.facts["docker"]
    if docker["state"] in ("stopped", "silent") and before is not None:
        yield f"may create or replace containers of project {project['name']}: the Docker Engine does not answer yet"
        return
    present = {c["service"]: c for c in docker["containers"] if c["project"] == project["name"]}
    for name, service in project["services"].items():
        if name not in present:
            yield f"will create {name}"
        else:
            yield from _container(host, name, service, (before or {}).get(name), present[name])
    # That of NATS always has its one service, so this is about containers of Rocket.Chat.
    for name in present:
        if name not in project["services"]:
            yield f"will remove {name}"


def _container(
    host: Host, name: str, wanted: Mapping[str, Any], before: Mapping[str, Any] | None, container: Mapping[str, Any]
) -> Iterator[str]:
    reasons = [*_image(wanted, container), *_definition(wanted, before, container), *_environment_files(host, wanted)]
    if reasons:
        yield f"will replace {name}: {', '.join(reasons)}"
    elif before is None:
        yield f"may replace {name}: what it was made from is not on the host any more"
    elif any(wanted.get(key) != before.get(key) for key in UNCERTAIN):
        yield f"may replace {name}: what it depends on changed"
    elif container["state"] in ("created", "exited", "dead"):
        yield f"will start {name}"
    elif container["state"] == "paused":
        yield f"may not be able to start {name}: it is paused"


def _image(wanted: Mapping[str, Any], container: Mapping[str, Any]) -> Iterator[str]:
    before, after = container["image"], wanted["image"]
    if before != after:
        same = before.removesuffix(tag(before)) == after.removesuffix(tag(after))
        yield f"image {tag(before)} -> {tag(after)}" if same else f"image {before} -> {after}"


def _definition(
    wanted: Mapping[str, Any], before: Mapping[str, Any] | None, container: Mapping[str, Any]
) -> Iterator[str]:
    """Names of what changed; values may be long."""
    if wanted["labels"].get(CONFIG_LABEL) != container["labels"].get(CONFIG_LABEL):
        yield "configuration changed"
    if before is None:
        return
    changed = [key for key in sorted({*wanted, *before} - {IMAGE, *UNCERTAIN}) if wanted.get(key) != before.get(key)]
    for key in changed:
        if key == "environment":
            yield f"environment ({', '.join(_changed_keys(wanted, before, key))}) changed"
        elif key != "labels" or _changed_keys(wanted, before, key) != [CONFIG_LABEL]:
            yield f"{key} changed"


def _changed_keys(wanted: Mapping[str, Any], before: Mapping[str, Any], key: str) -> list[str]:
    one, other = wanted.get(key) or {}, before.get(key) or {}
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def _environment_files(host: Host, wanted: Mapping[str, Any]) -> Iterator[str]:
    for path in wanted.get("env_file", []):
        if _differs(host, path):
            yield f"{path} changed"
