# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks the path of a Rocket.Chat client from outside: the HTTP split, both websocket framings, DDP. No Ansible here.

What answers look like was observed on Rocket.Chat's own ddp-streamer (6.14 and 8.3): it upgrades any path; exactly
/websocket is plain DDP and everything else SockJS; any GET but /health answers 200 with what /sockjs/info has, which
carries "ms": true as the monolith's does not. The monolith's page is told by what Meteor writes into each (its
packages/boilerplate-generator/template-web.browser.js): the runtime's configuration, or the script that fetches it.
"""

from __future__ import annotations

import math
import random
import string
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Callable

from ..probing.clock import milliseconds_since
from ..probing.decoding import decoded
from ..probing.fault import Fault
from ..probing.fetching import Answer, describe, fetch, quote, sanitized
from ..probing.polling import Timeouts, poll
from ..probing.target import Target, parse_url
from ..probing.tls import ShownCertificate, Trust, inspect_certificate
from .account import PERMANENT, Account, Token, give_back, take_token
from .session import DdpSession, UpgradeRefused, open_websocket
from .websocket import WEBSOCKETS_MISSING

__all__ = ["WEBSOCKETS_MISSING", "Account", "DdpHealth", "Proxy", "probe_ddp"]

MONOLITH, STREAMER = "monolith", "ddp-streamer"
HEALTHY, UNHEALTHY, SKIPPED = "healthy", "unhealthy", "skipped"

# Faults of the way to the proxy: what lies behind it cannot be asked, and six times the same sentence is of no help.
_NO_WAY = ("resolve", "refused", "unreachable", "connect", "tls", "certificate", "redirected")
# Faults after which a websocket leads to nothing, or not to ddp-streamer.
_NO_STREAMER = ("split_missing", "upstream_down", "upstream_silent")
# The page has every icon and the operator's own scripts in it.
_PAGE_MAX = 1024 * 1024
_PAGE_MARK = b"meteor_runtime_config"
# What every user may subscribe to: Rocket.Chat's NotificationsModule has allowRead('logged') for this stream.
_STREAM, _STREAM_EVENT = "stream-notify-logged", "user-status"


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
    """All steps, in order; healthy when every one is.

    No fault but a refused password ends a wait early: one often follows right after a change of the proxy, and for a
    moment its old workers may still answer, with the old certificate and without the split.
    """

    checks: list[Check] = field(default_factory=list)
    ping_ms: float | None = None
    certificate: ShownCertificate | None = None

    @property
    def healthy(self) -> bool:
        return all(check.state == HEALTHY for check in self.checks)

    @property
    def timed_out(self) -> bool:
        return any((check.fault or "").endswith(("timeout", "silent")) for check in self.checks)

    @property
    def permanent(self) -> bool:
        return any(check.fault in PERMANENT for check in self.checks)

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

    def is_healthy(self, name: str) -> bool:
        return any(check.name == name and check.state == HEALTHY for check in self.checks)


@dataclass(frozen=True)
class Proxy:
    """How a client reaches the deployment, with which account, and how long a question may take."""

    url: str
    timeouts: Timeouts
    trust: Trust = field(default_factory=Trust)
    connect_to: str | None = None
    account: Account | None = None

    def __post_init__(self) -> None:
        if "?" in self.url or "#" in self.url:
            raise ValueError(f"{self.url!r} must be the root URL of the deployment, without query or fragment.")
        self.target("/")

    def target(self, path: str) -> Target:
        return parse_url(self.url.rstrip("/") + path, self.connect_to)

    @property
    def talks(self) -> list[str]:
        """The checks on the plain websocket, once it is open."""
        return ["ddp_connect", "ddp_ping", "account", *(["login", "subscription"] if self.account else [])]


def probe_ddp(proxy: Proxy, quiet: float = 0) -> tuple[DdpHealth, int]:
    """Walks the path until all is healthy or time is up: the health, and how often it was asked.

    Then holds a websocket `quiet` seconds without a word, which is not part of the time to become healthy.
    """
    if quiet < 0:
        raise ValueError(f"quiet must be 0 or more seconds, but is {quiet}.")
    polled = poll([lambda stop: _walk(proxy, stop)], proxy.timeouts)[0]
    health: DdpHealth = polled.answer
    if quiet:
        _check_quiet(health, proxy, quiet)
    return health, polled.attempts


def _walk(proxy: Proxy, stop: float) -> DdpHealth:
    """Every check once, in the order in which a client meets them."""
    health = DdpHealth()
    health.run("sockjs_info", lambda: _check_split(_get(proxy, "/sockjs/info", STREAMER, stop)))
    fault = health.checks[0].fault or ""
    if proxy.target("/").tls and not fault.startswith(("resolve", "refused", "unreachable", "connect", "tls")):
        health.certificate = inspect_certificate(proxy.target("/"), proxy.timeouts.limit(stop))
    if fault.startswith(_NO_WAY):
        health.skip(["websocket", *proxy.talks, "sockjs_websocket", "sockjs_connect", "monolith"])
        return health
    if fault in _NO_STREAMER:
        health.skip(["websocket", *proxy.talks, "sockjs_websocket", "sockjs_connect"])
    else:
        _talk_plainly(health, proxy, stop)
        _talk_in_frames(health, proxy, stop)
    health.run("monolith", lambda: _check_page(_get(proxy, "/", MONOLITH, stop, body_max=_PAGE_MAX)))
    return health


# -- the HTTP side -----------------------------------------------------------------------------------------------------


def _get(proxy: Proxy, path: str, service: str, stop: float, **more: Any) -> Answer:
    """``more``: what else `fetch` takes."""
    try:
        answer = fetch(proxy.target(path), proxy.timeouts.limit(stop), proxy.trust, **more)
    except Fault as fault:
        if fault.kind != "read_timeout":
            raise
        sentence = (
            f"The proxy took the request but no answer came in time: the {service} behind it hangs or is paused, "
            "or the proxy itself does."
        )
        raise Fault("upstream_silent", sentence) from None
    _raise_for_gateway(answer.status, service)
    return answer


def _raise_for_gateway(status: int, service: str) -> None:
    if status in (502, 503):
        waits = "it starts just now"
        if service == STREAMER:
            waits = "it waits for NATS and a monolith and has opened no port"
        sentence = (
            f"The proxy reaches no {service} (status {status}): it is down, its address in the proxy is wrong, "
            f"or {waits}."
        )
        raise Fault("upstream_down", sentence)
    if status == 504:
        sentence = f"The {service} behind the proxy does not answer in time (status 504): it hangs or is overloaded."
        raise Fault("upstream_silent", sentence)


def _check_split(answer: Answer) -> None:
    try:
        info = decoded(answer.body)
    except ValueError:
        info = None
    _raise_for_redirect(answer, "/sockjs/info")
    if answer.status != 200 or not isinstance(info, dict) or "websocket" not in info:
        sentence = f"/sockjs/info is not served by Rocket.Chat: {describe(answer)}{quote(answer)}."
        raise Fault("not_rocketchat", sentence)
    if info.get("ms") is not True:
        sentence = (
            'The monolith answered /sockjs/info, not ddp-streamer (no "ms": true): the proxy does not send '
            "/sockjs and /websocket to ddp-streamer."
        )
        raise Fault("split_missing", sentence)


def _raise_for_redirect(answer: Answer, path: str) -> None:
    if answer.location:
        sentence = (
            f"{path} is redirected to {sanitized(answer.location)}: something changed the proxy's configuration, "
            "or the root URL is not the address that clients end up at."
        )
        raise Fault("redirected", sentence)


def _check_page(answer: Answer) -> None:
    _raise_for_redirect(answer, "The page")
    if answer.status != 200:
        raise Fault("status", f"The monolith's page is not served: {describe(answer)}{quote(answer)}.")
    if _PAGE_MARK not in answer.body:
        sentence = f"The page is not Rocket.Chat's: another program {describe(answer)}{quote(answer)}."
        raise Fault("not_rocketchat", sentence)


# -- the websocket side ------------------------------------------------------------------------------------------------


def _open(proxy: Proxy, path: str, stop: float) -> Any:
    try:
        return open_websocket(proxy.target(path), proxy.timeouts.limit(stop), proxy.trust)
    except UpgradeRefused as refused:
        _raise_for_gateway(refused.status, STREAMER)
        raise


def _talk_plainly(health: DdpHealth, proxy: Proxy, stop: float) -> None:
    websocket = health.run("websocket", lambda: _open(proxy, "/websocket", stop))
    if websocket is None:
        health.skip(proxy.talks)
        return
    with websocket:
        session, limit = DdpSession(websocket, framed=False), proxy.timeouts.limit
        health.run("ddp_connect", lambda: session.connect(limit(stop)))
        if not health.is_healthy("ddp_connect"):
            health.skip(proxy.talks[1:])
            return
        health.ping_ms = health.run("ddp_ping", lambda: session.ping(limit(stop)))
        health.run("account", lambda: session.ask_for_login(limit(stop)))
        if proxy.account:
            _act_as(health, proxy, proxy.account, session, stop)


def _act_as(health: DdpHealth, proxy: Proxy, account: Account, session: DdpSession, stop: float) -> None:
    """What a client does first: a login, with the monolith and then with ddp-streamer, and a subscription."""

    def post(path: str, headers: dict[str, str], body: bytes) -> Answer:
        return _get(proxy, path, MONOLITH, stop, headers=headers, posted=body)

    def log_in() -> None:
        tokens.append(take_token(account, post))
        session.resume(tokens[0].user_id, tokens[0].token, proxy.timeouts.limit(stop))

    tokens: list[Token] = []
    health.run("login", log_in)
    if health.is_healthy("login"):
        until = proxy.timeouts.limit(stop)
        health.run("subscription", lambda: session.subscribe(_STREAM, [_STREAM_EVENT, False], until))
    else:
        health.skip(["subscription"])
    for token in tokens:
        give_back(token, post)


def _talk_in_frames(health: DdpHealth, proxy: Proxy, stop: float) -> None:
    path = f"/sockjs/{random.randrange(1000):03}/{''.join(random.choices(string.ascii_lowercase, k=8))}/websocket"
    websocket = health.run("sockjs_websocket", lambda: _open(proxy, path, stop))
    if websocket is None:
        health.skip(["sockjs_connect"])
        return
    with websocket:
        session = DdpSession(websocket, framed=True)
        health.run("sockjs_connect", lambda: session.connect(proxy.timeouts.limit(stop)))


def _check_quiet(health: DdpHealth, proxy: Proxy, seconds: float) -> None:
    if not health.is_healthy("ddp_connect"):
        health.skip(["quiet"])
        return
    health.run("quiet", lambda: _stay_quiet(proxy, seconds))


def _stay_quiet(proxy: Proxy, seconds: float) -> None:
    def until() -> float:
        return time.monotonic() + proxy.timeouts.request_timeout

    with _open(proxy, "/websocket", math.inf) as websocket:
        session = DdpSession(websocket, framed=False)
        session.connect(until())
        session.hold(seconds)
        try:
            session.ping(until())
        except Fault as fault:
            if not fault.timed_out:
                raise
            sentence = (
                f"A websocket that was idle for {seconds:.0f} s is still open but gets no answer any more: something "
                "on the way, such as a firewall or a load balancer, has forgotten the connection."
            )
            raise Fault("idle_lost", sentence) from None
