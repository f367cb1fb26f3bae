# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten thousand clients that send their requests in drops, two thousand at a time, while people talk."""

from __future__ import annotations

from tests.deployment import Deployment
from tests.e2e import test_slow_clients as slow
from tests.e2e.talk import people_talking


def test_slow_clients_in_turns(deployment: Deployment) -> None:
    with people_talking(deployment) as problems:
        for turn in range(5):
            slow.test_slow_clients_leave_others_alone(deployment, slow.BODY if turn % 2 else slow.HEADER)
    assert set(problems) == {""}
