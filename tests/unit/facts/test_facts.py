# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What preflight_facts finds out, on this machine: run as Ansible runs it, and part by part."""

from __future__ import annotations

import json
import os
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts import engine, machine, parts, surroundings

from tests.deployment import ansible
from tests.unit.docker_engine import served
from tests.waiting import within

CONTAINER = {
    "Names": ["/account-1"],
    "Image": "rocketchat/account-service:8.9.1",
    "State": "running",
    "Labels": {
        "com.docker.compose.project": "rocketchat",
        "com.docker.compose.service": "account-1",
        "io.rocketops.service": "account",
        "org.opencontainers.image.title": "not ours to report",
    },
    "Ports": [
        {"IP": "127.0.0.1", "PrivatePort": 3000, "PublicPort": 3300, "Type": "tcp"},
        {"PrivatePort": 9458, "Type": "tcp"},
    ],
}
NETWORKS = [
    {"Name": "bridge", "Id": "f" * 64, "Options": {engine.BRIDGE_NAME: "docker0"}, "IPAM": {"Config": []}},
    {"Name": "rocketchat", "Id": "83ec1ede63c7d063", "IPAM": {"Config": [{"Subnet": "172.31.250.0/24"}]}},
]


def ask(**options: Any) -> dict[str, Any]:
    arguments = ["localhost", "-c", "local", "-m", "rocketops.rocketchat.preflight_facts", "-a", json.dumps(options)]
    output = ansible("ansible", "-i", "localhost,", *arguments, "--check", result_format="json").stdout
    return dict(json.loads(output.split(" => ", 1)[1]))


def test_module_tells_of_this_machine(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        result = ask(names=["localhost", "no-such-name.invalid"], docker_socket=str(tmp_path / "docker.sock"))
        port = server.getsockname()[1]
    facts = result["facts"]
    assert not result["changed"]
    assert result["asked"]["before"] < facts["clock"]["epoch"] < result["asked"]["after"]
    assert ("127.0.0.1", port, os.getpid()) in [(e["address"], e["port"], e["pid"]) for e in facts["listening"]]
    assert (facts["os"]["id"], facts["architecture"], facts["cores"]) == ("debian", os.uname().machine, os.cpu_count())
    assert facts["names"]["no-such-name.invalid"] == {"addresses": [], "fault": "unknown"}
    assert "127.0.0.1" in facts["names"]["localhost"]["addresses"]
    assert [entry["directory"] for entry in facts["file_systems"]] == list(parts.DIRECTORIES)
    assert facts["docker"] == {"state": "absent", "containers": [], "networks": []}
    assert "localhost" in facts["texts"][parts.HOSTS_FILE]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "0.0.0.0", "::"])
def test_listeners_have_address_and_process(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        server = socket.create_server((address, 0), family=family)
    except OSError:
        pytest.skip(f"{address} is not an address of this machine")
    with server:
        (found,) = [entry for entry in surroundings.listening() if entry["port"] == server.getsockname()[1]]
    name = Path("/proc/self/comm").read_text().strip()
    assert (found["address"], found["pid"], found["process"]) == (address, os.getpid(), name)


def test_connections_are_no_listeners() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getsockname()[1] not in [entry["port"] for entry in surroundings.listening()]


def test_own_addresses() -> None:
    """The one from which this machine would talk to the world is among them, and loopback is not."""
    found = surroundings.addresses()
    assert not [address for address in found if address.startswith("127.") or address == "::1"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Connecting a datagram socket sends nothing.
        probe.connect(("198.18.255.254", 9))
        assert probe.getsockname()[0] in found


def test_routes(tmp_path: Path) -> None:
    table = tmp_path / "route"
    table.write_text(
        "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
        "eth0\t00000000\t010012C6\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
        "br-83ec1ede63c7\t00FA1FAC\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
        "wg0\t000010AC\t00000000\t0001\t0\t0\t0\t0000F0FF\t0\t0\t0\n"
        "*\t0000A8C0\t00000000\t0201\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
    )
    assert surroundings.routes(str(table)) == [
        {"interface": "br-83ec1ede63c7", "network": "172.31.250.0/24"},
        {"interface": "wg0", "network": "172.16.0.0/12"},
    ]
    assert surroundings.routes(str(tmp_path / "missing")) == []


def test_slow_resolver_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver's own timeouts are tens of seconds where a name server does not answer."""
    released = threading.Event()

    def hang(*_arguments: Any, **_options: Any) -> list[Any]:
        released.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    answers = within(2, lambda: surroundings.resolved(["one.example.com", "two.example.com"], 0.2))
    released.set()
    assert answers == dict.fromkeys(("one.example.com", "two.example.com"), {"addresses": [], "fault": "timeout"})


def test_operating_system(tmp_path: Path) -> None:
    release = tmp_path / "os-release"
    release.write_text(
        '# Ubuntu\nPRETTY_NAME="Ubuntu 24.04.4 LTS"\nID=ubuntu\nID_LIKE="debian"\nVERSION_ID="24.04"\n\n'
    )
    assert machine.operating_system(str(release)) == {
        "id": "ubuntu", "version": "24.04", "family": ["ubuntu", "debian"], "name": "Ubuntu 24.04.4 LTS"
    }  # fmt: skip
    release.unlink()
    assert machine.operating_system(str(release)) == {"id": "", "version": "", "family": [""], "name": ""}


def test_processor_and_memory(tmp_path: Path) -> None:
    file = tmp_path / "proc"
    file.write_text("processor\t: 0\nflags\t\t: fpu sse4_2 avx avx2\nMemTotal:        2014124 kB\n")
    assert machine.has_avx(str(file))
    assert machine.memory_mb(str(file)) == 1966
    file.write_text("flags\t\t: fpu sse4_2 avx2_but_not_it\n")
    assert not machine.has_avx(str(file))
    assert machine.memory_mb(str(file)) is None


def test_room_is_measured_where_the_directory_would_be(tmp_path: Path) -> None:
    found = machine.file_system(str(tmp_path / "var" / "lib" / "mongodb"))
    room = os.statvfs(tmp_path)
    assert found["found"] == str(tmp_path)
    assert found["size_mb"] == room.f_blocks * room.f_frsize // 2**20 >= found["free_mb"] > 0


def test_packages_tell_installed_from_known() -> None:
    found = machine.packages(["dpkg", "no-such-package"])
    assert found is not None
    assert list(found) == ["dpkg"]


def test_digests_and_texts(tmp_path: Path) -> None:
    (tmp_path / "services.env").write_bytes(b"abc")
    pattern, missing = str(tmp_path / "*.env"), str(tmp_path / "missing")
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert machine.digests([pattern, missing]) == {str(tmp_path / "services.env"): digest}
    assert machine.text(missing) is None


def test_last_backup(tmp_path: Path) -> None:
    assert machine.last_change(str(tmp_path)) is None
    assert machine.last_change(str(tmp_path / "missing")) is None
    for name, written in (("old", 1_000_000), ("new", 2_000_000), ("older", 900_000)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (written, written))
    assert machine.last_change(str(tmp_path)) == 2_000_000


class Engine:
    ANSWERS = {
        "/version": {"Version": "26.1.5", "ApiVersion": "1.45", "MinAPIVersion": "1.24"},
        "/v1.44/containers/json?all=1": [CONTAINER],
        "/v1.44/networks": NETWORKS,
    }

    def answer(self, _method: str, url: str) -> tuple[int, bytes]:
        return 200, json.dumps(self.ANSWERS[url]).encode()


def test_engine_that_runs(tmp_path: Path) -> None:
    with served(Engine(), tmp_path / "docker.sock") as path:
        answer = engine.ask(path, installed=True)
    assert answer == {
        "state": "running",
        "containers": [
            {
                "name": "account-1",
                "image": "rocketchat/account-service:8.9.1",
                "state": "running",
                "project": "rocketchat",
                "service": "account-1",
                "labels": {"io.rocketops.service": "account"},
                "published": [{"address": "127.0.0.1", "port": 3300}],
            }
        ],
        "networks": [
            {"name": "bridge", "interface": "docker0", "subnets": []},
            {"name": "rocketchat", "interface": "br-83ec1ede63c7", "subnets": ["172.31.250.0/24"]},
        ],
    }


def test_engine_without_a_socket_is_stopped_or_there_is_none(tmp_path: Path) -> None:
    path = str(tmp_path / "docker.sock")
    assert engine.ask(path, installed=True)["state"] == "stopped"
    assert engine.ask(path, installed=False)["state"] == "absent"


def test_engine_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "TIMEOUT", 0.2)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "docker.sock"))
        server.listen()
        assert engine.ask(str(tmp_path / "docker.sock"), installed=False)["state"] == "silent"
