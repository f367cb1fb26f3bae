# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Short secrets of the operator's own: refused for a new deployment, warned of in one that is there."""

from __future__ import annotations

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.judge import judge

from tests.unit.plan_inventories import cluster, plan, single
from tests.unit.preflight.hosts import asked, converged

VARIABLES = {
    "admin_password": "rocketchat_admin_password",
    "mongodb_password": "rocketchat_mongodb_password",
    "mongodb_admin_password": "mongodb_admin_password",
    "mongodb_keyfile": "mongodb_keyfile",
    "nats_password": "nats_password",
}


@pytest.mark.parametrize("secret", VARIABLES)
def test_each_is_refused_where_nothing_is_deployed(secret: str) -> None:
    planned = plan(single(), **{secret: "A123456"})
    [problem] = judge(planned, [asked(planned)]).problems
    assert str(problem) == (
        f"{VARIABLES[secret]}: is shorter than 8 characters. Choose a longer one, or leave it out and let it be "
        "generated."
    )
    assert judge(planned, [converged(planned)]).problems == []
    [warning] = judge(planned, [converged(planned)]).warnings
    assert warning == (
        f"{VARIABLES[secret]} is shorter than 8 characters, and soon guessed by whoever reaches what it protects."
    )


def test_a_longer_one_is_fine() -> None:
    planned = plan(single(), nats_password="A1234567")
    for host in (asked(planned), converged(planned)):
        assert judge(planned, [host]).problems == judge(planned, [host]).warnings == []


def test_a_host_that_is_new_in_a_deployment_is_not_refused_for_it() -> None:
    """Neither beside one that was deployed, nor where --limit leaves that out."""
    planned = plan(cluster("a", "b"), nats_password="short")
    for hosts in ([converged(planned, "a"), asked(planned, "b")], [asked(planned, "b")]):
        verdict = judge(planned, hosts)
        assert not [problem for problem in verdict.problems if problem.variable == "nats_password"]
        assert [warning for warning in verdict.warnings if "nats_password" in warning]
