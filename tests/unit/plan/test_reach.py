# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who reaches what a deployment has listen on a host, and that the rules say no other thing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.deployment import HostPlan
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.desired import desired_state
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.ports import needs
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.distributions import DISTRIBUTIONS
from hypothesis import given

from tests.examples import examples
from tests.unit.plan.test_properties import inventories
from tests.unit.plan_inventories import Inventory, cluster, complaints, message, plan, single

Openings = dict[tuple[str, int], list[str] | None]
ONE, TWO, THREE, FOUR = (f"198.18.0.{number}" for number in (11, 12, 13, 14))


def clients(planned: dict[str, Any], host: str) -> Openings:
    """Other machines that reach an address and port of a host; None are all."""
    listeners = planned["hosts"][host]["firewall"]["listeners"]
    found: Openings = {(one["address"], one["port"]): one["clients"] for one in listeners}
    assert len(found) == len(listeners)
    return found


def opened(planned: dict[str, Any], host: str) -> Openings:
    return {where: who for where, who in clients(planned, host).items() if who != []}


def rules(planned: dict[str, Any], host: str) -> str:
    state = desired_state(HostPlan(**planned["hosts"][host]), DISTRIBUTIONS[-1])["firewall"]
    return next((file.content or "" for file in state.files if file.path == layout.FIREWALL), "")


def test_of_one_host_nobody_else_reaches_anything_but_nginx() -> None:
    planned = plan(single())
    assert opened(planned, "chat") == {("0.0.0.0", 443): None, ("0.0.0.0", 80): None}
    assert clients(planned, "chat")["172.31.250.1", 27017] == []
    assert clients(plan(single(rocketchat_root_url="http://chat.example.com:8080")), "chat")["0.0.0.0", 8080] is None


def test_of_several_hosts_each_reaches_what_it_needs() -> None:
    """Whose parts run where decides: MongoDB, NATS, the services and nginx have a host each."""
    groups = {"mongodb": ["one"], "nats": ["two"], "rocketchat": ["three"], "nginx": ["four"]}
    planned = plan(cluster("one", "two", "three", "four", groups=groups))
    assert opened(planned, "one") == {(ONE, 27017): [THREE]}
    assert opened(planned, "two") == {(TWO, 4222): [THREE]}
    assert opened(planned, "three") == {(THREE, 3000): [FOUR], (THREE, 3100): [FOUR]}
    assert opened(planned, "four") == {("0.0.0.0", 443): None, ("0.0.0.0", 80): None}


def test_of_hosts_that_are_alike_each_reaches_the_others() -> None:
    planned = plan(cluster("one", "two", "three"))
    others = [TWO, THREE]
    ports = (27017, 4222, 6222, 3000, 3100)
    ways_in = {("0.0.0.0", 443): None, ("0.0.0.0", 80): None}
    assert opened(planned, "one") == ways_in | {(ONE, port): others for port in ports}


def test_metrics_are_for_the_other_hosts_and_for_who_is_named() -> None:
    named = {"rocketchat_metrics": True, "rocketchat_metrics_clients": ["198.18.1.7", "10.0.0.0/24", "10.0.0.5"]}
    planned = plan(cluster("one", "two", **named))
    # no address twice, which nft would refuse
    assert opened(planned, "one")[ONE, 13300] == [TWO, "198.18.1.7", "10.0.0.0/24"]
    alone = plan(single(rocketchat_private_address=ONE, **named))
    assert opened(alone, "chat")[ONE, 13300] == ["198.18.1.7", "10.0.0.0/24"]
    assert (
        opened(plan(single(rocketchat_private_address=ONE, rocketchat_metrics=True)), "chat").get((ONE, 13300)) is None
    )
    # nothing of it is published beyond loopback
    assert clients(plan(single(**named)), "chat")["127.0.0.1", 13300] == []


def test_who_asks_for_metrics_is_of_ipv4() -> None:
    assert complaints(single(rocketchat_metrics_clients=["2001:db8::1", "prometheus"])) == message(
        "rocketchat_metrics_clients = 'prometheus': is no address and no network. Write one such as 192.0.2.10 or "
        "10.0.0.0/24.",
        "rocketchat_metrics_clients = '2001:db8::1/128': is of IPv6, where nothing is published. Write one of IPv4.",
    )


@examples(times=0.4)
@given(inventories())
def test_every_port_that_is_taken_has_who_reaches_it(inventory: Inventory) -> None:
    """And no other machine reaches an address that is none of the host's own."""
    planned = plan(inventory)
    for name, host in planned["hosts"].items():
        found = clients(planned, name)
        assert set(found) == {(need.address, need.port) for need in needs(host)}
        for (address, _port), who in found.items():
            assert who is None or not who or address == inventory["hosts"][name]["rocketchat_private_address"]
            assert (who is None) is (address == "0.0.0.0")


@examples(times=0.4)
@given(inventories())
def test_the_rules_judge_every_such_port_and_let_in_nobody_else(inventory: Inventory) -> None:
    planned = plan(inventory)
    for name in planned["hosts"]:
        text = rules(planned, name)
        found = clients(planned, name)
        closed = {where for where, who in found.items() if who is not None}
        [judged] = re.findall(r"tcp dport \{ (.*) \} goto", text) or [""]
        assert {tuple(one.split(" . ")) for one in judged.split(", ") if one} == {(a, str(p)) for a, p in closed}
        let_in = re.findall(r"\tip daddr (\S+) tcp dport (\d+) ip saddr \{ (.*) \} accept", text)
        assert {(a, int(port)): who.split(", ") for a, port, who in let_in} == {
            where: who for where, who in found.items() if who
        }
        forwarded = re.findall(r"original ip daddr (\S+) .* proto-dst (\d+) ip saddr \{ (.*) \} accept", text)
        assert forwarded == (let_in if planned["hosts"][name]["docker"] else [])


def test_rules_are_of_the_deployments_own_addresses() -> None:
    text = rules(plan(single(rocketchat_network_subnet="10.9.8.0/24")), "chat")
    assert "172.31.250" not in text
    assert text.count("10.9.8.0/24") == 8
    # somebody else's rules are flushed by nobody
    assert "flush" not in text


@pytest.mark.parametrize("group", ["mongodb", "nginx"])
def test_a_host_without_containers_has_no_rules_about_them(group: str) -> None:
    groups = {"mongodb": ["one"], "nats": ["two"], "rocketchat": ["two"], "nginx": ["three"]}
    host = groups[group][0]
    text = rules(plan(cluster("one", "two", "three", groups=groups)), host)
    assert "hook forward" not in text
    # but for what an earlier run made
    assert re.findall("bridge.*", text) == (["bridge rocketops"] * 2 if group == "mongodb" else [])
    assert ("hook input" in text) is (group == "mongodb")


def test_nothing_is_written_where_the_operator_has_rules_of_his_own() -> None:
    planned = plan(single(rocketchat_firewall="own"))
    assert rules(planned, "chat") == ""
    assert opened(planned, "chat") == opened(plan(single()), "chat")
