# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A login on the client port of a NATS server, in the few lines of its protocol that it takes.

The protocol is spoken here, because Debian 12 and 13 have no package of the Python client nats-py; it is text and
documented at https://docs.nats.io/reference/reference-protocols/nats-protocol: the server begins with INFO, the client
sends CONNECT and PING, the server answers PONG, or -ERR with a reason and closes.
"""

from __future__ import annotations

import io
import json
import socket
import ssl
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..probing.clock import milliseconds_since, remaining
from ..probing.connection import connect_tcp, timed_reader
from ..probing.decoding import decoded
from ..probing.fault import Fault
from ..probing.fetching import sanitized
from ..probing.polling import Timeouts
from ..probing.target import Target, parse_address
from ..probing.tls import trusting, upgraded

# By this name our own connections, and those of ours that are refused on purpose, are known in /connz.
OWN_NAME = "rocketops-health"
_LINE_MAX = 64 * 1024
_LINES_MAX = 16


@dataclass(frozen=True)
class Account:
    """Where to log in, and with which account. ``authorities``: PEM texts, where TLS is planned."""

    address: str
    username: str
    password: str = field(repr=False)
    authorities: str = ""

    def __post_init__(self) -> None:
        parse_address("address", self.address)

    @property
    def target(self) -> Target:
        host, port = parse_address("address", self.address)
        return Target(False, host, port, "/", host, port)

    @cached_property
    def context(self) -> ssl.SSLContext | None:
        return trusting(self.authorities) if self.authorities else None


@dataclass(frozen=True)
class Login:
    """How the login went."""

    state: str
    fault: str | None
    latency_ms: float
    diagnosis: str | None


def probe_login(account: Account, timeouts: Timeouts, stop: float) -> Login:
    """With the credentials, which must work, and without any, which must not."""
    started = time.monotonic()
    try:
        credentials = {"user": account.username, "pass": account.password}
        fault = try_login(account.target, credentials, timeouts.limit(stop), account.context)
        latency = milliseconds_since(started)
        fault = fault or _without_password(account, timeouts.limit(stop))
    except Fault as broken:
        fault, latency = broken, milliseconds_since(started)
    if fault is None:
        return Login("healthy", None, latency, None)
    return Login("unhealthy", fault.kind, latency, fault.sentence)


def _without_password(account: Account, until: float) -> Fault | None:
    """What is wrong unless NATS refuses just that: it may be too full for any client."""
    refusal = try_login(account.target, {}, until, account.context)
    if refusal:
        return refusal if refusal.kind != "auth_refused" else None
    sentence = (
        f"NATS at {account.address} lets anybody in without a password: who reaches the port can read and forge every "
        "message; configure its authorization."
    )
    return Fault("auth_off", sentence)


def try_login(
    target: Target, credentials: dict[str, str], until: float, context: ssl.SSLContext | None = None
) -> Fault | None:
    """The fault if NATS refuses; raises Fault if it cannot be asked. ``context``: where TLS is planned."""
    with ExitStack() as opened:
        plain = opened.enter_context(connect_tcp(target, until))
        try:
            sock, reader = plain, timed_reader(plain, until)
            demanded = bool(_info(target, _line(target, reader)).get("tls_required"))
            _check_tls(target, demanded, planned=context is not None)
            if context:
                # the server says nothing more before the handshake
                sock = opened.enter_context(upgraded(plain, target, until, context))
                reader = timed_reader(sock, until)
            options = {"verbose": False, "pedantic": False, "name": OWN_NAME, "lang": "", "version": "", **credentials}
            sock.settimeout(remaining(until))
            sock.sendall(f"CONNECT {json.dumps(options)}\r\nPING\r\n".encode())
            for _number in range(_LINES_MAX):
                line = _line(target, reader)
                if line == "PONG":
                    return None
                if line.startswith("-ERR"):
                    return _refusal(target, line)
        except socket.timeout:
            sentence = f"NATS at {target.peer} took the connection but does not answer: it hangs or is paused."
            raise Fault("read_timeout", sentence) from None
        except OSError as error:
            sentence = f"NATS at {target.peer} cut the connection ({error.strerror or error})."
            raise Fault("reset", sentence) from None
    raise Fault("not_nats", f"{target.peer} does not answer as a NATS server does.")


def _check_tls(target: Target, demanded: bool, planned: bool) -> None:
    if demanded and not planned:
        sentence = (
            f"NATS at {target.peer} demands TLS, which is not planned and cannot be asked through here: its "
            "configuration was changed by hand."
        )
        raise Fault("tls_required", sentence)
    if planned and not demanded:
        sentence = (
            f"NATS at {target.peer} speaks without TLS, which is planned: passwords and messages are read by anybody "
            "on the way. The site playbook has it demand TLS."
        )
        raise Fault("tls_off", sentence)


def _line(target: Target, reader: io.BufferedReader) -> str:
    line = reader.readline(_LINE_MAX)
    if not line:
        raise Fault("reset", f"{target.peer} closed the connection without an answer: is NATS starting or stopping?")
    return line.decode("utf-8", "replace").strip()


def _info(target: Target, line: str) -> dict[str, Any]:
    try:
        info = decoded(line.partition(" ")[2]) if line.startswith("INFO ") else None
    except ValueError:
        info = None
    if not isinstance(info, dict) or not info.get("server_id"):
        raise Fault("not_nats", f"{target.peer} does not greet as a NATS server does: another program listens there.")
    return info


def _refusal(target: Target, line: str) -> Fault:
    reason = sanitized(line.removeprefix("-ERR").strip().strip("'"))
    if reason.lower().startswith("auth"):
        sentence = (
            f"NATS at {target.peer} refused the login ({reason}): user or password differ from its configuration."
        )
        return Fault("auth_refused", sentence)
    return Fault("refused_by_nats", f"NATS at {target.peer} refused the connection: {reason}.")
