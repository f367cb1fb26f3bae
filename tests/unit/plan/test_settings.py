# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every setting an operator may write, and where it arrives: in compose.yaml, in the env files, or in both."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.plan_inventories import (
    Inventory,
    cluster,
    complaints,
    every_container,
    message,
    plan,
    read_env_file,
    single,
)

SERVICES = {"rocketchat", "ddp-streamer", "authorization", "account", "presence"}


def containers(inventory: Inventory) -> dict[str, dict[str, Any]]:
    """The containers of host chat, by service; one of each."""
    return {name.removeprefix("chat-")[:-2]: found for name, found in every_container(plan(inventory)).items()}


def readable(found: dict[str, dict[str, Any]], variable: str) -> dict[str, str | None]:
    return {name: container["environment"].get(variable) for name, container in found.items()}


def secret(found: dict[str, dict[str, Any]], variable: str) -> dict[str, str]:
    """The variable's values where a container has it in its files and not in compose.yaml."""
    return {
        name: container["complete"][variable]
        for name, container in found.items()
        if variable in container["complete"] and variable not in container["environment"]
    }


PINNED = {
    **{
        f"docker.io/rocketchat/{name}-service:8.9.1": f"sha256:{'1' * 64}"
        for name in ("account", "authorization", "ddp-streamer", "presence")
    },
    "registry.rocket.chat/rocketchat/rocket.chat:8.9.1": f"sha256:{'2' * 64}",
    "nats:2.12.8-alpine": f"sha256:{'3' * 64}",
}


def test_images_are_pinned_by_what_their_tags_stood_for() -> None:
    """NATS's, too; a digest of a tag that is not used is none of an image that is."""
    inventory = single(rocketchat_image_digests={**PINNED, "nats:2.11.0-alpine": f"sha256:{'4' * 64}"})
    planned = plan(inventory)
    used = {container["image"] for container in every_container(planned).values()}
    nats = planned["hosts"]["chat"]["nats"]["compose"]["services"]["nats"]["image"]
    assert {*used, nats} == {f"{image}@{digest}" for image, digest in PINNED.items()}
    asked = planned["hosts"]["chat"]["probes"]["containers"]["containers"]
    assert {one["image"] for one in asked} == {*used, nats}


def test_an_image_without_a_digest_among_others_is_refused_before_it_is_deployed() -> None:
    few = {image: digest for image, digest in PINNED.items() if "presence" not in image and "nats" not in image}
    [_head, told] = complaints(single(rocketchat_image_digests=few))
    assert told == (
        "1. rocketchat_image_digests: has no digest of docker.io/rocketchat/presence-service:8.9.1, "
        "nats:2.12.8-alpine. "
        "Run playbooks/pin_images.yml, and write what it prints."
    )
    own = {"account": f"r.example.com/account@sha256:{'5' * 64}"}
    left = {image: digest for image, digest in PINNED.items() if "account" not in image}
    assert plan(single(rocketchat_images=own, rocketchat_image_digests=left))


def test_who_may_not_write() -> None:
    found = containers(single(rocketchat_read_only=["presence"]))
    read_only = {name: container.get("tmpfs") for name, container in found.items() if container.get("read_only")}
    assert read_only == {"presence": ["/tmp:mode=1777"]}


@pytest.mark.parametrize(("version", "monolith"), [("8.4.1", None), ("8.5.0", "65533:65533")])
def test_containers_run_as_the_user_of_upstreams_images(version: str, monolith: str | None) -> None:
    """And not as that of an image that is not upstream's, which has one of its own."""
    own = {"account": f"registry.example.com/patched/account:{version}"}
    found = containers(single(rocketchat_version=version, rocketchat_images=own))
    users = {name: container.get("user") for name, container in found.items()}
    services = dict.fromkeys(("ddp-streamer", "authorization", "presence"), "65533:65533")
    assert users == {"rocketchat": monolith, "account": None, **services}


def test_services_have_the_subjects_of_their_namespace() -> None:
    def subjects(inventory: Inventory) -> dict[str, list[str]]:
        config = json.loads(plan(inventory)["hosts"]["chat"]["nats"]["config"])
        [client] = config["authorization"]["users"]
        found: dict[str, list[str]] = client["permissions"]
        return found

    assert subjects(single()) == {"publish": ["MOL.>"], "subscribe": ["MOL.>"]}
    named = subjects(single(rocketchat_environment={"MS_NAMESPACE": "blue"}))
    assert named == {"publish": ["MOL-blue.>"], "subscribe": ["MOL-blue.>"]}


def test_another_image_for_one_service() -> None:
    digest = f"registry.example.com:5000/patched/presence@sha256:{'0' * 64}"
    images = {"account": "registry.example.com/patched/account:8.9.1-fix.2", "presence": digest}
    found = containers(single(rocketchat_images=images, rocketchat_image_registry="mirror.example.com"))
    assert {name: container["image"] for name, container in found.items()} == {
        "rocketchat": "mirror.example.com/rocketchat/rocket.chat:8.9.1",
        "ddp-streamer": "mirror.example.com/rocketchat/ddp-streamer-service:8.9.1",
        "authorization": "mirror.example.com/rocketchat/authorization-service:8.9.1",
        "account": images["account"],
        "presence": digest,
    }


@pytest.mark.parametrize(
    "variables",
    [
        {"nats_image": f"registry.example.com:5000/library/nats@sha256:{'0' * 64}"},
        {"nats_image": "registry.example.com/nats:2.12"},
        {"nats_image": "nats:latest-2.12"},
        {"rocketchat_image_registry": "registry.example.com:5000/mirror/"},
        {"nginx_client_max_body_size": "0"},
        {"nginx_client_max_body_size": "1G"},
        {"nginx_trusted_proxies": ["10.0.0.7", "2001:db8::/64"], "rocketchat_extra_proxies": 1},
        {
            "docker_repository_url": "http://mirror.example.com:8081/docker/debian",
            "docker_repository_key_fingerprint": "9dc8 5822 9fc7 dd38 854a  e2d8 8d81 803c 0ebf cd88",
        },
        {"docker_registry_certificates": {"registry.example.com:5000": "ca.pem", "registry": "ca.pem"}},
        {"mongodb_repository_key_url": "https://mirror.example.com/mongodb.asc"},
        {
            "mongodb_repository_key_url": "http://mirror.example.com/a.asc",
            "mongodb_repository_key_fingerprint": "0" * 40,
        },
    ],
)
def test_texts_of_the_right_form(variables: dict[str, Any]) -> None:
    assert len(containers(single(**variables))) == len(SERVICES)


@pytest.mark.parametrize(
    "variables",
    [
        {"rocketchat_replicas": {"account": 99}, "rocketchat_network_subnet": "10.9.8.0/21"},
        {"rocketchat_replicas": {"account": 11}},
        {"rocketchat_ports": {"account": 1}},
        {"rocketchat_ports": {"account": 65436}},
        {"rocketchat_resources": {"account": {"memory": "128m", "cpus": 0.01}}},
        {"rocketchat_resources": {"account": {"memory": "131072K", "cpus": 1024}}},
        {"rocketchat_resources": {"account": {"memory": "1GB"}}},
        {"nginx_connections_per_address": 65535},
        {"nginx_hsts_max_age": 63072000},
        {"nginx_logins_per_minute": 100000},
        {"mongodb_port": 1, "nats_port": 65535},
        {"mongodb_port": 65535, "nats_port": 1},
        {"rocketchat_extra_proxies": 10},
        {"rocketchat_heartbeat_interval": 15, "rocketchat_heartbeat_timeout": 30},
        {"rocketchat_heartbeat_interval": 1, "rocketchat_heartbeat_timeout": 3600, "rocketchat_request_timeout": 3600},
        {"rocketchat_request_timeout": 1},
        {"rocketchat_mail_url": "smtps://mail.example.com:465/?pool=true"},
        {"rocketchat_mail_url": "smtp://mail.example.com?ignoreTLS=true"},
        # nobody serves metrics there
        {"rocketchat_metrics": False, "rocketchat_metrics_ports": {"account": 3300}},
        {"rocketchat_network_subnet": "10.9.8.0/25"},
        {"rocketchat_mongodb_database": "X" + "a-_0" * 15 + "Z9"},
        {"rocketchat_root_url": "https://chat.example.com:1"},
        {"rocketchat_root_url": "https://Chat-1.example.com:65535/a.B_c~d-0/"},
        {"rocketchat_environment": {"_a1": "x"}, "rocketchat_settings": {"a": "x"}},
    ],
)
def test_the_ends_of_what_is_allowed(variables: dict[str, Any]) -> None:
    assert complaints(single(**variables)) == []


def test_limits_are_those_of_the_service_and_nothing_is_limited_by_default() -> None:
    limits = {"account": {"memory": "512m"}, "presence": {"cpus": 0.5}, "rocketchat": {"memory": "2G", "cpus": 2}}
    found = containers(single(rocketchat_resources=limits))
    assert {name: (c.get("mem_limit", "none"), c.get("cpus", "none")) for name, c in found.items()} == {
        "rocketchat": ("2G", 2.0),
        "ddp-streamer": ("none", "none"),
        "authorization": ("none", "none"),
        "account": ("512m", "none"),
        "presence": ("none", 0.5),
    }


def test_variables_of_all_services_are_secret_and_a_services_own_win() -> None:
    found = containers(
        single(
            rocketchat_environment={"TZ": "Europe/Berlin", "LEVEL": 1, "MS_NAMESPACE": "blue"},
            rocketchat_service_environment={"account": {"LEVEL": True}, "rocketchat": {"HALF": 0.5}},
        )
    )
    assert secret(found, "TZ") == dict.fromkeys(SERVICES, "Europe/Berlin")
    assert secret(found, "MS_NAMESPACE") == dict.fromkeys(SERVICES, "blue")
    assert secret(found, "LEVEL") == dict.fromkeys(SERVICES, "1") | {"account": "true"}
    assert secret(found, "HALF") == {"rocketchat": "0.5"}


def test_spaces_of_a_value_are_meant_and_a_line_feed_after_it_is_not() -> None:
    found = containers(single(rocketchat_environment={"A": " x X\n"}))
    assert secret(found, "A") == dict.fromkeys(SERVICES, " x X")


def test_files_of_the_environment_are_shared_only_where_the_variables_are() -> None:
    planned = plan(single(rocketchat_service_environment={"ddp_streamer": {"A": "b"}}))["hosts"]["chat"]["rocketchat"]
    files = "/opt/rocketchat/env"
    assert {name: service["env_file"] for name, service in planned["compose"]["services"].items()} == {
        "rocketchat-1": [f"{files}/services.env", f"{files}/rocketchat.env"],
        "ddp-streamer-1": [f"{files}/services.env", f"{files}/ddp-streamer.env"],
        **{f"{name}-1": [f"{files}/services.env"] for name in ("authorization", "account", "presence")},
    }
    contents = {path.rpartition("/")[2]: set(read_env_file(text)) for path, text in planned["env_files"].items()}
    assert contents == {
        "services.env": {"MONGO_URL", "TRANSPORTER"},
        "rocketchat.env": {"ADMIN_PASS", "ROCKETCHAT_LICENSE"},
        "ddp-streamer.env": {"A"},
    }


@pytest.mark.parametrize(
    ("variables", "variable", "value"),
    [
        ({"rocketchat_mail_url": "smtp://me:p%40ss@mail.example.com:587\n"}, "MAIL_URL", None),
        ({"rocketchat_registration_token": "TOKEN"}, "REG_TOKEN", "TOKEN"),
        ({"rocketchat_license": "LICENSE\n"}, "ROCKETCHAT_LICENSE", "LICENSE"),
        ({"rocketchat_settings": {"Some_Thing": False}}, "OVERWRITE_SETTING_Some_Thing", "false"),
        ({"rocketchat_settings": {"A_Custom-Key": "it's $1"}}, "OVERWRITE_SETTING_A_Custom-Key", "it's $1"),
        ({"rocketchat_settings": {"Max": 17}}, "OVERWRITE_SETTING_Max", "17"),
    ],
)
def test_the_monolith_alone_gets(variables: dict[str, Any], variable: str, value: str | None) -> None:
    found = containers(single(**variables))
    assert secret(found, variable) == {"rocketchat": value or "smtp://me:p%40ss@mail.example.com:587"}


@pytest.mark.parametrize("variable", ["MAIL_URL", "REG_TOKEN", "ADMIN_EMAIL", "MS_METRICS", "MS_METRICS_PORT"])
def test_what_is_not_asked_for_is_not_set(variable: str) -> None:
    assert not any(variable in container["complete"] for container in containers(single()).values())


def test_the_administrator_of_the_first_start() -> None:
    administrator = {"rocketchat_admin_username": "root", "rocketchat_admin_email": "root@example.com"}
    found = containers(single(**administrator))["rocketchat"]["complete"]
    assert {name: found[name] for name in ("ADMIN_USERNAME", "ADMIN_EMAIL", "ADMIN_PASS")} == {
        "ADMIN_USERNAME": "root",
        "ADMIN_EMAIL": "root@example.com",
        "ADMIN_PASS": "admin-secret",
    }


@pytest.mark.parametrize(("extra", "count"), [(0, "1"), (2, "3")])
def test_trusted_proxies_are_ours_and_those_in_front(extra: int, count: str) -> None:
    found = containers(single(rocketchat_extra_proxies=extra))
    behind = {"rocketchat": count, "ddp-streamer": count}
    assert readable(found, "HTTP_FORWARDED_COUNT") == dict.fromkeys(SERVICES) | behind


def test_times_of_the_broker_and_retries() -> None:
    broker = {
        "rocketchat_heartbeat_interval": 5,
        "rocketchat_heartbeat_timeout": 20,
        "rocketchat_request_timeout": 30,
        "rocketchat_retry_enabled": "no",
    }
    found = containers(single(**broker))
    for variable, value in (
        ("HEARTBEAT_INTERVAL", "5"),
        ("HEARTBEAT_TIMEOUT", "20"),
        ("REQUEST_TIMEOUT", "30"),
        ("RETRY_ENABLED", "false"),
    ):
        assert readable(found, variable) == dict.fromkeys(SERVICES, value)


def test_retries_are_on_with_the_only_word_that_does_it() -> None:
    assert readable(containers(single()), "RETRY_ENABLED") == dict.fromkeys(SERVICES, "true")


# -- metrics ------------------------------------------------------------------------------------------------------


def test_metrics_are_off_by_default() -> None:
    assert not any("ports" in container for container in containers(single()).values())


@pytest.mark.parametrize(("private", "address"), [("", "127.0.0.1"), ("10.0.0.5", "10.0.0.5")])
def test_metrics_are_published_for_those_who_may_see_them(private: str, address: str) -> None:
    metrics = {"rocketchat_metrics": True, "rocketchat_metrics_ports": {"account": 9500}}
    found = containers(single(rocketchat_private_address=private, **metrics))
    assert {name: container["ports"] for name, container in found.items()} == {
        "rocketchat": [f"{address}:13000:9100"],
        "ddp-streamer": [f"{address}:13100:9458"],
        "authorization": [f"{address}:13200:9458"],
        "account": [f"{address}:9500:9458"],
        "presence": [f"{address}:13400:9458"],
    }
    monolith = found.pop("rocketchat")["environment"]
    assert monolith["OVERWRITE_SETTING_Prometheus_Enabled"] == "true"
    assert monolith["OVERWRITE_SETTING_Prometheus_Port"] == "9100"
    assert "MS_METRICS" not in monolith
    for container in found.values():
        assert container["environment"]["MS_METRICS"] == "true"
        assert container["environment"]["MS_METRICS_PORT"] == "9458"
        assert container["environment"]["NODE_ENV"] == "production"


def test_every_replica_has_metrics_of_its_own() -> None:
    found = every_container(plan(single(rocketchat_metrics=True, rocketchat_replicas={"account": 2})))
    assert found["chat-account-2"]["ports"] == ["127.0.0.1:13301:9458"]


# -- uploads ------------------------------------------------------------------------------------------------------


def test_uploads_in_the_database_need_nothing() -> None:
    planned = plan(single())["hosts"]["chat"]["rocketchat"]
    assert "FileUpload" not in str(planned)
    assert planned["directories"] == []
    assert not any("volumes" in service for service in planned["compose"]["services"].values())


@pytest.mark.parametrize(
    ("given", "path_style"),
    [({}, "false"), ({"region": "eu-west-1"}, "false"), ({"force_path_style": "yes"}, "true")],
)
def test_uploads_in_an_object_store(given: dict[str, Any], path_style: str) -> None:
    store = {
        "bucket": "chat",
        "access_key": "AK",
        "secret_key": "SK",
        "endpoint": "https://s3.example.com:9000",
    } | given
    found = containers(single(rocketchat_file_upload_storage="s3", rocketchat_file_upload_s3=store))
    prefix = "OVERWRITE_SETTING_FileUpload_"
    complete = found["rocketchat"]["complete"]
    settings = {name.removeprefix(prefix): value for name, value in complete.items() if name.startswith(prefix)}
    expected = {
        "Storage_Type": "AmazonS3",
        "S3_Bucket": "chat",
        "S3_AWSAccessKeyId": "AK",
        "S3_AWSSecretAccessKey": "SK",
        "S3_BucketURL": "https://s3.example.com:9000",
        "S3_ForcePathStyle": path_style,
    }
    assert settings == expected | ({"S3_Region": given["region"]} if "region" in given else {})
    assert "FileUpload" not in str(found["rocketchat"]["environment"])


@pytest.mark.parametrize(("version", "owner"), [("8.4.9", "999"), ("8.5.0", "65533")])
def test_uploads_in_a_directory_belong_to_the_monoliths_user(version: str, owner: str) -> None:
    variables = {"rocketchat_version": version, "rocketchat_file_upload_directory": "/srv/Chat/uploads/"}
    inventory = single(rocketchat_file_upload_storage="directory", **variables)
    planned = plan(inventory)["hosts"]["chat"]["rocketchat"]
    assert planned["directories"] == [{"path": "/srv/Chat/uploads", "mode": "0750", "owner": owner}]
    services = planned["compose"]["services"]
    assert {name: service["volumes"] for name, service in services.items() if "volumes" in service} == {
        "rocketchat-1": [{"type": "bind", "source": "/srv/Chat/uploads", "target": "/app/uploads"}]
    }
    monolith = containers(inventory)["rocketchat"]["complete"]
    assert monolith["OVERWRITE_SETTING_FileUpload_Storage_Type"] == "FileSystem"
    assert monolith["OVERWRITE_SETTING_FileUpload_FileSystemPath"] == "/app/uploads"


def test_the_directory_is_made_where_the_monolith_is() -> None:
    inventory = cluster("a", "b", rocketchat_file_upload_storage="directory")
    inventory["hosts"]["b"]["rocketchat_replicas"] = {"rocketchat": 0}
    hosts = plan(inventory)["hosts"]
    assert [len(hosts[name]["rocketchat"]["directories"]) for name in "ab"] == [1, 0]
    inventory["groups"]["rocketchat"] = ["a"]
    assert plan(inventory)["hosts"]["a"]["rocketchat"]["directories"] == hosts["a"]["rocketchat"]["directories"]


# -- servers of the operator's own --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "mongodb://me:p%40ss@db1.example.com,db2.example.com:27018/chat?replicaSet=rs0&authSource=admin",
        "mongodb+srv://me:pass@db.example.com/Chat",
        "mongodb://db.example.com:65535/chat?replicaSet=rs0",
        "mongodb://[2001:db8::5]:27017/chat?w=majority&replicaSet=rs0",
    ],
)
def test_a_mongodb_of_the_operators_own(url: str) -> None:
    inventory = single(rocketchat_mongodb_url=url)
    inventory["groups"]["mongodb"] = []
    secrets = dict.fromkeys(("mongodb_password", "mongodb_admin_password", "mongodb_keyfile"), "")
    planned = plan(inventory, **secrets)
    assert secret(containers(inventory), "MONGO_URL") == dict.fromkeys(SERVICES, url)
    assert planned["mongodb_version"] == ""
    assert planned["hosts"]["chat"]["mongodb"] is None
    assert planned["hosts"]["chat"]["rocketchat"]["packages"] == ["python3-pymongo"]
    assert all("extra_hosts" not in container for container in every_container(planned).values())


@pytest.mark.parametrize("urls", [["nats://me:pass@n1.example.com:4222", "nats://10.0.0.9:1/"], "nats://a,nats://b"])
def test_a_nats_of_the_operators_own(urls: Any) -> None:
    inventory = single(rocketchat_nats_urls=urls)
    inventory["groups"]["nats"] = []
    expected = urls if isinstance(urls, str) else ",".join(urls)
    assert secret(containers(inventory), "TRANSPORTER") == dict.fromkeys(SERVICES, expected)
    planned = plan(inventory, nats_password="")
    assert planned["hosts"]["chat"]["nats"] is None
    assert len(planned["nats_clients"]) == len(SERVICES)


def test_both_of_the_operators_own_leave_a_host_with_containers_and_a_proxy() -> None:
    inventory = single(
        rocketchat_mongodb_url="mongodb+srv://db.example.com/chat", rocketchat_nats_urls=["nats://n.example.com"]
    )
    inventory["groups"] |= {"mongodb": [], "nats": []}
    host = plan(inventory, **dict.fromkeys(("mongodb_password", "nats_password"), ""))["hosts"]["chat"]
    assert {role for role in ("docker", "mongodb", "nats", "rocketchat", "nginx") if host[role]} == {
        "docker",
        "rocketchat",
        "nginx",
    }


def test_a_proxy_is_the_monoliths_alone_and_secret() -> None:
    """In both spellings, and never for what is of the deployment."""
    url = "http://me:S3CRET@proxy.example.com:3128"
    inventory = single(rocketchat_proxy_url=f"{url}/", rocketchat_proxy_exceptions=[".corp.example.com"])
    found = containers(inventory)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        assert secret(found, name) == {"rocketchat": url}
    exceptions = "localhost,127.0.0.1,nats,172.31.250.1,chat.example.com,chat.mongodb.internal,.corp.example.com"
    assert secret(found, "no_proxy") == secret(found, "NO_PROXY") == {"rocketchat": exceptions}
    assert "http_proxy" not in containers(single())["rocketchat"]["complete"]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("proxy.example.com:3128", "does not begin with http:// or https://"),
        ("socks5://proxy.example.com", "does not begin with http:// or https://"),
        (
            "http://me:S3@CRET@proxy.example.com",
            "has characters in its user name or password that have to be percent-encoded, such as @ as %40",
        ),
        ("http://localhost:3128", "names localhost, which in a container is the container itself"),
    ],
)
def test_a_proxy_that_is_none(url: str, reason: str) -> None:
    remedy = "Write one such as http://user:password@proxy.example.com:3128."
    assert complaints(single(rocketchat_proxy_url=url)) == message(f"rocketchat_proxy_url: {reason}. {remedy}")


def test_exceptions_of_a_proxy_are_names() -> None:
    """It compares no networks."""
    assert complaints(single(rocketchat_proxy_exceptions=["10.0.0.0/8"])) == message(
        "rocketchat_proxy_exceptions[0] = '10.0.0.0/8': is no name of a server, and no address. Write one such as "
        "auth.example.com, or .example.com for all below it."
    )


def test_authorities_are_one_file_that_all_containers_trust() -> None:
    def planned(text: str) -> dict[str, Any]:
        return plan(single(rocketchat_ca_certificates=["/a.pem", "/b.pem"]), files={"/a.pem": text, "/b.pem": "two"})

    host = planned("one\n")["hosts"]["chat"]["rocketchat"]
    assert host["authorities"] == "one\ntwo\n"
    other = planned("another")["hosts"]["chat"]["rocketchat"]
    for name, service in host["compose"]["services"].items():
        assert service["environment"]["NODE_EXTRA_CA_CERTS"] == "/etc/rocketops-authorities.pem"
        [mount] = service["volumes"]
        assert (mount["source"], mount["target"], mount["read_only"]) == (
            "/opt/rocketchat/authorities.pem",
            "/etc/rocketops-authorities.pem",
            True,
        )
        # with others, it is made anew
        assert service["labels"] != other["compose"]["services"][name]["labels"]
