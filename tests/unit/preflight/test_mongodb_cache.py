# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much memory mongod takes for its cache, beside what else is planned for its host."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import host_differences
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.mongodb_cache import (
    LEAST,
    STEP,
    cache_gb,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plan_inventories import cluster, plan, single
from tests.unit.preflight.hosts import before_a_run_of, converged, mongod_settings

MEMORY = st.integers(0, 4_000_000)
PLAN = plan(single(mongodb_version="8.0"))


@pytest.mark.parametrize(
    ("memory_mb", "containers_mb", "size"),
    [
        (None, 0, 0.0),
        (960, 2048, 0.25),
        (3900, 4096, 0.25),
        (7900, 4096, 1.25),
        (24105, 4096, 9.25),
        # as mongod by itself, where nothing else is: half of all but 1 GiB
        (65536, 0, 31.5),
    ],
)
def test_half_of_what_is_left(memory_mb: int | None, containers_mb: int, size: float) -> None:
    assert cache_gb(memory_mb, containers_mb) == size


@given(MEMORY, MEMORY)
def test_never_more_than_mongod_would_take_by_itself(memory_mb: int, containers_mb: int) -> None:
    size = cache_gb(memory_mb, containers_mb)
    assert LEAST <= size <= max(LEAST, (memory_mb - 1024) / 2 / 1024 + STEP / 2)
    assert (size / STEP).is_integer()


@given(MEMORY, MEMORY, st.floats(0.9, 1.1))
def test_size_stays_where_memory_changes_a_little(memory_mb: int, containers_mb: int, change: float) -> None:
    """Another kernel has some MiB more or less, and a hypervisor takes some back. mongod is not restarted for that."""
    size = cache_gb(memory_mb, 0)
    assert cache_gb(memory_mb, 0, str(size)) == size
    assert cache_gb(int(memory_mb * change), 0, str(size)) == size
    with_containers = cache_gb(memory_mb, containers_mb)
    assert cache_gb(memory_mb + 64, containers_mb, str(with_containers)) == with_containers


@pytest.mark.parametrize("present", ["", "much", "nan", "inf", "-1.25", "0", "1.3", "64", "0.25"])
def test_size_that_is_none_of_ours_or_far_from_the_planned_one_does_not_stay(present: str) -> None:
    assert cache_gb(7900, 4096, present) == 1.25


@pytest.mark.parametrize("present", ["1.25", "1.5"])
def test_size_near_the_planned_one_stays(present: str) -> None:
    assert cache_gb(7900, 4096, present) == float(present)


# -- what the containers take ------------------------------------------------------------------------------------------


def containers_mb(inventory: dict[str, Any]) -> dict[str, int]:
    return {name: host["required"]["containers_mb"] for name, host in plan(inventory)["hosts"].items()}


def test_containers_take_what_their_users_need() -> None:
    assert containers_mb(single()) == {"chat": 4096}
    assert containers_mb(single(rocketchat_expected_users=25)) == {"chat": 2048}
    assert containers_mb(single(rocketchat_expected_users=5000)) == {"chat": 12288}
    # unless they take more as soon as they are started
    assert containers_mb(single(rocketchat_replicas={"ddp_streamer": 9})) == {"chat": 4096}
    assert containers_mb(single(rocketchat_replicas={"rocketchat": 9}))["chat"] == 9 * 512 + 4 * 64


def test_hosts_share_the_users_and_one_without_containers_has_none() -> None:
    groups = {"mongodb": ["db"], "nats": ["db"], "rocketchat": ["a", "b"], "nginx": ["db"]}
    assert containers_mb(cluster("a", "b", "db", groups=groups)) == {"a": 2048, "b": 2048, "db": 0}


def test_containers_take_no_more_than_their_limits() -> None:
    services = ("rocketchat", "ddp_streamer", "authorization", "account", "presence")
    bounded = {name: {"memory": "512m"} for name in services}
    assert containers_mb(single(rocketchat_resources=bounded)) == {"chat": 5 * 512}
    assert containers_mb(single(rocketchat_resources={"account": {"memory": "512m"}})) == {"chat": 4096}


# -- in its settings ---------------------------------------------------------------------------------------------------


def written(host: Host) -> str:
    [file] = [file for file in host.desired["mongodb"].files if file.path == layout.MONGOD_SETTINGS]
    return next((line.strip() for line in str(file.content).splitlines() if "cacheSizeGB" in line), "")


def again(**facts: Any) -> Host:
    """A host of a run before, which says this now."""
    return before_a_run_of(PLAN, converged(PLAN, **facts))


def test_it_is_in_the_settings_of_a_host_that_was_asked() -> None:
    assert written(again()) == "cacheSizeGB: 1.25"
    assert written(again(memory_mb=24105)) == "cacheSizeGB: 9.25"
    assert written(again(memory_mb=None)) == ""


def test_host_keeps_its_settings_while_they_are_about_right() -> None:
    there = mongod_settings(PLAN["hosts"]["chat"]["mongodb"])
    for present in ("1.25", "1.5", "4.0"):
        there["settings"]["cacheSizeGB"] = present
        host = again(mongod=there, memory_mb=7890)
        assert written(host) == f"cacheSizeGB: {'1.25' if present == '4.0' else present}"
        # the file that the fixture has is that of 1.25
        assert ("mongodb" in host_differences(host)) is (present == "1.5")
