# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A DDP client over a websocket, plain or in SockJS framing: just what a conversation needs."""

from __future__ import annotations

import itertools
import json
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from websockets.sync.client import ClientConnection, connect

Message = dict[str, Any]


class DdpError(Exception):
    """The server answered, but with an error or with something that is not DDP."""


@contextmanager
def ddp_session(
    root_url: str, path: str, context: ssl.SSLContext | None, timeout: float, headers: dict[str, str] | None = None
) -> Iterator[DdpClient]:
    """A connection with the DDP handshake done, closed at the end of the `with` block."""
    parts = urlsplit(root_url)
    scheme = "wss" if parts.scheme == "https" else "ws"
    address = f"{scheme}://{parts.netloc}{parts.path.rstrip('/')}{path}"
    if context:
        # The library reads in a second thread, which may lose the upgrade to the tickets of TLS 1.3: see websocket.py.
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    # browsers send no pings of their own
    options = {"open_timeout": timeout, "close_timeout": 1, "ping_interval": None, "proxy": None}
    with connect(address, ssl=context, additional_headers=headers, **options) as socket:
        client = DdpClient(socket, sockjs=path != "/websocket", timeout=timeout)
        client.shake_hands()
        yield client


class DdpClient:
    """Speaks DDP on an open websocket. Every wait ends at `timeout` seconds with a TimeoutError."""

    def __init__(self, socket: ClientConnection, sockjs: bool, timeout: float) -> None:
        self.timeout = timeout
        self.sockjs = sockjs
        self._socket = socket
        self._ids = itertools.count(1)
        self._inbox: deque[Message] = deque()

    def shake_hands(self) -> None:
        """The DDP handshake, and before it SockJS's opening frame where that is spoken."""
        if self.sockjs:
            frame = self._socket.recv(timeout=self.timeout)
            if frame != "o":
                raise DdpError(f"expected SockJS's opening frame 'o', got {frame!r:.60}")
        self._send({"msg": "connect", "version": "1", "support": ["1"]})
        self.wait_for(lambda message: message.get("msg") == "connected")

    def call(self, method: str, *params: Any) -> Any:
        call_id = str(next(self._ids))
        self._send({"msg": "method", "method": method, "params": list(params), "id": call_id})
        answer = self.wait_for(lambda message: message.get("msg") == "result" and message.get("id") == call_id)
        if "error" in answer:
            raise DdpError(_reason(answer["error"]))
        return answer.get("result")

    def subscribe(self, stream: str, event: str) -> None:
        sub_id = str(next(self._ids))
        self._send({"msg": "sub", "id": sub_id, "name": stream, "params": [event, False]})
        answer = self.wait_for(lambda message: _answers_subscription(message, sub_id))
        if answer["msg"] == "nosub":
            raise DdpError(_reason(answer.get("error", "refused without a reason")))

    def login(self, token: str) -> str:
        """Logs in with a token of the monolith's REST API, all that ddp-streamer takes, and returns the user's id."""
        answer = self.call("login", {"resume": token})
        if not answer or not answer.get("id"):  # the answer when no account service is on the bus
            raise DdpError(f"the login was answered by {answer}, without a user")
        return str(answer["id"])

    def wait_for_event(self, stream: str, event: str, wanted: Callable[[list[Any]], bool], timeout: float) -> list[Any]:
        """The arguments of the first event of a stream that is wanted."""

        def matches(message: Message) -> bool:
            fields = message.get("fields", {})
            return message.get("collection") == stream and fields.get("eventName") == event and wanted(fields["args"])

        args: list[Any] = self.wait_for(matches, timeout)["fields"]["args"]
        return args

    def wait_for(self, wanted: Callable[[Message], bool], timeout: float | None = None) -> Message:
        """The first message that is wanted; the others stay in the inbox for later waits."""
        for message in list(self._inbox):
            if wanted(message):
                self._inbox.remove(message)
                return message
        deadline = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            for message in self._receive(max(0.0, deadline - time.monotonic())):
                if message.get("msg") == "ping":
                    self._send({"msg": "pong"})
                elif wanted(message):
                    return message
                else:
                    self._inbox.append(message)

    def _send(self, message: Message) -> None:
        text = json.dumps(message)
        self._socket.send(json.dumps([text]) if self.sockjs else text)

    def _receive(self, timeout: float) -> list[Message]:
        frame = self._socket.recv(timeout=timeout)
        if not self.sockjs:
            return [json.loads(frame)]
        if frame[:1] == "h":  # SockJS's heartbeat
            return []
        if frame[:1] != "a":
            raise DdpError(f"expected a SockJS message frame 'a[...]', got {frame!r:.60}")
        return [json.loads(part) for part in json.loads(frame[1:])]


def _answers_subscription(message: Message, sub_id: str) -> bool:
    if message.get("msg") == "ready":
        return sub_id in message["subs"]
    return message.get("msg") == "nosub" and message.get("id") == sub_id


def _reason(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    return str(error.get("reason") or error.get("message") or error.get("error"))
