# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the preview says of ports: all that the plan opens, who reaches them, and what changes them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.ports import needs
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preview.ports import ports, written

from tests.unit.plan_inventories import cluster, plan, single


def said(planned: dict[str, Any], part: str) -> list[tuple[str, str, str, list[str]]]:
    return [
        (written(one["address"], one["port"]), one["reach"], one["variable"], one["hosts"])
        for one in ports(planned)
        if one["part"] == part
    ]


def test_mongodb_and_nats_of_one_host_are_for_its_containers() -> None:
    planned = plan(single(nats_port=4333))
    assert said(planned, "MongoDB") == [
        ("127.0.0.1:27017", "this host", "mongodb_port", ["chat"]),
        ("172.31.250.1:27017", "its containers", "mongodb_port", ["chat"]),
    ]
    assert said(planned, "nats") == [
        ("nats:4333", "its containers", "nats_port", ["chat"]),
    ]


def test_several_hosts_open_them_to_the_private_network() -> None:
    planned = plan(cluster("a", "b", "c"))
    private = [f"198.18.0.{number}" for number in (11, 12, 13)]
    assert said(planned, "MongoDB") == [
        ("127.0.0.1:27017", "this host", "mongodb_port", ["a", "b", "c"]),
        *(
            (f"{address}:27017", "hosts that need it", "mongodb_port", [host])
            for host, address in zip("abc", private, strict=True)
        ),
    ]
    assert said(planned, "nats") == [
        *(
            (f"{address}:{port}", "hosts that need it", variable, [host])
            for host, address in zip("abc", private, strict=True)
            for port, variable in ((4222, "nats_port"), (6222, ""))
        ),
    ]


def test_the_proxy_is_for_everybody() -> None:
    planned = plan(cluster("a", "b", rocketchat_root_url="https://chat.example.com:8443", groups={"mongodb": ["a"]}))
    assert said(planned, "nginx") == [("*:8443", "everybody", "rocketchat_root_url", ["a", "b"])]
    assert said(planned, "nginx's redirect to https") == [("*:80", "everybody", "", ["a", "b"])]
    plain = plan(single(rocketchat_root_url="http://chat.example.com"))
    assert said(plain, "nginx") == [("*:80", "everybody", "rocketchat_root_url", ["chat"])]
    assert said(plain, "nginx's redirect to https") == []


def test_services_and_their_metrics() -> None:
    planned = plan(single(rocketchat_metrics=True, rocketchat_private_address="198.18.0.9"))
    assert said(planned, "account-1") == [
        ("172.31.250.248:3000", "this host and its containers", "", ["chat"]),
        ("198.18.0.9:13300", "this host and its containers", "rocketchat_metrics_ports.account", ["chat"]),
    ]


def test_without_rules_of_ours_it_is_everybody_on_the_private_network() -> None:
    metrics = {"rocketchat_metrics": True, "rocketchat_private_address": "198.18.0.9"}
    planned = plan(single(**metrics, rocketchat_firewall="own"))
    assert said(planned, "account-1")[1][:2] == ("198.18.0.9:13300", "the private network")
    planned = plan(single(**metrics, rocketchat_metrics_clients=["10.0.0.7"]))
    assert said(planned, "account-1")[1][:2] == ("198.18.0.9:13300", "hosts that need it")


@pytest.mark.parametrize("planned", [plan(single()), plan(cluster("a", "b", "c"))], ids=["one", "three"])
def test_every_port_that_the_gate_wants_free_is_told(planned: dict[str, Any]) -> None:
    for name, host in planned["hosts"].items():
        told = {(one["address"], one["port"]) for one in ports(planned) if name in one["hosts"]}
        assert {(need.address, need.port) for need in needs(host)} <= told


def test_all_ports_of_a_part_stand_together() -> None:
    parts = [one["part"] for one in ports(plan(cluster("a", "b", "c", groups={"nginx": ["a"]})))]
    changes = [part for before, part in zip([None, *parts], parts, strict=False) if part != before]
    assert len(changes) == len(set(parts))


def test_addresses_as_people_write_them() -> None:
    assert written("::", 80) == "*:80"
    assert written("2001:db8::1", 27017) == "[2001:db8::1]:27017"
