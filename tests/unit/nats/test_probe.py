# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The NATS probe against real nats-servers, with clients that behave as moleculer's."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.nats import monitoring
from ansible_collections.rocketops.rocketchat.plugins.module_utils.nats.clients import (
    Expected,
    UnexpectedClient,
    match_clients,
)
from ansible_collections.rocketops.rocketchat.plugins.module_utils.nats.login import Account, probe_login
from ansible_collections.rocketops.rocketchat.plugins.module_utils.nats.monitoring import ClosedConnection, Connection
from ansible_collections.rocketops.rocketchat.plugins.module_utils.nats.probe import Wanted, probe_nats
from ansible_collections.rocketops.rocketchat.plugins.module_utils.probing.polling import Timeouts
from ansible_collections.rocketops.rocketchat.plugins.modules import nats_health

from lab import wheels
from lab.names import VERSIONS
from tests.unit import probe_servers
from tests.unit.docker_engine import FakeEngine, served
from tests.unit.modules.running import run
from tests.unit.nats import servers as nats_servers
from tests.unit.nats.servers import ONCE, Server, diagnosis, faults
from tests.unit.tls_authority import Authority
from tests.waiting import wait_until

UUID = "6b8d4a20-cafe-11f0-9f4e-0242ac120007"


@pytest.fixture(scope="session")
def program() -> Path:
    """The real program, the same as in the lab."""
    return wheels.program(VERSIONS["nats"]["wheel"], "nats-server")


@pytest.fixture
def nats(tmp_path: Path, program: Path) -> Iterator[Server]:
    with nats_servers.nats_server(program, tmp_path, nats_servers.PASSWORD) as server:
        yield server


# -- who is there ------------------------------------------------------------------------------------------------------


def test_nodes_are_known_by_their_subscriptions(nats: Server) -> None:
    with nats.node("chat1-presence-1"), nats.node("chat1-account-7"), nats.connect("other.subject"):
        health = nats.ask("chat1-presence", "chat1-account")
    assert health.healthy
    assert (health.connections, health.slow_consumers, health.routes_seen) == (3, 0, 0)
    assert (health.version or "").count(".") == 2
    assert (health.unexpected, health.login) == ([], None)


def test_a_node_is_known_by_its_hostname_whatever_follows(nats: Server) -> None:
    """As the real services name themselves: most by their process, ddp-streamer by a UUID."""
    names = ["chat-1-ddp-streamer-1", "chat-1-account-1", "chat-1-account-10", "chat-1"]
    with (
        nats.node(f"chat-1-ddp-streamer-1-{UUID}"),
        nats.node("chat-1-account-1-7"),
        nats.node("chat-1-account-10-7"),
        nats.node("chat-1-2f1c"),
    ):
        assert nats.ask(*names).healthy
        assert nats.ask(*[name.upper() for name in names]).healthy
        health = nats.ask(*names[:2], "chat-1-account-100")
    assert faults(health) == {"chat-1-account-100": "missing"}
    assert {one.name for one in health.unexpected} == {"chat-1-account-10-7", "chat-1-2f1c"}


def test_a_client_may_be_known_by_its_name(nats: Server) -> None:
    with nats.connect(name="chat1-presence-1"), nats.connect(name="chat1-account"):
        assert nats.ask("chat1-presence", "chat1-account").healthy
        # it names itself, but is on nobody's bus yet
        assert nats.ask("chat1-presence", namespace="other").healthy


def test_one_connection_stands_for_one_client(nats: Server) -> None:
    # the node of the host chat1-presence is no proof that a host chat1-presence-1 is there
    with nats.node("chat1-presence-1"):
        assert faults(nats.ask("chat1-presence-1", "chat1-presence")) == {"chat1-presence-1": "missing"}
    with nats.node("chat1-presence-1"), nats.node("chat1-presence-1-1"):
        assert nats.ask("chat1-presence-1", "chat1-presence").healthy


def test_a_similar_name_does_not_count(nats: Server) -> None:
    with nats.node("chat11-presence-1"), nats.node("chat1-presence"):
        health = nats.ask("chat1-presence")
    assert not health.healthy
    assert faults(health) == {"chat1-presence": "missing"}
    assert diagnosis(health, "chat1-presence").startswith("Not connected: it is down, has lost NATS, or the address")


def test_an_address_decides_only_for_clients_without_a_name(nats: Server) -> None:
    here, there = Expected("a", "127.0.0.1"), Expected("b", "198.18.0.9")
    with nats.connect("other.subject"):
        assert faults(nats.ask(here, there)) == {"b": "missing"}
    with nats.node("somebody-1"):
        assert list(faults(nats.ask(here, there))) == ["a", "b"]


def test_another_namespace_is_named(nats: Server) -> None:
    with nats.node("chat1-presence-1", namespace="other"):
        health = nats.ask("chat1-presence")
        assert nats.ask("chat1-presence", namespace="other").healthy
    assert faults(health) == {"chat1-presence": "namespace"}
    assert (
        diagnosis(health, "chat1-presence")
        == "Connected, but in the namespace other instead of no namespace: see MS_NAMESPACE."
    )
    assert health.unexpected == []


def test_the_way_to_a_client_is_measured(nats: Server) -> None:
    with nats.node("chat1-presence-1"):
        rtt = nats.ask("chat1-presence").clients[0].rtt_ms
    assert rtt is not None and 0 < rtt < 10_000


# -- who is not --------------------------------------------------------------------------------------------------------


def test_a_refused_login_is_known_by_its_address(nats: Server) -> None:
    nats.refuse(name="x")
    health = nats.ask(Expected("here", "127.0.0.1"), Expected("there", "198.18.0.9"), "anywhere")
    assert faults(health) == {"here": "refused", "there": "missing", "anywhere": "missing"}
    assert diagnosis(health, "here").startswith("Not connected, for NATS refuses its login from 127.0.0.1")
    assert diagnosis(health, "anywhere").endswith("NATS refused logins from 127.0.0.1 lately.")


def test_the_only_one_missing_is_the_one_refused(nats: Server) -> None:
    with nats.node("chat1-presence-1"):
        nats.refuse()
        health = nats.ask("chat1-presence", "chat1-account")
    assert faults(health) == {"chat1-account": "refused"}
    assert "refuses its login: it refused one from 127.0.0.1 lately" in diagnosis(health, "chat1-account")


def test_who_was_refused_and_is_back_accuses_nobody_else(nats: Server) -> None:
    nats.refuse()
    with nats.node("chat1-account-1"):
        health = nats.ask("chat1-account", "chat1-rocketchat")
    assert faults(health) == {"chat1-rocketchat": "missing"}


@pytest.mark.parametrize(
    ("start", "stop", "fault"),
    [
        # 5 s ago against 6 s ago, and in a zone of its own
        ("2026-11-25T02:34:05.5Z", "2026-11-25T02:34:04.25Z", "missing"),
        ("2026-11-25T03:34:05.123456789+01:00", "2026-11-25T02:34:05.2Z", "refused"),
        ("2026-11-25T02:34:05Z", "2026-11-25T03:34:04+01:00", "missing"),
        (None, "2026-11-25T02:34:04Z", "refused"),
    ],
)
def test_moments_are_compared_as_nats_writes_them(start: str | None, stop: str, fault: str) -> None:
    there = {**ENTRY, "start": start}
    gone = {"ip": "127.0.0.1", "start": stop, "stop": stop, "reason": "Authentication Failure"}

    def answer(path: str) -> probe_servers.Page:
        if path.startswith("/connz"):
            connections = [gone] if "state=closed" in path else [there]
            return probe_servers.Page(json.dumps({"now": NOW, "connections": connections}))
        told = {"/varz": {"server_id": "A", "version": "2.12.8"}, "/routez": {"routes": []}}
        return probe_servers.Page(json.dumps(told[path]))

    with probe_servers.http_server(answer) as server:
        health, _attempts = probe_nats(server.url, Wanted([Expected("a"), Expected("b")]), ONCE)
    assert faults(health) == {"b": fault}


def test_where_nobody_is_connected_those_refused_need_not_be_as_many() -> None:
    refused = [ClosedConnection(Connection(f"172.31.250.{host}"), "Authentication Failure", 5.0) for host in (3, 4)]
    expected = [Expected("chat1-account"), Expected("chat1-presence"), Expected("chat1-rocketchat")]

    def told(*connections: Connection) -> list[str | None]:
        return [client.fault for client in match_clients(expected, "", connections, refused).clients]

    assert told() == ["refused"] * 3
    assert told(Connection("172.31.250.9", name="chat1-account")) == [None, "refused", "refused"]
    one = [refused[0]]
    assert [client.fault for client in match_clients(expected, "", [], one).clients] == ["missing"] * 3


def test_the_latest_refusal_is_seen_after_many_closed_connections(nats: Server) -> None:
    for _closed in range(300):
        nats.connect("x").close()
    nats.refuse()
    assert faults(nats.ask("anyone")) == {"anyone": "refused"}


def test_who_does_not_read_is_named(tmp_path: Path, program: Path) -> None:
    impatient = ['write_deadline: "100ms"', "max_pending: 2000000"]
    with (
        nats_servers.nats_server(program, tmp_path, nats_servers.PASSWORD, *impatient) as nats,
        nats.connect("MOL.RES.chat1-account-1", "flood"),
        nats.node("chat1-presence-1"),
    ):
        nats.flood("flood")
        wait_until(lambda: nats.ask().connections == 1, 5, "the slow consumer is cut off", interval=0.02)
        gone = nats.ask("chat1-presence", "chat1-account")
        with nats.node("chat1-account-1"):
            back = nats.ask("chat1-presence", "chat1-account")
    assert (gone.slow_consumers or 0) >= 1
    assert faults(gone) == faults(back) == {"chat1-account": "slow"}
    assert "(slow consumer), and it has not come back: messages to it are lost" in diagnosis(gone, "chat1-account")
    assert "(slow consumer): messages to it are lost" in diagnosis(back, "chat1-account")
    assert [client.connected for client in back.clients] == [True, True]
    assert not back.healthy


# -- who should not be -------------------------------------------------------------------------------------------------


def test_a_node_that_nobody_expects_is_named(nats: Server) -> None:
    with nats.node("chat1-stream-hub-1"), nats.node("old-stream-hub-17"), nats.connect("other.subject"):
        health = nats.ask("chat1-stream-hub")
        unasked = nats.ask()
    assert health.unexpected == [UnexpectedClient("old-stream-hub-17", "127.0.0.1", "")]
    assert not health.healthy
    assert unasked.healthy


def test_what_is_left_of_a_replaced_container_is_not_unexpected(nats: Server) -> None:
    with nats.node("chat1-presence-1", namespace="old"), nats.node(f"chat1-presence-{UUID}"):
        health = nats.ask("chat1-presence")
    assert (health.healthy, health.unexpected) == (True, [])


def test_a_node_of_another_deployment_disturbs_nobody(nats: Server) -> None:
    with nats.node("chat1-presence-1"), nats.node("theirs-1", namespace="other"):
        health = nats.ask("chat1-presence")
    assert health.unexpected == [UnexpectedClient("theirs-1", "127.0.0.1", "other")]
    assert health.healthy


# -- the client port ---------------------------------------------------------------------------------------------------


def test_a_login_works_and_leaves_no_trace(nats: Server) -> None:
    health = nats.ask(password="secret")
    # the login without password, refused as it should be, is ours and accuses nobody
    later = nats.ask("anyone", password="secret")
    assert health.healthy
    assert health.login is not None and health.login.state == "healthy"
    assert 0 < health.login.latency_ms < 10_000
    assert faults(later) == {"anyone": "missing"}
    assert "refused" not in diagnosis(later, "anyone")


def test_a_wrong_password_is_named_and_kept(nats: Server) -> None:
    health = nats.ask(password="not-the-one")
    assert health.login is not None and health.fault is not None
    assert (health.login.state, health.login.fault, health.fault.kind) == ("unhealthy", "auth_refused", "auth_refused")
    assert "refused the login (Authorization Violation)" in health.fault.sentence
    assert health.reachable and not health.healthy
    assert "not-the-one" not in repr(health) + repr(Account(nats.address, "rc", "not-the-one"))


def test_a_server_without_a_password(tmp_path: Path, program: Path) -> None:
    with nats_servers.nats_server(program, tmp_path) as nats:
        health = nats.ask(password="secret")
    assert health.fault is not None and health.fault.kind == "auth_off"
    assert "lets anybody in without a password" in health.fault.sentence


def test_the_client_port_is_asked_when_the_monitoring_is_gone(nats: Server) -> None:
    account = Account(nats.address, "rc", "secret")
    url = f"http://127.0.0.1:{probe_servers.free_port()}"
    health, _attempts = probe_nats(url, Wanted(account=account), ONCE)
    assert health.fault is not None and health.fault.kind == "refused"
    assert health.login is not None and health.login.fault is None


@pytest.mark.parametrize(
    ("behave", "fault"),
    [
        (probe_servers.hang, "read_timeout"),
        (probe_servers.greet("220 smtp.test ESMTP\r\n"), "not_nats"),
        (probe_servers.greet(f"INFO {'[' * 60_000}\r\n"), "not_nats"),
        (probe_servers.greet("INFO {}\r\n"), "not_nats"),
        (probe_servers.greet("INFO null\r\n"), "not_nats"),
        (probe_servers.greet("{}\r\n"), "not_nats"),
        (probe_servers.greet("<html>\r\n"), "not_nats"),
        (probe_servers.greet('INFO {"server_id":"A"}\r\n'), "reset"),
        (probe_servers.greet('INFO {"server_id":"A"}\r\n' + "+OK\r\n" * 20), "not_nats"),
    ],
)
def test_the_client_port_is_not_as_it_should_be(nats: Server, behave: object, fault: str) -> None:
    with probe_servers.raw_server(behave) as port:  # type: ignore[arg-type]
        wanted = Wanted(account=Account(f"127.0.0.1:{port}", "rc", "secret"))
        health, _attempts = probe_nats(nats.url, wanted, Timeouts(timeout=0, request_timeout=0.5))
    assert health.login is not None and health.login.fault == fault


def test_a_server_that_fills_up_was_not_seen_to_refuse_who_has_no_password() -> None:
    def behave(sock: socket.socket, _over: threading.Event) -> None:
        sock.sendall(b'INFO {"server_id":"A"}\r\n')
        knows_us = b"secret" in sock.recv(4096)
        sock.sendall(b"PONG\r\n" if knows_us else b"-ERR 'maximum connections exceeded'\r\n")

    with probe_servers.raw_server(behave) as port:
        login = probe_login(Account(f"127.0.0.1:{port}", "rc", "secret"), ONCE, math.inf)
    assert login.fault == "refused_by_nats"


def test_a_server_that_is_full(tmp_path: Path, program: Path) -> None:
    with (
        nats_servers.nats_server(program, tmp_path, nats_servers.PASSWORD, "max_connections: 1") as nats,
        nats.connect(),
    ):
        login = nats.ask(password="secret").login
    assert login is not None and login.fault == "refused_by_nats"
    assert "maximum connections exceeded" in (login.diagnosis or "")


def test_a_server_that_demands_tls(tmp_path: Path, program: Path) -> None:
    certificate = Authority(tmp_path).certificate()
    tls = f'tls {{ cert_file: "{certificate}", key_file: "{certificate}" }}'
    with nats_servers.nats_server(program, tmp_path, nats_servers.PASSWORD, tls) as nats:
        login = nats.ask(password="secret").login
    assert login is not None and login.fault == "tls_required"


def test_nothing_listens_on_the_client_port(nats: Server) -> None:
    wanted = Wanted(account=Account(f"127.0.0.1:{probe_servers.free_port()}", "rc", "secret"))
    health, _attempts = probe_nats(nats.url, wanted, ONCE)
    assert health.login is not None and health.login.fault == "refused"


# -- the server --------------------------------------------------------------------------------------------------------


def test_the_routes_of_a_cluster_are_counted_by_server(tmp_path: Path, program: Path) -> None:
    with nats_servers.nats_cluster(program, tmp_path) as (one, two):
        both = one.ask(routes=1, timeouts=Timeouts(timeout=10))
        assert (both.healthy, both.routes_seen) == (True, 1)
        three = two.ask(routes=2)
        one.process.kill()
        one.process.wait(10)
        alone = two.ask(routes=1)
    assert three.fault is not None and three.fault.kind == "routes_missing"
    assert "routes to 1 of 2 other servers" in three.fault.sentence
    assert "It sees one only" in three.fault.sentence
    assert alone.fault is not None and "It sees none" in alone.fault.sentence
    assert (alone.reachable, alone.routes_seen) == (True, 0)


def test_a_client_of_a_cluster_may_be_connected_to_another_server(tmp_path: Path, program: Path) -> None:
    with nats_servers.nats_cluster(program, tmp_path) as (one, two), one.node("chat1-presence-1"):
        both = [
            server.ask("chat1-presence", "chat1-account", routes=1, timeouts=Timeouts(timeout=10))
            for server in (one, two)
        ]
        one.refuse()
        refused = one.ask(Expected("chat1-account", "127.0.0.1"), routes=1)
    assert [health.healthy for health in both] == [True, True]
    assert [[client.connected for client in health.clients] for health in both] == [[True, False], [False, False]]
    assert faults(both[0]) == {"chat1-account": "missing"}
    assert not refused.healthy, "who is refused is connected to none"


def test_a_slow_server_is_slow_and_one_that_hangs_is_not_reachable(nats: Server) -> None:
    slow = nats.ask(slow_after=0.001)
    nats.process.send_signal(signal.SIGSTOP)
    hung = nats.ask(password="secret", timeouts=Timeouts(timeout=0, request_timeout=0.3))
    assert slow.fault is not None and slow.fault.kind == "slow"
    assert (slow.reachable, slow.healthy) == (True, False)
    assert (slow.latency_ms or 0) > 0
    assert hung.fault is not None and hung.fault.kind == "read_timeout"
    assert hung.login is not None and hung.login.fault == "read_timeout"


@pytest.mark.parametrize(("slow_answers", "fault"), [(2, None), (3, "slow")])
def test_one_slow_answer_is_no_slow_server(nats: Server, slow_answers: int, fault: str | None) -> None:
    asked = 0

    def answer(path: str) -> probe_servers.Page:
        nonlocal asked
        asked += path == "/varz"
        with urllib.request.urlopen(nats.url + path) as told:
            return probe_servers.Page(
                told.read().decode(), delay=0.2 if path == "/varz" and asked <= slow_answers else 0
            )

    with probe_servers.http_server(answer) as server:
        health, _attempts = probe_nats(server.url, Wanted(slow_after=150), ONCE)
    assert (health.fault.kind if health.fault else None) == fault
    assert asked == 3
    assert ((health.latency_ms or 0) > 150) == bool(fault)


def test_many_connections_are_read_page_by_page(nats: Server) -> None:
    with contextlib.ExitStack() as stack:
        for number in range(150):
            stack.enter_context(nats.node(f"chat1-{number}x-1"))
        health = nats.ask(*[f"chat1-{number}x" for number in range(150)])
    assert health.healthy
    assert health.connections == 150


def test_waits_for_a_client_until_the_deadline(nats: Server) -> None:
    health = nats.ask("late", timeouts=Timeouts(timeout=0.5))
    assert faults(health) == {"late": "missing"}
    assert health.reachable


def test_a_refused_login_ends_the_wait(nats: Server) -> None:
    started = time.monotonic()
    health = nats.ask("late", password="not-the-one", timeouts=Timeouts(timeout=60))
    assert health.fault is not None and health.fault.kind == "auth_refused"
    assert time.monotonic() - started < 30


def test_an_unreachable_server() -> None:
    url = f"http://127.0.0.1:{probe_servers.free_port()}"
    health, _attempts = probe_nats(url, Wanted([Expected("a")]), ONCE)
    assert (health.healthy, health.reachable, health.version, health.latency_ms) == (False, False, None, None)
    assert health.fault is not None and health.fault.kind == "refused"
    assert faults(health) == {"a": "unknown"}
    assert diagnosis(health, "a") == "Unknown, because NATS cannot be asked."


@pytest.mark.parametrize("body", ["<html>", "[]", "{}", "null", "ok", '{"status":"ok"}', '{"ms":true}', "[" * 60_000])
@pytest.mark.parametrize("path", ["/", "/varz", "/connz", "/routez"])
def test_something_else_answers(nats: Server, body: str, path: str) -> None:
    """All of it, or one of its answers alone."""

    def answer(asked: str) -> probe_servers.Page:
        if asked.startswith(path):
            return probe_servers.Page(body)
        with urllib.request.urlopen(nats.url + asked) as told:
            return probe_servers.Page(told.read().decode())

    with probe_servers.http_server(answer) as server:
        health, _attempts = probe_nats(server.url, Wanted(), ONCE)
    assert health.fault is not None and health.fault.kind == "not_nats"


ENTRY = {"ip": "127.0.0.1", "rtt": "412µs", "stop": "2026-11-25T02:34:09.5Z", "subscriptions_list": ["MOL.RES.a-1"]}
NOW = "2026-11-25T02:34:10.5Z"


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/varz", {"connections": None}),
        ("/varz", {"connections": "many"}),
        ("/varz", {"connections": math.inf}),
        ("/varz", {"slow_consumers": []}),
        ("/varz", {"version": None}),
        ("/varz", {"config_load_time": 7}),
        ("/connz", {"connections": "many"}),
        ("/connz", {"connections": 7}),
        ("/connz", {"connections": ["a"]}),
        ("/connz", {"connections": [{**ENTRY, "name": {"a": 1}}]}),
        ("/connz", {"connections": [{**ENTRY, "rtt": 5}]}),
        ("/connz", {"connections": [{**ENTRY, "rtt": "..s"}]}),
        ("/connz", {"connections": [{**ENTRY, "subscriptions_list": 5}]}),
        ("/connz", {"connections": [{**ENTRY, "subscriptions_list": [5]}]}),
        ("/connz", {"now": None}),
        ("/connz", {"now": "today"}),
        ("/connz", {"connections": [{**ENTRY, "stop": 5}]}),
        ("/routez", {"routes": ["a"]}),
        ("/routez", {"routes": 5}),
    ],
)
def test_what_only_resembles_nats(path: str, answer: dict[str, object]) -> None:
    right: dict[str, dict[str, object]] = {
        "/varz": {"server_id": "A", "version": "2.12.8", "connections": 1, "slow_consumers": 0},
        "/connz": {"now": NOW, "connections": [ENTRY]},
        "/routez": {"routes": []},
    }
    told = dict(right)
    with probe_servers.http_server(lambda asked: probe_servers.Page(json.dumps(told[urlsplit(asked).path]))) as server:
        assert probe_nats(server.url, Wanted([Expected("a")]), ONCE)[0].healthy
        told[path] = {**right[path], **answer}
        health, _attempts = probe_nats(server.url, Wanted([Expected("a")]), ONCE)
    assert health.fault is not None and health.fault.kind == "not_nats"


# -- the module --------------------------------------------------------------------------------------------------------


def test_the_module_names_the_missing_and_the_unexpected(nats: Server) -> None:
    options = {
        "url": nats.url,
        "expected_clients": ["a", {"name": "b", "address": "198.18.0.9"}],
        "address": nats.address,
        "username": "rc",
        "password": "secret",
        "timeout": 0,
    }
    with nats.node("a-1"), nats.node("old-stream-hub-1"):
        failed = run(nats_health.main, check=True, **options)
        options |= {"fail_on_unhealthy": False, "password": "not-the-one"}
        asked = run(nats_health.main, **options)
    assert failed["msg"].startswith(f"NATS at {nats.url} is not as it should be:\n- b: Not connected")
    assert failed["msg"].endswith("\n- old-stream-hub-1 (from 127.0.0.1) is on the bus, but not expected.")
    assert (asked["changed"], asked["healthy"], asked["reachable"]) == (False, False, True)
    assert [client["connected"] for client in asked["clients"]] == [True, False]
    assert (asked["fault"], asked["login"]["fault"]) == ("auth_refused", "auth_refused")
    assert "not-the-one" not in str(asked)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"expected_clients": [{"hostname": "a"}]}, "is neither a hostname nor a dictionary of name and address"),
        ({"address": "nats", "username": "rc", "password": "secret"}, "address must be host:port"),
    ],
)
def test_the_module_refuses_what_it_does_not_understand(options: dict[str, object], sentence: str) -> None:
    assert sentence in run(nats_health.main, check=True, **options)["msg"]


# -- in a container ----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def in_a_network_of_its_own(program: Path, port: int) -> Iterator[int]:
    """A server whose monitoring listens on loopback as a container's does. Yields its process."""
    command = f"ip link set lo up && exec {program} --addr 127.0.0.1 --port 4222 --http_port {port}"
    with subprocess.Popen(["unshare", "--net", "sh", "-c", command], stderr=subprocess.DEVNULL) as process:
        try:
            yield process.pid
        finally:
            process.kill()


def test_monitoring_in_a_container_is_asked_there(
    monkeypatch: pytest.MonkeyPatch, program: Path, tmp_path: Path
) -> None:
    port = probe_servers.free_port()
    url, waits = f"container://nats:{port}", Timeouts(timeout=10, request_timeout=2)
    with in_a_network_of_its_own(program, port) as process:
        engine = FakeEngine({"nats": {"State": {"Pid": process}}})
        with served(engine, tmp_path / "docker.sock") as path:
            monkeypatch.setattr(monitoring, "SOCKET", path)
            own = os.readlink("/proc/thread-self/ns/net")
            health, _attempts = probe_nats(url, Wanted(), waits)
            assert health.healthy, health.fault
            assert os.readlink("/proc/thread-self/ns/net") == own
            beside, _attempts = probe_nats(f"http://127.0.0.1:{port}", Wanted(), ONCE)
            assert beside.fault and beside.fault.kind == "refused"


@pytest.mark.parametrize(
    ("found", "kind", "sentence"),
    [
        ((200, b'{"State": {"Pid": 0}}'), "refused", "Nothing answers in container nats: it does not run."),
        ((404, b'{"message": "no such container"}'), "refused", "Nothing answers in container nats: it does not run."),
        ((500, b'{"message": "broken"}'), "unreachable", "What listens in container nats alone cannot be asked. "),
        ((200, b'{"State": {"Pid": 4194305}}'), "unreachable", "No connection to 127.0.0.1:8222 in the network of "),
    ],
)
def test_container_that_cannot_be_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, found: tuple[int, bytes], kind: str, sentence: str
) -> None:
    """The last is one that has just ended: no process has that number (PID_MAX_LIMIT)."""
    engine = FakeEngine(replies={"/containers/nats/json": lambda: found})
    with served(engine, tmp_path / "docker.sock") as path:
        monkeypatch.setattr(monitoring, "SOCKET", path)
        health, _attempts = probe_nats("container://nats:8222", Wanted(), ONCE)
    assert health.fault and health.fault.kind == kind
    assert health.fault.sentence.startswith(sentence)
