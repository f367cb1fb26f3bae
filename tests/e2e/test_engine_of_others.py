# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An engine that others use, too: their settings and containers stay, and what they take from ours is mended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.deployment import Deployment
from tests.e2e.test_planned_changes import containers, listed, seen, site, told

SETTINGS = "/etc/docker/daemon.json"
SHOP = "shop"
THEIRS = {"registry-mirrors": ["https://mirror.lab.internal:5000"], "shutdown-timeout": 20}


@pytest.fixture
def shop(deployment: Deployment) -> Iterator[str]:
    """A container that nobody would start again, and settings beside ours. It gives what tells of that one's life."""
    before = deployment.run(f"cat {SETTINGS}")
    image = deployment.run("docker inspect --format '{{.Config.Image}}' nats").strip()
    deployment.run(f"docker run --detach --name {SHOP} --restart no --network none {image}")
    write(deployment, json.dumps({**THEIRS, **json.loads(before)}))
    yield "docker inspect --format '{{.State.Running}} {{.State.Pid}} {{.RestartCount}}' " + SHOP
    write(deployment, before)
    deployment.run(f"docker rm --force {SHOP}")


def write(deployment: Deployment, text: str) -> None:
    deployment.run(f"cat > {SETTINGS} <<'END'\n{text}\nEND\nsystemctl reload docker")


def settings(deployment: Deployment) -> dict[str, Any]:
    return dict(json.loads(deployment.run(f"cat {SETTINGS}")))


def test_their_settings_and_containers_stay(deployment: Deployment, shop: str) -> None:
    alive, before = deployment.run(shop), settings(deployment)
    more = {"docker_daemon_options": {"log-level": "warn"}}
    assert site(deployment, **more) == [
        "will change Docker's settings (log-level) and restart the engine; containers keep running"
    ]
    assert settings(deployment) == {**before, "log-level": "warn"}
    # the engine accepts the file, and does not start with it
    wrong = json.dumps({"docker_daemon_options": {"log-opts": {"nope": "x"}}})
    failed = " ".join(deployment.playbook("site", "-e", wrong, check=False).stdout.split())
    assert "unknown log opt ''nope''" in failed and "was put back as it was, and the engine runs with that." in failed
    assert settings(deployment) == {**before, "log-level": "warn"}
    assert site(deployment)[0].startswith("will change Docker's settings (log-level)")
    assert settings(deployment) == before
    assert site(deployment, "--check") == []
    assert deployment.run(shop) == alive


def test_containers_of_a_network_that_was_removed_are_made_anew(deployment: Deployment) -> None:
    """As after `docker network prune` while they were stopped: Docker can start none of them."""
    ours = deployment.run("docker ps --quiet --filter label=io.rocketops.collection").split()
    deployment.run(f"docker stop --time 2 {' '.join(ours)}")
    deployment.run("docker network rm rocketchat")
    label = "io.rocketops.collection=rocketops.rocketchat"
    deployment.run(f"docker network create --label {label} --subnet 172.31.250.0/24 --gateway 172.31.250.1 rocketchat")
    assert "not found" in deployment.attempt("docker start nats").stderr
    before = containers(deployment)
    changes = listed(deployment.playbook("site").stdout, deployment.host)
    assert all("its network rocketchat was removed" in change for change in changes)
    assert told(changes) == seen(before, containers(deployment))
    assert len(changes) == len(ours)
    assert site(deployment, "--check") == []
