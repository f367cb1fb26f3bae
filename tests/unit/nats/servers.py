# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real nats-servers on loopback, and clients that behave as moleculer's."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from ansible_collections.rocketops.rocketchat.plugins.module_utils.nats.clients import Expected
from ansible_collections.rocketops.rocketchat.plugins.module_utils.nats.login import Account
from ansible_collections.rocketops.rocketchat.plugins.module_utils.nats.probe import NatsHealth, Wanted, probe_nats
from ansible_collections.rocketops.rocketchat.plugins.module_utils.probing.polling import Timeouts

from tests.unit import probe_servers
from tests.waiting import wait_until

ONCE = Timeouts(timeout=0, request_timeout=2)
PASSWORD = "authorization { user: rc, password: secret }"


class Server:
    """A nats-server on loopback, by default with a password."""

    def __init__(self, port: int, monitoring: int, process: subprocess.Popen[bytes]) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{monitoring}"
        self.process = process

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def connect(self, *subjects: str, name: str | None = None, password: str = "secret") -> socket.socket:
        """A client, connected and subscribed when this returns; moleculer's sends no name."""
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        options = {"verbose": False, "pedantic": False, "user": "rc", "pass": password, "name": name}
        subscriptions = "".join(f"SUB {subject} {number}\r\n" for number, subject in enumerate(subjects))
        sock.sendall(f"CONNECT {json.dumps(options)}\r\n{subscriptions}PING\r\n".encode())
        heard = b""
        while b"PONG" not in heard and b"-ERR" not in heard:
            piece = sock.recv(4096)
            assert piece, f"nats-server closed the connection after {heard!r}"
            heard += piece
        return sock

    def refuse(self, name: str | None = None) -> None:
        """A login with a wrong password, listed among the closed connections when this returns.

        nats-server notes there a moment after it has closed one (its `saveClosedClient` runs beside).
        """
        before = self._closed()
        self.connect(name=name, password="wrong").close()
        wait_until(lambda: self._closed() > before, 10, "the refusal in NATS's monitoring", interval=0.01)

    def _closed(self) -> int:
        with urllib.request.urlopen(f"{self.url}/connz?state=closed", timeout=5) as answer:
            return int(json.load(answer)["total"])

    def node(self, node: str, namespace: str = "") -> socket.socket:
        prefix = f"MOL-{namespace}" if namespace else "MOL"
        return self.connect(f"{prefix}.INFO", f"{prefix}.REQ.{node}", f"{prefix}.RES.{node}")

    def flood(self, subject: str) -> None:
        """Sends more than a client that does not read can have waiting."""
        with self.connect() as sock:
            message = b"x" * 500_000
            for _number in range(40):
                sock.sendall(f"PUB {subject} {len(message)}\r\n".encode() + message + b"\r\n")
            sock.sendall(b"PING\r\n")
            assert b"PONG" in sock.recv(4096)

    def ask(
        self,
        *expected: str | Expected,
        namespace: str = "",
        routes: int | None = None,
        slow_after: float = 10_000,
        password: str | None = None,
        authorities: str = "",
        timeouts: Timeouts = ONCE,
    ) -> NatsHealth:
        clients = [Expected(one) if isinstance(one, str) else one for one in expected]
        account = Account(self.address, "rc", password, authorities) if password else None
        health, _attempts = probe_nats(self.url, Wanted(clients, namespace, routes, slow_after, account), timeouts)
        assert [client.name for client in health.clients] == [one.name for one in clients]
        return health


def faults(health: NatsHealth) -> dict[str, str]:
    return {client.name: client.fault for client in health.clients if client.fault}


def diagnosis(health: NatsHealth, name: str) -> str:
    return next(client.diagnosis or "" for client in health.clients if client.name == name)


@contextlib.contextmanager
def nats_server(program: Path, directory: Path, *configuration: str) -> Iterator[Server]:
    port, monitoring = probe_servers.free_port(), probe_servers.free_port()
    path, log = directory / f"nats-{port}.conf", directory / f"nats-{port}.log"
    listen = [f"listen: 127.0.0.1:{port}", f"http: 127.0.0.1:{monitoring}"]
    path.write_text("\n".join([*listen, *configuration]))
    with log.open("w") as output:
        server = Server(port, monitoring, subprocess.Popen([str(program), "-c", str(path)], stderr=output))
    try:
        health = server.ask(timeouts=Timeouts(timeout=10))
        assert health.reachable, log.read_text()
        yield server
    finally:
        server.process.kill()
        server.process.wait(10)


@contextlib.contextmanager
def nats_cluster(program: Path, directory: Path) -> Iterator[Sequence[Server]]:
    """Two servers that know each other."""
    ports = [probe_servers.free_port(), probe_servers.free_port()]
    clusters = [
        f'cluster {{ name: test, listen: "127.0.0.1:{own}", routes: ["nats-route://127.0.0.1:{other}"] }}'
        for own, other in (ports, reversed(ports))
    ]
    with (
        nats_server(program, directory, "server_name: one", clusters[0]) as one,
        nats_server(program, directory, "server_name: two", clusters[1]) as two,
    ):
        yield [one, two]
