# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A ddp-streamer behind a proxy, whose faults are switches."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import ssl
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import websockets.server
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response, parse_headers
from websockets.sync.server import ServerConnection, serve

from tests.unit.probe_servers import raw_server

STREAMER_INFO = {"websocket": True, "origins": ["*:*"], "ms": True}
MONOLITH_INFO = {"websocket": True, "origins": ["*:*"]}
# as Meteor begins every page of an application, see ddp/probe.py
PAGE = '<html><script src="/meteor_runtime_config.js?hash=c0ffee"></script></html>'


class _Asked(Request):
    """The library's servers take no other method than GET; the monolith's REST API is asked with POST, too."""

    posted = b""

    @classmethod
    def parse(cls, read_line: Callable[..., Generator[None, None, bytes]]) -> Generator[None, None, Request]:
        method, path, _protocol = (yield from read_line(8192, ValueError)).split(b" ", 2)
        request = cls(bytes(path).decode(), (yield from parse_headers(read_line)))
        size = int(request.headers.get("Content-Length", 0))
        request.posted = yield from read_line.__self__.read_exact(size)  # type: ignore[attr-defined]
        return request


websockets.server.Request = _Asked  # type: ignore[misc]


@dataclass
class Streamer:
    """A ddp-streamer with the proxy's page beside it; its faults are switches."""

    info: Mapping[str, Any] = field(default_factory=lambda: STREAMER_INFO)
    silent: bool = False
    close_code: int | None = None
    always_plain: bool = False
    version: str = "1"
    greeting: Mapping[str, Any] = field(default_factory=lambda: {"msg": "server_id", "server_id": "0"})
    users: Mapping[str, str] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    logins: list[dict[str, str]] = field(default_factory=list)
    login: tuple[int, Any] | None = None
    account_error: int | None = None
    account: Mapping[str, Any] | None = None
    unanswered: Sequence[str] = ()
    denied: Sequence[str] = ()
    pings_after: float | None = None
    pongs: list[dict[str, Any]] = field(default_factory=list)
    answers: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    hosts: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def page(self, websocket: ServerConnection, request: Request) -> Response | None:
        self.hosts.append(request.headers["Host"])
        self.paths.append(request.path)
        for path, (status, text) in self.answers.items():
            if request.path.endswith(path):
                return websocket.respond(status, text)
        if request.path.endswith("/sockjs/info"):
            return websocket.respond(200, json.dumps(self.info))
        if "/api/v1/" in request.path:
            assert isinstance(request, _Asked)
            status, said = self.rest(request)
            return websocket.respond(status, said if isinstance(said, str) else json.dumps(said))
        return None if request.path.endswith("/websocket") else websocket.respond(200, PAGE)

    def rest(self, request: _Asked) -> tuple[int, Any]:
        if request.path.endswith("/logout"):
            self.tokens.remove(request.headers["X-Auth-Token"])
            return 200, {"status": "success"}
        asked = json.loads(request.posted)
        self.logins.append(asked)
        if self.login:
            return self.login
        if self.users.get(asked["user"]) != asked["password"]:
            return 401, {"status": "error", "error": "Unauthorized", "message": "Unauthorized"}
        self.tokens.append("token-of-the-monolith")
        return 200, {"status": "success", "data": {"userId": "u1", "authToken": self.tokens[-1]}}

    def talk(self, websocket: ServerConnection) -> None:
        path = websocket.request.path if websocket.request else ""
        framed = "/sockjs/" in path and not self.always_plain
        if framed:
            websocket.send("o")
        self.send(websocket, self.greeting, framed)
        while True:
            try:
                frame = websocket.recv(timeout=self.pings_after)
            except TimeoutError:
                self.send(websocket, {"msg": "ping"}, framed)
                continue
            except ConnectionClosed:
                return
            if self.close_code:
                websocket.close(self.close_code)
                return
            for text in json.loads(frame) if framed else [frame]:
                for reply in [] if self.silent else self.replies(json.loads(text)):
                    self.send(websocket, reply, framed)

    def send(self, websocket: ServerConnection, message: Mapping[str, Any], framed: bool) -> None:
        if framed:
            websocket.send("h")
        text = json.dumps(message)
        websocket.send("a" + json.dumps([text]) if framed else text)

    def replies(self, message: dict[str, Any]) -> list[dict[str, Any]]:
        if message["msg"] == "connect" and message["version"] != self.version:
            return [{"msg": "failed", "version": self.version}]
        if message["msg"] == "connect":
            return [{"msg": "connected", "session": "s1"}]
        if message["msg"] == "ping":
            return [{"msg": "pong", "id": message["id"]}]
        if message["msg"] == "pong":
            self.pongs.append(message)
        if message["msg"] == "method" and message["method"] not in self.unanswered:
            return [{"msg": "updated", "methods": [message["id"]]}, {"msg": "result", **self.call(message)}]
        if message["msg"] == "sub" and message["name"] not in self.unanswered:
            return [self.subscribe(message)]
        return []

    def call(self, message: dict[str, Any]) -> dict[str, Any]:
        if self.account is not None:
            return {"id": message["id"], **self.account}
        token = message["params"][0]["resume"]
        if self.account_error or token not in self.tokens:
            error = _error(self.account_error or 403, "You've been logged out by the server")
            return {"id": message["id"], "error": error}
        return {"id": message["id"], "result": {"id": "u1", "token": token, "type": "resume"}}

    def subscribe(self, message: dict[str, Any]) -> dict[str, Any]:
        if not self.tokens or message["name"] in self.denied:
            return {"msg": "nosub", "id": message["id"], "error": _error(403, "not-allowed")}
        return {"msg": "ready", "subs": [message["id"]]}


def _error(code: int, reason: str) -> dict[str, Any]:
    return {"isClientSafe": True, "error": code, "reason": reason, "errorType": "Meteor.Error"}


@contextlib.contextmanager
def ddp_server(streamer: Streamer, context: ssl.SSLContext | None = None) -> Iterator[int]:
    server = serve(streamer.talk, "127.0.0.1", 0, ssl=context, process_request=streamer.page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.socket.getsockname()[1]
    finally:
        server.shutdown()
        thread.join()


@contextlib.contextmanager
def idle_proxy(port: int, idle: float, forgets: bool = False) -> Iterator[int]:
    """A proxy whose read timeout is `idle`: it then hangs up, or forgets the connection without telling anybody."""

    def behave(client: socket.socket, over: threading.Event) -> None:
        with socket.create_connection(("127.0.0.1", port)) as upstream:
            other = {client: upstream, upstream: client}
            while not over.is_set():
                readable, _writable, _broken = select.select([client, upstream], [], [], idle)
                if not readable:
                    if forgets:
                        over.wait(30)
                    return
                for sock in readable:
                    data = sock.recv(65536)
                    if not data:
                        return
                    other[sock].sendall(data)

    with raw_server(behave) as own_port:
        yield own_port
