# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs on a deployed host, where it listens, and who may read what it was told."""

from __future__ import annotations

import json
import re
import socket

import pytest

from tests.deployment import Deployment

CONTAINERS = {
    "nats",
    "rocketchat-1",
    "ddp-streamer-1",
    "authorization-1",
    "account-1",
    "presence-1",
    "stream-hub-1",
}
# sshd is the lab's own way in
OPEN_TO_ALL = {22, 80, 443}
INTERNAL = (27017, 4222, 6222, 8222, 3000, 3100, 3200, 3300, 3400, 3500)
FILES = {
    "/opt/rocketchat": ("750", "root"),
    "/opt/rocketchat/compose.yaml": ("640", "root"),
    "/opt/rocketchat/env/services.env": ("600", "root"),
    "/opt/rocketchat/env/rocketchat.env": ("600", "root"),
    # a number that no user of the host has
    "/opt/nats/nats.conf": ("400", "UNKNOWN"),
    "/opt/nats/compose.yaml": ("640", "root"),
    "/etc/mongod.keyfile": ("400", "mongodb"),
    "/etc/nginx/rocketchat": ("700", "root"),
    "/etc/nginx/rocketchat/key.pem": ("600", "root"),
}


@pytest.fixture(scope="module")
def inspected(deployment: Deployment) -> dict[str, dict]:
    described = json.loads(deployment.run("docker inspect $(docker ps --quiet)"))
    return {container["Name"].lstrip("/"): container for container in described}


def environment(container: dict) -> dict[str, str]:
    return dict(line.split("=", 1) for line in container["Config"]["Env"])


@pytest.mark.parametrize("unit", ["rocketops-firewall", "docker", "mongod", "nginx"])
def test_unit_runs_now_and_after_a_boot(deployment: Deployment, unit: str) -> None:
    assert deployment.run(f"systemctl is-active {unit} && systemctl is-enabled {unit}").split() == ["active", "enabled"]


def test_every_container_runs_healthy_and_comes_back(inspected: dict[str, dict]) -> None:
    assert set(inspected) == CONTAINERS
    health = {name: c["State"]["Health"]["Status"] for name, c in inspected.items()}
    assert health == dict.fromkeys(CONTAINERS, "healthy")
    assert {c["HostConfig"]["RestartPolicy"]["Name"] for c in inspected.values()} == {"unless-stopped"}


def test_containers_share_the_custom_network_under_unique_hostnames(inspected: dict[str, dict]) -> None:
    assert {tuple(c["NetworkSettings"]["Networks"]) for c in inspected.values()} == {("rocketchat",)}
    assert len({c["Config"]["Hostname"] for c in inspected.values()}) == len(CONTAINERS)


def test_environment_is_what_the_services_need(inspected: dict[str, dict], deployment: Deployment) -> None:
    secrets = deployment.secrets()
    for name in CONTAINERS - {"nats"}:
        variables = environment(inspected[name])
        assert variables["MONGO_URL"] == (
            f"mongodb://rocketchat:{secrets['rocketchat_mongodb_password']}@{deployment.host}.mongodb.internal:27017"
            "/rocketchat?replicaSet=rs0&authSource=admin"
        )
        assert variables["TRANSPORTER"] == f"nats://rocketchat:{secrets['nats_password']}@nats:4222"
        assert variables["DB_WATCHERS"] == "true"
        assert ("ROCKETCHAT_LICENSE" in variables) == (name == "rocketchat-1")
        assert ("HTTP_FORWARDED_COUNT" in variables) == (name in {"rocketchat-1", "ddp-streamer-1"})


def test_containers_are_confined(inspected: dict[str, dict]) -> None:
    assert {tuple(c["HostConfig"]["CapDrop"]) for c in inspected.values()} == {("ALL",)}
    assert {tuple(c["HostConfig"]["SecurityOpt"]) for c in inspected.values()} == {("no-new-privileges:true",)}


def test_no_container_is_run_as_root_or_with_more_than_it_needs(inspected: dict[str, dict]) -> None:
    """Docker's CIS benchmark, chapters 4.1 and 5, for what a Compose file can say."""
    for name, container in inspected.items():
        host, user = container["HostConfig"], container["Config"]["User"]
        assert user.partition(":")[0] == ("65532" if name == "nats" else "65533"), name
        assert not host["Privileged"] and not host["CapAdd"] and not host["Devices"], name
        modes = [host[mode] for mode in ("NetworkMode", "PidMode", "IpcMode", "UTSMode", "UsernsMode")]
        assert "host" not in modes, name
        mounts = {mount["Source"]: mount["RW"] for mount in container["Mounts"] if mount["Type"] == "bind"}
        assert "docker.sock" not in "".join(mounts), name
        assert mounts == ({"/opt/nats/nats.conf": False} if name == "nats" else {}), name
    assert inspected["nats"]["HostConfig"]["ReadonlyRootfs"]


def test_processes_of_containers_have_no_capabilities_and_leave_no_core(
    inspected: dict[str, dict], deployment: Deployment
) -> None:
    for name, container in inspected.items():
        pid = container["State"]["Pid"]
        status = dict(re.findall(r"^(\w+):\s+(.*)$", deployment.run(f"cat /proc/{pid}/status"), re.MULTILINE))
        sets = [int(status[f"Cap{one}"], 16) for one in ("Inh", "Prm", "Eff", "Bnd", "Amb")]
        assert sets == [0] * 5 and status["NoNewPrivs"] == "1", name
        assert "0" not in status["Uid"].split(), name
        assert re.search(r"^Max core file size +0 +0 ", deployment.run(f"cat /proc/{pid}/limits"), re.MULTILINE), name


def test_processes_of_containers_are_limited_where_the_engine_can(
    inspected: dict[str, dict], deployment: Deployment
) -> None:
    can = deployment.run("docker info --format '{{.PidsLimit}}'").strip() == "true"
    limits = {name: container["HostConfig"]["PidsLimit"] for name, container in inspected.items()}
    planned = {name: 4096 if name == "rocketchat-1" else 512 for name in CONTAINERS}
    assert limits == (planned if can else dict.fromkeys(CONTAINERS))


def test_only_its_host_asks_nats_who_is_on_the_bus(deployment: Deployment) -> None:
    """Nothing listens for a container beside it, and the rules drop what containers have not to do with each other."""
    script = "fetch('http://nats:8222/connz').then(() => console.log('open'), (e) => console.log(e.cause.code))"
    assert deployment.run(f'docker exec account-1 node -e "{script}"').strip() in (
        "ECONNREFUSED",
        "UND_ERR_CONNECT_TIMEOUT",
    )
    assert "8222" not in deployment.run("docker port nats; ss -Htln")
    assert "MOL.RES." in deployment.run("docker exec nats wget -q -O - 'http://127.0.0.1:8222/connz?subs=1'")


def test_services_use_no_subject_but_their_own(deployment: Deployment) -> None:
    password = deployment.secrets()["nats_password"]
    address = deployment.run(
        "docker inspect --format '{{.NetworkSettings.Networks.rocketchat.IPAddress}}' nats"
    ).strip()
    said = deployment.run(
        f'printf \'%s\\r\\n\' \'CONNECT {{"user":"rocketchat","pass":"{password}","verbose":false}}\' \'SUB > 1\' '
        f"'SUB $SYS.> 2' 'SUB _INBOX.x 3' 'SUB MOL.INFO 4' 'PUB $SYS.REQ.SERVER.PING 0' '' 'PUB MOL.INFO 0' '' PING"
        f" | timeout 3 bash -c 'exec 3<>/dev/tcp/{address}/4222; cat >&3; timeout 2 cat <&3' || true"
    )
    denied = re.findall(r"Permissions Violation for (\w+) (?:to|to the) ?\"?([^\"' ]+)", said)
    assert set(denied) == {
        ("Subscription", ">"),
        ("Subscription", "$SYS.>"),
        ("Subscription", "_INBOX.x"),
        ("Publish", "$SYS.REQ.SERVER.PING"),
    }, said
    assert "MSG MOL.INFO 4 0" in said


def test_only_nginx_listens_where_others_can_reach_it(deployment: Deployment) -> None:
    listening = [line.split()[3].rsplit(":", 1) for line in deployment.run("ss -Htln").splitlines()]
    reachable = {int(port) for address, port in listening if not address.startswith(("127.", "172.31.250.", "[::1]"))}
    assert reachable == OPEN_TO_ALL


@pytest.mark.parametrize("port", INTERNAL)
def test_internal_port_is_closed_to_the_outside(deployment: Deployment, port: int) -> None:
    with pytest.raises(OSError):
        socket.create_connection((deployment.address, port), timeout=3).close()


def test_the_firewall_judges_what_is_for_the_containers_and_the_ports_of_ours(deployment: Deployment) -> None:
    hooks = re.findall(r"hook (\w+)", deployment.run("nft list table inet rocketops"))
    assert sorted(hooks) == ["forward", "input", "prerouting"]


@pytest.mark.parametrize(("path", "mode_and_owner"), FILES.items())
def test_file_is_its_owners(deployment: Deployment, path: str, mode_and_owner: tuple[str, str]) -> None:
    assert tuple(deployment.run(f"stat -c '%a %U' {path}").split()) == mode_and_owner


def test_mongodb_refuses_strangers(deployment: Deployment) -> None:
    script = "import pymongo; c = pymongo.MongoClient('127.0.0.1', directConnection=True);c.rocketchat.users.find_one()"
    refused = deployment.attempt(f'python3 -c "{script}"')
    assert "requires authentication" in refused.stderr


def test_user_of_rocketchat_has_no_more_than_it_needs(deployment: Deployment) -> None:
    password = deployment.secrets()["rocketchat_mongodb_password"]
    script = (
        "import os, pymongo; c = pymongo.MongoClient('127.0.0.1', directConnection=True, username='rocketchat', "
        "password=os.environ['P'], authSource='admin');"
        "print(sorted(r['db'] + '.' + r['role'] for r in "
        "c.admin.command('connectionStatus')['authInfo']['authenticatedUserRoles']))"
    )
    roles = deployment.run(f'P={password} python3 -c "{script}"').strip()
    assert roles == "['admin.rocketchatStatus', 'rocketchat.readWrite']"


@pytest.mark.parametrize(
    "what",
    ["c.local['oplog.rs'].find_one()", "c.admin.command('getLog', 'global')", "c.admin['system.users'].find_one()"],
)
def test_user_of_rocketchat_reads_nothing_of_others(deployment: Deployment, what: str) -> None:
    password = deployment.secrets()["rocketchat_mongodb_password"]
    script = (
        "import os, pymongo; c = pymongo.MongoClient('127.0.0.1', directConnection=True, username='rocketchat', "
        f"password=os.environ['P'], authSource='admin'); {what}"
    )
    assert "not authorized" in deployment.attempt(f'P={password} python3 -c "{script}"').stderr


def test_log_of_mongod_is_rotated(deployment: Deployment) -> None:
    """By what runs it once a day; mongod goes on in a new file."""
    log = "/var/log/mongodb/mongod.log"
    deployment.run("systemctl is-enabled logrotate.timer && logrotate --force /etc/logrotate.d/mongod")
    reopened = f"timeout 20 sh -c 'until grep -q . {log}; do sleep 0.2; done'"
    deployment.run(reopened)
    assert deployment.run(f"stat -c '%a %U %G' {log} {log}.1").split() == ["600", "mongodb", "mongodb"] * 2
    assert deployment.run("systemctl show --property=NRestarts --value mongod").strip() == "0"


def test_cache_of_mongod_leaves_the_containers_their_memory(deployment: Deployment) -> None:
    memory_mb = int(deployment.run("awk '/^MemTotal/ {print int($2 / 1024)}' /proc/meminfo"))
    size = float(deployment.run("awk '/cacheSizeGB/ {print $2}' /etc/mongod.conf"))
    assert 0.25 <= size <= max(0.25, (memory_mb - 4096 - 1024) / 2 / 1024 * 1.25 + 0.25)


def test_mongod_is_started_after_its_kernel_is_set(deployment: Deployment) -> None:
    """In a container of the lab's, that is left out, and nothing failed because of it."""
    assert "rocketops-mongod-kernel.service" in deployment.run("systemctl show --property=Wants --value mongod")
    state = deployment.run("systemctl show --property=ActiveState,Result,ConditionResult rocketops-mongod-kernel")
    assert state.split() == ["Result=success", "ActiveState=inactive", "ConditionResult=no"]


def test_no_secret_where_others_can_read_it(deployment: Deployment) -> None:
    """As nobody, search all that nobody can read, and all command lines."""
    secrets = "\\n".join(deployment.secrets().values())
    search = "runuser -u nobody -- grep -rIlsF --exclude-dir=proc --exclude-dir=sys -f - / || true"
    assert deployment.run(f"printf '{secrets}\\n' | {search}", timeout=300) == ""
    command_lines = deployment.run("cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    compose = deployment.run("cat /opt/rocketchat/compose.yaml /opt/nats/compose.yaml")
    for name, value in deployment.secrets().items():
        assert value not in command_lines, name
        assert value not in compose, name
