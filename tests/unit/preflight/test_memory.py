# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is planned for a host and cannot be in its memory is refused, with the figures that say so."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.judge import judge

from tests.unit.plan_inventories import cluster, plan, single
from tests.unit.preflight.hosts import asked
from tests.unit.preview.previews import preview, there

REMEDY = (
    "Lower rocketchat_replicas there, or rocketchat_expected_users, which proposes them, or give it more memory, or "
    "add hosts."
)
# Addresses for all of it.
ROOMY = {"rocketchat_network_subnet": "172.31.248.0/21"}
# What is planned -> what it is, and what it takes: a monolith 512 MiB, a service 64, MongoDB 256.
ABSURD: list[tuple[dict[str, Any], str, int]] = [
    (
        {"rocketchat_replicas": {"ddp_streamer": 99}},
        "1 rocketchat, 99 ddp-streamer, 1 authorization, 1 account, 1 presence, MongoDB",
        512 + 102 * 64 + 256,
    ),
    (
        {"rocketchat_expected_users": 100_000},
        "99 rocketchat, 99 ddp-streamer, 1 authorization, 1 account, 1 presence, MongoDB",
        99 * 512 + 102 * 64 + 256,
    ),
    (
        {"rocketchat_expected_users": 100_000, "rocketchat_resources": {"rocketchat": {"memory": "256m"}}},
        "99 rocketchat, 99 ddp-streamer, 1 authorization, 1 account, 1 presence, MongoDB",
        99 * 256 + 102 * 64 + 256,
    ),
]


@pytest.mark.parametrize(("variables", "parts", "needed"), ABSURD, ids=["replicas", "users", "limits"])
def test_more_than_fits_is_refused(variables: dict[str, Any], parts: str, needed: int) -> None:
    planned = plan(single(**variables, **ROOMY))
    # a tenth is what firmware and kernel may take before they count
    enough = -(-needed * 9 // 10)
    too_little = enough - 1
    problem = (
        f"memory of host chat = {too_little}: MiB are too little for {parts}, which take {needed} before anybody uses "
        f"them. {REMEDY}"
    )
    assert [str(one) for one in judge(planned, [asked(planned, memory_mb=too_little)]).problems] == [problem]
    assert judge(planned, [asked(planned, memory_mb=enough)]).problems == []
    found = preview(planned, chat=there(64, too_little))
    assert f"site refuses this: {problem}" in found["warnings"]
    assert found["sizes"][0]["enough"] is False and found["sizes"][0]["needed"]["memory_mb"] >= needed


def test_a_hundred_thousand_users_on_a_host_of_two_cores() -> None:
    planned = plan(single(rocketchat_expected_users=100_000, **ROOMY))
    assert len(judge(planned, [asked(planned, cores=2, memory_mb=24105)]).problems) == 1


def test_each_host_for_what_is_planned_there() -> None:
    groups = {"mongodb": ["db"], "nats": ["db"], "rocketchat": ["app"], "nginx": ["web"]}
    planned = plan(cluster("db", "app", "web", groups=groups, rocketchat_replicas={"ddp_streamer": 40}, **ROOMY))
    least = {name: host["required"]["least_memory_mb"] for name, host in planned["hosts"].items()}
    assert least == {"db": 256, "app": 512 + 43 * 64, "web": 0}
    hosts = [asked(planned, name, memory_mb=1024) for name in least]
    assert [problem.variable for problem in judge(planned, hosts).problems] == ["memory of host app"]


def test_more_streamers_than_cores_are_of_no_use() -> None:
    planned = plan(single(rocketchat_replicas={"ddp_streamer": 99}, **ROOMY))
    told = (
        "host chat has 2 cores for 99 ddp-streamers, and each uses one at most. Lower "
        "rocketchat_replicas.ddp_streamer there, or add cores or hosts."
    )
    verdict = judge(planned, [asked(planned, cores=2, memory_mb=24105)])
    assert verdict.problems == [] and verdict.warnings == [told]
    assert judge(planned, [asked(planned, cores=99, memory_mb=24105)]).warnings == []
