# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What leaves the plan and stays where it is, and addresses that left a host."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.departures import noted_hosts
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.judge import judge

from tests.unit.plan_inventories import cluster, plan, single
from tests.unit.preflight.hosts import asked, before_a_run_of, converged, with_facts
from tests.unit.preflight.test_data import of_set

NAMES = ("one", "two", "three")
BEFORE = plan(cluster(*NAMES, mongodb_version="8.0"))


def left(*names: str, **groups: list[str]) -> tuple[dict[str, Any], list[Host]]:
    """The hosts of the whole deployment before a run of a smaller one."""
    planned = plan(cluster(*(names or NAMES), groups=groups, mongodb_version="8.0"))
    return planned, [before_a_run_of(planned, converged(BEFORE, name)) for name in names or NAMES]


def warnings(planned: dict[str, Any], hosts: list[Host]) -> list[str]:
    return [warning for warning in judge(planned, hosts).warnings if "even number" not in warning]


LEFT: dict[str, tuple[dict[str, list[str]], list[str]]] = {
    "nothing": ({}, []),
    "NATS": (
        {"nats": ["one", "two"]},
        [
            "[nats] does not have host three any more: nats will stay as it is. To end that: `sudo docker compose "
            "--project-directory /opt/nats down` there."
        ],
    ),
    "nginx": (
        {"nginx": ["one", "two"]},
        [
            "[nginx] does not have host three any more: /etc/nginx/conf.d/rocketchat.conf will stay as it is. To end "
            "that: remove it, and `sudo systemctl reload nginx` there."
        ],
    ),
    "Rocket.Chat": (
        {"rocketchat": ["one", "two"]},
        [
            "[rocketchat] does not have host three any more: rocketchat-1, ddp-streamer-1, authorization-1, account-1, "
            "presence-1 will stay as it is. To end that: `sudo docker compose --project-directory /opt/rocketchat "
            "down` there."
        ],
    ),
    "a member of MongoDB": (
        {"mongodb": ["one", "two"]},
        [
            "MongoDB is not planned on host three any more: mongod, which runs, and /var/lib/mongodb will stay as it "
            "is. To end that: `sudo systemctl disable --now mongod.service` there, if nobody needs it.",
            "the replica set has the member three.mongodb.internal:27017, which no host of [mongodb] is. It stays a "
            "member, and one that is away counts against the majority: take it out in mongosh at the primary with "
            "rs.remove('three.mongodb.internal:27017').",
        ],
    ),
}


@pytest.mark.parametrize(("groups", "told"), LEFT.values(), ids=list(LEFT))
def test_part_that_leaves_a_host_is_told_with_what_stays(groups: dict[str, list[str]], told: list[str]) -> None:
    planned, hosts = left(**groups)
    assert warnings(planned, hosts) == told
    assert judge(planned, hosts).problems == []


def test_what_was_ended_by_hand_is_told_no_more() -> None:
    planned, hosts = left(mongodb=["one", "two"], nats=["one", "two"], nginx=["one", "two"])
    three = hosts[2]
    units = {name: {**unit, "active": False} for name, unit in three.facts["units"].items()}
    containers = [one for one in three.containers if one["project"] != "nats"]
    ended = with_facts(
        three,
        units=units,
        mongod=None,
        data=asked(BEFORE, "three").facts["data"],
        files={**three.facts["files"], "/etc/nginx/conf.d/rocketchat.conf": None},
        docker={**three.facts["docker"], "containers": containers},
    )
    members = ["one.mongodb.internal:27017", "two.mongodb.internal:27017"]
    assert warnings(planned, [*(of_set(host, members=members) for host in hosts[:2]), ended]) == []


def test_host_that_left_the_inventory_is_told_until_a_run_has_noted_it() -> None:
    planned, hosts = left("one", "two")
    noted = noted_hosts(BEFORE, hosts[0])
    assert noted == dict.fromkeys(NAMES, ["mongodb", "nats", "rocketchat", "nginx"])
    ledger = hosts[0].facts["ledger"]
    knowing = with_facts(hosts[0], ledger={**ledger, "content": {**ledger["content"], "hosts": noted}})
    assert warnings(planned, [knowing, hosts[1]])[-1] == (
        "host three is not in the inventory any more, or has another name. What it had of the deployment (mongodb, "
        "nats, rocketchat, nginx) stays there and runs on, unless teardown removed it."
    )
    assert noted_hosts(planned, knowing)["three"] is None, "which the ledger then forgets"


def test_former_network_is_told() -> None:
    planned = plan(single(rocketchat_network_name="talk", mongodb_version="8.0"))
    before = converged(plan(single(mongodb_version="8.0")))
    assert judge(planned, [before_a_run_of(planned, before)]).warnings == [
        "host chat is to have another Docker network: network rocketchat will stay as it is. To end that: `sudo docker "
        "network rm rocketchat` there, once no container is in it."
    ]


# -- addresses ---------------------------------------------------------------------------------------------------------


def test_address_that_the_host_does_not_have_is_refused() -> None:
    hosts = [converged(BEFORE, name) for name in NAMES]
    hosts[1] = with_facts(hosts[1], addresses=["10.0.0.7", "172.31.250.1", "2001:db8::7"])
    [problem] = judge(BEFORE, hosts).problems
    assert str(problem) == (
        "rocketchat_private_address (host two) = '198.18.0.12': is no address of the host, and MongoDB, nats and 2 "
        "more cannot listen there. Write 10.0.0.7 if it was renumbered, or give the host this address."
    )


def test_single_host_needs_no_address_but_for_metrics() -> None:
    host = with_facts(converged(plan(single())), addresses=["10.0.0.7"])
    assert judge(plan(single()), [host]).problems == []
    measured = plan(single(rocketchat_metrics=True, rocketchat_private_address="10.0.0.8"))
    [problem] = judge(measured, [before_a_run_of(measured, host)]).problems
    assert "and rocketchat-1, ddp-streamer-1 and 3 more cannot listen there. Write 10.0.0.7 if" in str(problem)


def test_renumbered_host_is_mended_by_a_run() -> None:
    """Names, addresses that are listened on, and routes follow from the inventory."""
    inventory = cluster(*NAMES, mongodb_version="8.0")
    inventory["hosts"]["two"]["rocketchat_private_address"] = "198.18.0.99"
    planned = plan(inventory)
    hosts = [before_a_run_of(planned, converged(BEFORE, name)) for name in NAMES]
    hosts[1] = with_facts(hosts[1], addresses=["198.18.0.99"])
    assert judge(planned, hosts).problems == []
