# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""If two people can talk, every part of the deployment works."""

from __future__ import annotations

from tests.deployment import Deployment
from tests.e2e.talk import talk
from tests.waiting import wait_until

# Everything crashed a moment ago. Services that missed each other's greeting while NATS was away meet again with their
# next heartbeat, 10 s apart by default; an event that is sent before that is lost for them.
HEALED_WITHIN = 30


def test_two_people_can_talk(deployment: Deployment) -> None:
    problems = []

    def talked() -> bool:
        result = talk(deployment, timeout=3)
        problems.append(result.steps[-1].problem)
        return result.ok

    try:
        wait_until(talked, HEALED_WITHIN, "the conversation")
    except AssertionError as late:
        raise AssertionError(f"{late}. {problems[-1]}") from late
