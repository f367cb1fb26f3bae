# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What host_facts finds out, on this machine: as a module, and part by part."""

from __future__ import annotations

import grp
import hashlib
import json
import os
import pwd
import socket
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts import (
    certificates,
    docker,
    files,
    limits,
    network,
    processes,
    system,
)
from ansible_collections.rocketops.rocketchat.plugins.modules import host_facts

from tests.certificates import make_certificate, make_key
from tests.unit.docker_engine import served
from tests.unit.modules.running import run
from tests.waiting import within

CONTAINER = {
    "Id": "5a",
    "Names": ["/account-1"],
    "Image": "rocketchat/account-service:8.9.1",
    "State": "running",
    "Labels": {
        "com.docker.compose.project": "rocketchat",
        "com.docker.compose.project.working_dir": "/opt/rocketchat",
        "com.docker.compose.service": "account-1",
        "com.docker.compose.config-hash": "77",
        "io.rocketops.service": "account",
        "org.opencontainers.image.title": "not ours to report",
    },
    "Ports": [
        {"IP": "127.0.0.1", "PrivatePort": 3000, "PublicPort": 3300, "Type": "tcp"},
        {"PrivatePort": 9458, "Type": "tcp"},
    ],
    "NetworkSettings": {"Networks": {"rocketchat": {"IPAddress": "172.31.250.248"}, "own": None}},
}
NETWORKS = [
    {"Name": "bridge", "Id": "f" * 64, "Options": {docker.BRIDGE_NAME: "docker0"}, "IPAM": {"Config": []}},
    {
        "Name": "rocketchat",
        "Id": "83ec1ede63c7d063",
        "IPAM": {"Config": [{"Subnet": "172.31.250.0/24", "Gateway": "172.31.250.1"}]},
        "Labels": {"io.rocketops.collection": "rocketops.rocketchat"},
    },
]


def test_module_tells_of_this_machine(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        result = run(
            host_facts.main,
            check=True,
            names=["localhost", "no-such-name.invalid"],
            docker_socket=str(tmp_path / "docker.sock"),
            packages=["dpkg", "no-such-package"],
            files=["/etc/hosts", "/no/such/file"],
            texts=["/etc/hosts"],
            directories=["/var/lib/mongodb"],
            ledger=str(tmp_path / "ledger.json"),
            backups=str(tmp_path),
        )
        port = server.getsockname()[1]
    facts = result["facts"]
    assert not result["changed"]
    assert ("127.0.0.1", port, os.getpid()) in [(e["address"], e["port"], e["pid"]) for e in facts["listening"]]
    assert (facts["os"]["id"], facts["architecture"], facts["cores"]) == ("debian", os.uname().machine, os.cpu_count())
    assert facts["names"]["no-such-name.invalid"] == {"addresses": [], "fault": "unknown"}
    assert "127.0.0.1" in facts["names"]["localhost"]["addresses"]
    assert [entry["directory"] for entry in facts["file_systems"]] == ["/var/lib/mongodb"]
    nothing = {"containers": [], "networks": [], "images": [], "unreachable": [], "ways": {}, "firewall_flushed": None}
    assert facts["docker"] == {"state": "absent", "engine": None, **nothing}
    assert list(facts["packages"]) == ["dpkg"]
    assert "localhost" in facts["texts"]["/etc/hosts"]
    assert facts["files"]["/no/such/file"] is None
    assert facts["files"]["/etc/hosts"]["digest"] == hashlib.sha256(facts["texts"]["/etc/hosts"].encode()).hexdigest()
    assert facts["ledger"]["state"] == "absent"
    assert [facts[name] for name in ("mongodb", "workspace", "last_backup")] == [None, None, None]


def test_module_that_is_asked_for_nothing() -> None:
    facts = run(host_facts.main, docker_socket="/no/such/socket")["facts"]
    nothing = {"packages": {}, "files": {}, "texts": {}, "names": {}, "file_systems": [], "ledger": None}
    assert {name: facts[name] for name in nothing} == nothing


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "0.0.0.0", "::"])
def test_listeners_have_address_and_process(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        server = socket.create_server((address, 0), family=family)
    except OSError:
        pytest.skip(f"{address} is not an address of this machine")
    with server:
        (found,) = [entry for entry in network.listening() if entry["port"] == server.getsockname()[1]]
    name = Path("/proc/self/comm").read_text().strip()
    assert (found["address"], found["pid"], found["process"]) == (address, os.getpid(), name)


def test_connections_are_no_listeners() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getsockname()[1] not in [entry["port"] for entry in network.listening()]


def test_own_addresses() -> None:
    """The one from which this machine would talk to the world is among them, and loopback is not."""
    found = network.addresses()
    assert not [address for address in found if address.startswith("127.") or address == "::1"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Connecting a datagram socket sends nothing.
        probe.connect(("198.18.255.254", 9))
        assert probe.getsockname()[0] in found


def test_kernel_without_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(network.has_ipv6(), bool)
    # as socket(2) fails there: an AF that the kernel does not have
    monkeypatch.setattr(socket, "AF_INET6", socket.AddressFamily.AF_UNSPEC)
    assert not network.has_ipv6()


def test_routes(tmp_path: Path) -> None:
    table = tmp_path / "route"
    table.write_text(
        "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
        "eth0\t00000000\t010012C6\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
        "br-83ec1ede63c7\t00FA1FAC\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
        "wg0\t000010AC\t00000000\t0001\t0\t0\t0\t0000F0FF\t0\t0\t0\n"
        "*\t0000A8C0\t00000000\t0201\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
    )
    assert network.routes(str(table)) == [
        {"interface": "br-83ec1ede63c7", "network": "172.31.250.0/24"},
        {"interface": "wg0", "network": "172.16.0.0/12"},
    ]
    assert network.routes(str(tmp_path / "missing")) == []


def test_slow_resolver_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver's own timeouts are tens of seconds where a name server does not answer."""
    released = threading.Event()

    def hang(*_arguments: Any, **_options: Any) -> list[Any]:
        released.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    answers = within(2, lambda: network.resolved(["one.example.com", "two.example.com"], 0.2))
    released.set()
    assert answers == dict.fromkeys(("one.example.com", "two.example.com"), {"addresses": [], "fault": "timeout"})


def test_operating_system(tmp_path: Path) -> None:
    release = tmp_path / "os-release"
    release.write_text(
        '# Ubuntu\nPRETTY_NAME="Ubuntu 24.04.4 LTS"\nID=ubuntu\nID_LIKE="debian"\nVERSION_ID="24.04"\n\n'
    )
    assert system.operating_system(str(release)) == {
        "id": "ubuntu", "version": "24.04", "family": ["ubuntu", "debian"], "name": "Ubuntu 24.04.4 LTS"
    }  # fmt: skip
    release.unlink()
    assert system.operating_system(str(release)) == {"id": "", "version": "", "family": [""], "name": ""}


def test_processor_and_memory(tmp_path: Path) -> None:
    file = tmp_path / "proc"
    file.write_text("processor\t: 0\nflags\t\t: fpu sse4_2 avx avx2\nMemTotal:        2014124 kB\n")
    assert system.has_avx(str(file))
    assert system.memory_mb(str(file)) == 1966
    file.write_text("flags\t\t: fpu sse4_2 avx2_but_not_it\n")
    assert not system.has_avx(str(file))
    assert system.memory_mb(str(file)) is None


def test_room_is_measured_where_the_directory_would_be(tmp_path: Path) -> None:
    found = system.file_system(str(tmp_path / "var" / "lib" / "mongodb"))
    room = os.statvfs(tmp_path)
    assert found["found"] == str(tmp_path)
    assert found["size_mb"] == room.f_blocks * room.f_frsize // 2**20 >= found["free_mb"] > 0


def test_packages_tell_installed_from_known() -> None:
    found = system.packages(["dpkg", "no-such-package"])
    assert found is not None
    assert list(found) == ["dpkg"]


def test_state_of_files(tmp_path: Path) -> None:
    """Owners are names where they have one."""
    file, link, pipe = tmp_path / "services.env", tmp_path / "link", tmp_path / "pipe"
    file.write_bytes(b"abc")
    file.chmod(0o600)
    link.symlink_to(file)
    os.mkfifo(pipe, 0o640)
    tmp_path.chmod(0o2750)
    owner = {"owner": pwd.getpwuid(os.getuid())[0], "group": grp.getgrgid(os.getgid())[0]}
    numbers = {"uid": str(os.getuid()), "gid": str(os.getgid())}
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    os.utime(file, (0, 0))
    changed = {path: {"changed": path.stat().st_ctime} for path in (file, tmp_path, pipe)}
    of_file = {"kind": "file", "mode": "0600", **owner, **numbers, **changed[file], "digest": digest}
    assert files.state(str(file)) == files.state(str(link)) == of_file
    of_directory = {"kind": "directory", "mode": "2750", **owner, **numbers, **changed[tmp_path], "digest": None}
    assert files.state(str(tmp_path)) == of_directory
    assert files.state(str(pipe)) == {
        "kind": "other",
        "mode": "0640",
        **owner,
        **numbers,
        **changed[pipe],
        "digest": None,
    }
    assert files.state(str(tmp_path / "missing")) is None


def test_owner_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def unknown(_number: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    found = files.state(str(tmp_path))
    assert found is not None
    assert found["owner"] == found["uid"] == str(os.getuid())


@pytest.mark.parametrize(("hard", "found"), [("20000", 20000), ("unlimited", None)])
def test_files_that_systemd_may_open(tmp_path: Path, hard: str, found: int | None) -> None:
    limits = "Limit  Soft Limit  Hard Limit  Units\nMax processes  1  2  processes\n"
    (tmp_path / "limits").write_text(f"{limits}Max open files            1024                 {hard}  files\n")
    assert system.most_open_files(str(tmp_path / "limits")) == found
    assert system.most_open_files(str(tmp_path / "missing")) is None


def test_number_of_the_kernel(tmp_path: Path) -> None:
    (tmp_path / "somaxconn").write_text("4096\n")
    assert system.number(str(tmp_path / "somaxconn")) == 4096
    assert system.number(str(tmp_path / "missing")) is None


def test_dates_of_a_certificate(tmp_path: Path) -> None:
    key, _pem = make_key()
    begins, ends = datetime(2026, 11, 27, tzinfo=UTC), datetime(2027, 2, 25, 13, 29, 44, tzinfo=UTC)
    path = tmp_path / "fullchain.pem"
    path.write_bytes(make_certificate(key, ["chat.example.com"], begins, ends))
    assert certificates.dates(str(path)) == {"begins": begins.timestamp(), "ends": ends.timestamp()}
    path.write_text("none\n")
    assert certificates.dates(str(path)) is None
    assert certificates.dates(str(tmp_path / "missing.pem")) is None


def test_texts(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"caf\xe9\n")
    assert files.text(str(tmp_path / "file")) == "caf\ufffd\n"
    assert files.text(str(tmp_path / "missing")) is None
    assert files.text(str(tmp_path)) is None


def test_kernel_tells_how_it_is_set() -> None:
    told = system.kernel(["/proc/sys/vm/swappiness", "/proc/sys/vm/no_such_file"])
    assert told["of_container"] in (True, False)
    assert told["values"]["/proc/sys/vm/swappiness"].strip().isdecimal()
    assert told["values"]["/proc/sys/vm/no_such_file"] is None


@pytest.mark.parametrize(("said", "contained"), [("none\n", False), ("lxc\n", True), ("docker\n", True), (None, False)])
def test_container_has_the_kernel_of_its_machine(
    monkeypatch: pytest.MonkeyPatch, said: str | None, contained: bool
) -> None:
    monkeypatch.setattr(system, "output", lambda _command: said)
    assert system.kernel([]) == {"of_container": contained, "values": {}}


def test_last_backup(tmp_path: Path) -> None:
    assert files.last_change(str(tmp_path)) is None
    assert files.last_change(str(tmp_path / "missing")) is None
    for name, written in (("old", 1_000_000), ("new", 2_000_000), ("older", 900_000)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (written, written))
    assert files.last_change(str(tmp_path)) == 2_000_000


LIMITS = """\
Limit                     Soft Limit           Hard Limit           Units
Max file size             unlimited            unlimited            bytes
Max open files            1024                 524288               files
Max realtime timeout      unlimited            unlimited            us
"""


class Engine:
    ANSWERS = {
        "/version": {"Version": "26.1.5", "ApiVersion": "1.45", "MinAPIVersion": "1.24"},
        "/v1.44/version": {"Components": [{"Name": "Engine"}, {"Name": "containerd"}]},
        "/v1.44/info": {
            "SecurityOptions": ["name=seccomp,profile=builtin", "name=userns"],
            "Swarm": {"LocalNodeState": "inactive"},
            "DockerRootDir": "/srv/docker",
            "CpuCfsQuota": False,
            "LiveRestoreEnabled": True,
        },
        "/v1.44/containers/json?all=1": [CONTAINER],
        "/v1.44/containers/5a/json": {
            "Image": "sha256:77",
            "Config": {"Env": ["PATH=/bin", "HTTP_PROXY=http://me:S3CRET@proxy", "NO_PROXY=image", "no_proxy=client"]},
            "HostConfig": {
                "RestartPolicy": {"Name": "unless-stopped"},
                "Memory": 536870912,
                "NanoCpus": 1500000000,
                "PidsLimit": 50,
                "CpuShares": 512,
                "BlkioWeight": 0,
                "CpusetCpus": "",
                "OomKillDisable": False,
            },
            "State": {"Pid": 4711},
            "NetworkSettings": {
                "Networks": {
                    "rocketchat": {
                        "Aliases": ["account-1", "chat-account-1"],
                        "NetworkID": "83ec1ede63c7d063",
                        "IPAMConfig": {"IPv4Address": "172.31.250.248"},
                    },
                    "own": None,
                }
            },
        },
        "/v1.44/images/sha256:77/json": {"Config": {"Env": ["PATH=/bin", "NO_PROXY=image", "no_proxy=image"]}},
        "/v1.44/networks": NETWORKS,
        # one that lost its tag to a newer one has neither
        "/v1.44/images/json": [{"RepoTags": ["nats:2.12"], "RepoDigests": None}, {"RepoTags": [], "RepoDigests": []}],
    }

    def answer(self, _method: str, url: str) -> tuple[int, bytes]:
        return 200, json.dumps(self.ANSWERS[url]).encode()


def test_engine_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker, "flags", lambda: [])
    monkeypatch.setattr(limits, "text", {"/proc/4711/limits": LIMITS}.get)
    with served(Engine(), tmp_path / "docker.sock") as path:
        answer = docker.ask(path, installed=True, names=["account-1"], images=["docker.io/nats:2.12", "nats:2.13"])
    assert answer == {
        "state": "running",
        "engine": {
            "podman": False,
            "security": ["seccomp", "userns"],
            "swarm": False,
            "data_root": "/srv/docker",
            "limits_processors": False,
            "flags": [],
            "live_restore": True,
        },
        "containers": [
            {
                "name": "account-1",
                "image": "rocketchat/account-service:8.9.1",
                "state": "running",
                "project": "rocketchat",
                "directory": "/opt/rocketchat",
                "service": "account-1",
                "definition": "77",
                "labels": {"io.rocketops.service": "account"},
                "published": [{"address": "127.0.0.1", "port": 3300}],
                "addresses": {"rocketchat": "172.31.250.248", "own": ""},
                "settings": {
                    "restart": "unless-stopped",
                    "memory": 536870912,
                    "nano_cpus": 1500000000,
                    "pids": 50,
                    "networks": {"rocketchat": ["account-1", "chat-account-1"], "own": []},
                    "addresses": {"rocketchat": "172.31.250.248", "own": ""},
                    "proxies": ["HTTP_PROXY", "no_proxy"],
                    "limits": {"nofile": [1024, 524288], "fsize": [-1, -1]},
                    "limited": ["CpuShares"],
                    "network_ids": {"rocketchat": "83ec1ede63c7d063", "own": ""},
                },
            }
        ],
        "networks": [
            {
                "name": "bridge",
                "id": "f" * 64,
                "interface": "docker0",
                "subnets": [],
                "gateways": [],
                "options": {"com.docker.network.bridge.name": "docker0"},
                "ours": False,
            },
            {
                "name": "rocketchat",
                "id": "83ec1ede63c7d063",
                "interface": "br-83ec1ede63c7",
                "subnets": ["172.31.250.0/24"],
                "gateways": ["172.31.250.1"],
                "options": {},
                "ours": True,
            },
        ],
        "images": ["docker.io/nats:2.12"],
    }


@pytest.mark.parametrize("change", [{}, {"Names": ["/renamed"]}, {"Labels": {}}])
def test_settings_are_those_of_containers_with_the_name_or_the_service(
    change: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {**Engine.ANSWERS, "/v1.44/containers/json?all=1": [{**CONTAINER, **change}]}
    monkeypatch.setattr(Engine, "ANSWERS", answers)
    with served(Engine(), tmp_path / "docker.sock") as path:
        for names, told in ((["account-1"], True), (["presence-1"], False), ([], False)):
            [found] = docker.ask(path, installed=True, names=names)["containers"]
            assert bool(found["settings"]) is told


def test_options_on_the_command_line_of_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "7").mkdir()
    command = ["/usr/bin/dockerd", "-H", "fd://", "--live-restore", "--log-opt", "a=b", "--log-opt=c=d", ""]
    (tmp_path / "7" / "cmdline").write_text("\0".join(command))
    for process, found in (("7", ["H", "live-restore", "log-opt"]), ("0", [])):
        monkeypatch.setattr(docker, "main_process", lambda unit, process=process: process)
        assert docker.flags(str(tmp_path)) == found


def test_engine_without_a_socket_is_stopped_or_there_is_none(tmp_path: Path) -> None:
    path = str(tmp_path / "docker.sock")
    assert docker.ask(path, installed=True)["state"] == "stopped"
    assert docker.ask(path, installed=False)["state"] == "absent"


def test_engine_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker, "TIMEOUT", 0.2)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "docker.sock"))
        server.listen()
        assert docker.ask(str(tmp_path / "docker.sock"), installed=False)["state"] == "silent"


@pytest.mark.parametrize(
    ("first", "groups", "unit"),
    [
        ("0::/init.scope", "0::/system.slice/nginx.service", "nginx.service"),
        # the host is a container itself, with and without a view of control groups of its own
        (
            "3:cpu:/\n1:name=systemd:/docker/5a/init.scope\n0::/docker/5a",
            "3:cpu:/\n1:name=systemd:/docker/5a/system.slice/nginx.service\n0::/docker/5a",
            "nginx.service",
        ),
        (
            "0::/system.slice/docker-5a.scope/init.scope",
            "0::/system.slice/docker-5a.scope/system.slice/nginx.service",
            "nginx.service",
        ),
        # units of their own within
        ("0::/init.scope", "0::/system.slice/docker-5a.scope/system.slice/nginx.service", "docker-5a.scope"),
        ("0::/init.scope", "0::/user.slice/user-0.slice/user@0.service/app.slice/nginx.service", "user@0.service"),
        ("0::/init.scope", "0::/system.slice/docker-5a.scope", "docker-5a.scope"),
        # of another manager than systemd
        ("0::/init.scope", "0::/docker/5a", None),
        ("0::/init.scope", "0::/docker/5a/system.slice/nginx.service", None),
        ("0::/init.scope", "", None),
    ],
)
def test_unit_of_a_process(monkeypatch: pytest.MonkeyPatch, first: str, groups: str, unit: str | None) -> None:
    answers = {"/proc/1/cgroup": f"{first}\n", "/proc/7/cgroup": f"{groups}\n" if groups else ""}
    monkeypatch.setattr(processes, "text", answers.get)
    assert processes.unit_of(7) == unit


@pytest.mark.parametrize(("main", "unit"), [(7, "nginx.service"), (5, "nginx.service"), (9, None)])
def test_unit_of_a_process_where_groups_tell_nothing(
    monkeypatch: pytest.MonkeyPatch, main: int, unit: str | None
) -> None:
    """By the process that systemd started, or one of its children."""
    answers = {"/proc/7/status": "Name:\tnginx\nPPid:\t5\n", "/proc/5/status": "Name:\tnginx\nPPid:\t1\n"}
    monkeypatch.setattr(processes, "text", answers.get)
    monkeypatch.setattr(processes, "main_processes", lambda units: {**dict.fromkeys(units, 0), "nginx.service": main})
    assert processes.unit_of(7) == unit


def test_masked_units(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A package that was removed masks its units itself, and lifts that as it is installed again."""
    shown = "Id=nginx.service\nLoadState=masked\nActiveState=inactive\nUnitFileState=masked\n"
    monkeypatch.setattr(system, "output", lambda _command: shown)
    monkeypatch.setattr(system, "_MASKED_BY_PACKAGES", str(tmp_path))
    masked = {"found": False, "active": False, "enabled": False, "open_files": None, "masked": True, "unread": False}
    assert system.units(["nginx.service"]) == {"nginx.service": masked}
    (tmp_path / "nginx.service").touch()
    assert system.units(["nginx.service"]) == {"nginx.service": {**masked, "masked": False}}
