# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that can become of a resource of the plan, one by one, on a host that was as planned."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.programs import NATS
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.settings import leaves
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.resources import (
    Container,
    File,
    Generated,
    Issued,
    Network,
    RoleState,
    SettingsFile,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.taken_up import files_of
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout

from tests.unit.preflight.hosts import NOW, OTHER, TAKEN_UP, Facts, owned, planned, program, with_facts

DAY = 24 * 3600
CONTAINERS = ("nats", "rocketchat")


@dataclass(frozen=True)
class Drift:
    """``change`` brings it about in the facts; ``roles`` have to mend it, and ``says`` is in what is told of it.

    ``removes``: the resource is gone.
    """

    title: str
    roles: tuple[str, ...]
    says: str
    change: Callable[[Facts], Any]
    removes: bool = False

    def of(self, host: Host) -> Host:
        # a copy, made in the quickest way
        facts = pickle.loads(pickle.dumps(dict(host.facts)))
        self.change(facts)
        return with_facts(host, **facts)


def drifts(host: Host) -> Iterator[Drift]:
    for role, state in host.desired.items():
        yield from _packages(role, state)
        yield from _files(role, state)
        yield from _generated(role, state)
        if state.settings:
            yield from _settings(role, state.settings)
        if state.unit:
            yield from _unit(role, state.unit)
            if not state.rules:
                yield from _older(role, state, host)
        if state.issued:
            yield from _issued(role, state.issued)
        if state.rules:
            for rules, says in (("absent", "which are gone"), ("others", "which somebody changed")):
                told = f"will load the firewall's rules again, {says}"
                yield Drift(f"rules {rules}", (role,), told, _sets(rules, "firewall", "rules"))
        if state.network:
            yield from _ways(role, host)
            roles = (role, *(name for name in CONTAINERS if name in host.desired))
            yield from _network(roles, state.network)
        if state.project:
            for name, container in state.project.containers.items():
                yield from _container(role, name, container)
        if state.block:
            yield Drift(
                f"{state.block.path} without its block", (role,), state.block.path, _sets("", "texts", state.block.path)
            )
        for path in state.data:
            place = {"mount": "/mnt", "device": "77"}
            yield Drift(
                f"{path} moved",
                (role,),
                f"will note that the data in {path}",
                _sets(place, "ledger", "content", "data", path),
            )
        if state.replica_set:
            lost = _sets(False, "mongodb", "set", "valid")
            yield Drift("mongod without its name", (role,), "will restart mongod, as it has not found its own", lost)
            step = "correct the roles of user rocketchat"
            yield Drift("user without a role", (role,), f"will {step}", _sets([step], "mongodb", "steps"))


def _sets(value: Any, *keys: str) -> Callable[[Facts], None]:
    *path, last = keys

    def change(facts: Facts) -> None:
        for key in path:
            facts = facts[key]
        facts[last] = value

    return change


def _deletes(*keys: str) -> Callable[[Facts], None]:
    *path, last = keys

    def change(facts: Facts) -> None:
        for key in path:
            facts = facts[key]
        del facts[last]

    return change


def _packages(role: str, state: RoleState) -> Iterator[Drift]:
    for package in state.packages:
        installed = state.product if state.product and package == state.packages[0] else package
        says = f"will install {installed}"
        yield Drift(f"package {package} removed", (role,), says, _deletes("packages", package), removes=True)


def _files(role: str, state: RoleState) -> Iterator[Drift]:
    for file in state.all_files:
        yield from _whose(role, file)
        says = file.told or file.path
        if file.content is None:
            became = {"kind": "file", "mode": file.mode, **owned(file.owner), "digest": OTHER}
            yield Drift(f"{file.path} became a file", (role,), says, _sets(became, "files", file.path))
        else:
            became = {"kind": "directory", "mode": "0755", **owned("root"), "digest": None}
            yield Drift(f"{file.path} changed", (role,), says, _sets(OTHER, "files", file.path, "digest"))
            yield Drift(f"{file.path} became a directory", (role,), says, _sets(became, "files", file.path))


def _issued(role: str, issued: Issued) -> Iterator[Drift]:
    yield Drift("nothing issued", (role,), issued.told, _sets(None, "files", issued.path))
    for left, says in ((10 * DAY, "in 10 days"), (-DAY, "which expired on")):
        dates = {"begins": NOW - 80 * DAY, "ends": NOW + left}
        told = "will have the certificate renewed, which"
        drift = f"certificate that {'ends soon' if left > 0 else 'has ended'}"
        yield Drift(drift, (role,), says if left < 0 else told, _sets(dates, "certificates", issued.path))
    for name, told in (("active", "will start the timer"), ("enabled", "start at boot")):
        yield Drift(f"{issued.timer} not {name}", (role,), told, _sets(False, "units", issued.timer, name))


def _generated(role: str, state: RoleState) -> Iterator[Drift]:
    for one in [state.repository.key] if state.repository else []:
        yield from _whose(role, one)
        noted = "ledger", "content", "generated", one.path
        yield Drift(f"{one.path} changed", (role,), one.told, _sets(OTHER, "files", one.path, "digest"))
        yield Drift(f"{one.path} of another recipe", (role,), one.told, _sets("", *noted, "recipe"))


def _settings(role: str, file: SettingsFile) -> Iterator[Drift]:
    """Of a file that others have settings in, too, nothing matters but the settings that are ours."""
    yield from _whose(role, file)
    for name, value in leaves(planned(file)).items():
        found = "settings", file.path, "digests"
        says = f"{file.told} ({name.partition('/')[0]})"
        yield Drift(f"{name} in {file.path} removed", (role,), says, _deletes(*found, name))
        yield Drift(f"{name} in {file.path} not {value}", (role,), says, _sets(OTHER, *found, name))


def _whose(role: str, file: File | Generated | SettingsFile) -> Iterator[Drift]:
    """Of files and directories."""
    for key, value in (("mode", "0777"), ("owner", "games"), ("group", "games")):
        yield Drift(f"{key} of {file.path}", (role,), file.path, _sets(value, "files", file.path, key))
    says = file.told or file.path

    def deletes(facts: Facts) -> None:
        facts["files"][file.path] = None
        facts["settings"].pop(file.path, None)

    yield Drift(f"{file.path} deleted", (role,), says, deletes, removes=True)


def _unit(role: str, unit: str) -> Iterator[Drift]:
    pending = "ledger", "content", "pending", unit
    gone = {"found": False, "active": False, "enabled": False}
    yield Drift(f"{unit} stopped", (role,), "will start ", _sets(False, "units", unit, "active"))
    yield Drift(f"{unit} gone", (role,), "will start ", _sets(gone, "units", unit), removes=True)
    yield Drift(f"{unit} disabled", (role,), " start at boot", _sets(False, "units", unit, "enabled"))
    yield Drift(f"{unit} still to restart", (role,), "which an earlier run", _sets("restart", *pending))


def _older(role: str, state: RoleState, host: Host) -> Iterator[Drift]:
    """Something was edited, taken up, and put back."""
    for file in files_of(state):
        later = f"{file.path} put back after another start of {state.unit}"
        says = f"which runs with what it had before {file.path} was changed"
        yield Drift(later, (role,), f"{file.effect} {_called(state.unit)}, {says}", _put_back(state.unit, file.path))
        noted = "ledger", "content", "taken_up", state.unit, "files", file.path
        yield Drift(f"{file.path} put in place by somebody", (role,), says, _sets(OTHER, *noted))
    if state.unit == layout.MONGODB_UNIT:
        yield Drift("mongod's unit not read", (role,), "restart mongod, ", _sets(True, "units", state.unit, "unread"))
    if state.settings:
        path = state.settings.path
        says = f"restart Docker, which runs with what it had before {path} was changed; containers keep running"
        yield Drift(f"{path} put back after another start", (role,), says, _put_back(state.unit, path))
        name = next(iter(host.ledger["settings"][path]))
        made = "ledger", "content", "settings", path, name
        yield Drift(f"{path} as planned by somebody", (role,), says, _sets(OTHER, *made))
        says = "take up live-restore, which is in"
        yield Drift("live-restore lost", (role,), says, _sets(False, "docker", "engine", "live_restore"))


def _called(unit: str) -> str:
    return {"docker.service": "Docker"}.get(unit, unit.removesuffix(".service"))


def _put_back(name: str, path: str) -> Callable[[Facts], Any]:
    """As after the start of another process, or another reload, with what was there for that moment."""

    def change(facts: Facts) -> None:
        facts["programs"][name] = program(name, process="another")
        facts["files"][path]["changed"] = TAKEN_UP + 60

    return change


def _network(roles: tuple[str, ...], network: Network) -> Iterator[Drift]:
    def changed(**fields: Any) -> Callable[[Facts], None]:
        return lambda facts: facts["docker"]["networks"][-1].update(fields)

    replaced = f"will replace network {network.name}: "
    yield Drift("network gone", roles, "will create network", lambda facts: facts["docker"]["networks"].pop(), True)
    yield Drift("another subnet", roles, f"{replaced}10.9.0.0/24 ->", changed(subnets=["10.9.0.0/24"]))
    yield Drift("another gateway", roles, f"{replaced}gateway 10.9.0.1 ->", changed(gateways=["10.9.0.1"]))
    icc = "com.docker.network.bridge.enable_icc"
    yield Drift("containers cut off", roles, f"{replaced}{icc}: false (", changed(options={icc: "false"}))


def _ways(role: str, host: Host) -> Iterator[Drift]:
    """To the containers, which notice nothing."""
    says = "will restart Docker, whose firewall rules are gone"
    yield Drift("firewall flushed", (role,), says, _sets(True, "docker", "firewall_flushed"))
    ways = host.facts["docker"]["ways"]
    if ways:
        says = "will restart Docker, as the host reaches no container"
        yield Drift("no way to any container", (role,), says, _sets(dict.fromkeys(ways, False), "docker", "ways"))
    name = host.containers[0]["name"]
    says = f"will restart Docker, as nothing listens on the ports of {name} any more"
    yield Drift("proxy of a port gone", (role,), says, _sets([name, "theirs"], "docker", "unreachable"))


def _container(role: str, name: str, wanted: Container) -> Iterator[Drift]:
    def found(facts: Facts) -> Facts:
        return next(dict_ for dict_ in facts["docker"]["containers"] if dict_["service"] == name)

    def changed(**fields: Any) -> Callable[[Facts], None]:
        return lambda facts: found(facts).update(fields)

    def settings(**fields: Any) -> Callable[[Facts], None]:
        return lambda facts: found(facts)["settings"].update(fields)

    def removed(facts: Facts) -> None:
        facts["docker"]["containers"].remove(found(facts))

    replaced = f"will replace {name}: "
    if name == NATS:
        says = f"{replaced}it runs with what it had before {layout.NATS_SETTINGS} was changed"
        yield Drift("NATS's settings put back", (role,), says, _put_back(NATS, layout.NATS_SETTINGS))
    yield Drift(f"{name} removed", (role,), f"will create {name}", removed, removes=True)
    for state in ("created", "exited", "dead"):
        yield Drift(f"{name} {state}", (role,), f"will start {name}", changed(state=state))
    yield Drift(f"{name} paused", (role,), f"{replaced}it is paused", changed(state="paused"))
    for title, reason, change in (
        ("renamed", "it was renamed to other", changed(name="other")),
        ("of another image", "image other:1 -> ", changed(image="other:1")),
        ("of another configuration", "configuration changed", changed(labels={})),
        ("of another definition", "somebody made it from another definition", changed(definition=OTHER)),
        ("with another restart policy", "restart policy no -> unless-stopped", settings(restart="no")),
        ("with another memory limit", "limits were changed by hand", settings(memory=wanted.memory + 1)),
        ("with another processor limit", "limits were changed by hand", settings(nano_cpus=wanted.nano_cpus + 1)),
        ("with another limit of processes", "limits were changed by hand", settings(pids=wanted.pids + 1)),
        ("with a limit of another kind", "limits were changed by hand", settings(limited=["CpuShares"])),
        (
            "started with few files",
            "it was started with too low a limit (nofile 512)",
            settings(limits={"nofile": [256, 512]}),
        ),
        ("out of its network", "it was taken out of network ", settings(networks={"bridge": []})),
        (
            "of a network that was removed",
            "its network rocketchat was removed",
            settings(network_ids={wanted.network: OTHER}),
        ),
        *(
            [
                (
                    "of another address",
                    "it lost its address in network ",
                    settings(addresses={wanted.network: ""}),
                ),
                (
                    "out of reach",
                    "the host does not reach it",
                    lambda facts: facts["docker"]["ways"].update({name: False}),
                ),
            ]
            if wanted.address
            else []
        ),
        ("without its alias", "it lost its name in network ", settings(networks={wanted.network: ["other"]})),
    ):
        yield Drift(f"{name} {title}", (role,), f"{replaced}{reason}", change)
