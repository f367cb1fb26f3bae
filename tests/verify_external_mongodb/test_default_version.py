# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version that an inventory gets which names none, with a MongoDB that somebody else runs."""

from __future__ import annotations

import json

from tests.deployment import DEFAULTS, Deployment
from tests.verify.test_conversation import test_two_people_can_talk as test_two_people_can_talk
from tests.verify.test_proxy import (
    test_everything_else_is_answered_by_the_monolith as test_everything_else_is_answered_by_the_monolith,
)
from tests.verify.test_proxy import test_sockjs_is_answered_by_ddp_streamer as test_sockjs_is_answered_by_ddp_streamer

SERVICES = {"rocketchat-1", "ddp-streamer-1", "authorization-1", "account-1", "presence-1"}


def containers(deployment: Deployment) -> dict[str, dict]:
    described = json.loads(deployment.run("docker inspect $(docker ps --quiet)"))
    return {container["Name"].lstrip("/"): container for container in described}


def test_containers_are_those_of_the_default_version(deployment: Deployment) -> None:
    running = containers(deployment)
    assert set(running) == SERVICES | {"nats"}
    assert {running[name]["Config"]["Image"].rpartition(":")[2] for name in SERVICES} == {
        DEFAULTS["rocketchat_version"]
    }


def test_services_use_the_mongodb_that_was_given(deployment: Deployment) -> None:
    for name, container in containers(deployment).items():
        environment = dict(line.split("=", 1) for line in container["Config"]["Env"])
        if name in SERVICES:
            assert environment["MONGO_URL"].endswith(
                "@198.18.0.31:27017/workspace?replicaSet=external&authSource=admin"
            )
            assert "DB_WATCHERS" not in environment


def test_no_mongodb_is_installed(deployment: Deployment) -> None:
    assert deployment.attempt("dpkg --status mongodb-org-server").returncode != 0


def test_everything_is_healthy(deployment: Deployment) -> None:
    output = deployment.playbook("health").stdout
    assert f"Rocket.Chat {DEFAULTS['rocketchat_version']} at {deployment.root_url}: all healthy" in output


def test_a_mongodb_that_the_version_does_not_accept_is_refused(deployment: Deployment) -> None:
    """What makes the lab's old MongoDB pass is one setting of the inventory and nothing else."""
    refused = deployment.playbook("site", "--check", "-e", '{"rocketchat_environment": {}}', check=False)
    assert refused.returncode != 0
    assert "MongoDB 6.0" in refused.stdout + refused.stderr
