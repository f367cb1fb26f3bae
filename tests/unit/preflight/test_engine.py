# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine that is there: whose it is, its mode, its settings, and what its client adds."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.engine import (
    engine_problems,
    engine_warnings,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout

from tests.unit.plan_inventories import cluster, plan, single
from tests.unit.preflight.hosts import ENGINE, MODE, asked, converged, said, with_facts

PLAN = plan(single())
FILE = f"{layout.DAEMON_SETTINGS} on host chat"
DOCKER = {"docker-ce": "5:28", "docker-ce-cli": "5:28", "containerd.io": "1.7", "docker-compose-plugin": "2.40"}
OWN = {"docker.io": "26", "docker-cli": "26", "containerd": "1.7", "runc": "1.1"}


def problems(host: Host) -> list[str]:
    return [str(problem) for problem in engine_problems(host)]


def with_engine(packages: dict[str, str], **mode: Any) -> Host:
    """A host that was never deployed to, whose engine runs."""
    return asked(PLAN, packages=packages, docker={**ENGINE, "engine": {**MODE, **mode}})


def with_settings(**settings: Any) -> Host:
    return asked(PLAN, settings={layout.DAEMON_SETTINGS: said(_written(settings))})


def with_options(**options: Any) -> Host:
    return asked(plan(single(docker_daemon_options=_written(options))))


def _written(settings: dict[str, Any]) -> dict[str, Any]:
    return {name.replace("_", "-"): value for name, value in settings.items()}


@pytest.mark.parametrize("mode", [{}, {"data_root": "/srv/docker"}, {"limits_processors": False}, {"swarm": False}])
def test_engine_of_the_planned_packages_is_passed(mode: dict[str, Any]) -> None:
    assert problems(with_engine(DOCKER, **mode)) == problems(asked(PLAN)) == []


@pytest.mark.parametrize(
    ("packages", "mode", "message"),
    [
        (
            {},
            {"podman": True},
            "is Podman, which cannot run this deployment. Have no Podman listen at unix:///var/run/docker.sock, or "
            "choose another host.",
        ),
        (
            DOCKER,
            {"security": ["rootless", "seccomp"]},
            "is rootless, and publishes no ports for other users' sake, but listens at unix:///var/run/docker.sock. "
            "Let it listen at its user's own socket, and remove this link to it.",
        ),
        (
            {},
            {"data_root": "/var/snap/docker/common/var-lib-docker"},
            "comes from a snap, which another engine cannot run beside. Remove it with what it runs, `snap "
            "remove docker`, or choose another host.",
        ),
        (
            {"python3-requests": "2"},
            {},
            "runs, but from none of the packages docker-ce, docker-ce-cli, containerd.io, docker-compose-plugin, and "
            "another cannot run beside it. Remove it, or choose another host.",
        ),
    ],
    ids=["podman", "rootless", "snap", "by hand"],
)
def test_other_engines_are_refused(packages: dict[str, str], mode: dict[str, Any], message: str) -> None:
    assert problems(with_engine(packages, **mode)) == [f"Docker Engine of host chat: {message}"]


def test_engine_that_remaps_users_by_its_command_line() -> None:
    assert problems(with_engine(DOCKER, security=["userns"])) == [
        "Docker Engine of host chat: remaps users, which keeps containers from reading their settings and writing "
        "uploads. Start it without userns-remap."
    ]


def test_settings_on_the_command_line() -> None:
    """Ours give way to them; those of the inventory cannot be beside them."""
    docker = {**ENGINE, "engine": {**MODE, "flags": ["debug", "live-restore", "log-opt"]}}
    assert problems(asked(PLAN, packages=DOCKER, docker=docker)) == []
    assert problems(asked(plan(single(docker_daemon_options={"debug": True})), packages=DOCKER, docker=docker)) == [
        "docker_daemon_options.debug = True: is on the command line of the engine of host chat, too, which does not "
        "start with both. Leave it out, or take it from the command line there."
    ]
    sockets = with_facts(with_options(hosts=["fd://"]), packages=DOCKER, docker={**ENGINE, "engine": MODE})
    assert problems(sockets)[0].startswith("docker_daemon_options.hosts = ['fd://']: is on the command line")


def test_node_of_a_swarm() -> None:
    """It does not start with live-restore, and is well without."""
    assert problems(with_engine(DOCKER, swarm=True)) == [
        "live-restore = True: keeps the engine of host chat, a node of a swarm, from starting. Write "
        "docker_daemon_options: {live-restore: false}, or leave the swarm: docker swarm leave."
    ]
    host = with_options(live_restore=False)
    assert problems(with_facts(host, packages=DOCKER, docker=with_engine(DOCKER, swarm=True).facts["docker"])) == []


@pytest.mark.parametrize(
    ("source", "packages", "message"),
    [
        ("docker", DOCKER, None),
        ("docker", {**DOCKER, "runc": "1.1"}, None),
        (
            "docker",
            OWN,
            "docker_source = 'docker': would have apt replace what host chat has already: docker.io, docker-cli, "
            "containerd, runc. Write docker_source: distribution, or remove these packages there first, or choose "
            "another host.",
        ),
        (
            "docker",
            {"podman-docker": "5"},
            "docker_source = 'docker': would have apt replace what host chat has already: podman-docker. Remove these "
            "packages there first, or choose another host.",
        ),
        ("distribution", OWN, None),
        (
            "distribution",
            DOCKER,
            "docker_source = 'distribution': would have apt replace what host chat has already: docker-ce, "
            "docker-ce-cli, containerd.io, docker-compose-plugin. Write docker_source: docker, or remove these "
            "packages there first, or choose another host.",
        ),
    ],
)
def test_packages_of_others(source: str, packages: dict[str, str], message: str | None) -> None:
    host = asked(plan(single(docker_source=source)), packages=packages)
    assert problems(host) == ([message] if message else [])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"userns_remap": "default"},
            f"userns-remap in {FILE} = 'default': keeps containers from reading their settings and writing uploads. "
            "Remove it, or choose another host.",
        ),
        (
            {"hosts": ["tcp://0.0.0.0:2375"]},
            f"hosts in {FILE} = ['tcp://0.0.0.0:2375']: has no unix:///var/run/docker.sock, where this collection and "
            "Docker's client ask. Add unix:///var/run/docker.sock.",
        ),
        (
            {"iptables": False},
            f"iptables in {FILE} = False: leaves it to rules of yours that containers reach anything beyond the host. "
            "Remove it or, if you have such rules, write docker_daemon_options: {iptables: false}.",
        ),
        (
            {"ip_masq": False},
            f"ip-masq in {FILE} = False: leaves it to rules of yours that containers reach anything beyond the host. "
            "Remove it or, if you have such rules, write docker_daemon_options: {ip-masq: false}.",
        ),
    ],
)
def test_settings_that_contradict_ours(settings: dict[str, Any], message: str) -> None:
    assert problems(with_settings(**settings)) == [message]


@pytest.mark.parametrize(
    "settings",
    [
        {"bridge": "none", "data_root": "/srv", "bip": "10.200.0.1/24", "userns_remap": "", "iptables": True},
        {"hosts": ["fd://", "tcp://127.0.0.1:2375"]},
        {"hosts": "unix:///run/docker.sock"},
        {"live_restore": False, "log_driver": "journald", "storage_driver": "vfs", "default_runtime": "nvidia"},
    ],
)
def test_settings_that_do_not_matter(settings: dict[str, Any]) -> None:
    assert problems(with_settings(**settings)) == []


def test_what_the_inventory_asks_for_is_meant_where_it_can_work() -> None:
    assert problems(with_options(iptables=False, ip_masq=False)) == []
    assert problems(with_options(userns_remap="default"))[0].startswith("docker_daemon_options.userns-remap = ")
    assert problems(with_options(hosts=["tcp://10.0.0.1:2376"]))[0].startswith("docker_daemon_options.hosts = ")


def test_file_that_cannot_be_read() -> None:
    told = {"error": "line 3, column 5: Expecting value", "values": {}, "digests": {}}
    host = converged(PLAN, settings={layout.DAEMON_SETTINGS: told})
    assert problems(host) == [
        f"{FILE}: cannot be read as settings of the Docker Engine: line 3, column 5: Expecting value. Correct it, or "
        "move it away."
    ]
    assert list(engine_warnings(host)) == []


def test_proxies_of_the_client() -> None:
    client = {"file": "/root/.docker/config.json", "variables": ["HTTP_PROXY", "http_proxy"]}
    assert problems(asked(PLAN, client=client)) == [
        "proxies in /root/.docker/config.json on host chat: would reach every container, as HTTP_PROXY, http_proxy. "
        "Remove them there; what Rocket.Chat is to use of them belongs in rocketchat_environment."
    ]


@pytest.mark.parametrize(
    ("limits", "low"),
    [
        ({"nofile": {"Name": "nofile", "Hard": 65536, "Soft": 512}}, ""),
        ({"nofile": {"Name": "nofile", "Hard": -1, "Soft": -1}, "memlock": {"Hard": 0, "Soft": 0}, "core": {}}, ""),
        ({"nofile": {"Name": "nofile", "Hard": 512, "Soft": 256}}, "nofile 512"),
        ({"nproc": {"Name": "nproc", "Soft": 100, "Hard": 65536}, "cpu": {"Soft": 3600}}, "cpu 3600, nproc 100"),
        # what is left out is 0 to the engine
        ({"fsize": {"Name": "fsize", "Hard": 1}}, "fsize 0"),
        ({}, ""),
    ],
)
def test_limits_that_the_engine_gives_to_every_container(limits: Any, low: str) -> None:
    """Compose cannot say them: where the engine is in a container itself, nothing would start."""
    reason = f"reach every container, and are too low for those of Rocket.Chat: {low}. Leave these out, or raise them."
    for host, place in (
        (with_settings(default_ulimits=limits), f"default-ulimits in {FILE}"),
        (with_options(default_ulimits=limits), "docker_daemon_options.default-ulimits"),
    ):
        found = problems(host)
        assert len(found) == bool(low)
        assert all(problem.startswith(f"{place} = ") and problem.endswith(reason) for problem in found)


BRIDGE = "com.docker.network.bridge."


@pytest.mark.parametrize(
    ("options", "cut"),
    [
        ({"com.docker.network.driver.mtu": "1400", f"{BRIDGE}host_binding_ipv4": "127.0.0.1"}, False),
        ({f"{BRIDGE}enable_icc": "true", f"{BRIDGE}gateway_mode_ipv4": "nat", f"{BRIDGE}inhibit_ipv4": "false"}, False),
        ({f"{BRIDGE}enable_icc": "false"}, True),
        ({f"{BRIDGE}enable_icc": "F"}, True),
        ({f"{BRIDGE}enable_ip_masquerade": "0"}, True),
        ({f"{BRIDGE}gateway_mode_ipv4": "routed"}, True),
        ({f"{BRIDGE}inhibit_ipv4": "true"}, True),
    ],
)
def test_options_that_the_engine_gives_to_every_new_network(options: dict[str, str], cut: bool) -> None:
    settings = {"default_network_opts": {"bridge": options}}
    assert len(problems(with_settings(**settings))) == cut
    there = converged(PLAN, settings={layout.DAEMON_SETTINGS: said(_written(settings))})
    assert problems(there) == [], "the network is there, and has others"


def test_compose_says_what_engines_would_say_for_it() -> None:
    """With `init` or `default-runtime` in their settings."""
    for state in asked(PLAN).desired.values():
        for service in state.project.definition["services"].values() if state.project else ():
            assert (service["init"], service["runtime"]) == (False, "runc")


def test_limits_that_the_kernel_cannot_keep() -> None:
    limited = plan(single(rocketchat_resources={"account": {"cpus": 1.5}, "presence": {"memory": "512m"}}))
    docker = {**ENGINE, "engine": {**MODE, "limits_processors": False}}
    assert problems(asked(limited, packages=DOCKER, docker=docker)) == [
        "rocketchat_resources: limit processors of account-1, which cannot be kept on host chat: its kernel gives "
        "Docker no quota of processors. Leave cpus out, or boot it with cgroup v2 (systemd.unified_cgroup_hierarchy=1)."
    ]


@pytest.mark.parametrize(
    ("settings", "warning"),
    [
        ({}, None),
        ({"log_driver": "local"}, None),
        ({"log_driver": "json-file", "log_opts": {"max-size": "1g"}}, None),
        (
            {"live_restore": False},
            f"live-restore is off in {FILE}: each restart or upgrade of the engine ends all containers.",
        ),
        (
            {"log_driver": "json-file"},
            f"log-opts in {FILE} have no max-size: logs of containers grow until the disk is full.",
        ),
        ({"log_driver": "none"}, f"log-driver is none in {FILE}: when a container fails, nothing tells why."),
    ],
)
def test_what_is_unwise(settings: dict[str, Any], warning: str | None) -> None:
    assert list(engine_warnings(with_settings(**settings))) == ([warning] if warning else [])


def test_host_without_containers_is_not_asked() -> None:
    planned = plan(cluster("chat", "other", groups={"nats": ["other"], "rocketchat": ["other"]}))
    host = asked(planned, packages=OWN, docker={**ENGINE, "engine": {**MODE, "podman": True}})
    assert "docker" not in host.desired
    assert problems(host) == list(engine_warnings(host)) == []
