# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""With --limit only some hosts answer: they are judged, and what only the others know is no guess."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.judge import judge

from tests.unit.plan_inventories import cluster, plan
from tests.unit.preflight.hosts import asked, before_a_run_of, converged

NAMES = ("a", "b", "c")
VARIABLES: dict[str, Any] = {"rocketchat_license_in_workspace": True}
PLAN = plan(cluster(*NAMES, **VARIABLES))
SOME = [list(names) for length in (1, 2) for names in combinations(NAMES, length)]


def left_out(names: list[str]) -> str:
    return ", ".join(name for name in NAMES if name not in names)


@pytest.mark.parametrize("names", SOME, ids=",".join)
def test_hosts_that_are_as_planned_are_judged_alone(names: list[str]) -> None:
    verdict = judge(PLAN, [converged(PLAN, name) for name in names])
    assert verdict.problems == []
    assert f"--limit leaves out {left_out(names)}: nothing there is asked, judged or changed." in verdict.warnings


@pytest.mark.parametrize("names", SOME, ids=",".join)
def test_what_is_wrong_with_a_host_is_told_of_those_that_were_asked(names: list[str]) -> None:
    found = judge(PLAN, [converged(PLAN, name, memory_mb=500) for name in names]).problems
    assert [problem.variable for problem in found] == [f"memory of host {name}" for name in names]


@pytest.mark.parametrize("names", SOME, ids=",".join)
def test_no_release_comes_beside_one_that_nobody_asked_for(names: list[str]) -> None:
    newer = plan(cluster(*NAMES, rocketchat_version="9.0.0", **VARIABLES))
    for hosts in (
        [before_a_run_of(newer, converged(PLAN, name)) for name in names],
        [asked(newer, name) for name in names],
    ):
        found = [str(problem) for problem in judge(newer, hosts).problems if problem.variable == "--limit"]
        assert found == [
            f"--limit: leaves out {left_out(names)} of [rocketchat], so nobody knows which release runs there, and "
            f"{', '.join(names)} would get 9.0.0. Call site without it, as it changes only what differs, or take "
            "hosts that are gone out of the inventory."
        ]


def test_hosts_without_a_monolith_change_no_database() -> None:
    inventory = cluster("a", "b", groups={"mongodb": ["a"]}, **VARIABLES)
    inventory["hosts"]["b"]["rocketchat_replicas"] = {"rocketchat": 0}
    planned = plan(inventory)
    assert judge(planned, [asked(planned, "b")]).problems == []


def test_without_limit_nothing_is_said_of_it() -> None:
    verdict = judge(PLAN, [asked(PLAN, name) for name in NAMES])
    assert not [text for text in (*map(str, verdict.problems), *verdict.warnings) if "--limit" in text]
