# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate: what stops a run, what only warns, and the exact words of both."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.templates import MANAGED
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host, running_version, tag
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.judge import Verdict, judge
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.ports import published_at
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.distributions import (
    DISTRIBUTIONS,
    Distribution,
)

from tests.deployment import ROOT
from tests.unit.plan_inventories import cluster, plan, single
from tests.unit.preflight.hosts import (
    BARE,
    ENGINE,
    MODE,
    NOW,
    asked,
    before_a_run_of,
    converged,
    origin,
    owned,
    replica_set,
    with_facts,
)

PLAN = plan(single(mongodb_version="8.0"))
REPOSITORY = {"mongodb_repository_url": "https://apt.example.com/mongodb"}
OWN_REPOSITORY = plan(single(mongodb_version="8.0", **REPOSITORY))
DEBIAN_12 = {"id": "debian", "version": "12", "family": ["debian"], "name": "Debian GNU/Linux 12 (bookworm)"}
UBUNTU = {"id": "ubuntu", "version": "24.04", "family": ["ubuntu", "debian"], "name": "Ubuntu 24.04.4 LTS"}
FEDORA = {"id": "fedora", "version": "43", "family": ["fedora"], "name": "Fedora Linux 43"}


def verdict(*hosts: Host, planned: dict[str, Any] = PLAN) -> Verdict:
    return judge(planned, list(hosts))


def problems(host: Host) -> list[str]:
    return [str(problem) for problem in verdict(host).problems]


def listener(port: int, process: str | None, address: str = "0.0.0.0", unit: str | None = None) -> dict[str, Any]:
    return {"address": address, "port": port, "pid": 7, "process": process, "unit": unit}


def room(directory: str, free_mb: int) -> list[dict[str, Any]]:
    return [{"directory": directory, "found": "/var/lib", "size_mb": 20_000, "free_mb": free_mb}]


def names(*addresses: str, fault: str | None = None) -> dict[str, Any]:
    return {"chat.example.com": {"addresses": list(addresses), "fault": fault}}


OTHER_KEYFILE = {
    "/etc/mongod.keyfile": {"kind": "file", "mode": "0400", **owned("mongodb"), "digest": "0" * 64},
}


def stranger(name: str, published: list[dict[str, Any]], **addresses: str) -> dict[str, Any]:
    return {
        "name": name, "image": "mongo:7", "state": "running", "project": "shop", "service": "db", "labels": {},
        "published": published, "addresses": addresses,
    }  # fmt: skip


def network(name: str, *subnets: str, interface: str = "br-1") -> dict[str, Any]:
    """One of somebody else."""
    return {
        "name": name,
        "interface": interface,
        "subnets": list(subnets),
        "gateways": [],
        "options": {},
        "ours": False,
    }


def engine(*containers: dict[str, Any], networks: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {**ENGINE, "containers": list(containers), "networks": networks or []}


@pytest.mark.parametrize("host", [asked(PLAN), converged(PLAN)], ids=["bare", "converged"])
def test_good_host_is_passed_in_silence(host: Host) -> None:
    assert verdict(host) == Verdict([], [])


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "another system": (
        {"os": FEDORA},
        "operating system of host chat = 'Fedora Linux 43': is none of those this collection knows (Debian 12, Debian "
        "13, Ubuntu 22.04, Ubuntu 24.04, Ubuntu 26.04), nor like one of them. Choose a host with Debian 13.",
    ),
    "another processor": (
        {"architecture": "ppc64le"},
        "architecture of host chat = 'ppc64le': is one that neither Rocket.Chat nor MongoDB are made for. Choose a "
        "host with x86_64.",
    ),
    "no AVX": (
        {"avx": False},
        "mongodb_version = '8.0': needs a processor with AVX, and host chat has none. Give the virtual machine the "
        "processor model of its machine, or choose another host.",
    ),
    "too little memory": (
        {"memory_mb": 900},
        "memory of host chat = 900: MiB are too little: Rocket.Chat and MongoDB need 1024 at least. Give it 2048 MiB "
        "or more.",
    ),
    "a full disk for data": (
        {"file_systems": room("/var/lib/mongodb", 1023)},
        "disk of host chat: has 1023 MiB left for /var/lib/mongodb, and 1024 are needed at least. Make room or mount a "
        "larger disk there; 10240 MiB are a sensible beginning.",
    ),
    "a full disk for images": (
        {"file_systems": room("/var/lib/docker", 2047)},
        "disk of host chat: has 2047 MiB left for /var/lib/docker, and 2048 are needed at least. Make room or mount a "
        "larger disk there; 10240 MiB are a sensible beginning.",
    ),
    "another web server": (
        {"listening": [listener(443, "apache2", "::", "apache2.service")]},
        "port 443 of host chat: belongs to apache2 (apache2.service), which listens on [::]:443, and nginx needs it. "
        "Stop it there, or choose another port with rocketchat_root_url.",
    ),
    "another web server that serves this machine alone": (
        {"listening": [listener(443, "apache2", "127.0.0.1")]},
        "port 443 of host chat: belongs to apache2, which listens on 127.0.0.1:443, and nginx needs it. Stop it there, "
        "or choose another port with rocketchat_root_url.",
    ),
    "the port of the redirect": (
        {"listening": [listener(80, "python3", "127.0.0.1")]},
        "port 80 of host chat: belongs to python3, which listens on 127.0.0.1:80, and nginx's redirect to https needs "
        "it. Stop it there, or have it listen on another port.",
    ),
    "the port of a service": (
        {"listening": [listener(443, "node", "127.0.0.1", "grafana.service")]},
        "port 443 of host chat: belongs to node (grafana.service), which listens on 127.0.0.1:443, and nginx needs "
        "it. Stop it there, or choose another port with rocketchat_root_url.",
    ),
    "a hidden process": (
        {"listening": [listener(80, None)]},
        "port 80 of host chat: belongs to a process that does not show itself, which listens on 0.0.0.0:80, and "
        "nginx's redirect to https needs it. Stop it there, or have it listen on another port.",
    ),
    "a container on MongoDB's port": (
        {
            "listening": [listener(27017, "docker-proxy", unit="docker.service")],
            "docker": engine(stranger("shop-db", [{"address": "0.0.0.0", "port": 27017}])),
        },
        "port 27017 of host chat: belongs to Docker container shop-db, which listens on 0.0.0.0:27017, and MongoDB "
        "needs it. Stop it there, or choose another port with mongodb_port.",
    ),
    "a container of the same name": (
        {"docker": engine(stranger("nats", []))},
        "Docker container = 'nats': is there already on host chat (mongo:7, of the Compose project shop), and not as "
        "part of this deployment. Rename it (docker rename nats NEW-NAME), with that as `container_name:` in its "
        "Compose file, or remove it if nobody needs it.",
    ),
    "a container at an address of ours": (
        {"docker": engine(stranger("shop-db", [], rocketchat="172.31.250.252"))},
        "address 172.31.250.252 of host chat: belongs to container shop-db in network rocketchat, and ddp-streamer-1 "
        "needs it. Take it out: docker network disconnect rocketchat shop-db.",
    ),
    "a route": (
        {"routes": [{"network": "172.16.0.0/12", "interface": "wg0"}]},
        "rocketchat_network_subnet = '172.31.250.0/24': overlaps with 172.16.0.0/12 on host chat "
        "(interface wg0). Choose a range that no host has a route or a Docker network for.",
    ),
    "another Docker network": (
        {
            "routes": [{"network": "172.31.0.0/16", "interface": "br-1"}],
            "docker": engine(networks=[network("shop", "172.31.0.0/16", "fd00::/64")]),
        },
        "rocketchat_network_subnet = '172.31.250.0/24': overlaps with 172.31.0.0/16 on host chat (Docker "
        "network shop). Choose a range that no host has a route or a Docker network for.",
    ),
    "another Docker network without a route": (
        {"docker": engine(networks=[network("lan", "172.31.250.0/24")])},
        "rocketchat_network_subnet = '172.31.250.0/24': overlaps with 172.31.250.0/24 on host chat (Docker "
        "network lan). Choose a range that no host has a route or a Docker network for.",
    ),
    "a network of ours under another name": (
        {"docker": engine(networks=[{**network("rocketchat-old", "172.31.250.0/25"), "ours": True}])},
        "rocketchat_network_subnet = '172.31.250.0/24': overlaps with 172.31.250.0/25 on host chat (Docker "
        "network rocketchat-old). Choose a range that no host has a route or a Docker network for.",
    ),
    "somebody else's network of the name": (
        {"docker": engine(networks=[network("rocketchat", "172.31.250.0/24")])},
        "rocketchat_network_name = 'rocketchat': is the name of a network on host chat that this collection did not "
        "make (172.31.250.0/24). Write another name, or remove that one: docker network rm rocketchat.",
    ),
    "another keyfile": (
        {"files": OTHER_KEYFILE, "origins": {"/etc/mongod.conf": origin(MANAGED)}},
        "mongodb_keyfile: is not the one MongoDB on host chat was set up with, so its passwords will be others, too. "
        "If the secrets file (.rocketchat_secrets.yml beside the inventory, unless rocketchat_secrets_file says "
        "otherwise) was lost or generated anew, restore it from its backup. If the keyfile is to change on purpose, "
        "remove /etc/mongod.keyfile on all members first.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "message"), BAD.values(), ids=list(BAD))
def test_what_cannot_work_is_a_problem(facts: dict[str, Any], message: str) -> None:
    assert problems(asked(PLAN, **facts)) == [message]


RISKY: dict[str, tuple[dict[str, Any], str]] = {
    "a distribution that was never tried": (
        {"os": UBUNTU},
        "host chat has Ubuntu 24.04.4 LTS, which is deployed to as documented, but was not tested.",
    ),
    "a relative of one": (
        {"os": {"id": "linuxmint", "version": "22.2", "family": ["linuxmint", "ubuntu"], "name": "Linux Mint 22.2"}},
        "host chat has Linux Mint 22.2, which this collection does not know: it is treated as Ubuntu 26.04.",
    ),
    "a newer Debian": (
        {"os": {**BARE["os"], "version": "", "name": "Debian GNU/Linux forky/sid"}},
        "host chat has Debian GNU/Linux forky/sid, which this collection does not know: it is treated as Debian 13.",
    ),
    "arm": (
        {"architecture": "aarch64", "avx": False},
        "host chat is aarch64; this collection was tested with x86_64 only.",
    ),
    "little memory": (
        {"memory_mb": 1500},
        "host chat has 1500 MiB of memory; upstream asks for 2048 MiB for as few as 25 users.",
    ),
    "a small disk": (
        {"file_systems": room("/var/lib/mongodb", 10239)},
        "host chat has only 10239 MiB left on the disk of /var/lib/mongodb.",
    ),
    "a disk that is just large enough": (
        {"file_systems": room("/var/lib/docker", 2048)},
        "host chat has only 2048 MiB left on the disk of /var/lib/docker.",
    ),
    "a free clock": (
        {"clock": {"epoch": NOW, "synchronised": False}},
        "nothing synchronises the clock of chat; use systemd-timesyncd or chrony.",
    ),
    "a wrong clock": (
        {"clock": {"epoch": NOW - 120.2, "synchronised": True}},
        "the clock of host chat is 120 s behind that of this machine.",
    ),
    "an unknown name": (
        {"names": names(fault="unknown")},
        "the name chat.example.com of rocketchat_root_url cannot be resolved on chat. People need it in their DNS, and "
        "Rocket.Chat itself uses it for links and previews.",
    ),
    "a name of others": (
        {"names": names("192.0.2.7", "2001:db8::7")},
        "the name chat.example.com of rocketchat_root_url leads to 192.0.2.7, 2001:db8::7, which is no address of chat "
        "in [nginx]. That is right only behind another proxy or NAT.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "message"), RISKY.values(), ids=list(RISKY))
def test_what_is_unwise_is_a_warning(facts: dict[str, Any], message: str) -> None:
    assert verdict(asked(OWN_REPOSITORY, **facts), planned=OWN_REPOSITORY) == Verdict([], [message])


FINE: dict[str, dict[str, Any]] = {
    "a container beside ours": {"docker": engine(stranger("shop-db", [], rocketchat="172.31.250.7"))},
    "a container at such an address elsewhere": {"docker": engine(stranger("shop-db", [], shop="172.31.250.252"))},
    "memory that firmware took some of": {"memory_mb": 1900},
    "a clock that nobody knows of": {"clock": {"epoch": NOW, "synchronised": None}},
    "a clock within the limit": {"clock": {"epoch": NOW + 60, "synchronised": True}},
    "nginx of its own": {
        "listening": [listener(80, "nginx", unit="nginx.service"), listener(443, "nginx", "::", "nginx.service")]
    },
    "the same port elsewhere": {"listening": [listener(27017, "node", "198.18.0.11")]},
    "a port that is a container's alone": {"listening": [listener(8222, "node", "127.0.0.1", "grafana.service")]},
    "a proxy of nobody knows which container": {
        "listening": [listener(443, "docker-proxy", "127.0.0.1", "docker.service")]
    },
    "another network beside ours": {"routes": [{"network": "172.31.251.0/24", "interface": "eth1"}]},
    "a name that leads home": {"names": names("127.0.1.1")},
    "no systemd, no dpkg": {"units": None, "packages": None},
}


@pytest.mark.parametrize("facts", FINE.values(), ids=list(FINE))
def test_what_is_fine_is_not_told(facts: dict[str, Any]) -> None:
    assert verdict(asked(PLAN, **facts)) == Verdict([], [])


def test_own_containers_hold_their_ports() -> None:
    measured = plan(single(mongodb_version="8.0", rocketchat_metrics=True))
    listening = [listener(13300, "docker-proxy", "127.0.0.1", "docker.service")]
    assert verdict(converged(measured, listening=listening), planned=measured) == Verdict([], [])


def test_port_for_metrics_has_a_variable_of_its_own() -> None:
    measured = plan(single(mongodb_version="8.0", rocketchat_metrics=True))
    service = measured["hosts"]["chat"]["rocketchat"]["compose"]["services"]["account-1"]
    _address, port = published_at(service["ports"][0])
    host = asked(measured, listening=[listener(port, "node", "127.0.0.1")])
    assert str(verdict(host, planned=measured).problems[0]).endswith("rocketchat_metrics_ports.account.")


def test_replica_set_keeps_its_port() -> None:
    mongod = [listener(27017, "mongod", address, "mongod.service") for address in ("127.0.0.1", "172.31.250.1")]
    assert verdict(converged(PLAN, listening=mongod)) == Verdict([], [])
    moved = plan(single(mongodb_port=27018))
    assert problems(converged(moved, listening=mongod)) == [
        "mongodb_port = 27018: is not the port 27017 with which the replica set on host chat was made. Write "
        "mongodb_port: 27017."
    ]
    theirs = [listener(27017, "mongod", "127.0.0.1", "shop.service")]
    assert problems(asked(moved, listening=theirs)) == [], "a mongod that is not ours"


def test_own_network_is_no_obstacle_wherever_else_a_route_leads() -> None:
    routes = [
        {"network": "172.31.250.0/24", "interface": "br-83ec1ede63c7"},
        {"network": "172.16.0.0/12", "interface": "wg0"},
    ]
    assert verdict(converged(PLAN, routes=routes)) == Verdict([], [])


BRIDGE = {"network": "172.31.250.0/24", "interface": "br-83ec1ede63c7"}
OWN_ADDRESS = ["198.18.0.11", "172.31.250.1"]


@pytest.mark.parametrize(
    ("facts", "is_ours"),
    [
        ({}, True),
        ({"ledger": BARE["ledger"]}, True),
        ({"docker": {**ENGINE, "state": "silent"}}, True),
        ({"docker": ENGINE}, False),
        ({"routes": [{**BRIDGE, "interface": "br0"}]}, False),
        ({"routes": [{**BRIDGE, "network": "172.31.248.0/22"}]}, False),
        ({"addresses": ["198.18.0.11", "172.31.250.7"]}, False),
        ({"ledger": BARE["ledger"], "texts": {}, "files": {}}, False),
    ],
    ids=["stopped", "no ledger", "hangs", "gone", "not Docker's", "another range", "another address", "never deployed"],
)
def test_own_bridge_while_the_engine_is_down(facts: dict[str, Any], is_ours: bool) -> None:
    down = {"docker": {**ENGINE, "state": "stopped"}, "routes": [BRIDGE], "addresses": OWN_ADDRESS}
    found = problems(converged(PLAN, **{**down, **facts}))
    assert [problem.startswith("rocketchat_network_subnet") for problem in found] == [] if is_ours else [True]


def test_own_network_may_move_within_its_range() -> None:
    """Its present route goes when it is created anew."""
    moved = plan(single(rocketchat_network_subnet="172.31.250.0/25"))
    host = asked(moved, docker=converged(PLAN).facts["docker"] | {"containers": []}, routes=[
        {"network": "172.31.250.0/24", "interface": "br-83ec1ede63c7"},
    ])  # fmt: skip
    assert problems(host) == []


def test_disk_is_the_one_that_the_engine_has_its_data_on() -> None:
    engine_at = {**ENGINE, "engine": {**MODE, "data_root": "/srv/docker"}}
    host = asked(PLAN, packages={"docker-ce": "28"}, docker=engine_at, file_systems=room("/var/lib/docker", 2047))
    assert problems(host) == [
        "disk of host chat: has 2047 MiB left for /srv/docker, and 2048 are needed at least. Make room or mount a "
        "larger disk there; 10240 MiB are a sensible beginning."
    ]


def test_full_disk_does_not_stop_the_repair_of_what_runs() -> None:
    host = converged(PLAN, file_systems=[*room("/var/lib/mongodb", 500), *room("/var/lib/docker", 5000)])
    assert verdict(host) == Verdict([], ["host chat has only 500 MiB left on the disk of /var/lib/mongodb."])


def test_distribution_of_an_old_debian_lacks_compose() -> None:
    planned = plan(
        cluster("chat", "other", groups={"mongodb": ["other"], "rocketchat": ["chat"]}, docker_source="distribution")
    )
    found = verdict(asked(planned, os=DEBIAN_12), planned=planned)
    assert [str(problem) for problem in found.problems] == [
        "docker_source = 'distribution': does not package Compose v2 (host chat has Debian GNU/Linux 12 (bookworm)). "
        "Write docker_source: docker."
    ]
    assert found.warnings == ["--limit leaves out other: nothing there is asked, judged or changed."]


def test_old_mongodb_needs_no_avx() -> None:
    old = plan(single(rocketchat_version="6.13.0", mongodb_version="4.4", **REPOSITORY))
    assert verdict(asked(old, avx=False), planned=old).problems == []


def test_mongodb_that_will_not_let_the_role_in() -> None:
    reason = "mongodb_admin_password is not the password of its user admin."
    refused = replica_set("8.0", fault="administrator", reason=reason)
    assert problems(converged(PLAN, mongodb=refused)) == [f"MongoDB of host chat: refuses. {reason}"]
    assert problems(converged(PLAN, mongodb={**refused, "fault": "connect"})) == [], "the run may help"


@pytest.mark.parametrize(
    ("ledger", "message"),
    [
        (
            {"state": "newer", "collection": "0.9.0"},
            "was written by a newer version of this collection (0.9.0). Deploy with that version or a newer one.",
        ),
        (
            {"state": "damaged", "collection": ""},
            "cannot be read as this collection's record of what it made. Move it away: the next run finds out again "
            "what this collection made there.",
        ),
    ],
)
def test_ledger_that_cannot_be_continued(ledger: dict[str, Any], message: str) -> None:
    host = converged(PLAN, ledger={**BARE["ledger"], **ledger})
    assert problems(host) == [f"/var/lib/rocketops/ledger.json on host chat: {message}"]


def test_everything_is_told_at_once() -> None:
    host = asked(PLAN, avx=False, memory_mb=500, files=OTHER_KEYFILE)
    lines = verdict(host).message().splitlines()
    assert lines[0] == "3 problems with the hosts; nothing was changed on them."
    assert [line[:2] for line in lines[1:]] == ["1.", "2.", "3."]


def test_clocks_of_hosts_that_disagree() -> None:
    planned = plan(cluster("one", "two"))
    clocks = {"one": NOW - 45, "two": NOW + 45}
    hosts = [asked(planned, name, clock={"epoch": epoch, "synchronised": True}) for name, epoch in clocks.items()]
    found = verdict(*hosts, planned=planned)
    assert [str(problem) for problem in found.problems] == [
        "clock of host two: is 90 s ahead of that of host one. Have all hosts synchronise their clocks, with "
        "systemd-timesyncd or chrony."
    ]
    assert found.warnings == []


def test_name_that_leads_to_none_of_several_proxies() -> None:
    planned = plan(cluster("one", "two"))
    hosts = [asked(planned, name, names=names("192.0.2.7")) for name in ("one", "two")]
    [warning] = verdict(*hosts, planned=planned).warnings
    assert "leads to 192.0.2.7, which is no address of one, two in [nginx]." in warning


def test_upgrade_with_hosts_that_run_none_of_rocketchat() -> None:
    members = {"mongodb": ["one"], "nats": ["two"], "rocketchat": ["two"], "nginx": ["two"]}
    before, planned = (plan(cluster("one", "two", groups=members, rocketchat_version=v)) for v in ("8.9.0", "8.9.1"))
    hosts = [before_a_run_of(planned, converged(before, name, last_backup=int(NOW))) for name in ("one", "two")]
    assert verdict(*hosts, planned=planned) == Verdict([], [])


def test_upgrade_without_a_recent_backup() -> None:
    docker = converged(plan(single(rocketchat_version="8.9.0"))).facts["docker"]
    warning = (
        "Rocket.Chat 8.9.0 is about to become 8.9.1, which may change the database for good, and {} in "
        "/var/backups/rocketchat. Make one first."
    )
    without = converged(PLAN, docker=docker)
    assert verdict(without) == Verdict([], [warning.format("there is no backup")])
    old = converged(PLAN, docker=docker, last_backup=int(NOW) - 30 * 3600)
    assert verdict(old) == Verdict([], [warning.format("the last backup is 30 hours old")])
    fresh = converged(PLAN, docker=docker, last_backup=int(NOW) - 3600)
    assert verdict(fresh) == Verdict([], [])


def test_installed_mongodb_of_another_series_that_serves() -> None:
    older = plan(single(rocketchat_version="7.13.9", mongodb_version="8.0"))
    packages = {**converged(older).packages, "mongodb-org-server": "7.0.14"}
    assert verdict(converged(older, packages=packages), planned=older) == Verdict(
        [],
        ["host chat has MongoDB 7.0.14 installed, and mongodb_version is 8.0: an installed package stays as it is."],
    )


def with_mongodb(version: str, host: Host) -> Host:
    return with_facts(host, packages={**host.packages, "mongodb-org-server": version})


GO_TO_8_0 = (
    "rocketchat_version = '8.9.1': is not made for the running MongoDB 7.0. Go by MongoDB 8.0 and raise MongoDB's "
    "featureCompatibilityVersion after each of its steps. First upgrade MongoDB to 8.0, as its manual says, and write "
    'rocketchat_version: 8.9.1 and mongodb_version: "8.0".'
)


def test_installed_mongodb_that_rocketchat_does_not_accept() -> None:
    told = verdict(with_mongodb("7.0.14", converged(PLAN)))
    assert [str(problem) for problem in told.problems] == [GO_TO_8_0]
    assert told.warnings == []


def test_installed_mongodb_that_the_first_rocketchat_would_not_accept() -> None:
    assert problems(with_mongodb("7.0.14", converged(PLAN, docker=ENGINE, texts={}))) == [
        "mongodb_version = '8.0': is what Rocket.Chat 8.9.1 needs, and host chat has MongoDB 7.0.14, which stays as it "
        "is. Upgrade it by hand first, as MongoDB's manual says, or choose an older rocketchat_version."
    ]


def test_compatibility_version_that_was_not_raised() -> None:
    assert problems(with_mongodb("7.0.14", converged(PLAN, mongodb=replica_set("6.0")))) == [
        GO_TO_8_0,
        "mongodb_version = '8.0': needs featureCompatibilityVersion 7.0 first, and it is 6.0. "
        'Run db.adminCommand({setFeatureCompatibilityVersion: "7.0", confirm: true}).',
    ]


def test_way_over_releases_that_are_left_out() -> None:
    old = plan(single(rocketchat_version="7.9.3", mongodb_version="6.0"))
    planned = plan(single(rocketchat_version="9.0.0"))
    host = before_a_run_of(planned, converged(old))
    assert [str(problem) for problem in verdict(host, planned=planned).problems] == [
        "rocketchat_version = '9.0.0': leaves out 8.x after the running 7.9.3, and no major can be left out. Go by "
        "7.13.9, MongoDB 7.0, MongoDB 8.0, 8.9.1, 9.0.0 and raise MongoDB's featureCompatibilityVersion after each of "
        'its steps. First write rocketchat_version: 7.13.9 and mongodb_version: "6.0".'
    ]


def test_no_way_back_for_rocketchat_and_mongodb() -> None:
    newer = converged(plan(single(rocketchat_version="7.13.10", mongodb_version="8.0")))
    older = plan(single(rocketchat_version="7.13.9", mongodb_version="7.0"))
    host = converged(older, docker=newer.facts["docker"], packages=newer.packages)
    assert [str(problem) for problem in verdict(host, planned=older).problems] == [
        "rocketchat_version = '7.13.9': is older than the running 7.13.10, which has changed the database already. "
        "Choose 7.13.10 or newer, or restore a backup made before the upgrade.",
        "mongodb_version = '7.0': is older than the running 8.0, and MongoDB has no way back. "
        'Write mongodb_version: "8.0".',
    ]


UNTESTED = (
    "{}: Rocket.Chat 8.9.1 was tested with MongoDB 8.0 and probably works with this one, too; MongoDB has no way back "
    "from it."
)


def test_mongodb_that_nobody_can_leave() -> None:
    """Rocket.Chat 8.0 and 8.1 demanded it."""
    host = with_mongodb("8.2.1", converged(PLAN))
    assert verdict(host) == Verdict(
        [], [f'{UNTESTED.format("host chat has MongoDB 8.2.1 installed")} Write mongodb_version: "8.2".']
    )


def test_mongodb_that_nobody_can_leave_is_planned() -> None:
    planned = plan(single(mongodb_version="8.2"))
    assert planned["warnings"] == [UNTESTED.format("mongodb_version = '8.2'")]
    assert verdict(converged(planned), planned=planned) == Verdict([], [])


def test_new_member_would_get_an_older_mongodb() -> None:
    planned = plan(cluster("one", "two", "three"))
    hosts = [asked(planned, name, packages={"mongodb-org-server": "8.2.1"}) for name in ("one", "two")]
    found = verdict(*hosts, asked(planned, "three"), planned=planned)
    assert [str(problem) for problem in found.problems] == [
        "mongodb_version = '8.0': is older than the running 8.2, and MongoDB has no way back. "
        'Write mongodb_version: "8.2".'
    ]


@pytest.mark.parametrize(
    ("rocketchat", "series", "facts", "choice"),
    [
        ("7.9.3", "6.0", {}, 'mongodb_version: "7.0", or '),
        ("7.13.9", "5.0", {}, 'mongodb_version: "7.0", or mongodb_version: "8.0", or '),
        ("6.13.1", "6.0", {}, ""),
        ("8.9.1", "8.0", {"architecture": "aarch64"}, ""),
    ],
)
def test_default_repository_without_a_server(rocketchat: str, series: str, facts: dict[str, Any], choice: str) -> None:
    planned = plan(single(rocketchat_version=rocketchat, mongodb_version=series))
    architecture = facts.get("architecture", "x86_64")
    assert [str(problem) for problem in verdict(asked(planned, **facts), planned=planned).problems] == [
        f"mongodb_version = {series!r}: is in no package for host chat (Debian GNU/Linux 13 (trixie), {architecture}): "
        f"MongoDB's repository has no server in bookworm/mongodb-org/{series}. Write {choice}mongodb_repository_url "
        "and mongodb_repository_suite of a repository that has one."
    ]


@pytest.mark.parametrize(
    "host",
    [
        converged(OLD := plan(single(rocketchat_version="7.9.3", mongodb_version="6.0"))),
        asked(plan(single(rocketchat_version="7.9.3", mongodb_version="6.0", **REPOSITORY))),
    ],
    ids=["installed", "a repository of one's own"],
)
def test_mongodb_that_needs_no_default_repository(host: Host) -> None:
    assert verdict(host, planned=OLD).problems == []


@pytest.mark.parametrize(
    ("rocketchat", "series"), [("7.9.3", "7.0"), ("8.9.1", "8.0"), ("8.1.0", "8.2"), ("9.7.0", "9.0")]
)
def test_default_repository_with_a_server_or_not_known_to_lack_it(rocketchat: str, series: str) -> None:
    planned = plan(single(rocketchat_version=rocketchat, mongodb_version=series))
    assert verdict(asked(planned), planned=planned).problems == []


def test_missing_server_is_told_once() -> None:
    planned = plan(cluster("one", "two", "three", rocketchat_version="7.9.3", mongodb_version="6.0"))
    hosts = [asked(planned, name) for name in ("one", "two", "three")]
    assert [problem.variable for problem in verdict(*hosts, planned=planned).problems] == ["mongodb_version"]


def test_key_from_elsewhere_makes_no_other_repository() -> None:
    key = {"mongodb_repository_key_url": "https://apt.example.com/mongodb.asc"}
    planned = plan(single(rocketchat_version="7.9.3", mongodb_version="6.0", **key))
    [problem] = verdict(asked(planned), planned=planned).problems
    assert "is in no package for host chat" in str(problem)


@pytest.mark.parametrize("on", DISTRIBUTIONS, ids=lambda on: on.name)
def test_readme_says_which_mongodb_the_default_repository_has(on: Distribution) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    suite = (
        f"`{on.mongodb_release}`" if on.mongodb_release == on.codename else f"none of its own; `{on.mongodb_release}`"
    )
    assert f"| {on.name} | {suite} | {', '.join(on.mongodb_series)} |" in readme


def test_hosts_too_small_for_the_expected_users() -> None:
    many = plan(single(rocketchat_expected_users=500))
    assert judge(many, [asked(many, cores=2)]).warnings == [
        "host chat has 2 cores and 7900 MiB of memory, and rocketchat_expected_users = 500 needs 6 cores and "
        "8192 MiB there."
    ]


def test_running_version_is_that_of_the_monolith() -> None:
    assert running_version([asked(PLAN)]) is None
    assert running_version([converged(PLAN)]) == "8.9.1"
    assert tag("registry:5000/rocketchat/rocket.chat:8.9.1") == "8.9.1"


def left(state: str, planned: Mapping[str, Any], version: str = "7.9.3") -> Host:
    """A host for this plan, with the containers of an older one in this state."""
    before = converged(plan(single(rocketchat_version=version, mongodb_version="6.0")))
    for container in before.containers:
        container["state"] = state
    return before_a_run_of(planned, before)


@pytest.mark.parametrize("state", ["running", "exited", "restarting", "paused", "dead"])
def test_major_is_not_left_out_whatever_state_the_monolith_is_in(state: str) -> None:
    planned = plan(single(rocketchat_version="9.0.0"))
    [problem] = verdict(left(state, planned), planned=planned).problems
    assert str(problem).startswith(
        "rocketchat_version = '9.0.0': leaves out 8.x after the running 7.9.3, and no major can be left out. Go by "
        "7.13.9, MongoDB 7.0, MongoDB 8.0, 8.9.1, 9.0.0 "
    )


@pytest.mark.parametrize("docker", [ENGINE, {**ENGINE, "state": "stopped"}])
def test_release_is_read_from_the_compose_project_where_no_container_is_left(docker: dict[str, Any]) -> None:
    planned = plan(single(rocketchat_version="8.9.0"))
    host = before_a_run_of(planned, converged(PLAN, docker=docker))
    [problem] = verdict(host, planned=planned).problems
    assert str(problem).startswith("rocketchat_version = '8.9.0': is older than the running 8.9.1")


def test_newest_release_counts_where_hosts_differ() -> None:
    assert running_version([left("running", PLAN), converged(PLAN)]) == "8.9.1"
    assert running_version([converged(PLAN), left("exited", PLAN)]) == "8.9.1"


@pytest.mark.parametrize(
    "text",
    [
        "services: {a: {image: rc:7.9.3}, b: {image: rc:7.9.3, labels: [io.rocketops.service=rocketchat]}, c: null}",
        "services: null",
        "- rocketchat",
        "services: {",
        "",
        None,
    ],
)
def test_nothing_is_known_of_a_project_that_somebody_wrote(text: str | None) -> None:
    assert running_version([asked(PLAN, texts={"/opt/rocketchat/compose.yaml": text})]) is None


VERSION = "io.rocketops.version"
DIGEST = f"r.example.com:5000/rc@sha256:{'7' * 64}"


def of_image(image: str, version: str, **variables: Any) -> dict[str, Any]:
    return plan(single(rocketchat_version=version, rocketchat_images={"rocketchat": image}, **variables))


@pytest.mark.parametrize(
    "image", ["r.example.com:5000/rc:7.9.3-ours", f"r.example.com/rc:7.9.3@sha256:{'7' * 64}", DIGEST]
)
def test_major_is_not_left_out_with_an_image_of_ones_own(image: str) -> None:
    planned = plan(single(rocketchat_version="9.0.0"))
    host = before_a_run_of(planned, converged(of_image(image, "7.9.3", mongodb_version="6.0")))
    [problem] = verdict(host, planned=planned).problems
    assert "leaves out 8.x after the running 7.9.3" in str(problem)


@pytest.mark.parametrize("image", ["r.example.com/rc:8.9.1-ours", "r.example.com/rc:8.9.1", DIGEST])
def test_image_of_ones_own_is_no_upgrade_to_itself(image: str) -> None:
    planned = of_image(image, "8.9.1", mongodb_version="8.0")
    assert verdict(converged(planned), planned=planned) == Verdict([], [])


def test_image_that_does_not_say_its_release() -> None:
    """A digest from before there was a label; or a container that somebody made."""
    planned = of_image(DIGEST, "8.9.1", mongodb_version="8.0")
    host = converged(planned)
    for container in host.containers:
        container["labels"].pop("io.rocketops.version", None)
    assert verdict(host, planned=planned) == Verdict([], [])
    for container in host.containers:
        container["image"] = "rc:latest"
    assert running_version([host]) == "latest"


def test_release_is_a_label_only_where_the_image_does_not_say_it() -> None:
    def labels(image: str) -> dict[str, str]:
        services = of_image(image, "8.9.1")["hosts"]["chat"]["rocketchat"]["compose"]["services"]
        return {name: one["labels"][VERSION] for name, one in services.items() if VERSION in one["labels"]}

    assert labels(DIGEST) == {"rocketchat-1": "8.9.1"}
    assert labels("r.example.com/rc:8.9.1-ours") == labels("r.example.com/rc:8.9.1") == {}


@pytest.mark.parametrize("stage", ["switching", "finishing"])
def test_a_keyfile_that_is_being_rotated_is_no_stranger_s(stage: str) -> None:
    rotated = plan(single(), rotation_stage=stage, former_mongodb_keyfile="former", mongodb_keyfile="renewed")
    there = {"switching": "former\n", "finishing": "- former\n- renewed\n"}
    host = before_a_run_of(rotated, converged(PLAN))
    for content, fits in ((there[stage], True), ("another\n", False)):
        file = {**OTHER_KEYFILE["/etc/mongod.keyfile"], "digest": hashlib.sha256(content.encode()).hexdigest()}
        files = {**host.facts["files"], "/etc/mongod.keyfile": file}
        found = verdict(with_facts(host, files=files), planned=rotated).problems
        assert ("mongodb_keyfile" in [problem.variable for problem in found]) is not fits
