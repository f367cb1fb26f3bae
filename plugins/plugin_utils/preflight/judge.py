# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges the hosts by what they said of themselves, before any is changed. Pure: facts and plan in, words out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...module_utils.text import cleaned
from ..rocketchat.distributions import ADVISED, distribution, known_names
from ..rocketchat.layout import DOCKER_DATA, KEYFILE, LEDGER
from ..rocketchat.problems import Problem, all_problems
from ..rocketchat.sizing import size_warnings
from . import mongod, requirements
from .addresses import address_problems
from .apt import apt_problems
from .data import data_problems, data_warnings
from .departures import departure_warnings
from .engine import engine_problems, engine_warnings
from .firewall import firewall_problems, firewall_warnings
from .hosts import Host, is_ours
from .identity import identity_problems, identity_warnings
from .internal_tls import tls_warnings
from .kernel import kernel_warnings
from .limit import limit_problems, limit_warnings
from .memory import is_below, memory_problems, needed_mb
from .network import clock_problems, clock_warnings, name_warnings, network_problems
from .nginx import nginx_problems
from .ownership import adoption_problems, is_foreign, ownership_problems, resources_of
from .ports import port_problems
from .repositories import repository_problems
from .secret_lengths import secret_problems, secret_warnings
from .sockets import socket_warnings
from .versions import version_problems, version_warnings
from .workspace import workspace_problems, workspace_warnings


@dataclass
class Verdict:
    """``problems`` stop the run, in the order of the hosts; ``warnings`` are sentences."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def message(self) -> str:
        return all_problems(self.problems, "with the hosts; nothing was changed on them.")


def judge(plan: Mapping[str, Any], hosts: list[Host]) -> Verdict:
    verdict = Verdict()
    for host in hosts:
        foreign_mongodb = [*mongod.foreign_mongodb(host)]
        verdict.problems += _unfit(host)
        verdict.problems += port_problems(host, but="mongod" if foreign_mongodb else "")
        verdict.problems += engine_problems(host)
        verdict.problems += network_problems(host)
        verdict.problems += address_problems(host)
        verdict.problems += firewall_problems(host)
        verdict.problems += foreign_mongodb
        verdict.problems += [*_taken_names(host), *_taken_addresses(host)]
        verdict.problems += [*ownership_problems(host), *apt_problems(host), *nginx_problems(host)]
        verdict.problems += _other_secrets(host)
        verdict.problems += _refusing_mongodb(host)
        verdict.problems += _unreadable_ledger(host)
        verdict.warnings += _untested(host)
        verdict.warnings += _small(host)
        verdict.warnings += [*engine_warnings(host), *socket_warnings(host), *firewall_warnings(host)]
        verdict.warnings += kernel_warnings(host)
        verdict.warnings += size_warnings(plan["expected_users"], host.name, host.plan["required"], host.facts)
    verdict.problems += [*data_problems(hosts), *identity_problems(plan, hosts)]
    verdict.problems += [*clock_problems(hosts), *version_problems(plan, hosts), *repository_problems(plan, hosts)]
    verdict.problems += [*workspace_problems(plan, hosts), *limit_problems(plan, hosts)]
    verdict.problems += [*adoption_problems(plan, hosts), *secret_problems(plan, hosts)]
    verdict.warnings += [*data_warnings(hosts), *identity_warnings(hosts), *departure_warnings(plan, hosts)]
    verdict.warnings += [*clock_warnings(hosts), *secret_warnings(plan, hosts), *tls_warnings(hosts)]
    verdict.warnings += name_warnings(plan["root_url"], hosts)
    verdict.warnings += version_warnings(plan, hosts)
    verdict.warnings += [*workspace_warnings(plan, hosts), *limit_warnings(plan, hosts)]
    verdict.warnings = cleaned(verdict.warnings)
    return verdict


def _unfit(host: Host) -> Iterator[Problem]:
    """What no setting can help."""
    yield from _unfit_system(host)
    architecture = host.facts["architecture"]
    if architecture not in requirements.POSSIBLE_ARCHITECTURES:
        reason = "is one that neither Rocket.Chat nor MongoDB are made for"
        yield Problem(f"architecture of host {host.name}", architecture, reason, "Choose a host with x86_64")
    if host.plan["mongodb"] and architecture == "x86_64" and not host.facts["avx"]:
        version = host.plan["mongodb"]["version"]
        if tuple(map(int, version.split("."))) >= requirements.AVX_SINCE:
            reason = f"needs a processor with AVX, and host {host.name} has none"
            remedy = "Give the virtual machine the processor model of its machine, or choose another host"
            yield Problem("mongodb_version", version, reason, remedy)
    yield from memory_problems(host.name, host.plan, host.facts["memory_mb"])
    for room, free in _rooms(host):
        if free < room.needed and not _is_installed(host, room.role):
            reason = f"has {free} MiB left for {room.directory}, and {room.needed} are needed at least"
            remedy = f"Make room or mount a larger disk there; {room.advised} MiB are a sensible beginning"
            yield Problem(f"disk of host {host.name}", None, reason, remedy)


def _unfit_system(host: Host) -> Iterator[Problem]:
    system = host.facts["os"]
    if host.distribution is None:
        reason = f"is none of those this collection knows ({known_names()}), nor like one of them"
        remedy = f"Choose a host with {ADVISED.name}"
        yield Problem(f"operating system of host {host.name}", system["name"], reason, remedy)
    elif host.plan["docker"] and host.distribution.docker_packages(host.plan["docker"]["source"]) is None:
        reason = f"does not package Compose v2 (host {host.name} has {system['name']})"
        yield Problem("docker_source", host.plan["docker"]["source"], reason, "Write docker_source: docker")
    elif host.plan["nginx"] and host.distribution.old_websockets:
        reason = "has a python3-websockets that is too old to verify the reverse proxy"
        remedy = f"Choose a host with {ADVISED.name} for [nginx]"
        yield Problem(f"operating system of host {host.name}", system["name"], reason, remedy)


def _untested(host: Host) -> Iterator[str]:
    system, architecture = host.facts["os"], host.facts["architecture"]
    known = distribution(system)
    if host.distribution and known is None:
        yield (
            f"host {host.name} has {system['name']}, which this collection does not know: it is treated as "
            f"{host.distribution.name}."
        )
    elif known and not known.tested:
        yield f"host {host.name} has {system['name']}, which is deployed to as documented, but was not tested."
    if architecture in set(requirements.POSSIBLE_ARCHITECTURES) - set(requirements.TESTED_ARCHITECTURES):
        yield f"host {host.name} is {architecture}; this collection was tested with x86_64 only."


def _small(host: Host) -> Iterator[str]:
    advised, needed, memory = requirements.MEMORY_ADVISED_MB, needed_mb(host.plan), host.facts["memory_mb"]
    if needed and is_below(memory, advised) and not is_below(memory, needed):
        yield f"host {host.name} has {memory} MiB of memory; upstream asks for {advised} MiB for as few as 25 users."
    for room, free in _rooms(host):
        installed = _is_installed(host, room.role)
        if free < (room.needed if installed else room.advised) and (installed or free >= room.needed):
            yield f"host {host.name} has only {free} MiB left on the disk of {room.directory}."


def _rooms(host: Host) -> Iterator[tuple[requirements.DiskRequirement, int]]:
    free = {entry["directory"]: entry["free_mb"] for entry in host.facts["file_systems"]}
    engine = host.facts["docker"].get("engine")
    for room in requirements.DISK_REQUIREMENTS:
        if host.plan[room.role] and room.directory in free:
            moved = engine["data_root"] if engine and room.directory == DOCKER_DATA else ""
            yield replace(room, directory=moved or room.directory), free[room.directory]


def _is_installed(host: Host, role: str) -> bool:
    if role == "mongodb":
        return bool(host.mongodb_installed)
    return any(is_ours(container) for container in host.containers)


def _taken_names(host: Host) -> Iterator[Problem]:
    """Docker has one container of a name; Compose takes over none that is not its own."""
    planned: dict[str, str] = {}
    for project in (host.plan[role]["compose"] for role in ("nats", "rocketchat") if host.plan[role]):
        planned |= {service["container_name"]: project["name"] for service in project["services"].values()}
    for container in host.containers:
        name = container["name"]
        # one of a project of that name is refused with the whole of it
        if name in planned and container["project"] != planned[name]:
            made = f"{container['image']}{_project(container)}"
            reason = f"is there already on host {host.name} ({made}), and not as part of this deployment"
            keeps = ", with that as `container_name:` in its Compose file," if container["project"] else ""
            remedy = f"Rename it (docker rename {name} NEW-NAME){keeps} or remove it if nobody needs it"
            yield Problem("Docker container", name, reason, remedy)


def _project(container: Mapping[str, Any]) -> str:
    """Where the file is that would make it again."""
    place = f" in {container['directory']}" if container.get("directory") else ""
    return f", of the Compose project {container['project']}{place}" if container["project"] else ""


def _taken_addresses(host: Host) -> Iterator[Problem]:
    """Docker starts no second container with an address. Of ours, one that has another's is made anew."""
    projects = [state.project for state in host.desired.values() if state.project]
    for wanted in (one for project in projects for one in project.containers.values() if one.address):
        for other in host.containers:
            if other["addresses"].get(wanted.network) == wanted.address and not is_ours(other):
                reason = f"belongs to container {other['name']} in network {wanted.network}, and {wanted.name} needs it"
                remedy = f"Take it out: docker network disconnect {wanted.network} {other['name']}"
                yield Problem(f"address {wanted.address} of host {host.name}", None, reason, remedy)


def _other_secrets(host: Host) -> Iterator[Problem]:
    """Another keyfile means other passwords, too: mongod would restart with it and then let nobody in."""
    foreign = any(one.path == KEYFILE and is_foreign(host, one) for one in resources_of(host))
    foreign = foreign or any(mongod.foreign_mongodb(host)) or host.has_former_keyfile
    if host.facts["files"].get(KEYFILE) and host.is_other_file(KEYFILE) and not foreign:
        yield Problem(
            "mongodb_keyfile",
            None,
            f"is not the one MongoDB on host {host.name} was set up with, so its passwords will be others, too",
            "If the secrets file (.rocketchat_secrets.yml beside the inventory, unless rocketchat_secrets_file says "
            "otherwise) was lost or generated anew, restore it from its backup. If the keyfile is to change on "
            f"purpose, remove {KEYFILE} on all members first",
        )


def _unreadable_ledger(host: Host) -> Iterator[Problem]:
    ledger = host.facts["ledger"]
    subject = f"{LEDGER} on host {host.name}"
    if ledger["state"] == "newer":
        reason = f"was written by a newer version of this collection ({ledger['collection'] or 'unknown'})"
        yield Problem(subject, None, reason, "Deploy with that version or a newer one")
    elif ledger["state"] == "damaged":
        remedy = "Move it away: the next run finds out again what this collection made there"
        yield Problem(subject, None, "cannot be read as this collection's record of what it made", remedy)


def _refusing_mongodb(host: Host) -> Iterator[Problem]:
    """What the role could not bring about, as no later step of the run changes it."""
    found = host.facts["mongodb"]
    if found and found["fault"] in ("wrong_set", "administrator"):
        yield Problem(f"MongoDB of host {host.name}", None, "refuses", found["reason"].rstrip("."))
