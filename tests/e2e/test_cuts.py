# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conversation crosses every part: take any one away, and it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.deployment import Deployment
from tests.e2e.talk import talk
from tests.waiting import wait_until

# part -> what takes it away, what brings it back. Cut sockets, not only new connections, tell of it.
CUTS = {
    "nginx": ("systemctl stop nginx", "systemctl start nginx"),
    "mongod": ("systemctl stop mongod", "systemctl start mongod"),
} | {
    container: (f"docker stop {container}", f"docker start {container}")
    for container in (
        "ddp-streamer-1",
        "authorization-1",
        "account-1",
        "presence-1",
        "stream-hub-1",
        "rocketchat-1",
        "nats",
    )
}
TIMEOUTS = 3


@contextmanager
def without(deployment: Deployment, part: str) -> Iterator[None]:
    take, give_back = CUTS[part]
    deployment.run(take)
    try:
        yield
    finally:
        deployment.run(give_back)
        wait_until(lambda: talk(deployment, TIMEOUTS).ok, 90, f"the conversation with {part} back")


def test_the_conversation_works_with_every_part_there(deployment: Deployment) -> None:
    result = talk(deployment)
    assert result.ok, result.steps[-1].problem


@pytest.mark.parametrize("part", CUTS)
def test_the_conversation_fails_without(deployment: Deployment, part: str) -> None:
    with without(deployment, part):
        result = talk(deployment, TIMEOUTS)
        assert not result.ok
        print(f"without {part}: {result.steps[-1].problem}")
