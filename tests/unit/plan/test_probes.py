# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plan has the health modules ask."""

from __future__ import annotations

from typing import Any

import yaml

from tests.deployment import ROOT
from tests.unit.plan_inventories import cluster, every_container, lab, plan


def probes(planned: dict[str, Any], host: str) -> dict[str, Any]:
    return planned["hosts"][host]["probes"]


def test_docker_is_asked_about_all_that_runs_there_as_it_was_planned() -> None:
    planned = plan(lab())
    told = probes(planned, "chat")["containers"]
    asked = {entry["hostname"]: entry for entry in told["containers"]}
    server = asked.pop("chat-nats")
    composed = planned["hosts"]["chat"]["nats"]["compose"]["services"]["nats"]
    assert server == {
        "name": composed["container_name"],
        "service": "nats",
        "image": composed["image"],
        "hostname": "chat-nats",
        "environment": {},
        "extra_hosts": [],
        "network": "rocketchat",
    }
    deployed = every_container(planned)
    assert set(asked) == set(deployed)
    for hostname, entry in asked.items():
        service = deployed[hostname]
        identity = (service["container_name"], service["image"], service["labels"]["io.rocketops.service"])
        assert (entry["name"], entry["image"], entry["service"]) == identity
        assert {**entry["environment"], **told["secret_environments"][entry["name"]]} == service["complete"]
        assert entry["extra_hosts"] == service["extra_hosts"]
        assert entry["address"] == service["networks"]["rocketchat"]["ipv4_address"]
    assert set(told["secret_environments"]) == {entry["name"] for entry in asked.values()}


def test_mongodb_is_asked_as_the_user_and_at_the_names_that_the_services_use() -> None:
    for host in "ab":
        assert probes(plan(cluster("a", "b", groups={"nginx": ["b"]})), host)["mongodb"] == {
            "members": ["a.mongodb.internal:27017", "b.mongodb.internal:27017"],
            "replica_set": "rs0",
            "database": "rocketchat",
            "username": "rocketchat",
            "password": "mongodb-secret",
            "data_directory": "/var/lib/mongodb",
        }


def test_nats_is_logged_in_to_where_that_is_possible() -> None:
    assert probes(plan(lab()), "chat")["nats"] == {
        "url": "container://nats:8222",
        "expected_routes": 0,
        "namespace": "",
    }
    assert probes(plan(cluster("a", "b", "c")), "b")["nats"] == {
        "url": "container://nats:8222",
        "expected_routes": 2,
        "namespace": "",
        "address": "198.18.0.12:4222",
        "username": "rocketchat",
        "password": "nats-secret",
    }


def test_the_proxy_is_asked_on_its_own_host_under_the_name_that_people_type() -> None:
    planned = plan(
        cluster("a", "b", groups={"nginx": ["b"]}, rocketchat_root_url="https://chat.example.com:8443/team/")
    )
    assert probes(planned, "b")["ddp"] == {"url": "https://chat.example.com:8443/team", "connect_to": "127.0.0.1:8443"}
    assert probes(planned, "a")["ddp"] is None


def test_a_host_without_nats_is_asked_about_the_services_alone() -> None:
    planned = plan(cluster("a", "b", groups={"nats": ["a"]}))
    services = [container["name"] for container in planned["hosts"]["b"]["containers"]]
    assert [entry["name"] for entry in probes(planned, "b")["containers"]["containers"]] == services


def test_a_host_is_asked_only_about_what_it_has() -> None:
    groups = {"mongodb": ["a"], "nats": ["b"], "rocketchat": ["b"], "nginx": ["c"]}
    planned = plan(cluster("a", "b", "c", groups=groups))
    asked = {host: {name for name, probe in probes(planned, host).items() if probe} for host in "abc"}
    assert asked == {"a": {"mongodb", "workspace"}, "b": {"containers", "nats"}, "c": {"ddp"}}


def test_one_host_asks_about_the_workspace() -> None:
    planned = plan(cluster("a", "b", "c", groups={"mongodb": ["b", "c"]}))
    assert [host for host in "abc" if probes(planned, host)["workspace"]] == ["b"]
    assert probes(planned, "b")["workspace"] == {
        "url": (
            "mongodb://rocketchat:mongodb-secret@b.mongodb.internal:27017,c.mongodb.internal:27017/rocketchat"
            "?replicaSet=rs0&authSource=admin"
        ),
        "database": "rocketchat",
        "root_url": "https://chat.example.com",
        "site_url": "",
    }


def test_a_mongodb_of_the_operators_is_asked_from_a_host_of_rocketchat() -> None:
    url = "mongodb+srv://rocketchat:S3cret@db.example.com/talk"
    groups = {"mongodb": [], "rocketchat": ["b", "c"]}
    settings = {"Site_Url": "https://chat.example.com/team"}
    planned = plan(cluster("a", "b", "c", groups=groups, rocketchat_mongodb_url=url, rocketchat_settings=settings))
    assert [host for host in "abc" if probes(planned, host)["workspace"]] == ["b"]
    asked = probes(planned, "b")["workspace"]
    assert asked == {
        "url": url,
        "database": "talk",
        "root_url": "https://chat.example.com",
        "site_url": "https://chat.example.com/team",
    }


def test_the_data_directory_is_the_one_that_mongod_is_given() -> None:
    template = (ROOT / "roles" / "mongodb" / "templates" / "mongod.conf.j2").read_text(encoding="utf-8")
    directory = probes(plan(lab()), "chat")["mongodb"]["data_directory"]
    assert f"dbPath: {directory}\n" in template


def test_the_playbook_registers_what_the_report_reads() -> None:
    [play] = yaml.safe_load((ROOT / "playbooks" / "not-public" / "verify.yml").read_text(encoding="utf-8"))
    source = (ROOT / "plugins" / "action" / "health_report.py").read_text(encoding="utf-8")
    assert f'REGISTERED = "{play["tasks"][0]["register"]}"\n' in source
