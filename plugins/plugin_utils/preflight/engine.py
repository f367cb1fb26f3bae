# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges the Docker Engine of a host: whose it is, in which mode it works, and what its settings would do to us.

Tried with Docker 28.5 or read, and left alone, as it does not matter to the deployment: another data-root, storage
driver or image store, ``bridge``, ``bip`` and ``icc`` (they are about Docker's default network), ``ip`` (all ports are
published at addresses), ``default-address-pools``, ``default-shm-size``, ``default-ipc-mode``,
``default-cgroupns-mode``, ``userland-proxy``, mirrors, and limits of the kernel that no container is given. Meant for
all containers, and kept for ours: ``dns`` and its like, ``cgroup-parent``, ``seccomp-profile``, ``selinux-enabled``,
``no-new-privileges``, ``authorization-plugins``. What is said otherwise for ours is in plan/compose.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...module_utils.facts.settings import top
from ..plan.resources import SettingsFile
from ..rocketchat.distributions import DOCKER_LIBRARIES, DOCKER_RIVALS
from ..rocketchat.problems import Problem
from .container_differences import network_differences
from .defaults import cuts_off, of_settings, too_low
from .hosts import Host, was_deployed
from .settings import after, is_flag, settings_change, told

SOCKET = "unix:///var/run/docker.sock"
# dockerd's "fd://" is the socket that systemd holds for it, which is the same one.
_SOCKETS = (SOCKET, "unix:///run/docker.sock", "fd://")
_OPTIONS = "docker_daemon_options"


def engine_problems(host: Host) -> Iterator[Problem]:
    state = host.desired.get("docker")
    if state is None or state.settings is None:
        return
    packages = [package for package in state.packages if package not in DOCKER_LIBRARIES]
    yield from _packages_of_others(host, packages)
    yield from _other_engine(host, packages)
    yield from _variables_of_the_client(host)
    yield from _limits(host)
    error = told(host, state.settings.path)["error"]
    if error:
        reason = f"cannot be read as settings of the Docker Engine: {error}"
        yield Problem(_named(host, state.settings), None, reason, "Correct it, or move it away")
    else:
        yield from _settings_against_ours(host, state.settings)


def _named(host: Host, file: SettingsFile) -> str:
    return f"{file.path} on host {host.name}"


def _packages_of_others(host: Host, packages: list[str]) -> Iterator[Problem]:
    """apt would remove them for the sake of the planned ones, and their containers would end."""
    source = host.plan["docker"]["source"]
    rivals = [package for package in DOCKER_RIVALS[source] if package in host.packages and package not in packages]
    if not rivals or all(package in host.packages for package in packages):
        return
    other = "distribution" if source == "docker" else "docker"
    serves = host.distribution is not None and set(host.distribution.docker_packages(other) or ()) & set(rivals)
    yield Problem(
        "docker_source",
        source,
        f"would have apt replace what host {host.name} has already: {', '.join(rivals)}",
        (f"Write docker_source: {other}, or remove" if serves else "Remove")
        + " these packages there first, or choose another host",
    )


def _other_engine(host: Host, packages: list[str]) -> Iterator[Problem]:
    """One that is not made from the planned packages, or works in a mode in which the containers would not."""
    engine, name = host.facts["docker"].get("engine"), f"Docker Engine of host {host.name}"
    if engine is None:
        return
    if engine["podman"]:
        yield Problem(
            name,
            None,
            "is Podman, which cannot run this deployment",
            f"Have no Podman listen at {SOCKET}, or choose another host",
        )
    elif "rootless" in engine["security"]:
        reason = f"is rootless, and publishes no ports for other users' sake, but listens at {SOCKET}"
        yield Problem(name, None, reason, "Let it listen at its user's own socket, and remove this link to it")
    elif engine["data_root"].startswith("/var/snap/"):
        reason = "comes from a snap, which another engine cannot run beside"
        yield Problem(name, None, reason, "Remove it with what it runs, `snap remove docker`, or choose another host")
    elif not (was_deployed(host) or _has_rival(host) or any(package in host.packages for package in packages)):
        reason = f"runs, but from none of the packages {', '.join(packages)}, and another cannot run beside it"
        yield Problem(name, None, reason, "Remove it, or choose another host")


def _has_rival(host: Host) -> bool:
    return any(package in host.packages for rivals in DOCKER_RIVALS.values() for package in rivals)


def _variables_of_the_client(host: Host) -> Iterator[Problem]:
    """Compose gives them to every container it makes, that of NATS included."""
    client = host.facts["client"]
    if client["variables"]:
        reason = f"would reach every container, as {', '.join(client['variables'])}"
        remedy = "Remove them there; what Rocket.Chat is to use of them belongs in rocketchat_environment"
        yield Problem(f"proxies in {client['file']} on host {host.name}", None, reason, remedy)


def _limits(host: Host) -> Iterator[Problem]:
    """With one that the kernel cannot keep, the engine makes no container; one of memory it leaves out, with a word."""
    engine = host.facts["docker"].get("engine")
    limited = [name for name, one in _containers(host).items() if one.nano_cpus]
    if engine and not engine["limits_processors"] and limited:
        reason = f"cannot be kept on host {host.name}: its kernel gives Docker no quota of processors"
        remedy = "Leave cpus out, or boot it with cgroup v2 (systemd.unified_cgroup_hierarchy=1)"
        yield Problem("rocketchat_resources", None, f"limit processors of {', '.join(limited)}, which {reason}", remedy)


def _containers(host: Host) -> dict[str, Any]:
    projects = [state.project for state in host.desired.values() if state.project]
    return {name: container for project in projects for name, container in project.containers.items()}


def _settings_against_ours(host: Host, file: SettingsFile) -> Iterator[Problem]:
    """Of what will be in the file; what the inventory itself asks for is meant, if it can work at all."""
    settings = after(host, file)

    def problem(name: str, reason: str, remedy: str) -> Problem:
        ours = name in {top(wanted) for wanted in file.wanted}
        place = f"{_OPTIONS}.{name}" if ours else f"{name} in {_named(host, file)}"
        return Problem(place, settings[name], reason, remedy)

    for name in {top(setting) for setting in settings_change(host, file).wanted if is_flag(host, top(setting))}:
        reason = f"is on the command line of the engine of host {host.name}, too, which does not start with both"
        yield Problem(
            f"{_OPTIONS}.{name}", settings[name], reason, "Leave it out, or take it from the command line there"
        )
    if settings.get("userns-remap"):
        # root of the host owns them, and root of a container is another user then
        reason = "keeps containers from reading their settings and writing uploads"
        yield problem("userns-remap", reason, "Remove it, or choose another host")
    elif "userns" in ((host.facts["docker"].get("engine") or {}).get("security") or ()):
        reason = "remaps users, which keeps containers from reading their settings and writing uploads"
        yield Problem(f"Docker Engine of host {host.name}", None, reason, "Start it without userns-remap")
    if "hosts" in settings and not set(_SOCKETS) & set(_listed(settings["hosts"])):
        yield problem("hosts", f"has no {SOCKET}, where this collection and Docker's client ask", f"Add {SOCKET}")
    for name in ("iptables", "ip-masq"):
        if settings.get(name) is False and name not in file.wanted:
            reason = "leaves it to rules of yours that containers reach anything beyond the host"
            yield problem(name, reason, f"Remove it or, if you have such rules, write {_OPTIONS}: {{{name}: false}}")
    if low := too_low(of_settings(settings.get("default-ulimits"))):
        reason = f"reach every container, and are too low for those of Rocket.Chat: {', '.join(low)}"
        yield problem("default-ulimits", reason, "Leave these out, or raise them")
    if cut := _cut_off(host, settings):
        reason = f"would make a network in which the deployment cannot work: {', '.join(cut)}"
        yield problem("default-network-opts", reason, "Leave these out")
    engine = host.facts["docker"].get("engine")
    if engine and engine["swarm"] and settings.get("live-restore"):
        # dockerd: "--live-restore daemon configuration is incompatible with swarm mode"
        reason = f"keeps the engine of host {host.name}, a node of a swarm, from starting"
        remedy = f"Write {_OPTIONS}: {{live-restore: false}}, or leave the swarm: docker swarm leave"
        yield Problem("live-restore", True, reason, remedy)


def _cut_off(host: Host, settings: dict[str, Any]) -> list[str]:
    """They count as a network is made."""
    makes = any([*network_differences(host, state)] for state in host.desired.values())
    return cuts_off((settings.get("default-network-opts") or {}).get("bridge") or {}) if makes else []


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def engine_warnings(host: Host) -> Iterator[str]:
    state = host.desired.get("docker")
    if state is None or state.settings is None or told(host, state.settings.path)["error"]:
        return
    settings, place = after(host, state.settings), _named(host, state.settings)
    if settings.get("live-restore") is False:
        yield f"live-restore is off in {place}: each restart or upgrade of the engine ends all containers."
    driver = settings.get("log-driver", "json-file")
    if driver == "json-file" and not (settings.get("log-opts") or {}).get("max-size"):
        yield f"log-opts in {place} have no max-size: logs of containers grow until the disk is full."
    if driver == "none":
        yield f"log-driver is none in {place}: when a container fails, nothing tells why."
