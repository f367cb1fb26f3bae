# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator must not be needed for: crashes and an outage of the bus."""

from __future__ import annotations

import json
import re
import time

import pytest

from tests.deployment import Deployment
from tests.e2e.talk import talk
from tests.waiting import wait_until

SERVICES = ("rocketchat-1", "ddp-streamer-1", "authorization-1", "account-1", "presence-1", "stream-hub-1")
BACK_WITHIN = 30
OUTAGE = 60
HEALED_WITHIN = 60


def started_at(deployment: Deployment) -> dict[str, str]:
    lines = deployment.run("docker inspect --format '{{.Name}} {{.State.StartedAt}}' $(docker ps --quiet)")
    return dict(line.lstrip("/").split() for line in lines.splitlines())


def kill(deployment: Deployment, container: str) -> None:
    """As a crash would: `docker kill` counts as the operator's wish, and the container would stay down."""
    deployment.run(f"kill -KILL $(docker inspect --format '{{{{.State.Pid}}}}' {container})")


def connected(deployment: Deployment) -> list[str]:
    """The nodes on the bus, whose names begin with their hostname: each subscribes to answers of its own."""
    answer = deployment.attempt("timeout 5 docker exec nats wget -q -O - 'http://127.0.0.1:8222/connz?subs=1'").stdout
    connections = json.loads(answer)["connections"] if answer else []
    subjects = [subject for connection in connections for subject in connection.get("subscriptions_list", [])]
    return [match[1] for subject in subjects if (match := re.fullmatch(r"MOL\.RES\.(.+)", subject))]


def is_connected(deployment: Deployment, container: str) -> bool:
    return any(node.startswith(f"{deployment.host}-{container}-") for node in connected(deployment))


def answers(deployment: Deployment, container: str) -> bool:
    address = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    command = (
        "curl --silent --max-time 2 --output /dev/null --write-out '%{http_code}' "
        f"http://$(docker inspect --format '{address}' {container}):3000/health"
    )
    return deployment.attempt(command).stdout in {"200", "500"}


@pytest.mark.parametrize("container", SERVICES)
def test_a_killed_service_is_back_on_the_bus_and_disturbs_no_other(deployment: Deployment, container: str) -> None:
    before = started_at(deployment)
    kill(deployment, container)

    def back() -> bool:
        return (
            started_at(deployment).get(container, before[container]) != before[container]
            and answers(deployment, container)
            and is_connected(deployment, container)
        )

    seconds = wait_until(back, BACK_WITHIN, f"{container} back, on the bus and answering")
    print(f"{container} was back after {seconds:.1f} s")
    after = started_at(deployment)
    assert {**after, container: None} == {**before, container: None}
    # the other nodes learn of the new one's services a moment after it joined
    wait_until(lambda: talk(deployment, 3).ok, BACK_WITHIN - seconds, "the conversation")


def test_killed_nats_is_back_and_all_services_with_it(deployment: Deployment) -> None:
    kill(deployment, "nats")
    seconds = wait_until(
        lambda: all(is_connected(deployment, container) for container in SERVICES),
        BACK_WITHIN,
        "every service back on the bus",
    )
    print(f"all on the bus after {seconds:.1f} s")
    wait_until(lambda: talk(deployment, 3).ok, BACK_WITHIN - seconds, "the conversation")


def test_an_outage_of_nats_heals_by_itself(deployment: Deployment) -> None:
    """Long enough that the services give up: their licence check fails, they exit, and restart until NATS is back."""
    deployment.run("docker stop nats")
    time.sleep(OUTAGE)  # the length of the outage is what is tested
    deployment.run("docker start nats")
    seconds = wait_until(lambda: talk(deployment, 3).ok, HEALED_WITHIN, "the conversation after the outage")
    print(f"healed {seconds:.1f} s after the return of NATS")
