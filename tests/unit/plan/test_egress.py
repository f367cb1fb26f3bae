# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the containers of a host reach: what they need, and nothing else."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

import pytest
from hypothesis import given

from tests.examples import examples
from tests.unit.plan.test_properties import inventories
from tests.unit.plan.test_reach import ONE, THREE, TWO, rules
from tests.unit.plan_inventories import Inventory, cluster, complaints, message, plan, single

NATS, MONGODB = ("172.31.250.236", 4222), ("172.31.250.1", 27017)
EXTERNAL = "mongodb://me:secret@db1.example.com,10.0.0.9:27018/rocketchat?replicaSet=rs0"


def senders(inventory: Inventory, host: str = "chat") -> dict[str, dict[str, Any]]:
    return {one["part"]: one for one in plan(inventory)["hosts"][host]["firewall"]["senders"]}


def monoliths(**variables: Any) -> dict[str, Any]:
    return senders(single(**variables))["monoliths"]


def test_services_reach_the_bus_and_the_database_alone() -> None:
    found = senders(single())
    assert found["services"]["needs"] == found["monoliths"]["needs"] == [NATS, MONGODB]
    others = {key: value for key, value in found["services"].items() if key not in ("part", "addresses", "needs")}
    assert not any(others.values())
    assert found["nats"]["addresses"] == [NATS[0]]
    assert not any(value for key, value in found["nats"].items() if key not in ("part", "addresses"))


def test_the_monolith_reaches_the_rest_of_the_world_and_nginx() -> None:
    found = monoliths()
    assert (found["networks"], found["entrance"], found["names"]) == (["0.0.0.0/0"], [443, 80], True)
    closed = monoliths(rocketchat_egress=[])
    assert (closed["networks"], closed["entrance"], closed["names"]) == ([], [], False)


def test_an_address_that_is_named_alone_is_an_exception() -> None:
    found = monoliths(rocketchat_egress=["10.0.0.0/8", "169.254.169.254"])
    assert (found["networks"], found["exceptions"]) == (["10.0.0.0/8"], ["169.254.169.254"])


def test_of_several_hosts_containers_reach_the_bus_and_the_database_of_each() -> None:
    found = senders(cluster("one", "two", "three"), "one")
    databases = [(ONE, 27017), (TWO, 27017), (THREE, 27017)]
    needs = [NATS, (TWO, 4222), (THREE, 4222), *databases]
    assert found["services"]["needs"] == needs
    entrances = [(host, port) for host in (TWO, THREE) for port in (443, 80)]
    assert found["monoliths"]["needs"] == [*needs, *entrances]
    assert found["nats"]["needs"] == [(TWO, 6222), (THREE, 6222)]
    # and neither the sshd of one, nor what another publishes
    assert f"ip daddr {{ {TWO}, {THREE} }} counter reject" in rules(plan(cluster("one", "two", "three")), "one")


def test_a_database_of_the_operators_is_where_only_its_own_configuration_says() -> None:
    found = senders(cluster("one", groups={"mongodb": []}, rocketchat_mongodb_url=EXTERNAL), "one")["services"]
    assert found["needs"] == [NATS, ("10.0.0.9", 27018)]
    assert (found["ports"], found["names"], found["members"]) == ([27017], True, "1024-65535")
    url = "mongodb+srv://me:secret@db.example.com/rocketchat"
    found = senders(cluster("one", groups={"mongodb": []}, rocketchat_mongodb_url=url), "one")["services"]
    assert (found["ports"], found["names"], found["members"]) == ([], True, "1024-65535")


def test_a_bus_of_the_operators() -> None:
    urls = ["nats://u:p@n1.example.com:4333", "nats://u:p@10.0.0.8"]
    found = senders(cluster("one", groups={"nats": []}, rocketchat_nats_urls=urls), "one")
    assert (found["services"]["ports"], ("10.0.0.8", 4222) in found["services"]["needs"]) == ([4333], True)
    assert "nats" not in found


@pytest.mark.parametrize(
    ("variables", "ports", "needs"),
    [
        ({"rocketchat_mail_url": "smtps://u:p@mail.example.com"}, [465], []),
        ({"rocketchat_mail_url": "smtp://10.0.0.5:25"}, [], [("10.0.0.5", 25)]),
        ({"rocketchat_proxy_url": "http://u:p@10.0.0.6:3128"}, [], [("10.0.0.6", 3128)]),
        ({"rocketchat_proxy_url": "http://proxy.example.com:3128"}, [3128], []),
    ],
)
def test_servers_that_are_named_need_not_be_named_again(
    variables: dict[str, Any], ports: list[int], needs: list[tuple[str, int]]
) -> None:
    found = senders(single(rocketchat_egress=[], **variables))
    assert (found["monoliths"]["ports"], found["monoliths"]["needs"][2:]) == (ports, needs)
    assert (found["services"]["ports"], found["services"]["needs"][2:]) == ([], [])


def test_an_object_store_without_keys_asks_the_cloud_for_some() -> None:
    uploads = {"rocketchat_file_upload_storage": "s3", "rocketchat_file_upload_s3": {"bucket": "chat"}}
    metadata = ("169.254.169.254", 80)
    assert metadata in monoliths(**uploads)["needs"]
    keys = {"access_key": "KEY", "secret_key": "SECRET"}
    with_keys = {**uploads, "rocketchat_file_upload_s3": {"bucket": "chat", **keys}}
    assert metadata not in monoliths(**with_keys)["needs"]


def test_networks_are_of_ipv4() -> None:
    assert complaints(single(rocketchat_egress=["2001:db8::/32"])) == message(
        "rocketchat_egress = '2001:db8::/32': is of IPv6, which containers do not have. Write one of IPv4."
    )


@examples(times=0.3)
@given(inventories())
def test_every_container_is_judged_by_rules_of_one_kind(inventory: Inventory) -> None:
    """And so is the one that takes its place in an upgrade."""
    planned = plan(inventory)
    for name, host in planned["hosts"].items():
        found = [address for one in host["firewall"]["senders"] for address in one["addresses"]]
        assert len(found) == len(set(found))
        projects = [host[role]["compose"] for role in ("nats", "rocketchat") if host[role]]
        networks = [network for one in projects for s in one["services"].values() for network in s["networks"].values()]
        addresses = [network["ipv4_address"] for network in networks]
        assert set(addresses) <= set(found)
        below = {str(ipaddress.IPv4Address(address) - 1) for address in addresses} if host["rocketchat"] else set()
        assert set(found) <= {*addresses, *below}
        text = rules(planned, name)
        if found and host["firewall"]["managed"]:
            [written] = re.findall(r"define containers = \{ (.*) \}", text)
            assert written.split(", ") == found
            assert text.count("goto from_") == 2 * len(host["firewall"]["senders"])
