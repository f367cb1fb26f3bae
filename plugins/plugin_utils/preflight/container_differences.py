# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the containers and networks of a host differ from the plan, and what a run will do about it.

A container tells by a label what it was made from, so whether it will be replaced is certain; why is told from the
Compose project that is on the host.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..plan.compose import CONFIG_LABEL, WITHOUT_EFFECT
from ..plan.resources import Container, Network, Project, RoleState
from ..rocketchat import layout
from .defaults import cuts_off, too_low
from .difference import Difference
from .hosts import Host, is_ours, tag
from .taken_up import nats_is_older

# Told apart from the rest of a definition.
_IMAGE = "image"
_SILENT_STATES = ("stopped", "silent")


def network_differences(host: Host, state: RoleState) -> Iterator[Difference]:
    wanted, docker = state.network, host.facts["docker"]
    if wanted is None or docker["state"] in _SILENT_STATES:
        return
    found = next((network for network in docker["networks"] if network["name"] == wanted.name), None)
    if found is None:
        sentence = f"will create network {wanted.name} with {wanted.subnet}"
        yield Difference("network", wanted.name, sentence)
    elif found["ours"] and (reason := _other_network(wanted, found)):
        yield Difference("network", wanted.name, f"will replace network {wanted.name}: {reason}")


def _other_network(wanted: Network, found: Mapping[str, Any]) -> str:
    if found["subnets"] != [wanted.subnet]:
        return f"{', '.join(found['subnets'])} -> {wanted.subnet}"
    if found["gateways"] != [wanted.gateway]:
        return f"gateway {', '.join(found['gateways'])} -> {wanted.gateway}"
    return ", ".join(cuts_off(found["options"]))


def replaces_network(host: Host) -> bool:
    """Containers keep the identity of their network, and have to be made anew with it."""
    return any(list(network_differences(host, state)) for state in host.desired.values())


def reaches_none(host: Host) -> bool:
    """Then it is the network's fault, which the engine sets up anew; that of a single one, a new container has not."""
    ways = host.facts["docker"]["ways"]
    return len(ways) > 1 and not any(ways.values())


def container_differences(host: Host, state: RoleState) -> Iterator[Difference]:
    project, docker = state.project, host.facts["docker"]
    if project is None:
        return
    before = host.services(project.directory)
    if docker["state"] in _SILENT_STATES and before is not None:
        sentence = f"may create or replace containers of project {project.name}: the Docker Engine does not answer yet"
        yield Difference("container", project.name, sentence)
        return
    present = {c["service"]: c for c in docker["containers"] if c["project"] == project.name}
    new_network = replaces_network(host)
    for name in project.containers:
        if name not in present:
            yield Difference("container", name, f"will create {name}")
        else:
            yield from _container(host, project, name, (before or {}).get(name), present[name], new_network)
    # That of NATS always has its one service, so this is about containers of Rocket.Chat.
    for name, found in present.items():
        if name not in project.containers and is_ours(found):
            yield Difference("container", name, f"will remove {name}")


def _container(
    host: Host,
    project: Project,
    name: str,
    before: Mapping[str, Any] | None,
    found: Mapping[str, Any],
    new_network: bool,
) -> Iterator[Difference]:
    wanted = project.containers[name]
    reconfigured = [*_reconfigured(wanted, found), *([] if new_network else _lost_network(host, wanted, found))]
    if wanted.config != found["labels"].get(CONFIG_LABEL) or wanted.image != found["image"]:
        reasons = list(_reasons(host, project.definition["services"][name], before, found)) or ["configuration changed"]
        sentence = f"will replace {name}: {', '.join(reasons)}"
        yield Difference("container", name, sentence, replaces=bool(reconfigured) or new_network)
    elif by_hand := [*reconfigured, *_unplanned(host, project, name, found)]:
        yield Difference("container", name, f"will replace {name}: {', '.join(by_hand)}", replaces=True)
    elif (noted := host.ledger["containers"].get(name, found["definition"])) != found["definition"]:
        why = "somebody made it from another definition" if noted else "an earlier run ended before it did"
        yield Difference("container", name, f"will replace {name}: {why}", replaces=not noted)
    elif new_network:
        yield Difference("container", name, f"will replace {name}: its network is new", replaces=True)
    elif not host.facts["docker"]["ways"].get(found["name"], True) and not reaches_none(host):
        yield Difference("container", name, f"will replace {name}: the host does not reach it", replaces=True)
    elif found["state"] in ("created", "exited", "dead"):
        yield Difference("container", name, f"will start {name}")
    elif found["state"] == "paused":
        # Compose cannot start it
        yield Difference("container", name, f"will replace {name}: it is paused", replaces=True)


def _reconfigured(wanted: Container, found: Mapping[str, Any]) -> Iterator[str]:
    """What somebody changed by hand, of which Compose takes no notice."""
    if found["name"] != wanted.name:
        yield f"it was renamed to {found['name']}"
    settings = found["settings"]
    if settings is None:
        return
    if settings["restart"] != wanted.restart:
        yield f"restart policy {settings['restart']} -> {wanted.restart}"
    limits = [(settings[name], getattr(wanted, name)) for name in ("memory", "nano_cpus", "pids")]
    # `docker update` takes no limit away; one that is missing was discarded, as where the kernel cannot limit memory
    if settings["limited"] or any(is_now and is_now != planned for is_now, planned in limits):
        yield "limits were changed by hand"
    if low := too_low(settings["limits"]):
        yield f"it was started with too low a limit ({', '.join(low)})"
    aliases = settings["networks"].get(wanted.network)
    if aliases is None:
        yield f"it was taken out of network {wanted.network}"
    elif not set(wanted.aliases) <= set(aliases):
        yield f"it lost its name in network {wanted.network}"
    elif wanted.address and settings["addresses"].get(wanted.network) != wanted.address:
        yield f"it lost its address in network {wanted.network}"


def _lost_network(host: Host, wanted: Container, found: Mapping[str, Any]) -> Iterator[str]:
    """A container keeps the identity of its network and not the name: once that was removed, as by `docker network
    prune` while the container was stopped, Docker cannot start it, whatever has the name by now.
    """
    held = ((found["settings"] or {}).get("network_ids") or {}).get(wanted.network)
    there = {network["id"] for network in host.facts["docker"]["networks"] if network["name"] == wanted.network}
    if held and there and held not in there:
        yield f"its network {wanted.network} was removed, and is another one now"


def _unplanned(host: Host, project: Project, name: str, found: Mapping[str, Any]) -> Iterator[str]:
    """What it may have from elsewhere, of which Compose takes no notice."""
    service = project.definition["services"][name]
    yield from _changed_mounts(host, service)
    files = [
        line for path in service.get("env_file", []) for line in host.plan["rocketchat"]["env_files"][path].split("\n")
    ]
    planned = {*service.get("environment", {}), *(line.partition("=")[0] for line in files)}
    proxies = [variable for variable in (found["settings"] or {}).get("proxies") or () if variable not in planned]
    if proxies:
        yield f"Docker's client gave it {', '.join(proxies)}"


def _changed_mounts(host: Host, wanted: Mapping[str, Any]) -> Iterator[str]:
    """What it may have read the changed content of: Compose takes notice of a mount, not of what is in it."""
    for volume in wanted.get("volumes", []):
        path = volume.partition(":")[0] if isinstance(volume, str) else volume["source"]
        if host.is_other_file(path):
            yield f"{path} changed"
        elif path == layout.NATS_SETTINGS and nats_is_older(host, path):
            yield f"it runs with what it had before {path} was changed"


def _reasons(
    host: Host, wanted: Mapping[str, Any], before: Mapping[str, Any] | None, found: Mapping[str, Any]
) -> Iterator[str]:
    """Names of what changed; values may be long, or secret."""
    yield from _image(wanted[_IMAGE], found["image"])
    yield from _definition(wanted, before or wanted)
    for path in wanted.get("env_file", []):
        if host.is_other_file(path):
            yield f"{path} changed"


def _definition(wanted: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted({*wanted, *before} - {_IMAGE, WITHOUT_EFFECT}):
        if key == "environment" and wanted.get(key) != before.get(key):
            yield f"environment ({', '.join(_changed_keys(wanted, before, key))}) changed"
        elif key == "labels":
            if _changed_keys(wanted, before, key) not in ([], [CONFIG_LABEL]):
                yield "labels changed"
        elif wanted.get(key) != before.get(key):
            yield f"{key} changed"


def _image(after: str, before: str) -> Iterator[str]:
    if before != after:
        same = before.removesuffix(tag(before)) == after.removesuffix(tag(after))
        yield f"image {tag(before)} -> {tag(after)}" if same else f"image {before} -> {after}"


def _changed_keys(wanted: Mapping[str, Any], before: Mapping[str, Any], key: str) -> list[str]:
    one, other = wanted.get(key) or {}, before.get(key) or {}
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
