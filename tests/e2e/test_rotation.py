# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets are replaced while people talk: no client is refused, also where the run was killed half-way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.deployment import BIN, ROOT, Deployment
from tests.e2e.talk import people_talking, talk
from tests.e2e.test_planned_changes import listed
from tests.waiting import wait_until

# A run is killed after this task: clients have their new env files, and still run with what was in the former ones.
HALF_WAY = "Write the Compose project and its secrets"
# What mongod logs of a login that it refuses; those from the host itself are the gate's, which asks who is there.
REFUSED = 'grep \'"Authentication failed"\' /var/log/mongodb/mongod.log | grep -v \'"remote":"127.0.0.1:\' || true'
ROTATED = {"mongodb_admin_password", "mongodb_keyfile", "nats_password", "rocketchat_mongodb_password"}


@contextmanager
def nats_log(deployment: Deployment) -> Iterator[list[str]]:
    """Lines of all containers that NATS is in one after another."""
    lines: list[str] = []
    follow = "while true; do timeout 20 docker logs --follow --since 2s nats 2>&1; sleep 0.1; done"
    with subprocess.Popen(
        deployment.command(follow), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as follower:
        reader = threading.Thread(target=lambda: lines.extend(follower.stdout or ()))
        reader.start()
        try:
            yield lines
        finally:
            os.killpg(follower.pid, signal.SIGKILL)
            reader.join()


def killed_half_way(deployment: Deployment) -> None:
    command = [str(BIN / "ansible-playbook"), "-i", deployment.inventory, "playbooks/rotate.yml"]
    task = ""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True) as run:
        for line in run.stdout or ():
            task = line if line.startswith("TASK [") else task
            if HALF_WAY in task and line.startswith("changed:"):
                os.killpg(run.pid, signal.SIGKILL)
                return
    raise AssertionError("the run came to its end")


def test_nobody_is_refused_while_secrets_are_replaced(deployment: Deployment) -> None:
    before, refused = deployment.secrets(), deployment.run(REFUSED)
    with people_talking(deployment) as problems, nats_log(deployment) as nats:
        killed_half_way(deployment)
        assert deployment.secrets()["rotation_stage"] == "switching"
        # NATS was replaced a moment ago: what was on the bus then is lost, and its clients come back one after another
        wait_until(lambda: talk(deployment, 3).ok, 60, "clients with the former secrets, of which servers take both")
        told = deployment.playbook("site", "--check").stderr
        assert "is not finished: run the playbook rotate again" in " ".join(told.split())
        deployment.playbook("rotate")
    assert problems.count("") > 1
    assert deployment.run(REFUSED) == refused, "mongod refused a client"
    assert not [line for line in nats if "uthorization" in line], "NATS refused a client"
    after = deployment.secrets()
    assert {name for name in before if before[name] != after.get(name)} >= ROTATED
    assert not [name for name in after if name.startswith(("former_", "rotation_"))]
    assert after["rocketchat_admin_password"] == before["rocketchat_admin_password"]
    assert listed(deployment.playbook("site", "--check").stdout, deployment.host) == []
    assert talk(deployment).ok
    environment = json.loads(deployment.run("docker inspect --format '{{json .Config.Env}}' rocketchat-1"))
    assert not [one for one in environment if one.startswith("AUTO_ACCEPT_FINGERPRINT")]
