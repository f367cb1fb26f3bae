# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""health.yml names the part that is broken, and no other, for every fault an operator meets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.deployment import Deployment
from tests.e2e.faults import ALL, ONCE
from tests.e2e.report import HEALS_WITHIN, health, named_and_mended
from tests.waiting import wait_until


def test_the_healthy_deployment_has_no_findings(deployment: Deployment, tmp_path: Path) -> None:
    assert health(deployment, tmp_path)["findings"] == []


@pytest.mark.parametrize("name", ONCE)
def test_the_cause_is_named_and_nothing_else(deployment: Deployment, tmp_path: Path, name: str) -> None:
    named_and_mended(deployment, tmp_path, ALL[name])


# What each of these says to type next is not `site`, which mends them all the same. Where it is, it is followed above.
BY_SITE = (
    "nginx stopped",
    "account-1 stopped",
    "authorization-1 paused",
    "NATS stopped",
    "mongod stopped",
    "taken out of the network",
)


def test_site_mends_what_has_a_command_of_its_own(deployment: Deployment, tmp_path: Path) -> None:
    """All of it at once, in the one run that an operator knows by heart."""
    try:
        for name in BY_SITE:
            deployment.run(ALL[name].make)
        deployment.playbook("site")
        assert health(deployment, tmp_path)["findings"] == []
    except BaseException:
        for name in BY_SITE:
            deployment.attempt(ALL[name].mend)
        raise


def test_a_licence_that_does_not_allow_a_second_replica(deployment: Deployment, tmp_path: Path) -> None:
    """Nothing that a plan could know: it has expired, say. One of the two replicas then ends again and again."""
    wanted = ("-e", json.dumps({"rocketchat_license": "has-expired", "rocketchat_replicas": {"account": 2}}))
    # Who found no licence sooner may have looked in vain while the monolith was replaced. Earlier faults have left such
    # lines, too.
    ended = (
        "since=$(date --date \"$(docker inspect --format '{{.State.StartedAt}}' rocketchat-1) + 35 seconds\" +%s);"
        "for n in 1 2; do docker logs --since $since account-$n 2>&1; done"
        " | grep --quiet 'Enterprise license not found'"
    )
    try:
        deployment.playbook("site", *wanted, "-e", "rocketchat_health_timeout=10", check=False)
        wait_until(lambda: deployment.attempt(ended).returncode == 0, HEALS_WITHIN, "a surplus replica ends")
        report = health(deployment, tmp_path, *wanted)
    finally:
        deployment.playbook("site")
    findings = [(finding["component"], finding["kind"]) for finding in report["findings"]]
    assert findings == [("license", "license.invalid")]
