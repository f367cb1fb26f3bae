# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployments of every shape that changes what a role writes, planned: for the tests of the roles' files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.ledger import EMPTY
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.nftables import NO_OTHERS
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.role_variables import read_inventory
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.deployment import HostPlan, Plan
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.desired import desired_state
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.planner import make_plan
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.distributions import (
    DISTRIBUTIONS,
    Distribution,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.versions import COMPATIBILITY

from tests.unit.plan_inventories import NOW, SECRETS, SELF_SIGNED, Inventory, cluster, internal, single

MONGODB_URL = "mongodb://me:secret@db1.example.com,db2.example.com/rocketchat?replicaSet=rs0&authSource=admin"
NATS_URLS = ["nats://rocketchat:secret@n1.example.com:4222", "nats://rocketchat:secret@n2.example.com:4222"]
CERTIFICATE_FILES = {
    "nginx_certificate": "files",
    "nginx_certificate_file": "/certificate.pem",
    "nginx_certificate_key_file": "/key.pem",
}
ACME = {
    "nginx_certificate": "acme",
    "nginx_acme_directory": "https://ca.example.com:9000/acme/acme/directory",
    "nginx_acme_email": "admin@example.com",
    "nginx_acme_names": ["talk.example.com", f"{'chat.' * 20}example.com"],
    "nginx_acme_authority": "/authority.pem",
}
# Texts of files on the controller.
FILES = {"/certificate.pem": "a certificate\n", "/key.pem": "its key\n", "/authority.pem": "an authority\n"}
BUCKET = {"bucket": "chat", "access_key": "KEY", "secret_key": "SECRET", "endpoint": "https://s3.example.com"}

SHAPES: dict[str, Inventory] = {
    "https": single(),
    "http": single(rocketchat_root_url="http://chat.example.com"),
    "another port": single(rocketchat_root_url="https://chat.example.com:8443"),
    "a path": single(rocketchat_root_url="https://chat.example.com/team/b.c/"),
    "a path and http": single(rocketchat_root_url="http://chat.example.com/team"),
    "a long name": single(rocketchat_root_url=f"https://{'chat.' * 20}example.com"),
    "TLS in front": single(nginx_trusted_proxies=["10.0.0.0/24", "2001:db8::1"], rocketchat_extra_proxies=1),
    "IPv4": single(rocketchat_root_url="https://198.18.0.11"),
    "IPv6": single(rocketchat_root_url="https://[2001:db8::1]:8443"),
    "certificate files": single(**CERTIFICATE_FILES),
    "a public ACME server": single(nginx_certificate="acme"),
    "an ACME server of one's own": single(**ACME),
    "a registry's authority": single(docker_registry_certificates={"registry.example.com:5000": "/authority.pem"}),
    "the distribution's engine": single(docker_source="distribution", docker_daemon_options={"debug": True}),
    "metrics": single(rocketchat_metrics=True, rocketchat_private_address="198.18.0.11"),
    "what containers reach is bounded": single(
        rocketchat_egress=["10.0.0.0/8", "192.0.2.7"],
        rocketchat_proxy_url="http://me:secret@proxy.example.com:3128",
        rocketchat_ca_certificates=["/authority.pem"],
    ),
    "a firewall of one's own": single(rocketchat_firewall="own"),
    "limits": single(rocketchat_resources={"account": {"memory": "512m", "cpus": 0.5}, "presence": {"memory": "1g"}}),
    "an uploads directory": single(rocketchat_file_upload_storage="directory"),
    "S3": single(rocketchat_file_upload_storage="s3", rocketchat_file_upload_s3=BUCKET),
    "awkward values": single(
        rocketchat_environment={"TOKEN": "\"'$ \\ ${HOME} #"}, rocketchat_settings={"Site_Name": "a 'b' \"c\" $d"}
    ),
    "no sources of its own": single(
        mongodb_repository_url="https://mirror.example.com/mongodb",
        mongodb_repository_suite="stable",
        mongodb_repository_key_url="https://mirror.example.com/key.asc",
        docker_repository_url="https://mirror.example.com/docker",
        rocketchat_image_registry="mirror.example.com:5000",
    ),
    "TLS inside": single(nats_tls=True, mongodb_tls=True),
    "external MongoDB": cluster(
        "one", "two", groups={"mongodb": []}, rocketchat_mongodb_url=MONGODB_URL, rocketchat_replicas={"account": 2}
    ),
    "external NATS": cluster("one", "two", groups={"nats": []}, rocketchat_nats_urls=NATS_URLS),
    "three hosts": cluster("one", "two", "three", rocketchat_replicas={"rocketchat": 2, "ddp_streamer": 2}),
    "a host per role": cluster(
        *("one", "two", "three", "four"),
        groups={"mongodb": ["one"], "nats": ["two"], "rocketchat": ["three"], "nginx": ["four"]},
    ),
    "services that are off by default": single(rocketchat_replicas={"queue_worker": 1, "omnichannel_transcript": 1}),
} | {
    f"{row.since} with MongoDB {series}": single(rocketchat_version=str(row.since), mongodb_version=series)
    for row in COMPATIBILITY
    for series in row.mongodb
}


@dataclass(frozen=True)
class Planned:
    """A host of a shape, planned on a distribution."""

    plan: HostPlan
    host: Host


@cache
def planned(shape: str) -> Plan:
    inventory = SHAPES[shape]
    read, problems = read_inventory(inventory["groups"], inventory["hosts"])
    return make_plan(read, SECRETS | SELF_SIGNED | internal(read), problems, now=NOW, files=FILES)


def planned_hosts(shape: str, distributions: tuple[Distribution, ...] = DISTRIBUTIONS) -> Iterator[Planned]:
    """Its hosts, bare and on every distribution; not where Docker is to be one's own and it has none."""
    for name, host in planned(shape).hosts.items():
        for on in distributions:
            if host.docker is None or on.docker_packages(host.docker["source"]) is not None:
                facts = {**BARE, "files": {}}
                yield Planned(host, Host(name, asdict(host), facts, {}, on, desired_state(host, on), ""))


# What a host says of itself that has nothing of ours.
BARE: dict[str, Any] = {
    "packages": {},
    "origins": {},
    "units": {},
    "texts": {},
    "settings": {},
    "docker": {
        "state": "absent",
        "engine": None,
        "containers": [],
        "networks": [],
        "images": [],
        "unreachable": [],
        "ways": {},
        "firewall_flushed": None,
    },
    "mongodb": None,
    "data": {},
    "mongod": None,
    "workspace": None,
    "firewall": {"supported": True, "rules": "absent", "others": NO_OTHERS},
    "ledger": {"state": "absent", "collection": "", "content": EMPTY},
}
