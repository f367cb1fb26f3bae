# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The planned configuration of NATS, taken up by the real program."""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from lab import wheels
from lab.names import VERSIONS
from tests.unit import probe_servers
from tests.unit.plan_inventories import cluster, plan
from tests.waiting import wait_until

SERVICES = {"user": "rocketchat", "pass": "nats-secret"}


@contextmanager
def running(directory: Path) -> Iterator[list[dict[str, int]]]:
    """The servers of two hosts on loopback. Yields their ports."""
    program = wheels.program(VERSIONS["nats"]["wheel"], "nats-server")
    hosts = plan(cluster("a", "b"))["hosts"]
    ports = [{name: probe_servers.free_port() for name in ("client", "http", "route")} for _host in hosts]
    with ExitStack() as stack:
        for host, own, other in zip(hosts.values(), ports, reversed(ports), strict=True):
            config: dict[str, Any] = json.loads(host["nats"]["config"])
            config |= {"listen": f"127.0.0.1:{own['client']}", "http": f"127.0.0.1:{own['http']}"}
            config["cluster"]["listen"] = f"127.0.0.1:{own['route']}"
            [route] = config["cluster"]["routes"]
            config["cluster"]["routes"] = [f"{route.rpartition('@')[0]}@127.0.0.1:{other['route']}"]
            path = directory / f"{own['client']}.conf"
            path.write_text(json.dumps(config))
            process = stack.enter_context(subprocess.Popen([str(program), "-c", str(path)], stderr=subprocess.DEVNULL))
            stack.callback(process.kill)
        yield ports


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, int]]]:
    with running(tmp_path_factory.mktemp("nats")) as found:
        wait_until(lambda: all(map(has_a_route, found)), 20, "the route between the servers", interval=0.05)
        yield found


def said(port: int, options: dict[str, Any], *lines: str) -> str:
    """All that a server says to a client, until it answers the client's PING or closes the connection."""
    connect = f"CONNECT {json.dumps({'verbose': False, 'pedantic': False, 'headers': True, **options})}"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        sock.sendall("".join(f"{line}\r\n" for line in (connect, *lines, "PING")).encode())
        heard = b""
        while b"PONG\r\n" not in heard and (piece := sock.recv(65536)):
            heard += piece
        return heard.decode()


def info(port: int) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(said(port, SERVICES).partition("\r\n")[0].removeprefix("INFO "))
    return told


def has_a_route(port: dict[str, int]) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port['http']}/routez", timeout=5) as answer:
            return bool(json.load(answer)["num_routes"])
    except OSError:
        return False


def test_services_use_the_subjects_of_moleculer_and_no_others(ports: list[dict[str, int]]) -> None:
    port = ports[0]["client"]
    own = (
        "SUB MOL.INFO 1",
        "SUB MOL.RES.chat-account-1-7 2",
        "SUB MOL.REQB.license.hasModule q 3",
        "PUB MOL.EVENT.x 0",
        "",
    )
    assert "-ERR" not in said(port, SERVICES, *own)
    for line in ("SUB > 1", "SUB MOL-other.INFO 1", "SUB $SYS.> 1", "SUB _INBOX.x 1", "PUB $SYS.REQ.SERVER.PING 0"):
        assert "-ERR 'Permissions Violation" in said(port, SERVICES, line, *([""] if line.startswith("PUB") else []))


def test_messages_may_be_large_and_clients_are_told_of_no_other_address(ports: list[dict[str, int]]) -> None:
    told = info(ports[0]["client"])
    assert told["max_payload"] == 8 * 1024 * 1024
    assert "connect_urls" not in told


def test_password_of_the_services_opens_no_route(ports: list[dict[str, int]]) -> None:
    refused = said(ports[0]["route"], {**SERVICES, "name": "other", "server_id": "N" * 56})
    assert "-ERR 'Authorization Violation'" in refused


def test_password_of_the_servers_is_no_clients(ports: list[dict[str, int]]) -> None:
    assert "-ERR 'Authorization Violation'" in said(ports[0]["client"], {"user": "servers", "pass": "route-secret"})
