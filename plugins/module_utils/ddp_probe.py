# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks the path of a Rocket.Chat client from outside: the HTTP split, both websocket framings, DDP. No Ansible here.

What answers look like was observed on Rocket.Chat's own ddp-streamer (6.14): it upgrades any path; exactly /websocket
is plain DDP and everything else SockJS; any GET but /sockjs/info and /health answers 200; its /sockjs/info carries
"ms": true, which the monolith's does not.
"""

from __future__ import annotations

import json
import random
import socket
import ssl
import string
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Callable

from ansible_collections.rocketops.rocketchat.plugins.module_utils.http_probe import (
    Answer,
    Fault,
    Patience,
    Target,
    connect,
    describe,
    fetch,
    milliseconds_since,
    parse_url,
    poll,
    quote,
    remaining,
)

try:
    from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
    from websockets.sync.client import ClientConnection
    from websockets.sync.client import connect as upgrade

    WEBSOCKETS_MISSING: str | None = None
except ImportError:
    WEBSOCKETS_MISSING = traceback.format_exc()

HEALTHY, UNHEALTHY, SKIPPED = "healthy", "unhealthy", "skipped"

# Faults of the way to the proxy: what lies behind it cannot be asked, and six times the same sentence helps nobody.
_NO_WAY = ("resolve", "refused", "unreachable", "connect", "tls", "certificate", "redirected")
_CLOSE_TIMEOUT = 0.5
_FRAMES_MAX = 100


@dataclass(frozen=True)
class Check:
    """One step of the client's path and how it went."""

    name: str
    state: str
    latency_ms: float | None = None
    fault: str | None = None
    diagnosis: str | None = None


@dataclass
class DdpHealth:
    """All steps, in order; healthy when every one is."""

    checks: list[Check] = field(default_factory=list)
    ping_ms: float | None = None

    @property
    def healthy(self) -> bool:
        return all(check.state == HEALTHY for check in self.checks)

    @property
    def timed_out(self) -> bool:
        return any((check.fault or "").endswith("timeout") for check in self.checks)

    def run(self, name: str, question: Callable[[], Any]) -> Any:
        """Puts a question, notes how it went, and returns its answer, or None when there was a fault."""
        started = time.monotonic()
        try:
            answer = question()
        except Fault as fault:
            took = milliseconds_since(started)
            self.checks.append(Check(name, UNHEALTHY, took, fault.kind, fault.sentence))
            return None
        self.checks.append(Check(name, HEALTHY, milliseconds_since(started)))
        return answer

    def skip(self, names: Sequence[str]) -> None:
        self.checks.extend(Check(name, SKIPPED) for name in names)


@dataclass(frozen=True)
class Door:
    """Where the deployment is entered, and how long a question may take."""

    url: str
    connect_to: str | None
    context: ssl.SSLContext
    patience: Patience

    def target(self, path: str) -> Target:
        return parse_url(self.url.rstrip("/") + path, self.connect_to)


def probe_ddp(
    url: str, patience: Patience, context: ssl.SSLContext, connect_to: str | None = None
) -> tuple[DdpHealth, int]:
    """Walks the path until all is healthy or time is up: the health, and how often it was asked."""
    if "?" in url or "#" in url:
        raise ValueError(f"{url!r} must be the root URL of the deployment, without query or fragment.")
    door = Door(url, connect_to, context, patience)
    door.target("/")
    polled = poll([lambda stop: walk(door, stop)], patience)[0]
    return polled.answer, polled.attempts


def walk(door: Door, stop: float) -> DdpHealth:
    """Every check once, in the order in which a client meets them."""
    health = DdpHealth()
    health.run("sockjs_info", lambda: _check_split(_get(door, "/sockjs/info", "ddp-streamer", stop)))
    if (health.checks[0].fault or "").startswith(_NO_WAY):
        health.skip(["websocket", "ddp_connect", "ddp_ping", "sockjs_websocket", "sockjs_connect", "monolith"])
        return health
    _talk(health, door, stop, "/websocket", ("websocket", "ddp_connect"), framed=False)
    path = f"/sockjs/{random.randrange(1000):03}/{''.join(random.choices(string.ascii_lowercase, k=8))}/websocket"
    _talk(health, door, stop, path, ("sockjs_websocket", "sockjs_connect"), framed=True)
    health.run("monolith", lambda: _check_page(_get(door, "/", "monolith", stop)))
    return health


# -- the HTTP side -----------------------------------------------------------------------------------------------------


def _get(door: Door, path: str, service: str, stop: float) -> Answer:
    answer = fetch(door.target(path), door.patience.limit(stop), door.context)
    _raise_for_gateway(answer.status, service)
    return answer


def _raise_for_gateway(status: int, service: str) -> None:
    if status in (502, 503):
        sentence = (
            f"The proxy reaches no {service} (status {status}): it is down, its address in the proxy is wrong, "
            "or it waits for NATS and a monolith and has opened no port."
        )
        raise Fault("upstream_down", sentence)
    if status == 504:
        sentence = f"The {service} behind the proxy does not answer in time (status 504): it hangs or is overloaded."
        raise Fault("upstream_silent", sentence)


def _check_split(answer: Answer) -> None:
    try:
        info = json.loads(answer.body)
    except ValueError:
        info = None
    if answer.location:
        sentence = f"/sockjs/info is redirected to {answer.location}: ask the URL that clients end up with."
        raise Fault("redirected", sentence)
    if answer.status != 200 or not isinstance(info, dict) or "websocket" not in info:
        sentence = f"/sockjs/info is not served by Rocket.Chat: {describe(answer).lower()}{quote(answer)}."
        raise Fault("not_rocketchat", sentence)
    if info.get("ms") is not True:
        sentence = (
            'The monolith answered /sockjs/info, not ddp-streamer (no "ms": true): the proxy does not send '
            "/sockjs and /websocket to ddp-streamer."
        )
        raise Fault("split_missing", sentence)


def _check_page(answer: Answer) -> None:
    if not 200 <= answer.status < 400:
        raise Fault("status", f"The monolith's page is not served: {describe(answer).lower()}{quote(answer)}.")


# -- the websocket side ------------------------------------------------------------------------------------------------


def _talk(health: DdpHealth, door: Door, stop: float, path: str, names: tuple[str, str], framed: bool) -> None:
    """Upgrade, DDP connect and, on the plain websocket, a ping."""
    upgrade_check, connect_check = names
    websocket = health.run(upgrade_check, lambda: _open(door.target(path), door.patience.limit(stop), door.context))
    if websocket is None:
        health.skip([connect_check] if framed else [connect_check, "ddp_ping"])
        return
    with websocket:
        session = DdpSession(websocket, framed)
        connected = health.run(connect_check, lambda: session.connect(door.patience.limit(stop)))
        if framed:
            return
        if connected is None:
            health.skip(["ddp_ping"])
        else:
            health.ping_ms = health.run("ddp_ping", lambda: session.ping(door.patience.limit(stop)))


def _open(target: Target, until: float, context: ssl.SSLContext) -> ClientConnection:
    sock = connect(target, until, context)
    sock.settimeout(None)
    # TLS is ours already, so that its faults read the same everywhere: for the library this is a plain websocket.
    uri = f"ws://{target.host_header}{target.path}"
    try:
        return upgrade(uri, sock=sock, open_timeout=remaining(until), close_timeout=_CLOSE_TIMEOUT)
    except (socket.timeout, TimeoutError):
        sentence = f"{target.path} did not answer the websocket upgrade in time: the proxy or ddp-streamer hangs."
        raise Fault("upgrade_timeout", sentence) from None
    except (WebSocketException, OSError, EOFError, ValueError) as error:
        # since version 14 the library would follow a redirect, cannot with our socket, and says so in another error
        for cause in (error, error.__context__):
            if isinstance(cause, InvalidStatus):
                raise _refused(target, cause.response.status_code) from None
        raise Fault("upgrade", f"The websocket upgrade on {target.path} failed: {error}.") from None


def _refused(target: Target, status: int) -> Fault:
    try:
        _raise_for_gateway(status, "ddp-streamer")
    except Fault as fault:
        return fault
    if status in (200, 400, 426):
        return Fault(
            "upgrade_stripped",
            f"{target.path} answered {status} instead of upgrading to a websocket: the proxy strips the Upgrade and "
            "Connection headers, or speaks HTTP/1.0 to ddp-streamer.",
        )
    return Fault("upgrade_refused", f"The websocket upgrade on {target.path} was refused with status {status}.")


class DdpSession:
    """DDP over one websocket, plain or wrapped in SockJS frames."""

    def __init__(self, websocket: ClientConnection, framed: bool) -> None:
        self._websocket = websocket
        self._framed = framed

    def connect(self, until: float) -> str:
        """The session's id."""
        if self._framed and self._frame(until) != "o":
            sentence = "The SockJS path did not begin with the SockJS open frame 'o': no ddp-streamer answers there."
            raise Fault("framing", sentence)
        self._send({"msg": "connect", "version": "1", "support": ["1"]})
        answer = self._wait_for("connected", until)
        return str(answer.get("session", ""))

    def ping(self, until: float) -> float:
        """The round trip in milliseconds."""
        started = time.monotonic()
        self._send({"msg": "ping", "id": "rocketops-health"})
        self._wait_for("pong", until)
        return milliseconds_since(started)

    def _send(self, message: dict[str, Any]) -> None:
        text = json.dumps(message)
        try:
            self._websocket.send(json.dumps([text]) if self._framed else text)
        except ConnectionClosed as error:
            raise _closed(error) from None

    def _wait_for(self, wanted: str, until: float) -> dict[str, Any]:
        for _frame in range(_FRAMES_MAX):
            for message in self._messages(self._frame(until)):
                if message.get("msg") == wanted:
                    return message
                if message.get("msg") == "failed":
                    offer = message.get("version")
                    raise Fault("ddp", f"The server speaks another version of DDP ({offer!r} instead of '1').")
        raise Fault("ddp", f"{_FRAMES_MAX} frames came, but none of them was the DDP answer {wanted!r}.")

    def _frame(self, until: float) -> str:
        try:
            frame = self._websocket.recv(timeout=remaining(until))
        except TimeoutError:
            sentence = (
                "The websocket is open but DDP gets no answer: ddp-streamer is alive and silent. "
                "Is it connected to NATS, and a monolith with it?"
            )
            raise Fault("silent_timeout", sentence) from None
        except ConnectionClosed as error:
            raise _closed(error) from None
        return frame if isinstance(frame, str) else frame.decode("utf-8", "replace")

    def _messages(self, frame: str) -> list[dict[str, Any]]:
        """The DDP messages in a frame; a frame of SockJS is a letter and, after `a`, a JSON list of strings."""
        try:
            if not self._framed:
                found = [json.loads(frame)]
            else:
                found = [json.loads(text) for text in json.loads(frame[1:])] if frame.startswith("a") else []
        except (ValueError, TypeError):
            framing = "SockJS" if self._framed else "plain DDP"
            raise Fault("framing", f"A frame is not {framing}: {frame[:80]!r}.") from None
        return [message for message in found if isinstance(message, dict)]


def _closed(error: ConnectionClosed) -> Fault:
    code = error.rcvd.code if error.rcvd else 1006
    return Fault("closed", f"The websocket was closed with code {code} in the middle of the DDP conversation.")
