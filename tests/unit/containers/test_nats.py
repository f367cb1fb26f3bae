# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a container from NATS is found although its log, as the real services write it, has no reason."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.containers.model import ContainerHealth, Expected
from ansible_collections.rocketops.rocketchat.plugins.module_utils.containers.pino import in_words
from ansible_collections.rocketops.rocketchat.plugins.module_utils.containers.probe import probe_containers
from ansible_collections.rocketops.rocketchat.plugins.module_utils.probing.polling import Timeouts

from tests.unit import probe_servers
from tests.unit.docker_engine import FakeEngine, container, frames, moment, served

IMAGE = "docker.io/rocketchat/account-service:8.9.1"
STAMP = "2026-11-26T21:55:39.123Z"
LICENSE = "Enterprise license not found. Shutting down..."


def pino(level: int, message: str, **more: Any) -> str:
    """As ee/packages/network-broker's broker writes it: pino's own fields, moleculer's bindings, the message."""
    line = {"level": level, "time": STAMP, "pid": 1, "hostname": "chat-account-1", **more, "msg": message}
    return json.dumps(line, separators=(",", ":"))


def moleculer(level: int, module: str, message: str) -> str:
    return pino(level, message, nodeID="chat-account-1-1", ns="", mod=module)


# printed again every 5 s, whatever the reason
NO_NATS = [moleculer(50, "transporter", "NATS error."), moleculer(40, "transit", "Connection is failed.")]
# of 6.x, on moleculer's console logger
NO_NATS_ON_THE_CONSOLE = [
    f"[{STAMP}] ERROR chat-account-1-1/TRANSPORTER: NATS error. connect ECONNREFUSED 172.31.250.4:4222",
    f"[{STAMP}] WARN  chat-account-1-1/TRANSIT: Connection is failed. connect ECONNREFUSED 172.31.250.4:4222",
]


@contextmanager
def nats(password: str = "secret") -> Iterator[int]:
    """A NATS that knows one password. Yields the port."""

    def behave(sock: socket.socket, _over: Event) -> None:
        sock.sendall(b'INFO {"server_id":"A","version":"2.12.8"}\r\n')
        right = json.dumps(password).encode() in sock.recv(4096)
        sock.sendall(b"PONG\r\n" if right else b"-ERR 'Authorization Violation'\r\n")

    with probe_servers.raw_server(behave) as port:
        yield port


@pytest.fixture
def account(tmp_path: Path) -> Callable[..., ContainerHealth]:
    """How it is: not healthy, with the planned TRANSPORTER; the nats of its network is at 127.0.0.1."""

    def look(transporter: str, log: list[str], change: Callable[[FakeEngine], None] = lambda _: None) -> Any:
        secrets = {"TRANSPORTER": transporter}
        engine = FakeEngine(
            {
                "account-1": container("account-1", IMAGE, "chat-account-1", **secrets),
                "nats": container("nats", "nats:2.12", "chat-nats"),
            }
        )
        engine.containers["account-1"]["State"].update(StartedAt=moment(60), Health={"Status": "starting"})
        network = engine.containers["nats"]["NetworkSettings"]["Networks"]["rocketchat"]
        network.update(IPAddress="127.0.0.1", Aliases=["chat-nats"])
        engine.logs["account-1"] = frames(*log)
        change(engine)
        expected = Expected("account-1", "account", IMAGE, "chat-account-1", {}, secrets, [], "rocketchat")
        number = len(list(tmp_path.iterdir()))
        with served(engine, tmp_path / f"docker-{number}.sock") as path:
            return probe_containers([expected], path, Timeouts(0, 2))[0].containers[0]

    return look


def test_a_refused_password(account: Callable[..., ContainerHealth]) -> None:
    with nats() as port:
        found = account(f"nats://rc:wrong-one@nats:{port}", NO_NATS)
    assert (found.fault, found.diagnosis) == ("nats_auth", "NATS refuses its user or password.")
    assert "wrong-one" not in repr(found)


@pytest.mark.parametrize("log", [NO_NATS, NO_NATS_ON_THE_CONSOLE])
def test_an_address_where_nothing_listens(account: Callable[..., ContainerHealth], log: list[str]) -> None:
    port = probe_servers.free_port()
    found = account(f"nats://rc:secret@nats:{port}", log)
    assert found.fault == "nats_unreachable"
    reason = f"Connection refused: nothing listens on 127.0.0.1:{port}."
    assert found.diagnosis == f"It cannot connect to NATS. From its host: {reason}"


def test_an_address_that_swallows_packets(account: Callable[..., ContainerHealth]) -> None:
    with probe_servers.deaf_port() as port:
        found = account(f"nats://rc:secret@nats:{port}", NO_NATS)
    assert found.fault == "nats_unreachable"
    assert f"No connection to 127.0.0.1:{port} in time" in (found.diagnosis or "")


def test_another_program_in_place_of_nats(account: Callable[..., ContainerHealth]) -> None:
    with probe_servers.raw_server(probe_servers.greet("220 smtp.test ESMTP\r\n")) as port:
        found = account(f"nats://rc:secret@nats:{port}", NO_NATS)
    assert found.fault == "nats_unreachable"
    assert "does not greet as a NATS server does" in (found.diagnosis or "")


def test_a_server_that_demands_tls_cannot_be_asked(account: Callable[..., ContainerHealth]) -> None:
    """nats.js upgrades plain nats:// URLs, given NODE_EXTRA_CA_CERTS."""
    with probe_servers.raw_server(probe_servers.greet('INFO {"server_id":"A","tls_required":true}\r\n')) as port:
        found = account(f"nats://rc:secret@nats:{port}", NO_NATS)
    assert "TLS" not in (found.diagnosis or "")
    assert found.fault != "nats_unreachable"


@pytest.mark.parametrize("host", ["nats.invalid", "elsewhere"])
def test_a_name_that_nobody_has(account: Callable[..., ContainerHealth], host: str) -> None:
    found = account(f"nats://rc:secret@{host}:4222", NO_NATS)
    assert (found.fault, found.diagnosis) == (
        "resolve",
        f"The name {host} of its NATS does not resolve in the container.",
    )


def stopped(engine: FakeEngine) -> None:
    engine.containers["nats"]["State"].update(Status="exited", Running=False)


def moved(engine: FakeEngine) -> None:
    networks = engine.containers["nats"]["NetworkSettings"]["Networks"]
    networks["another"] = networks.pop("rocketchat")


@pytest.mark.parametrize("away", [stopped, moved])
def test_docker_knows_the_name_of_a_running_container_in_the_same_network(
    account: Callable[..., ContainerHealth], away: Callable[[FakeEngine], None]
) -> None:
    with nats() as port:
        assert account(f"nats://rc:secret@chat-nats:{port}", NO_NATS).fault == "starting"
        assert account(f"nats://rc:secret@chat-nats:{port}", NO_NATS, away).fault == "resolve"


def test_a_name_in_its_own_hosts_file(account: Callable[..., ContainerHealth]) -> None:
    def known(engine: FakeEngine) -> None:
        engine.containers["account-1"]["HostConfig"]["ExtraHosts"] = ["nats.example.com:127.0.0.1"]

    with nats() as port:
        assert account(f"nats://rc:wrong@nats.example.com:{port}", NO_NATS, known).fault == "nats_auth"


def test_one_server_that_lets_it_in_is_enough(account: Callable[..., ContainerHealth]) -> None:
    """So the log speaks of what is over: what else it says counts."""
    with nats() as port:
        urls = f"nats://rc:secret@nats:{probe_servers.free_port()},nats://rc:secret@nats:{port}"
        assert account(urls, NO_NATS).fault == "starting"
        assert account(urls, [moleculer(60, "broker", LICENSE), *NO_NATS]).fault == "license"


@pytest.mark.parametrize("transporter", ["", "TCP", "nats://", "nats://rc:secret@nats:99999", "redis://nats:6379"])
def test_a_transporter_that_names_no_nats(account: Callable[..., ContainerHealth], transporter: str) -> None:
    assert account(transporter, NO_NATS).fault == "starting"


# -- pino's lines ------------------------------------------------------------------------------------------------------

ERROR = {"type": "MongoServerError", "message": "Authentication failed.", "stack": "MongoServerError: ..."}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (moleculer(60, "broker", LICENSE), f"error: {LICENSE}"),
        (moleculer(40, "transit", "Connection is failed."), "Connection is failed."),
        (moleculer(50, "transporter", "NATS error."), "NATS error."),
        (f"{STAMP} {moleculer(60, 'broker', LICENSE)}", f"{STAMP} error: {LICENSE}"),
        (
            pino(50, "Cannot start", name="Migrations", err=ERROR),
            "Cannot start (MongoServerError: Authentication failed.)",
        ),
        (pino(50, "Authentication failed.", err=ERROR), "MongoServerError: Authentication failed."),
        (pino(50, "Odd", err={"message": 5}), "error: Odd"),
        (pino(30, "NetworkBroker started"), "NetworkBroker started"),
        (pino(30, ""), pino(30, "")),
        ('{"level":30}', '{"level":30}'),
        ('{"msg":"no level"}', '{"msg":"no level"}'),
        ("{}", "{}"),
        ('{"level":', '{"level":'),
        ('{"level":30,"msg":"cut of', '{"level":30,"msg":"cut of'),
        ("{" * 60_000 + "}", "{" * 60_000 + "}"),
        ("plain: {not json}", "plain: {not json}"),
        ("", ""),
    ],
)
def test_a_line_in_words(line: str, words: str) -> None:
    assert in_words(line) == words


@pytest.mark.parametrize(
    ("log", "fault"),
    [
        ([moleculer(60, "broker", LICENSE)], "license"),
        (
            [moleculer(60, "broker", "ServiceBroker has detected a nodeID conflict, use unique nodeIDs.")],
            "node_id_conflict",
        ),
        ([pino(50, "Cannot start", err=ERROR)], "mongodb_auth"),
        ([pino(50, "x", err={"type": "Error", "message": "getaddrinfo ENOTFOUND nats"})], "resolve"),
        ([pino(50, "not authorized on rocketchat to execute command", name="System")], "mongodb_privilege"),
    ],
)
def test_a_reason_is_known_in_pinos_lines_too(
    account: Callable[..., ContainerHealth], log: list[str], fault: str
) -> None:
    def restarted(engine: FakeEngine) -> None:
        engine.containers["account-1"].update(RestartCount=3)

    assert account("nats://rc:secret@nats:4222", log, restarted).fault == fault


def test_a_line_is_quoted_in_words_and_without_secrets(account: Callable[..., ContainerHealth]) -> None:
    def restarted(engine: FakeEngine) -> None:
        engine.containers["account-1"].update(RestartCount=3)

    lines = [
        pino(50, "Settings of\nnats://rc:secret-secret@nats:4222 are odd", err={"type": "Oops", "message": 'no "x"'}),
        pino(30, "goodbye"),
    ]
    found = account("nats://rc:secret-secret@nats:4222", lines, restarted)
    assert found.log_line == 'error: Settings of ******** are odd (Oops: no "x")'
    assert found.fault == "crash_loop"
