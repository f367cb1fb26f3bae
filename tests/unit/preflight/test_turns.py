# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers are replaced in turns."""

from __future__ import annotations

from typing import Any

from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.application import role_plan
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import host_differences
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.turns import at_once
from hypothesis import given

from tests.examples import examples
from tests.unit.plan.test_properties import inventories
from tests.unit.plan_inventories import Inventory, plan, single
from tests.unit.preflight.hosts import asked, before_a_run_of, converged

REPLICAS = {"rocketchat": 2, "ddp_streamer": 2, "account": 2}
BEFORE = single(rocketchat_replicas=REPLICAS, rocketchat_version="8.9.1", mongodb_version="8.0")


def given_to(host: Host) -> dict[str, Any]:
    return role_plan(host, "rocketchat", host_differences(host).get("rocketchat", []))


def after(**variables: Any) -> Host:
    """The deployment of before, with other settings to come."""
    planned = plan({**BEFORE, "hosts": {"chat": {**BEFORE["hosts"]["chat"], **variables}}})
    return before_a_run_of(planned, converged(plan(BEFORE)))


def test_all_in_turns() -> None:
    turns = given_to(after(rocketchat_log_level="info"))["turns"]
    assert [turn["services"] for turn in turns] == [
        ["rocketchat-1"],
        ["rocketchat-2"],
        ["ddp-streamer-1"],
        ["ddp-streamer-2"],
        ["account-1", "authorization-1", "presence-1"],
        ["account-2"],
    ]
    assert [bool(turn["here"]) for turn in turns] == [True] * 4 + [False] * 2
    assert turns[0]["here"] == ["172.31.250.254:3000"]
    assert [turn["drain_seconds"] > 0 for turn in turns] == [True, True, False, False, False, False]
    assert [[endpoint["name"] for endpoint in turn["endpoints"]] for turn in turns[:2]] == [
        ["rocketchat-1"],
        ["rocketchat-2"],
    ]


def test_only_what_differs() -> None:
    turns = given_to(after(rocketchat_replicas={**REPLICAS, "ddp_streamer": 3}))["turns"]
    assert [turn["services"] for turn in turns] == [["ddp-streamer-3"]]


def test_all_at_once_where_nobody_is_served() -> None:
    assert given_to(asked(plan(BEFORE)))["turns"] == []
    assert given_to(after(rocketchat_network_subnet="172.31.251.0/24"))["turns"] == []


def test_hosts_that_serve_are_changed_one_after_the_other() -> None:
    changed = after(rocketchat_log_level="info")
    differences = {"rocketchat": host_differences(changed)["rocketchat"]}
    at_a_time = at_once([(changed, differences)])
    assert at_a_time["rocketchat"] == 1
    assert {at_a_time[role] for role in ("docker", "mongodb", "nats", "nginx")} == {"100%"}


def test_members_of_a_set_that_is_not_complete_wait_for_each_other() -> None:
    there, new = after(), asked(plan(BEFORE))
    assert at_once([(there, {"mongodb": []})])["mongodb"] == 1
    assert at_once([(there, {"mongodb": []}), (new, {"mongodb": []})])["mongodb"] == "100%"


@examples(times=0.2)
@given(inventories())
def test_never_all_replicas_of_a_service(inventory: Inventory) -> None:
    """Unless it has one alone; and every container that differs has its turn, once."""
    planned = plan(inventory)
    for name, host in planned["hosts"].items():
        if not host["rocketchat"]:
            continue
        there = converged(planned, name)
        changed = {
            c["name"]: {**c, "image": "registry.example.com/other:1"} for c in there.facts["docker"]["containers"]
        }
        facts = {**there.facts["docker"], "containers": list(changed.values())}
        turns = given_to(converged(planned, name, docker=facts))["turns"]
        services = {container["name"]: container["service"] for container in host["containers"]}
        assert sorted(one for turn in turns for one in turn["services"]) == sorted(services)
        for turn in turns:
            kinds = [services[one] for one in turn["services"]]
            assert len(kinds) == len(set(kinds))


def test_servers_and_clients_change_at_once_where_tls_is_switched() -> None:
    """Those that have changed and those that have not do not reach each other."""
    switched = after(nats_tls=True, mongodb_tls=True)
    differences = host_differences(switched)
    at_a_time = at_once([(switched, differences), (after(), {"nginx": []})])
    assert {at_a_time[role] for role in ("mongodb", "nats", "rocketchat")} == {"100%"}
    assert at_a_time["nginx"] == 1
    assert given_to(switched)["turns"] == []
