# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each container of a deployed host reaches, tried from inside its network."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

import pytest

from lab.names import MIRROR_ADDRESS
from tests.deployment import Deployment
from tests.e2e.test_planned_changes import listed
from tests.waiting import wait_until

GATEWAY, NATS = "172.31.250.1", "172.31.250.236"
MONOLITH, STREAMER, ACCOUNT = "172.31.250.254", "172.31.250.252", "172.31.250.248"
OF_CONTAINERS = {(MONOLITH, 3000), (STREAMER, 3000), (ACCOUNT, 3000)}
NEEDED = {(GATEWAY, 27017), (NATS, 4222)}
METADATA = "169.254.169.254"

# Prints what can be connected to; what is dropped on the bridge answers nothing.
SCRIPT = """
import concurrent.futures, json, socket, sys
def opens(door):
    try:
        socket.create_connection(tuple(door), 2).close()
    except OSError:
        return False
    return True
doors = json.loads(sys.argv[1])
with concurrent.futures.ThreadPoolExecutor(32) as pool:
    print(json.dumps([door for door, is_open in zip(doors, pool.map(opens, doors)) if is_open]))
"""


def reached(deployment: Deployment, container: str) -> set[tuple[str, int]]:
    own = deployment.address
    doors = [*NEEDED, *OF_CONTAINERS, *((address, port) for address in (own, GATEWAY) for port in (22, 80, 443, 8222))]
    doors += [(METADATA, 80), (MIRROR_ADDRESS, 443), (NATS, 8222)]
    enter = f"nsenter --net --target $(docker inspect --format '{{{{.State.Pid}}}}' {container})"
    said = deployment.run(f"{enter} python3 -c {shlex.quote(SCRIPT)} {shlex.quote(json.dumps(doors))}", timeout=60)
    return {(address, port) for address, port in json.loads(said)}


def itself(deployment: Deployment, container: str) -> str:
    form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    return deployment.run(f"docker inspect --format '{form}' {container}").strip()


@pytest.fixture
def metadata(deployment: Deployment) -> Iterator[None]:
    """A server at the address that clouds have theirs at, which the host itself reaches."""
    deployment.run(f"ip address replace {METADATA}/32 dev lo")
    serve = (
        f"systemd-run --collect --unit metadata python3 -m http.server --bind {METADATA} --directory /usr/share/doc 80"
    )
    deployment.run(serve)
    answers = f"python3 -c 'import socket; socket.create_connection((\"{METADATA}\", 80), 1)'"
    wait_until(lambda: deployment.attempt(answers).returncode == 0, 20, "the metadata server")
    yield
    deployment.run(f"systemctl stop metadata; ip address delete {METADATA}/32 dev lo")


def test_each_container_reaches_what_it_needs_and_nothing_else(deployment: Deployment, metadata: None) -> None:
    own = deployment.address
    entrance = {(address, port) for address in (own, GATEWAY) for port in (80, 443)}
    expected = {
        "rocketchat-1": NEEDED | entrance | {(MIRROR_ADDRESS, 443)},
        "nats": {(NATS, 4222)},
        **dict.fromkeys(("ddp-streamer-1", "account-1", "authorization-1", "presence-1", "stream-hub-1"), NEEDED),
    }
    for container, doors in expected.items():
        address = itself(deployment, container)
        found = {door for door in reached(deployment, container) if door[0] != address}
        assert found == {door for door in doors if door[0] != address}, container


def test_containers_have_no_ipv6(deployment: Deployment) -> None:
    """So no rules about it: neither the address of a cloud's metadata nor those of the link can be reached."""
    pids = "$(docker inspect --format '{{.State.Pid}}' $(docker ps --quiet))"
    assert (
        deployment.run(f"for pid in {pids}; do nsenter --net --target $pid ip -6 -o address show dev eth0; done") == ""
    )


def test_what_the_operator_names_decides_what_the_monolith_reaches(deployment: Deployment) -> None:
    closed = ["-e", json.dumps({"rocketchat_egress": []})]
    rules = "will change the rules about who reaches the ports of this deployment, and what its containers reach"
    try:
        assert listed(deployment.playbook("site", *closed).stdout, deployment.host) == [rules]
        address = itself(deployment, "rocketchat-1")
        assert {door for door in reached(deployment, "rocketchat-1") if door[0] != address} == NEEDED
        assert listed(deployment.playbook("site", "--check", *closed).stdout, deployment.host) == []
    finally:
        deployment.playbook("site")
    assert (MIRROR_ADDRESS, 443) in reached(deployment, "rocketchat-1")
