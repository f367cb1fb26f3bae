# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a number of users to replicas, and what is said of hosts that are too small for them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.sizing import size_warnings

from tests.unit.plan_inventories import cluster, every_container, plan, single

# For more replicas than the default network has addresses for.
ROOMY = {"rocketchat_network_subnet": "172.31.248.0/21"}


def replicas(inventory: dict[str, Any]) -> dict[str, int]:
    """How many of each service are planned, by host and service."""
    counts: dict[str, int] = {}
    for name in every_container(plan(inventory)):
        counts[name.rpartition("-")[0]] = counts.get(name.rpartition("-")[0], 0) + 1
    return counts


@pytest.mark.parametrize(
    ("users", "hosts", "each"),
    [
        (0, 1, 1),
        (1, 1, 1),
        (500, 1, 1),
        (501, 1, 2),
        (2000, 1, 4),
        (501, 2, 1),
        (2000, 3, 2),
        (5000, 2, 5),
        (1_000_000, 1, 99),
    ],
)
def test_one_of_both_for_500_users_spread_over_the_hosts(users: int, hosts: int, each: int) -> None:
    names = ["a", "b", "c"][:hosts]
    found = replicas(cluster(*names, rocketchat_expected_users=users, **ROOMY))
    for name in names:
        assert found[f"{name}-rocketchat"] == each
        assert found[f"{name}-ddp-streamer"] == each
        assert found[f"{name}-account"] == 1


def test_only_hosts_of_rocketchat_share_the_users() -> None:
    found = replicas(cluster("a", "b", groups={"rocketchat": ["a"]}, rocketchat_expected_users=1000))
    assert found["a-ddp-streamer"] == 2


def test_explicit_numbers_win() -> None:
    found = replicas(single(rocketchat_expected_users=2000, rocketchat_replicas={"ddp_streamer": 1}))
    assert (found["chat-ddp-streamer"], found["chat-rocketchat"]) == (1, 4)


def warnings_of(inventory: dict[str, Any], facts: dict[str, dict[str, int]]) -> list[str]:
    """Those of the plan, and of the hosts of which something is known."""
    planned = plan(inventory)
    warnings = list(planned["warnings"])
    for name, host in planned["hosts"].items():
        if name in facts:
            warnings += size_warnings(planned["expected_users"], name, host["required"], facts[name])
    return warnings


def small(name: str, cores: int, memory_mb: int, users: int, needed: str) -> str:
    return (
        f"host {name} has {cores} cores and {memory_mb} MiB of memory, and rocketchat_expected_users = {users} needs "
        f"{needed} there."
    )


@pytest.mark.parametrize(
    ("users", "cores", "memory_mb", "needed"),
    [
        (1, 1, 2047, "1 cores and 2048 MiB"),
        (25, 1, 2048, ""),
        (25, 1, 2047, "1 cores and 2048 MiB"),
        (26, 4, 8192, ""),
        (26, 3, 8192, "4 cores and 8192 MiB"),
        (499, 4, 8191, "4 cores and 8192 MiB"),
        (500, 6, 8192, ""),
        (500, 5, 8192, "6 cores and 8192 MiB"),
        (2750, 15, 32768, ""),
        (2750, 14, 32768, "15 cores and 18432 MiB"),
        (5000, 24, 28672, ""),
        (5000, 24, 28671, "24 cores and 28672 MiB"),
    ],
)
def test_a_host_that_runs_everything(users: int, cores: int, memory_mb: int, needed: str) -> None:
    one_each = {"rocketchat": 1, "ddp_streamer": 1}
    inventory = single(rocketchat_expected_users=users, rocketchat_replicas=one_each)
    warnings = warnings_of(inventory, {"chat": {"cores": cores, "memory_mb": memory_mb}})
    assert warnings == ([small("chat", cores, memory_mb, users, needed)] if needed else [])


def test_hosts_share_what_rocketchat_needs_and_each_of_mongodbs_needs_all_of_its_own() -> None:
    groups = {"rocketchat": ["a", "b"], "mongodb": ["c"], "nats": ["c"], "nginx": ["c"]}
    inventory = cluster("a", "b", "c", groups=groups, rocketchat_expected_users=500)
    facts = dict.fromkeys("abc", {"cores": 1, "memory_mb": 1024})
    assert warnings_of(inventory, facts) == [
        small("c", 1, 1024, 500, "2 cores and 4096 MiB"),
        small("a", 1, 1024, 500, "2 cores and 2048 MiB"),
        small("b", 1, 1024, 500, "2 cores and 2048 MiB"),
    ]


def test_more_monoliths_than_cores_allow() -> None:
    inventory = single(rocketchat_replicas={"rocketchat": 3})
    assert warnings_of(inventory, {"chat": {"cores": 4, "memory_mb": 1}}) == []
    assert warnings_of(inventory, {"chat": {"cores": 3, "memory_mb": 1}}) == [
        "host chat has 3 cores for 3 monoliths, and upstream advises one less than cores. "
        "Lower rocketchat_replicas.rocketchat there, or add cores or hosts."
    ]
    two = single(rocketchat_replicas={"rocketchat": 2})
    assert len(warnings_of(two, {"chat": {"cores": 2, "memory_mb": 1}})) == 1
    assert warnings_of(single(), {"chat": {"cores": 1, "memory_mb": 1}}) == []


@pytest.mark.parametrize("facts", [{"cores": None, "memory_mb": 1}, {"cores": 1, "memory_mb": None}])
def test_of_a_host_that_does_not_know_its_size_nothing_is_said(facts: dict[str, Any]) -> None:
    assert warnings_of(single(rocketchat_expected_users=5000), {"chat": facts}) == []


def test_more_users_than_upstream_has_sizes_for() -> None:
    assert plan(single(rocketchat_expected_users=5001, **ROOMY))["warnings"] == [
        "rocketchat_expected_users = 5001 is more than the 5000 that upstream gives sizes for; "
        "measure before you rely on it."
    ]
    facts = {"chat": {"cores": 23, "memory_mb": 28672}}
    assert warnings_of(single(rocketchat_expected_users=6000, **ROOMY), facts)[1:] == [
        small("chat", 23, 28672, 6000, "24 cores and 28672 MiB")
    ]
