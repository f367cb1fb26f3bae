# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The side of ddp-streamer that a client sees: a websocket, DDP on it, plain or in SockJS frames.

Read in Rocket.Chat's ee/apps/ddp-streamer/src/{Client,configureServer,Server}.ts: the first message tells a server_id,
in 8.x beside a `msg`, in 6.x alone; methods and subscriptions answer with an error of code 403 when they refuse, and of
code 500 for whatever went wrong behind ddp-streamer; `login` takes a token alone, which the monolith gives for a
password.
"""

from __future__ import annotations

import itertools
import json
import secrets
import time
from collections.abc import Iterator
from typing import Any, Callable

from ..probing.clock import milliseconds_since
from ..probing.decoding import decoded
from ..probing.fault import Fault
from ..probing.fetching import sanitized
from ..probing.target import Target
from ..probing.tls import Trust, connect
from .websocket import Closed, Failed, Refused, Websocket

Message = dict[str, Any]

_FRAMES_MAX = 100
_INTERNAL_ERROR = 500
_PING = "rocketops-health"
_REFUSED = 403
_NO_LOGIN = "A login gets no answer: the account service hangs or is not on NATS, or MongoDB does not answer it."


def open_websocket(target: Target, until: float, trust: Trust) -> Websocket:
    """An open websocket. Raises UpgradeRefused when there was another answer, Fault when there was none."""
    sock = connect(target, until, trust)
    try:
        # TLS is ours already, so that its faults read the same everywhere: for the library this is a plain websocket.
        return Websocket(sock, f"ws://{target.host_header}{target.path}", until)
    except Refused as refused:
        raise UpgradeRefused(target.path, refused.status) from None
    except TimeoutError:
        sentence = f"{target.path} did not answer the websocket upgrade in time: the proxy or ddp-streamer hangs."
        raise Fault("upgrade_timeout", sentence) from None
    except Failed as error:
        raise Fault("upgrade", f"The websocket upgrade on {target.path} failed: {sanitized(str(error))}.") from None


class UpgradeRefused(Fault):
    """An HTTP answer where a websocket should have opened."""

    def __init__(self, path: str, status: int) -> None:
        self.status = status
        if status in (200, 400, 426):
            kind = "upgrade_stripped"
            sentence = (
                f"{path} answered {status} instead of upgrading to a websocket: the proxy strips the Upgrade and "
                "Connection headers, or speaks HTTP/1.0 to ddp-streamer."
            )
        else:
            kind, sentence = "upgrade_refused", f"The websocket upgrade on {path} was refused with status {status}."
        super().__init__(kind, sentence)


class DdpSession:
    """DDP over one websocket, plain or wrapped in SockJS frames."""

    def __init__(self, websocket: Websocket, framed: bool) -> None:
        self._websocket = websocket
        self._framed = framed
        self._ids = itertools.count(1)

    def connect(self, until: float) -> None:
        if self._framed and self._frame(until) != "o":
            sentence = "The SockJS path did not begin with the SockJS open frame 'o': no ddp-streamer answers there."
            raise Fault("framing", sentence)
        first = self._wait_for(lambda message: True, until)
        if "server_id" not in first:
            raise _not_rocketchat(first)
        self._send({"msg": "connect", "version": "1", "support": ["1"]}, until)
        answer = self._wait_for(lambda message: message.get("msg") in ("connected", "failed"), until)
        if answer["msg"] == "failed":
            offer = sanitized(repr(answer.get("version")))
            raise Fault("ddp", f"The server speaks another version of DDP ({offer} instead of '1').")
        if not answer.get("session"):
            raise _not_rocketchat(answer)

    def ping(self, until: float) -> float:
        """The round trip in milliseconds."""
        started = time.monotonic()
        self._send({"msg": "ping", "id": _PING}, until)
        self._wait_for(lambda message: message.get("msg") == "pong" and message.get("id") == _PING, until)
        return milliseconds_since(started)

    def ask_for_login(self, until: float) -> None:
        """Offers a login token that no user has, so that the account service has to look for it in MongoDB.

        It only reads: what an unknown token gets is error 403, and no trace of it is kept (read in Rocket.Chat's
        ee/apps/account-service/src/lib/loginViaResume.ts). Nothing else proves that it was looked for.
        """
        code, said = self._resume(secrets.token_urlsafe(32), until)
        if code != _REFUSED:
            sentence = f"A login with a token that nobody has was answered with {said} instead of error {_REFUSED}."
            raise Fault("login_unexpected", sentence)

    # -- as a user -----------------------------------------------------------------------------------------------------

    def resume(self, user_id: str, token: str, until: float) -> None:
        """Logs in with a token of the monolith's, as its own client does."""
        found, said = self._resume(token, until)
        if found == _REFUSED:
            sentence = f"The account service does not know the token that the monolith just gave ({said})."
            raise Fault("login_failed", f"{sentence} Do both use the same MongoDB, and the same database of it?")
        if found != user_id:
            raise Fault("login_unexpected", f"A login with the monolith's token was answered with {said}.")

    def _resume(self, token: str, until: float) -> tuple[Any, str]:
        """The code of the error, or whose token it is; and the answer in words."""
        answer = self._call("login", [{"resume": token}], until, _NO_LOGIN)
        error, result = answer.get("error"), answer.get("result")
        if error is None and not result:
            # ddp-streamer's broker returns the error of a call to a missing service as its result
            raise Fault(
                "account_missing",
                "A login comes back at once and empty: the account service is not on the bus, so nobody can log in.",
            )
        code, reason = _error(error)
        if code == _INTERNAL_ERROR:
            raise _unchecked(error)
        if error is not None:
            return code, f"error {sanitized(str(code))} ({reason})"
        return result.get("id") if isinstance(result, dict) else None, "a login of somebody else's"

    def subscribe(self, name: str, params: list[Any], until: float) -> None:
        number = str(next(self._ids))
        self._send({"msg": "sub", "id": number, "name": name, "params": params}, until)

        def answers(message: Message) -> bool:
            if message.get("msg") == "ready":
                ready = message.get("subs")
                return isinstance(ready, list) and number in ready
            return message.get("msg") == "nosub" and message.get("id") == number

        silence = f"The subscription to {name} gets no answer: ddp-streamer hangs, or a service it has to ask."
        answer = self._wait_for(answers, until, silence)
        if answer["msg"] == "nosub":
            reason = _error(answer.get("error"))[1]
            raise Fault("subscription_refused", f"The subscription to {name} was refused ({reason}).")

    def _call(self, method: str, params: list[Any], until: float, silence: str) -> Message:
        number = str(next(self._ids))
        self._send({"msg": "method", "method": method, "id": number, "params": params}, until)
        return self._wait_for(lambda it: it.get("msg") == "result" and it.get("id") == number, until, silence)

    # -- quiet ---------------------------------------------------------------------------------------------------------

    def hold(self, seconds: float) -> None:
        """Stays quiet that long, but for the answers to the server's pings, which every client gives."""
        started = time.monotonic()
        until = started + seconds
        while time.monotonic() < until:
            try:
                frame = self._websocket.recv(until)
            except TimeoutError:
                return
            except Closed as closed:
                raise _closed_in_quiet(closed, time.monotonic() - started) from None
            for message in self._messages(frame):
                self._answer_ping(message, until)

    def _answer_ping(self, message: Message, until: float) -> None:
        if message.get("msg") == "ping":
            self._send({"msg": "pong", **({"id": message["id"]} if "id" in message else {})}, until)

    # -- frames --------------------------------------------------------------------------------------------------------

    def _send(self, message: Message, until: float) -> None:
        text = json.dumps(message)
        try:
            self._websocket.send(json.dumps([text]) if self._framed else text, until)
        except TimeoutError:
            raise Fault("silent_timeout", "The websocket is open but takes no more: ddp-streamer hangs.") from None
        except Closed as closed:
            raise _closed(closed) from None

    def _wait_for(self, wanted: Callable[[Message], bool], until: float, silence: str | None = None) -> Message:
        for _number in range(_FRAMES_MAX):
            for message in self._messages(self._frame(until, silence)):
                if wanted(message):
                    return message
                self._answer_ping(message, until)
        raise Fault("ddp", f"{_FRAMES_MAX} frames came, but none of them was the answer.")

    def _frame(self, until: float, silence: str | None = None) -> str:
        try:
            return self._websocket.recv(until)
        except TimeoutError:
            sentence = (
                "The websocket is open but DDP gets no answer: ddp-streamer is alive and silent. "
                "Is it connected to NATS, and a monolith with it?"
            )
            raise Fault("silent_timeout", silence or sentence) from None
        except Closed as closed:
            raise _closed(closed) from None

    def _messages(self, frame: str) -> Iterator[Message]:
        """The DDP messages in a frame; a frame of SockJS is a letter and, after `a`, a JSON list of strings."""
        try:
            if not self._framed:
                found = [decoded(frame)]
            else:
                found = [decoded(text) for text in decoded(frame[1:])] if frame.startswith("a") else []
            if not all(isinstance(message, dict) for message in found):
                raise ValueError("not a message")
        except (ValueError, TypeError):
            framing = "SockJS" if self._framed else "plain DDP"
            raise Fault("framing", f"A frame is not {framing}: {sanitized(frame)!r}.") from None
        return iter(found)


def _error(error: Any) -> tuple[Any, str]:
    """Code and reason of a DDP error."""
    if not isinstance(error, dict):
        return None, sanitized(str(error))
    return error.get("error"), sanitized(str(error.get("reason") or error.get("message") or error.get("error")))


def _not_rocketchat(message: Message) -> Fault:
    sentence = f"A websocket opens, but no Rocket.Chat speaks on it: {sanitized(json.dumps(message))}."
    return Fault("not_rocketchat", sentence)


def _unchecked(error: Any) -> Fault:
    sentence = (
        f"ddp-streamer could not have a login checked ({_error(error)[1]}): the account service is not on NATS, or has "
        "no MongoDB."
    )
    return Fault("login_failed", sentence)


def _closed(closed: Closed) -> Fault:
    code = closed.code or 1006
    return Fault("closed", f"The websocket was closed with code {code} in the middle of the DDP conversation.")


def _closed_in_quiet(closed: Closed, after: float) -> Fault:
    if closed.code:
        return Fault("closed", f"ddp-streamer closed an idle websocket after {after:.0f} s with code {closed.code}.")
    # a proxy cuts the connection below the websocket, which therefore ends without a word
    sentence = f"The proxy closed an idle websocket after {after:.0f} s: its read timeout is too short."
    return Fault("idle_closed", sentence)
