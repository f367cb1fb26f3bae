# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of the lab's single host, against the contract of Rocket.Chat's services."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.plan_inventories import SECRETS, cluster, every_container, lab, plan, read_env_file, single

LAB_SERVICES = ["rocketchat", "ddp-streamer", "authorization", "account", "presence", "stream-hub"]
CONTAINERS = {f"{name}-1" for name in LAB_SERVICES}
MONOLITH_ONLY = {
    "ROOT_URL",
    "INSTANCE_IP",
    "ADMIN_USERNAME",
    "ADMIN_PASS",
    "DEPLOY_METHOD",
    "DEPLOY_PLATFORM",
    "ROCKETCHAT_LICENSE",
}


@pytest.fixture
def planned() -> dict[str, Any]:
    return plan(lab())


@pytest.fixture
def host(planned: dict[str, Any]) -> dict[str, Any]:
    return planned["hosts"]["chat"]


@pytest.fixture
def containers(planned: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {service["container_name"]: service for service in every_container(planned).values()}


def environments(containers: dict[str, dict[str, Any]], variable: str) -> dict[str, str | None]:
    return {name: container["complete"].get(variable) for name, container in containers.items()}


def test_one_container_of_each_service(planned: dict[str, Any], containers: dict[str, Any]) -> None:
    assert set(containers) == CONTAINERS
    assert planned["warnings"] == []
    assert planned["version"] == "7.9.3"


def test_images_are_upstreams_names_in_the_given_registry(containers: dict[str, Any]) -> None:
    assert {container["image"] for container in containers.values()} == {
        f"mirror.lab.internal:5000/rocketchat/{image}:7.9.3"
        for image in ("rocket.chat", *(f"{name}-service" for name in LAB_SERVICES[1:]))
    }


@pytest.mark.parametrize(
    ("variables", "image"),
    [
        ({}, "registry.rocket.chat/rocketchat/rocket.chat:8.9.1"),
        ({"rocketchat_image_registry": "registry.example.com/mirror/"}, None),
    ],
)
def test_images_of_other_registries(variables: dict[str, str], image: str | None) -> None:
    services = plan(single(**variables))["hosts"]["chat"]["rocketchat"]["compose"]["services"]
    assert services["rocketchat-1"]["image"] == (image or "registry.example.com/mirror/rocketchat/rocket.chat:8.9.1")
    if image:
        assert services["account-1"]["image"] == "docker.io/rocketchat/account-service:8.9.1"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        (
            "MONGO_URL",
            "mongodb://rocketchat:mongodb-secret@chat.mongodb.internal:27017/rocketchat?replicaSet=rs0&authSource=admin",
        ),
        ("TRANSPORTER", "nats://rocketchat:nats-secret@nats:4222"),
        ("PORT", "3000"),
        ("NODE_ENV", "production"),
        ("MOLECULER_LOG_LEVEL", "warn"),
        ("DB_WATCHERS", "true"),
        ("HEARTBEAT_INTERVAL", "10"),
        ("HEARTBEAT_TIMEOUT", "30"),
        ("REQUEST_TIMEOUT", "60"),
        ("RETRY_ENABLED", "true"),
    ],
)
def test_every_service_gets(containers: dict[str, Any], variable: str, value: str) -> None:
    assert environments(containers, variable) == dict.fromkeys(CONTAINERS, value)


def test_what_clients_come_through_trusts_one_proxy(containers: dict[str, Any]) -> None:
    behind_proxy = {"rocketchat-1": "1", "ddp-streamer-1": "1"}
    assert environments(containers, "HTTP_FORWARDED_COUNT") == {**dict.fromkeys(CONTAINERS), **behind_proxy}


def test_only_the_monolith_gets_what_is_its_own(containers: dict[str, Any]) -> None:
    for name, container in containers.items():
        own = MONOLITH_ONLY & set(container["complete"])
        assert own == (MONOLITH_ONLY if name == "rocketchat-1" else set())
    monolith = containers["rocketchat-1"]["complete"]
    assert monolith["ROOT_URL"] == "https://198.18.0.11"
    assert monolith["INSTANCE_IP"] == containers["rocketchat-1"]["hostname"]
    assert monolith["ROCKETCHAT_LICENSE"] == "LAB-LICENSE-scalability"
    assert monolith["ADMIN_PASS"] == "admin-secret"


@pytest.mark.parametrize(
    ("version", "watchers"), [("6.13.0", None), ("7.7.2", None), ("7.7.3", "true"), ("7.13.9", "true"), ("8.0.0", None)]
)
def test_watchers_by_version(version: str, watchers: str | None) -> None:
    found = every_container(plan(single(rocketchat_version=version)))
    assert {container["complete"].get("DB_WATCHERS") for container in found.values()} == {watchers}


def test_variables_that_break_services_are_left_alone(containers: dict[str, Any]) -> None:
    for container in containers.values():
        assert not {"BROKER", "MULTIPLE_INSTANCES_PING_INTERVAL"} & set(container["complete"])


def test_no_container_is_published(host: dict[str, Any], containers: dict[str, Any]) -> None:
    assert not any("ports" in container for container in containers.values())
    assert {name: c["networks"]["rocketchat"]["ipv4_address"] for name, c in containers.items()} == {
        "rocketchat-1": "172.31.250.254",
        "ddp-streamer-1": "172.31.250.252",
        "authorization-1": "172.31.250.250",
        "account-1": "172.31.250.248",
        "presence-1": "172.31.250.246",
        "stream-hub-1": "172.31.250.244",
    }
    assert "ports" not in host["nats"]["compose"]["services"]["nats"]
    assert host["mongodb"]["bind_addresses"] == ["127.0.0.1", "172.31.250.1"]


def test_everything_waits_for_the_first_monolith_and_nothing_else() -> None:
    services = plan(single(rocketchat_replicas={"rocketchat": 2}))["hosts"]["chat"]["rocketchat"]["compose"]["services"]
    waits_for = {name: service.get("depends_on") for name, service in services.items()}
    assert waits_for.pop("rocketchat-1") is None
    assert set(map(str, waits_for.values())) == {"{'rocketchat-1': {'condition': 'service_healthy'}}"}


def test_probes_ask_the_containers_themselves(host: dict[str, Any]) -> None:
    asked = {endpoint.pop("name"): endpoint for endpoint in host["endpoints"]}
    assert all(not endpoint.pop("readiness") for endpoint in asked.values())
    assert asked == {
        "rocketchat-1": {
            "url": "http://172.31.250.254:3000/health",
            "status": [200],
            "body": ["ok", {"status": "ok"}],
        },
        **{
            name: {"url": f"http://172.31.250.{last}:3000/health", "status": [200], "body": ["ok"]}
            for name, last in (
                ("ddp-streamer-1", 252),
                ("authorization-1", 250),
                ("account-1", 248),
                ("presence-1", 246),
            )
        },
        "stream-hub-1": {
            "url": "http://172.31.250.244:3000/health",
            "status": [200, 500],
            "body": ["ok", "not healthy"],
        },
    }


@pytest.mark.parametrize(
    ("version", "path"),
    [("6.13.1", "health"), ("7.10.12", "health"), ("7.11.0", "readyz"), ("8.9.1", "readyz"), ("9.0.0", "readyz")],
)
def test_monolith_says_whether_it_is_ready_where_it_can(version: str, path: str) -> None:
    host = plan(single(rocketchat_version=version))["hosts"]["chat"]
    paths = {endpoint["name"]: endpoint["url"].rpartition("/")[2] for endpoint in host["endpoints"]}
    assert paths.pop("rocketchat-1") == path
    # nothing is restarted, and no container waits, because of readiness; the services know nothing else
    assert set(paths.values()) == {"health"}
    checks = [service["healthcheck"]["test"][3] for service in host["rocketchat"]["compose"]["services"].values()]
    assert all("http://127.0.0.1:3000/health'" in check for check in checks)


def test_first_monolith_of_a_host_is_waited_for() -> None:
    planned = plan(cluster("one", "two", rocketchat_replicas={"rocketchat": 2}))
    for name, address in (("one", "198.18.0.11"), ("two", "198.18.0.12")):
        host = planned["hosts"][name]
        first = host["rocketchat"]["first_monolith"]
        assert first == next(endpoint for endpoint in host["endpoints"] if endpoint["name"] == "rocketchat-1")
        assert (first["url"], first["status"], first["readiness"]) == (f"http://{address}:3000/readyz", [200], True)


@pytest.mark.parametrize(
    ("hosts", "version", "waits"),
    [(["one"], "7.10.0", False), (["one"], "7.11.0", True), (["one", "two"], "7.10.0", True)],
)
def test_compose_itself_waits_for_a_monolith_that_only_listens(hosts: list[str], version: str, waits: bool) -> None:
    planned = plan(cluster(*hosts, rocketchat_version=version))
    assert bool(planned["hosts"]["one"]["rocketchat"]["first_monolith"]) is waits


def test_host_without_a_monolith_has_none_to_wait_for() -> None:
    inventory = cluster("one", "two")
    inventory["hosts"]["two"]["rocketchat_replicas"] = {"rocketchat": 0}
    assert plan(inventory)["hosts"]["two"]["rocketchat"]["first_monolith"] is None


def test_nats_should_see_every_container(planned: dict[str, Any], containers: dict[str, Any]) -> None:
    expected = {client["name"] for client in planned["nats_clients"]}
    assert expected == {f"chat-{name}" for name in CONTAINERS} == {c["hostname"] for c in containers.values()}


@pytest.mark.parametrize(
    ("root_url", "expected"),
    [
        ("https://chat.example.com", ("chat.example.com", True, 443, "")),
        ("https://Chat.example.com:8443/team/", ("chat.example.com", True, 8443, "/team")),
        ("http://198.18.0.11", ("198.18.0.11", False, 80, "")),
    ],
)
def test_the_proxy(root_url: str, expected: tuple[str, bool, int, str]) -> None:
    proxy = plan(single(rocketchat_root_url=root_url, rocketchat_replicas={"ddp_streamer": 2}))["hosts"]["chat"][
        "nginx"
    ]
    keys = ("server_name", "tls", "port", "path")
    assert tuple(proxy[key] for key in keys) == expected
    assert proxy["upstreams"] == {
        "rocketchat": ["172.31.250.254:3000"],
        "ddp_streamer": ["172.31.250.252:3000", "172.31.250.232:3000"],
    }


@pytest.mark.parametrize(("version", "newest"), [("6.5.0", "6.0"), ("7.9.3", "7.0"), ("8.9.1", "8.0")])
def test_the_newest_mongodb_a_version_accepts_is_the_default(version: str, newest: str) -> None:
    assert plan(single(rocketchat_version=version))["mongodb_version"] == newest


def test_mongodb(host: dict[str, Any]) -> None:
    mongodb = host["mongodb"]
    assert mongodb["version"] == "6.0"
    assert mongodb["members"] == ["chat.mongodb.internal:27017"]
    assert mongodb["names"] == {"chat.mongodb.internal": "172.31.250.1"}
    assert mongodb["first"] and mongodb["needs_docker"]
    assert {(role["db"], role["role"]) for role in mongodb["user"]["roles"]} == {
        ("rocketchat", "readWrite"),
        ("admin", "rocketchatStatus"),
    }


def test_containers_find_mongodb(containers: dict[str, Any]) -> None:
    hosts = {tuple(container["extra_hosts"]) for container in containers.values()}
    assert hosts == {("chat.mongodb.internal:172.31.250.1",)}


def test_secrets_are_only_where_the_roles_write_0600(host: dict[str, Any]) -> None:
    readable = json.dumps([host["docker"], host["nats"]["compose"], host["rocketchat"]["compose"], host["nginx"]])
    for secret in (*SECRETS.values(), "LAB-LICENSE-scalability"):
        assert secret not in readable
    assert set(host["rocketchat"]["env_files"]) == {
        "/opt/rocketchat/env/services.env",
        "/opt/rocketchat/env/rocketchat.env",
    }
    [client] = json.loads(host["nats"]["config"])["authorization"]["users"]
    assert (client["user"], client["password"]) == ("rocketchat", "nats-secret")


def test_passwords_are_encoded_in_the_url_of_mongodb() -> None:
    found = every_container(plan(single(), mongodb_password="p@ss:w/rd%?#[]$'\" ü"))
    url = found["chat-account-1"]["complete"]["MONGO_URL"]
    assert url.startswith(
        "mongodb://rocketchat:p%40ss%3Aw%2Frd%25%3F%23%5B%5D%24%27%22%20%C3%BC@chat.mongodb.internal:"
    )


@pytest.mark.parametrize("password", ["it's", 'say "x"', "back\\", "\\'", "$HOME ${HOME} $$", "#x", " x "])
def test_the_environment_file_keeps_a_password(password: str) -> None:
    text = plan(single(), admin_password=password)["hosts"]["chat"]["rocketchat"]["env_files"][
        "/opt/rocketchat/env/rocketchat.env"
    ]
    assert read_env_file(text)["ADMIN_PASS"] == password


def test_a_line_feed_after_a_secret_is_not_meant() -> None:
    assert plan(single(), **{name: f"{value}\n" for name, value in SECRETS.items()}) == plan(single())


def test_a_changed_secret_of_nats_replaces_its_container() -> None:
    labels = [
        plan(single(), nats_password=password)["hosts"]["chat"]["nats"]["compose"]["services"]["nats"]["labels"]
        for password in ("one", "two")
    ]
    assert labels[0] != labels[1]


def test_compose_interpolates_nothing() -> None:
    found = every_container(plan(single(rocketchat_admin_email="$USER@chat.example.com")))
    assert found["chat-rocketchat-1"]["environment"]["ADMIN_EMAIL"] == "$$USER@chat.example.com"
