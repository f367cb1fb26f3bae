# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sockets that speak plain DDP over websockets, thousands of them in one process."""

from __future__ import annotations

import asyncio
import json
import ssl
from typing import Any

UPGRADE = (
    "GET /websocket HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


class Closed(Exception):
    """By the other side."""


def trusting() -> ssl.SSLContext:
    """The lab's certificates are self-signed."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Socket:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def upgrade(self, host: str) -> None:
        self._writer.write(UPGRADE.format(host=host).encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise Closed(head.split(b"\r\n")[0].decode())

    def send(self, message: dict[str, Any]) -> None:
        self._frame(1, json.dumps(message).encode())

    def _frame(self, kind: int, payload: bytes) -> None:
        """RFC 6455: a client's frames are masked; with a mask of zeros they stay as they are."""
        size = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + len(payload).to_bytes(2, "big")
        self._writer.write(bytes([0x80 | kind]) + size + bytes(4) + payload)

    async def receive(self) -> dict[str, Any]:
        """The next message; pings of both kinds are answered."""
        while True:
            kind, size = await self._reader.readexactly(2)
            if size > 125:
                size = int.from_bytes(await self._reader.readexactly(2 if size == 126 else 8), "big")
            payload = await self._reader.readexactly(size)
            if kind & 0xF == 8:
                raise Closed(f"closed with {int.from_bytes(payload[:2], 'big')}")
            if kind & 0xF == 9:
                self._frame(10, payload)
            elif kind & 0xF == 1:
                message: dict[str, Any] = json.loads(payload)
                if message.get("msg") == "ping":
                    self.send({"msg": "pong"})
                    return {"ping": True}
                return message

    async def connect(self) -> None:
        self.send({"msg": "connect", "version": "1", "support": ["1"]})
        while (await self.receive()).get("msg") != "connected":
            pass

    async def log_in(self, token: str) -> None:
        await self.connect()
        self.send({"msg": "method", "method": "login", "params": [{"resume": token}], "id": "1"})
        while (answer := await self.receive()).get("msg") != "result":
            pass
        if not (answer.get("result") or {}).get("id"):
            raise Closed("the login was not answered with a user")

    def close(self) -> None:
        self._writer.transport.abort()


class Opener:
    """Opens sockets of users that are logged in. Each user comes from an address of its own.

    ``asked``: `tokens` of the users, the `host` for the proxy, and its `port`.
    """

    def __init__(self, asked: dict[str, Any]) -> None:
        self._tokens, self._host, self._port = asked["tokens"], asked["host"], asked["port"]
        self._context = trusting()

    async def open(self, number: int) -> Socket:
        user = number % len(self._tokens)
        source = (f"127.0.{1 + user // 250}.{1 + user % 250}", 0)
        streams = asyncio.open_connection("127.0.0.1", self._port, ssl=self._context, local_addr=source, limit=65536)
        socket = Socket(*await streams)
        await socket.upgrade(self._host)
        await socket.log_in(self._tokens[user])
        return socket


def all_files() -> None:
    """As many sockets as this process may ever have."""
    import resource

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
