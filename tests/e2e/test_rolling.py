# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers of which there are several are replaced while people go on."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.deployment import Deployment
from tests.e2e.served import people
from tests.e2e.test_planned_changes import listed

TWO = {"rocketchat": 2, "ddp_streamer": 2}


def site(deployment: Deployment, **settings: object) -> str:
    return deployment.playbook("site", "-e", json.dumps({"rocketchat_replicas": TWO, **settings})).stdout


@pytest.fixture
def two_of_each(deployment: Deployment) -> Iterator[None]:
    site(deployment)
    yield
    deployment.playbook("site")


@pytest.mark.usefixtures("two_of_each")
def test_nobody_notices_that_all_containers_are_replaced(deployment: Deployment) -> None:
    with people(deployment) as served:
        output = site(deployment, rocketchat_log_level="info")
    assert len([line for line in listed(output, deployment.host) if line.startswith("will replace")]) >= 7, output
    print(served.answers, f"longest {served.longest:.2f} s, back after {max(served.back):.2f} s", served.cuts)
    assert set(served.answers) == {"200"} and served.answers["200"] > 100
    # those of the first may have come to the second, which is replaced next
    assert set(served.cuts.values()) <= {1, 2}
    assert max(served.back) < 5
    assert " down " not in deployment.run("cat /etc/nginx/conf.d/rocketchat.conf")
