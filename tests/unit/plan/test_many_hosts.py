# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is different with more than one host: addresses, routes, and whose variables count."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.plan_inventories import cluster, every_container, plan


def nats(planned: dict[str, Any], host: str) -> tuple[list[str], dict[str, Any]]:
    """The published ports and the configuration of a host's NATS."""
    project = planned["hosts"][host]["nats"]
    return project["compose"]["services"]["nats"].get("ports", []), json.loads(project["config"])


def test_a_service_asks_the_nats_of_its_own_host_first() -> None:
    found = every_container(plan(cluster("a", "b", "c")))
    user = "nats://rocketchat:nats-secret@"
    assert found["b-account-1"]["complete"]["TRANSPORTER"].split(",") == [
        f"{user}nats:4222",
        f"{user}198.18.0.11:4222",
        f"{user}198.18.0.13:4222",
    ]


def test_servers_of_nats_find_each_other() -> None:
    ports, config = nats(plan(cluster("a", "b")), "a")
    assert ports == ["198.18.0.11:4222:4222", "198.18.0.11:6222:6222"]
    assert config["cluster"] == {
        "name": "rocketchat",
        "listen": "0.0.0.0:6222",
        "no_advertise": True,
        "authorization": {"user": "servers", "password": "route-secret"},
        "routes": ["nats-route://servers:route-secret@198.18.0.12:6222"],
    }


@pytest.mark.parametrize(
    ("groups", "published"),
    [
        ({"nats": ["a"], "rocketchat": ["a"]}, []),
        ({"nats": ["a"], "rocketchat": ["a", "b"]}, ["198.18.0.11:4222:4222"]),
    ],
)
def test_one_nats_is_published_only_for_other_hosts(groups: dict[str, list[str]], published: list[str]) -> None:
    ports, config = nats(plan(cluster("a", "b", groups=groups)), "a")
    assert ports == published
    assert "cluster" not in config


def test_every_member_of_mongodb_is_in_the_url() -> None:
    planned = plan(cluster("a", "b", "c", groups={"mongodb": ["b", "c"]}))
    assert (
        "@b.mongodb.internal:27017,c.mongodb.internal:27017/"
        in (every_container(planned)["a-account-1"]["complete"]["MONGO_URL"])
    )
    assert planned["hosts"]["b"]["mongodb"]["bind_addresses"] == ["127.0.0.1", "198.18.0.12"]
    assert planned["hosts"]["a"]["mongodb"] is None


def test_long_names_are_cut_and_stay_different() -> None:
    hosts = [f"{'x' * 54}-{name}" for name in ("one", "two")]
    hostnames = set(every_container(plan(cluster(*hosts))))
    assert len(hostnames) == 10
    assert max(map(len, hostnames)) == 63
    longest = "y" * (63 - len("-rocketchat-1"))
    assert f"{longest}-rocketchat-1" in every_container(plan(cluster(longest)))
    assert f"{longest}y-rocketchat-1" not in every_container(plan(cluster(f"{longest}y")))


def test_a_group_decides_the_settings_that_are_named_after_it() -> None:
    inventory = cluster("a", "b", groups={"nats": ["b"]})
    inventory["hosts"]["a"] |= {"nats_username": "not-asked"}
    inventory["hosts"]["b"] |= {"nats_username": "of-b"}
    assert nats(plan(inventory), "b")[1]["authorization"]["users"][0]["user"] == "of-b"


def test_some_settings_are_a_hosts_own() -> None:
    inventory = cluster("a", "b")
    inventory["hosts"]["b"] |= {
        "rocketchat_replicas": {"ddp_streamer": 2},
        "rocketchat_ports": {"ddp_streamer": 4000},
        "rocketchat_resources": {"ddp_streamer": {"memory": "1g", "cpus": "1.5"}},
    }
    streamers = {name: c for name, c in every_container(plan(inventory)).items() if "ddp-streamer" in name}
    assert {name: (c.get("ports"), c.get("mem_limit"), c.get("cpus")) for name, c in streamers.items()} == {
        "a-ddp-streamer-1": (["198.18.0.11:3100:3000"], None, None),
        "b-ddp-streamer-1": (["198.18.0.12:4000:3000"], "1g", 1.5),
        "b-ddp-streamer-2": (["198.18.0.12:4001:3000"], "1g", 1.5),
    }
