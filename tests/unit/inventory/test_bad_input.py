# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every mistake an inventory can hold: what the operator reads, word for word, and that it is all told at once."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.role_variables import role_options

from tests.unit.plan_inventories import Inventory, cluster, complaints, first_key, message, plan, single

URL_REMEDY = "Write the address people will type, such as https://chat.example.com."
SERVICES = f"Known are {', '.join(role_options(frozenset())['rocketchat_replicas']['options'])}."
SUBNET_REMEDY = "Make it a /25 or larger, such as /24."
PLAIN_NAME = "is not a plain name. Use letters, digits, - and _ only, beginning with a letter or digit."
NO_NUMBER = "is not a whole number. Correct it; the role's README describes it."
OWN_NAME = "has a meaning of its own already. Choose another name."
PORT_REMEDY = "Choose another port; a service needs one for each replica, in a row."
ADDRESS = (
    "is not the IPv4 address at which the other hosts reach this one. "
    "Set it in the host's variables, such as 10.0.0.11."
)
NOTHING_WORKS = (
    "leaves the deployment without this service, and nothing works without it. Write 1 or more on at least one host."
)
GENERATED = "or leave it out and let it be generated."
IDLE_HOST = (
    "rocketchat_replicas: leave host {} of [rocketchat] without any container. "
    "Write 1 or more for at least one service, or take the host out of the group."
)
NO_MONOLITH = (
    "rocketchat_replicas.rocketchat = 0: leaves host {0} without a monolith, and the first host of [rocketchat] "
    "prepares the database. Write 1 or more for {0}, or put another host first."
)

# Variables of a single host -> the problem.
SETTINGS: list[tuple[dict[str, Any], str]] = [
    (
        {"rocketchat_version": "latest"},
        "rocketchat_version = 'latest': is not a version. Write all three numbers, such as \"8.9.1\".",
    ),
    (
        {"rocketchat_version": "8.9"},
        "rocketchat_version = '8.9': is not a version. Write all three numbers, such as \"8.9.1\".",
    ),
    ({"rocketchat_version": "5.4.9"}, "rocketchat_version = '5.4.9': is too old. Choose 6.0.0 or newer."),
    (
        {"rocketchat_root_url": "chat.example.com"},
        f"rocketchat_root_url = 'chat.example.com': does not begin with http:// or https://. {URL_REMEDY}",
    ),
    (
        {"rocketchat_root_url": "https:/chat.example.com"},
        f"rocketchat_root_url = 'https:/chat.example.com': does not begin with http:// or https://. {URL_REMEDY}",
    ),
    ({"rocketchat_root_url": "https://"}, f"rocketchat_root_url = 'https://': names no valid host. {URL_REMEDY}"),
    (
        {"rocketchat_root_url": "https://chat.example.com:0"},
        "rocketchat_root_url = 'https://chat.example.com:0': names port 0, and ports go from 1 to 65535. " + URL_REMEDY,
    ),
    (
        {"rocketchat_root_url": "https://chat.example.com:99999"},
        "rocketchat_root_url = 'https://chat.example.com:99999': names port 99999, and ports go from 1 to 65535. "
        + URL_REMEDY,
    ),
    (
        {"rocketchat_root_url": "https://chat.example.com:https"},
        "rocketchat_root_url = 'https://chat.example.com:https': names port https, and ports go from 1 to 65535. "
        + URL_REMEDY,
    ),
    *(
        (
            {"rocketchat_root_url": f"https://{name}:8443/team"},
            f"rocketchat_root_url = 'https://{name}:8443/team': has letters in the host's name that DNS does not know. "
            f"Write https://{ascii_name}:8443/team.",
        )
        for name, ascii_name in (
            ("chat.münchen.example", "chat.xn--mnchen-3ya.example"),
            ("Straße.example", "xn--strae-oqa.example"),
            ("чат.пример", "xn--80a0bn.xn--e1afmkfd"),
        )
    ),
    *(
        ({"rocketchat_root_url": url}, f"rocketchat_root_url = {url!r}: names no valid host. {URL_REMEDY}")
        for url in ("https://chat..example.com", "https://-chat.example.com", "https://300.1.1.1", "https://a_b.c")
    ),
    (
        {"rocketchat_root_url": "https://chat.example.com/?a=b"},
        "rocketchat_root_url = 'https://chat.example.com/?a=b': has more than scheme, host, port and path. "
        + URL_REMEDY,
    ),
    (
        {"rocketchat_root_url": "https://user:secret@chat.example.com"},
        f"rocketchat_root_url: has more than scheme, host, port and path. {URL_REMEDY}",
    ),
    (
        {"rocketchat_root_url": "https://user:secret@chat.example.com:99999"},
        f"rocketchat_root_url: names a port that is none. {URL_REMEDY}",
    ),
    (
        {"rocketchat_root_url": "https://chat.example.com/a b"},
        "rocketchat_root_url = 'https://chat.example.com/a b': has a path with characters that a proxy may rewrite. "
        + URL_REMEDY,
    ),
    (
        {"rocketchat_network_subnet": "172.31.250.1/24"},
        "rocketchat_network_subnet = '172.31.250.1/24': is not an IPv4 network (172.31.250.1/24 has host bits set). "
        "Write one such as 172.31.250.0/24.",
    ),
    (
        {"rocketchat_network_subnet": "172.31.250.0/26"},
        f"rocketchat_network_subnet = '172.31.250.0/26': is too small for the containers. {SUBNET_REMEDY}",
    ),
    (
        {
            "rocketchat_network_subnet": "172.31.250.128/25",
            "rocketchat_replicas": {"ddp_streamer": 6, "account": 5},
        },
        "rocketchat_network_subnet = '172.31.250.128/25': has addresses for 5 replicas of a service, and 6 of "
        "ddp_streamer are planned on host chat. Write a larger one, such as 172.31.250.0/24, or plan fewer "
        "replicas, or more hosts.",
    ),
    ({"mongodb_replica_set": "rs 0"}, f"mongodb_replica_set = 'rs 0': {PLAIN_NAME}"),
    ({"rocketchat_mongodb_database": ""}, f"rocketchat_mongodb_database = '': {PLAIN_NAME}"),
    ({"rocketchat_mongodb_database": "local"}, f"rocketchat_mongodb_database = 'local': {OWN_NAME}"),
    ({"rocketchat_mongodb_username": ""}, f"rocketchat_mongodb_username = '': {PLAIN_NAME}"),
    ({"rocketchat_mongodb_username": "admin"}, f"rocketchat_mongodb_username = 'admin': {OWN_NAME}"),
    ({"rocketchat_network_name": "host"}, f"rocketchat_network_name = 'host': {OWN_NAME}"),
    (
        {"nats_username": "rocket@chat"},
        "nats_username = 'rocket@chat': has characters that NATS clients cannot pass on. "
        "Use letters, digits and . _ ~ - only.",
    ),
    ({"mongodb_port": 0}, "mongodb_port = 0: is not a port. Write a number from 1 to 65535."),
    ({"nats_port": 65536}, "nats_port = 65536: is not a port. Write a number from 1 to 65535."),
    (
        {"nginx_certificate": "files", "nginx_certificate_key_file": "key.pem"},
        "nginx_certificate_file: is not set, and an https root URL needs a certificate. "
        "Name the PEM file on the controller, or write nginx_certificate: self_signed for a lab.",
    ),
    (
        {"mongodb_version": "6.0"},
        "mongodb_version = '6.0': is not supported by Rocket.Chat 8.9.1. Choose 8.0, or leave it out for 8.0.",
    ),
    (
        {"mongodb_version": "4.4", "rocketchat_version": "7.9.3"},
        "mongodb_version = '4.4': is not supported by Rocket.Chat 7.9.3. "
        "Choose 5.0 or 6.0 or 7.0, or leave it out for 7.0.",
    ),
    (
        {"rocketchat_license": " ", "rocketchat_replicas": {"ddp_streamer": 2, "account": 3}},
        "rocketchat_license = '': is empty, and without it surplus replicas shut down after 40 s "
        "(2 of ddp_streamer, 3 of account). Set the licence, or rocketchat_license_in_workspace: true if the workspace "
        "has a valid one of its own, or deploy one of each service.",
    ),
]

SERVICE_SETTINGS: list[tuple[dict[str, Any], str]] = [
    (
        {"rocketchat_replicas": {"ddp-stramer": 2}},
        f"rocketchat_replicas.ddp-stramer: is not known. Did you mean ddp_streamer? {SERVICES}",
    ),
    (
        {"rocketchat_replicas": {"accounts": 2}},
        f"rocketchat_replicas.accounts: is not known. Did you mean account? {SERVICES}",
    ),
    ({"rocketchat_replicas": {7: 2}}, f"rocketchat_replicas.7: is not known. {SERVICES}"),
    ({"rocketchat_ports": {"nginx": 80}}, f"rocketchat_ports.nginx: is not known. {SERVICES}"),
    *(
        (
            {"rocketchat_replicas": {"account": value}},
            f"rocketchat_replicas.account = {value!r}: is not a number of replicas (host chat). "
            "Write a whole number from 0 to 99.",
        )
        for value in (-1, 100)
    ),
    *(
        ({"rocketchat_replicas": {"account": value}}, f"rocketchat_replicas.account = {value!r}: {NO_NUMBER}")
        for value in ("two", 1.5, True)
    ),
    ({"rocketchat_ports": {"account": "http"}}, f"rocketchat_ports.account = 'http': {NO_NUMBER}"),
    *(
        (
            {"rocketchat_version": "7.9.3", "rocketchat_replicas": {"stream_hub": count}},
            f"rocketchat_replicas.stream_hub = {count!r}: must be exactly 1: with two every event arrives twice, "
            "with none nothing arrives. Remove the line.",
        )
        for count in (0, 2)
    ),
    (
        {"rocketchat_replicas": {"stream_hub": 1}},
        "rocketchat_replicas.stream_hub = 1: Rocket.Chat 8.9.1 has no stream-hub: its image ended with 8.0.0. "
        "Remove the line, or choose a rocketchat_version before 8.0.0.",
    ),
    ({"rocketchat_replicas": {"account": 0}}, f"rocketchat_replicas.account = 0: {NOTHING_WORKS}"),
    ({"rocketchat_replicas": {"rocketchat": 0}}, NO_MONOLITH.format("chat")),
    *(
        (
            {"rocketchat_ports": {"account": value}},
            f"rocketchat_ports.account = {value!r}: is not a port (host chat). Write a number from 1 to 65436.",
        )
        for value in (0, 65437)
    ),
]

PORT_CONFLICTS: list[tuple[dict[str, Any], str]] = [
    (
        {"rocketchat_root_url": "https://chat.example.com:80"},
        "rocketchat_root_url = 'https://chat.example.com:80': puts nginx on port 80 of host chat, which belongs to "
        "nginx's redirect to https.",
    ),
    (
        {"mongodb_port": 4222},
        "mongodb_port = 4222: puts MongoDB on port 4222 of host chat, which belongs to NATS (nats_port).",
    ),
    (
        {"nats_port": 8222},
        "nats_port = 8222: puts NATS on port 8222 of host chat, which belongs to the monitoring of NATS.",
    ),
]

# Of two hosts that both have nginx, which has to reach the other's containers.
PUBLISHED_CONFLICTS: list[tuple[dict[str, Any], str]] = [
    (
        {"rocketchat_ports": {"rocketchat": "3100"}},
        "rocketchat_ports.ddp_streamer = 3100: puts ddp-streamer-1 on port 3100 of host {}, "
        "which belongs to rocketchat-1 (rocketchat_ports.rocketchat).",
    ),
    (
        {"rocketchat_ports": {"ddp_streamer": 3001}, "rocketchat_replicas": {"rocketchat": 2}},
        "rocketchat_ports.ddp_streamer = 3001: puts ddp-streamer-1 on port 3001 of host {}, "
        "which belongs to rocketchat-2 (rocketchat_ports.rocketchat).",
    ),
    (
        {"rocketchat_ports": {"ddp_streamer": 27017}},
        "rocketchat_ports.ddp_streamer = 27017: puts ddp-streamer-1 on port 27017 of host {}, "
        "which belongs to MongoDB (mongodb_port).",
    ),
    (
        {"rocketchat_ports": {"ddp_streamer": 80}},
        "rocketchat_ports.ddp_streamer = 80: puts ddp-streamer-1 on port 80 of host {}, which belongs to nginx's "
        "redirect to https.",
    ),
    (
        {"rocketchat_root_url": "http://chat.example.com:3000"},
        "rocketchat_ports.rocketchat = 3000: puts rocketchat-1 on port 3000 of host {}, "
        "which belongs to nginx (rocketchat_root_url).",
    ),
    (
        {"rocketchat_ports": {"ddp_streamer": 6222}},
        "rocketchat_ports.ddp_streamer = 6222: puts ddp-streamer-1 on port 6222 of host {}, which belongs to the "
        "cluster port of NATS.",
    ),
]

# A secret -> the problem. Values are never shown.
SECRETS: list[tuple[dict[str, str], str]] = [
    *(
        (
            {"admin_password": value},
            "rocketchat_admin_password: is empty, or has several lines or control characters. "
            f"Give one line, {GENERATED}",
        )
        for value in ("", " ", "two\nlines", "nul\0")
    ),
    (
        {"nats_password": "p@ss"},
        "nats_password: has characters that Rocket.Chat's NATS client does not decode in a URL. "
        f"Use letters, digits and . _ ~ - only, {GENERATED}",
    ),
    *(
        (
            {"mongodb_keyfile": value},
            "mongodb_keyfile: is not what mongod takes as a keyfile. "
            f"Give 6 to 1024 base64 characters in one line, {GENERATED}",
        )
        for value in ("short", "a" * 1025, "not-base64")
    ),
]

# An inventory of several hosts -> the problems.
HOSTS: list[tuple[Inventory, list[str]]] = [
    (
        cluster("a", groups={"nats": [], "nginx": []}),
        [
            f"inventory group {group}: has no host. Put at least one host into [{group}]{own}; "
            "the same host may stand in all of mongodb, nats, rocketchat, nginx."
            for group, own in (("nats", ", or set rocketchat_nats_urls to use your own"), ("nginx", ""))
        ],
    ),
    (
        cluster("a", "b", rocketchat_private_address=""),
        [f"rocketchat_private_address (host {name}): {ADDRESS}" for name in "ab"],
    ),
    *(
        (
            cluster("a", "b", rocketchat_private_address=address),
            [f"rocketchat_private_address (host {name}) = {address!r}: {ADDRESS}" for name in "ab"],
        )
        for address in ("0.0.0.0", "127.0.0.1", "224.0.0.1", "a.example.com")
    ),
    (
        cluster("a", "b", rocketchat_private_address="10.0.0.1"),
        ["rocketchat_private_address (host b) = '10.0.0.1': is the address of host a, too. Give every host its own."],
    ),
    (
        cluster("chat.a", "chat-a"),
        [
            "inventory host = 'chat-a': gives its containers the same hostnames as host chat.a does. "
            "Rename one; letters and digits have to differ."
        ],
    ),
    (
        cluster("ä"),
        ["inventory host = 'ä': has no letter a to z and no digit to make DNS names of. Rename it."],
    ),
    (
        # the same mistake in a variable of all hosts is told once
        cluster("a", "b", rocketchat_replicas={"account": -1}),
        ["rocketchat_replicas.account = -1: is not a number of replicas (host a). Write a whole number from 0 to 99."],
    ),
]


@pytest.mark.parametrize(
    ("variables", "problem"),
    [*SETTINGS, *SERVICE_SETTINGS, *((given, f"{text} {PORT_REMEDY}") for given, text in PORT_CONFLICTS)],
    ids=first_key,
)
def test_a_mistake_in_a_variable(variables: dict[str, Any], problem: str) -> None:
    assert complaints(single(**variables)) == message(problem)


@pytest.mark.parametrize(("secrets", "problem"), SECRETS, ids=first_key)
def test_a_mistake_in_a_secret(secrets: dict[str, str], problem: str) -> None:
    assert complaints(single(), **secrets) == message(problem)


@pytest.mark.parametrize(("inventory", "problems"), HOSTS, ids=range(len(HOSTS)))
def test_a_mistake_in_the_hosts(inventory: Inventory, problems: list[str]) -> None:
    assert complaints(inventory) == message(*problems)


@pytest.mark.parametrize(("variables", "problem"), PUBLISHED_CONFLICTS)
def test_ports_are_taken_where_they_are_published(variables: dict[str, Any], problem: str) -> None:
    told = [f"{problem.format(host)} {PORT_REMEDY}" for host in ("a", "b")]
    assert complaints(cluster("a", "b", **variables)) == message(*told)
    assert complaints(single(**variables)) == []


def test_a_network_that_is_just_large_enough() -> None:
    replicas = {"ddp_streamer": 5, "account": 5}
    assert complaints(single(rocketchat_network_subnet="172.31.250.0/25", rocketchat_replicas=replicas)) == []


def test_the_first_host_prepares_the_database() -> None:
    inventory = cluster("a", "b")
    inventory["hosts"]["a"]["rocketchat_replicas"] = {"rocketchat": 0}
    assert complaints(inventory) == message(NO_MONOLITH.format("a"))


def test_a_host_without_containers() -> None:
    inventory = cluster("a", "b")
    services = ("rocketchat", "ddp_streamer", "authorization", "account", "presence")
    inventory["hosts"]["b"]["rocketchat_replicas"] = dict.fromkeys(services, 0)
    assert complaints(inventory) == message(IDLE_HOST.format("b"))


def test_all_mistakes_are_in_one_message() -> None:
    found = complaints(
        single(
            rocketchat_version="eight",
            rocketchat_root_url="chat.example.com",
            rocketchat_license="",
            rocketchat_replicas={"stream_hub": 2, "acount": 1, "account": 2},
            nats_port=8222,
            nats_username="",
        ),
        nats_password="",
    )
    variables = [line.partition(":")[0].partition(" =")[0] for line in found]
    assert variables == [
        "8 problems in the inventory; nothing was changed.",
        "1. rocketchat_replicas.acount",
        "2. rocketchat_version",
        "3. rocketchat_root_url",
        "4. nats_username",
        "5. nats_password",
        "6. rocketchat_replicas.stream_hub",
        "7. nats_port",
        "8. rocketchat_license",
    ]


@pytest.mark.parametrize("license_, warnings", [("LICENSE", 0), ("", 1)])
def test_without_a_licence_single_instances_are_a_warning(license_: str, warnings: int) -> None:
    found = plan(single(rocketchat_license=license_))["warnings"]
    text = (
        "rocketchat_license is empty: upstream requires an Enterprise licence with the scalability module for "
        "microservices. Single instances run without it; surplus replicas would shut down."
    )
    assert found == [text] * warnings


def test_a_version_newer_than_the_table_is_a_warning() -> None:
    assert plan(single(rocketchat_version="12.0.1"))["warnings"] == [
        "rocketchat_version = '12.0.1' is newer than this collection knows (up to, not including, 9.1.0); "
        "it is deployed like the newest known release."
    ]
