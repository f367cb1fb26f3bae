# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many idle DDP sockets over TLS from one process, on the host itself: logged in, and every ping answered.

Reads one line of JSON: `tokens` of as many users, `count`, `seconds` to hold them all, `host` for the proxy, `port`.
Each user comes from an address of its own. Prints one line of JSON. Needs nothing but Python, as hosts have no more.
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import sys
import time
from collections import Counter
from typing import Any

OPENING_AT_ONCE = 50
OPENED_WITHIN = 30
UPGRADE = (
    "GET /websocket HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


class Closed(Exception):
    """By the other side."""


class Socket:
    """One that speaks plain DDP."""

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

    async def log_in(self, token: str) -> None:
        self.send({"msg": "connect", "version": "1", "support": ["1"]})
        while (await self.receive()).get("msg") != "connected":
            pass
        self.send({"msg": "method", "method": "login", "params": [{"resume": token}], "id": "1"})
        while (answer := await self.receive()).get("msg") != "result":
            pass
        if not (answer.get("result") or {}).get("id"):
            raise Closed("the login was not answered with a user")


class Crowd:
    def __init__(self, asked: dict[str, Any]) -> None:
        self.asked, self.held, self.pings = asked, 0, 0
        self.failed: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self._opening = asyncio.Semaphore(OPENING_AT_ONCE)
        self._context = ssl.create_default_context()
        self._context.check_hostname, self._context.verify_mode = False, ssl.CERT_NONE

    async def run(self) -> dict[str, Any]:
        began = time.monotonic()
        tasks = [asyncio.create_task(self._one(number)) for number in range(self.asked["count"])]
        while self.held + self.failed.total() + self.dropped.total() < len(tasks):
            await asyncio.sleep(0.2)
        opened, most = time.monotonic() - began, self.held
        print(json.dumps({"opened": most, "seconds": round(opened, 1)}), flush=True)
        await asyncio.sleep(self.asked["seconds"])
        held = self.held
        for task in tasks:
            task.cancel()
        found = {"opened": most, "opening_seconds": round(opened, 1), "held": held, "pings": self.pings}
        return {**found, "failed": dict(self.failed), "dropped": dict(self.dropped)}

    async def _one(self, number: int) -> None:
        tokens = self.asked["tokens"]
        user = number % len(tokens)
        try:
            async with self._opening:
                opening = self._open(f"127.0.{1 + user // 250}.{1 + user % 250}", tokens[user])
                socket = await asyncio.wait_for(opening, OPENED_WITHIN)
        except (TimeoutError, OSError, Closed, EOFError) as error:
            self.failed[repr(error)] += 1
            return
        self.held += 1
        try:
            while True:
                message = await socket.receive()
                # after the wait, during which others count, too
                self.pings += "ping" in message
        except (OSError, Closed, EOFError) as error:
            self.held -= 1
            self.dropped[repr(error)] += 1

    async def _open(self, source: str, token: str) -> Socket:
        port = self.asked["port"]
        streams = asyncio.open_connection("127.0.0.1", port, ssl=self._context, local_addr=(source, 0), limit=65536)
        socket = Socket(*await streams)
        await socket.upgrade(self.asked["host"])
        await socket.log_in(token)
        return socket


if __name__ == "__main__":
    import resource

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    found = asyncio.run(Crowd(json.loads(sys.stdin.readline())).run())
    print(json.dumps(found), flush=True)
    # thousands of sockets that nobody waits for
    os._exit(0)
