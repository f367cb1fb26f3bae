"""The NATS probe against a real nats-server , with clients that behave as moleculer's."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.http_probe import Patience
from ansible_collections.rocketops.rocketchat.plugins.module_utils.nats_probe import Expected, NatsHealth, probe_nats

from lab import wheels
from lab.names import VERSIONS
from tests.unit import probe_servers

ONCE = Patience(timeout=0, request_timeout=2)


@pytest.fixture(scope="session")
def nats_server() -> Path:
    """The real program, the same as in the lab."""
    return wheels.program(VERSIONS["nats"]["wheel"], "nats-server")


class Server:
    """A nats-server with a password on loopback."""

    def __init__(self, port: int, monitoring: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{monitoring}"

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

    def node(self, node: str, namespace: str = "") -> socket.socket:
        prefix = f"MOL-{namespace}" if namespace else "MOL"
        return self.connect(f"{prefix}.INFO", f"{prefix}.REQ.{node}", f"{prefix}.RES.{node}")

    def ask(
        self, *expected: str | Expected, namespace: str = "", patience: Patience = ONCE
    ) -> tuple[NatsHealth, dict[str, str | None]]:
        wanted = [Expected(one) if isinstance(one, str) else one for one in expected]
        health, _attempts = probe_nats(self.url, wanted, namespace, patience)
        assert [client.name for client in health.clients] == [one.name for one in wanted]
        return health, {client.name: client.diagnosis for client in health.clients if not client.connected}


@pytest.fixture
def nats(tmp_path: Path, nats_server: Path) -> Iterator[Server]:
    server = Server(probe_servers.free_port(), probe_servers.free_port())
    configuration = tmp_path / "nats.conf"
    configuration.write_text(
        f"listen: 127.0.0.1:{server.port}\n"
        f"http: {server.url.removeprefix('http://')}\n"
        "authorization { user: rc, password: secret }\n"
    )
    with (tmp_path / "nats.log").open("w") as log:
        process = subprocess.Popen([str(nats_server), "-c", str(configuration)], stderr=log)
    try:
        health, _attempts = probe_nats(server.url, [], "", Patience(timeout=10))
        assert health.reachable, (tmp_path / "nats.log").read_text()
        yield server
    finally:
        process.terminate()
        process.wait(10)


def test_nodes_are_known_by_their_subscriptions(nats: Server) -> None:
    with nats.node("chat1-presence-1"), nats.node("chat1-account-7"), nats.connect("other.subject"):
        health, missing = nats.ask("chat1-presence", "chat1-account")
    assert missing == {}
    assert health.healthy
    assert (health.connections, health.slow_consumers) == (3, 0)
    assert (health.version or "").count(".") == 2


def test_a_client_may_be_known_by_its_name(nats: Server) -> None:
    with nats.connect(name="chat1-presence-1"), nats.connect(name="chat1-account"):
        assert nats.ask("chat1-presence", "chat1-account")[0].healthy


def test_one_connection_stands_for_one_client(nats: Server) -> None:
    # the node of the host chat1-presence, pid 1, is no proof that a host chat1-presence-1 is there
    with nats.node("chat1-presence-1"):
        _health, missing = nats.ask("chat1-presence-1", "chat1-presence")
    assert list(missing) == ["chat1-presence-1"]
    with nats.node("chat1-presence-1"), nats.node("chat1-presence-1-1"):
        assert nats.ask("chat1-presence-1", "chat1-presence")[0].healthy


def test_a_similar_name_does_not_count(nats: Server) -> None:
    with nats.node("chat11-presence-1"), nats.node("chat1-presence-x"):
        health, missing = nats.ask("chat1-presence")
    assert not health.healthy
    assert (missing["chat1-presence"] or "").startswith("Not connected: it is down, or the address")


def test_an_address_decides_only_for_clients_without_a_name(nats: Server) -> None:
    here, there = Expected("a", "127.0.0.1"), Expected("b", "198.18.0.9")
    with nats.connect("other.subject"):
        assert list(nats.ask(here, there)[1]) == ["b"]
    with nats.node("somebody-1"):
        assert list(nats.ask(here, there)[1]) == ["a", "b"]


def test_another_namespace_is_named(nats: Server) -> None:
    with nats.node("chat1-presence-1", namespace="other"):
        _health, missing = nats.ask("chat1-presence")
        assert nats.ask("chat1-presence", namespace="other")[0].healthy
    assert missing == {
        "chat1-presence": "Connected, but in the namespace 'other' instead of '': see MS_NAMESPACE.",
    }


def test_a_refused_login_is_named(nats: Server) -> None:
    nats.connect(name="x", password="wrong").close()
    _health, missing = nats.ask(Expected("here", "127.0.0.1"), "anywhere")
    assert (missing["here"] or "").startswith("Not connected: NATS refused its login from 127.0.0.1")
    assert (missing["anywhere"] or "").endswith("NATS refused logins from 127.0.0.1 lately.")


def test_the_latest_refusal_is_seen_after_many_farewells(nats: Server) -> None:
    for _farewell in range(100):
        nats.connect("x").close()
    nats.connect(password="wrong").close()
    assert "refused" in (nats.ask("anyone")[1]["anyone"] or "")


def test_many_connections_are_read_page_by_page(nats: Server) -> None:
    with contextlib.ExitStack() as stack:
        for number in range(150):
            stack.enter_context(nats.node(f"chat1-{number}x-1"))
        health, missing = nats.ask(*[f"chat1-{number}x" for number in range(150)])
    assert missing == {}
    assert health.connections == 150


def test_waits_for_a_client_until_the_deadline(nats: Server) -> None:
    health, missing = nats.ask("late", patience=Patience(timeout=0.5))
    assert list(missing) == ["late"]
    assert health.reachable


def test_an_unreachable_server() -> None:
    url = f"http://127.0.0.1:{probe_servers.free_port()}"
    health, _attempts = probe_nats(url, [Expected("a")], "", ONCE)
    assert (health.healthy, health.reachable, health.version) == (False, False, None)
    assert health.fault is not None and health.fault.kind == "refused"
    assert health.clients[0].diagnosis == "Unknown, because NATS cannot be asked."


@pytest.mark.parametrize("body", ["<html>", "[]", "{}"])
def test_something_else_answers(body: str) -> None:
    with probe_servers.http_server(lambda _path: probe_servers.Page(body)) as server:
        health, _attempts = probe_nats(server.url, [], "", ONCE)
    assert health.fault is not None and health.fault.kind == "not_nats"


def test_the_module_names_the_missing(nats: Server) -> None:
    options = {"url": nats.url, "expected_clients": ["a", {"name": "b", "address": "198.18.0.9"}], "timeout": 0}
    with nats.node("a-1"):
        failed = probe_servers.run_module("nats_health", options)
        asked = probe_servers.run_module("nats_health", {**options, "fail_on_unhealthy": False}, check=False)
    assert failed["msg"].startswith(
        f"1 of 2 expected clients are not on the bus of NATS at {nats.url}:\n- b: Not connected"
    )
    assert (asked["changed"], asked["healthy"], asked["reachable"]) == (False, False, True)
    assert [client["connected"] for client in asked["clients"]] == [True, False]


def test_the_module_refuses_a_client_it_does_not_understand() -> None:
    failed = probe_servers.run_module("nats_health", {"expected_clients": [{"hostname": "a"}]})
    assert "is neither a hostname nor a dictionary of name and address" in failed["msg"]
