# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of the lab's host, word for word: what the roles apply changes only together with this."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.plan_inventories import cluster, every_container, lab, plan, single

OURS = {"io.rocketops.collection": "rocketops.rocketchat"}
NETWORK = {"rocketchat": {"external": True}}
SAID = {"init": False, "runtime": "runc"}
CONFINED = {"cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"], "ulimits": {"core": 0}, **SAID}
HEALTHCHECK = {"interval": "30s", "timeout": "5s", "retries": 3, "start_interval": "2s"}
MONGODB_NAME = "chat.mongodb.internal"

# Where they change without a change of the inventory, every deployment will replace all of its containers: say so.
CONFIG = {
    "nats": "b48a6e87853c0285194e2a8d65f6f514ca0fea7d803efaebf02073f7e9605548",
    "stream-hub-1": "36025bf55a3c3987002265b7549f9d294f756299e5debdc60b4580aff8343646",
}


@pytest.fixture
def host() -> dict[str, Any]:
    return plan(lab())["hosts"]["chat"]


def test_docker(host: dict[str, Any]) -> None:
    network = {"name": "rocketchat", "subnet": "172.31.250.0/24", "gateway": "172.31.250.1"}
    assert host["docker"] == {
        "source": "docker",
        "repository_url": "",
        "repository_key_fingerprint": "",
        "options": {},
        "certificates": {"mirror.lab.internal:5000": ""},
        "network": network,
    }


def test_mongodb(host: dict[str, Any]) -> None:
    assert host["mongodb"] == {
        "version": "6.0",
        "repository": {
            "url": "https://mirror.lab.internal/mongodb/apt/debian",
            "suite": "",
            "key_url": "https://mirror.lab.internal/mongodb/server-6.0.asc",
            "fingerprint": "",
        },
        "port": 27017,
        "replica_set": "rs0",
        "bind_addresses": ["127.0.0.1", "172.31.250.1"],
        "needs_docker": True,
        "first": True,
        "runs_as": "",
        "cache_gb": 0.0,
        "kernel": {
            "files": {
                "/proc/sys/vm/max_map_count": "1048576",
                "/proc/sys/vm/swappiness": "1",
                "/sys/kernel/mm/transparent_hugepage/enabled": "never",
            },
            "at_least": ["/proc/sys/vm/max_map_count"],
            "sysctls": ["vm.max_map_count", "vm.swappiness"],
            "frees_rseq": False,
        },
        "kernel_unit": "rocketops-mongod-kernel.service",
        "hosts_marker": "# END rocketops.rocketchat: members of the MongoDB replica set",
        "name": MONGODB_NAME,
        "members": [f"{MONGODB_NAME}:27017"],
        "names": {MONGODB_NAME: "172.31.250.1"},
        "database": "rocketchat",
        "admin_password": "root-secret",
        "keyfile": "keyfile/secret",
        "tls": False,
        "certificate": "",
        "authorities": "",
        "former": {"admin_password": "", "keyfile": "", "user": "", "removes_user": ""},
        "user": {
            "name": "rocketchat",
            "password": "mongodb-secret",
            "roles": [{"db": "rocketchat", "role": "readWrite"}, {"db": "admin", "role": "rocketchatStatus"}],
        },
        "role": {
            "name": "rocketchatStatus",
            "privileges": [
                {
                    "resource": {"cluster": True},
                    "actions": ["serverStatus", "replSetGetStatus", "replSetGetConfig", "getParameter"],
                },
                {"resource": {"db": "local", "collection": "oplog.rs"}, "actions": ["collStats"]},
            ],
        },
    }


def test_nats(host: dict[str, Any]) -> None:
    text = host["nats"]["config"]
    # in one order, so that only another configuration replaces the container
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"
    assert json.loads(text) == {
        "server_name": "chat-nats",
        "listen": "0.0.0.0:4222",
        "http": "127.0.0.1:8222",
        "authorization": {
            "users": [
                {
                    "user": "rocketchat",
                    "password": "nats-secret",
                    "permissions": {"publish": ["MOL.>"], "subscribe": ["MOL.>"]},
                }
            ]
        },
        "ping_interval": "20s",
        "max_payload": 8 * 1024 * 1024,
    }
    assert host["nats"]["compose"] == {
        "name": "nats",
        "services": {
            "nats": {
                "image": "mirror.lab.internal:5000/library/nats:2.12.8-alpine",
                "container_name": "nats",
                "hostname": "chat-nats",
                "restart": "unless-stopped",
                "command": ["--config", "/etc/nats/nats.conf"],
                "volumes": ["/opt/nats/nats.conf:/etc/nats/nats.conf:ro"],
                "networks": {"rocketchat": {"aliases": ["nats"], "ipv4_address": "172.31.250.236"}},
                "read_only": True,
                "user": "65532:65532",
                "pids_limit": 512,
                "healthcheck": {
                    "test": ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8222/healthz"],
                    **HEALTHCHECK,
                    "start_period": "30s",
                },
                "labels": {**OURS, "io.rocketops.config": CONFIG["nats"]},
                **CONFINED,
            }
        },
        "networks": NETWORK,
    }


def test_a_container(host: dict[str, Any]) -> None:
    compose = host["rocketchat"]["compose"]
    assert {key: compose[key] for key in compose if key != "services"} == {"name": "rocketchat", "networks": NETWORK}
    script = (
        "require('http').get('http://127.0.0.1:3000/health',r=>process.exit([200,500].includes(r.statusCode)?0:1))"
        ".on('error',()=>process.exit(1))"
    )
    assert compose["services"]["stream-hub-1"] == {
        "image": "mirror.lab.internal:5000/rocketchat/stream-hub-service:7.9.3",
        "container_name": "stream-hub-1",
        "hostname": "chat-stream-hub-1",
        "restart": "unless-stopped",
        "environment": {
            "NODE_ENV": "production",
            "PORT": "3000",
            "MOLECULER_LOG_LEVEL": "warn",
            "HEARTBEAT_INTERVAL": "10",
            "HEARTBEAT_TIMEOUT": "30",
            "REQUEST_TIMEOUT": "60",
            "RETRY_ENABLED": "true",
            "DB_WATCHERS": "true",
        },
        "env_file": ["/opt/rocketchat/env/services.env"],
        "networks": {"rocketchat": {"aliases": ["chat-stream-hub-1"], "ipv4_address": "172.31.250.244"}},
        "extra_hosts": [f"{MONGODB_NAME}:172.31.250.1"],
        "healthcheck": {"test": ["CMD", "node", "-e", script], **HEALTHCHECK, "start_period": "10m"},
        "user": "65533:65533",
        "pids_limit": 512,
        "labels": {**OURS, "io.rocketops.service": "stream_hub", "io.rocketops.config": CONFIG["stream-hub-1"]},
        **CONFINED,
        "depends_on": {"rocketchat-1": {"condition": "service_healthy"}},
    }


def test_the_environment_of_the_monolith(host: dict[str, Any]) -> None:
    monolith = host["rocketchat"]["compose"]["services"]["rocketchat-1"]
    assert monolith["environment"] == {
        "NODE_ENV": "production",
        "PORT": "3000",
        "MOLECULER_LOG_LEVEL": "warn",
        "HEARTBEAT_INTERVAL": "10",
        "HEARTBEAT_TIMEOUT": "30",
        "REQUEST_TIMEOUT": "60",
        "RETRY_ENABLED": "true",
        "DB_WATCHERS": "true",
        "HTTP_FORWARDED_COUNT": "1",
        "ROOT_URL": "https://198.18.0.11",
        "INSTANCE_IP": "chat-rocketchat-1",
        "ADMIN_USERNAME": "admin",
        "DEPLOY_METHOD": "docker",
        "DEPLOY_PLATFORM": "rocketops",
    }
    assert host["rocketchat"]["env_files"]["/opt/rocketchat/env/rocketchat.env"] == (
        'ADMIN_PASS="admin-secret"\nROCKETCHAT_LICENSE="LAB-LICENSE-scalability"\n'
    )


def test_nginx(host: dict[str, Any]) -> None:
    assert host["nginx"] == {
        "server_name": "198.18.0.11",
        "tls": True,
        "port": 443,
        "path": "",
        "path_pattern": "",
        "trusted_proxies": [],
        "ipv6": True,
        "client_max_body_size": "200m",
        "sockets": 1000,
        "worker_connections": 4096,
        "open_files": 4352,
        "backlog": 4096,
        "own_queues": True,
        "connections_per_address": 1000,
        "other_names": [],
        "acme": None,
        "logins_per_minute": 300,
        "hsts_max_age": 0,
        "http2": "directive",
        "certificate": {
            "source": "self_signed",
            "certificate": "a certificate of ours\n",
            "key": "a key of ours\n",
        },
        "upstreams": {"rocketchat": ["172.31.250.254:3000"], "ddp_streamer": ["172.31.250.252:3000"]},
    }


def test_the_deployment() -> None:
    planned = plan(lab())
    del planned["hosts"]
    assert planned == {
        "version": "7.9.3",
        "root_url": "https://198.18.0.11",
        "mongodb_version": "6.0",
        "bypasses_mongodb_validation": False,
        "expected_users": 0,
        "license": None,
        "license_in_workspace": False,
        "license_problems": [],
        "short_secrets": [],
        "warnings": [],
        "nats_clients": [
            {"name": f"chat-{name}-1"}
            for name in ("rocketchat", "ddp-streamer", "authorization", "account", "presence", "stream-hub")
        ],
    }


def test_a_slash_after_the_address_is_not_meant() -> None:
    planned = plan(single(rocketchat_root_url="https://chat.example.com/teamX/"))
    monolith = every_container(planned)["chat-rocketchat-1"]["environment"]
    assert planned["root_url"] == monolith["ROOT_URL"] == "https://chat.example.com/teamX"


def test_an_ipv6_address_is_named_as_browsers_send_it() -> None:
    proxy = plan(single(rocketchat_root_url="https://[2001:DB8::1]:8443"))["hosts"]["chat"]["nginx"]
    assert proxy["server_name"] == "[2001:db8::1]"


@pytest.mark.parametrize(("length", "server_name"), [(46, "{}"), (47, "~^{}$"), (65, "~^{}$")])
def test_a_name_longer_than_nginx_takes(length: int, server_name: str) -> None:
    label = "a" * (length - len(".example.com"))
    proxy = plan(single(rocketchat_root_url=f"https://{label}.example.com"))["hosts"]["chat"]["nginx"]
    pattern = server_name.format(rf"{label}\.example\.com" if "~" in server_name else f"{label}.example.com")
    assert proxy["server_name"] == pattern


def test_roles_run_where_their_group_says_and_docker_where_there_are_containers() -> None:
    groups = {"mongodb": ["a"], "nats": ["b"], "rocketchat": ["c"], "nginx": ["d"]}
    planned = plan(cluster("a", "b", "c", "d", groups=groups))["hosts"]
    roles = ("docker", "mongodb", "nats", "rocketchat", "nginx")
    assert {name: [role for role in roles if planned[name][role]] for name in planned} == {
        "a": ["mongodb"],
        "b": ["docker", "nats"],
        "c": ["docker", "rocketchat"],
        "d": ["nginx"],
    }
    assert planned["a"]["endpoints"] == planned["a"]["containers"] == []
    assert planned["a"]["mongodb"]["needs_docker"] is False


def test_what_is_asked_of_a_container(host: dict[str, Any]) -> None:
    named = {entry["name"]: entry for entry in host["containers"]}
    expected = {"name": "account-1", "service": "account", "replica": 1, "hostname": "chat-account-1"}
    assert expected.items() <= named["account-1"].items()
