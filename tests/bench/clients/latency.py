# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests, and messages over websockets, that are answered: how long by each of several ways, in turns, at half load.

Reads `ways` by name (each with `address`, `port`, whether `tls`, and the `kind`:
`request` or `websocket`), the `host` for the proxy, and `rounds` of `seconds`.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from .ddp import Socket, trusting

CONNECTIONS = 8
# of one connection: nginx ends it after 1,000 (keepalive_requests)
REQUESTS = 900
# Node ends an idle one after 5 s (keepAliveTimeout)
IDLE = 3.0
WARM_UP = 2.0

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Way:
    def __init__(self, way: dict[str, Any], host: str, context: ssl.SSLContext) -> None:
        self._way, self._host = way, host
        self._context = context if way["tls"] else None

    async def open(self) -> Websocket | Requests:
        kind = Websocket if self._way["kind"] == "websocket" else Requests
        opened = kind(self._streams, self._host)
        await opened.open()
        return opened

    async def _streams(self) -> Streams:
        return await asyncio.open_connection(self._way["address"], self._way["port"], ssl=self._context)


class Websocket:
    def __init__(self, streams: Callable[[], Awaitable[Streams]], host: str) -> None:
        self._streams, self._host = streams, host

    async def open(self) -> None:
        self._socket = Socket(*await self._streams())
        await self._socket.upgrade(self._host)
        await self._socket.connect()

    async def ready(self) -> None:
        pass

    async def ask(self) -> None:
        self._socket.send({"msg": "ping"})
        while (await self._socket.receive()).get("msg") != "pong":
            pass


class Requests:
    def __init__(self, streams: Callable[[], Awaitable[Streams]], host: str) -> None:
        self._streams = streams
        self._request = f"GET /api/info HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()

    async def open(self) -> None:
        self._reader, self._writer = await self._streams()
        self._asked, self._last = 0, time.monotonic()

    async def ready(self) -> None:
        if self._asked >= REQUESTS or time.monotonic() - self._last > IDLE:
            self._writer.close()
            await self.open()

    async def ask(self) -> None:
        self._asked, self._last = self._asked + 1, time.monotonic()
        self._writer.write(self._request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        assert head.startswith(b"http/1.1 200"), head
        if b"chunked" in head:
            while size := int(await self._reader.readline(), 16):
                await self._reader.readexactly(size + 2)
            await self._reader.readexactly(2)
        else:
            length = next(line for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
            await self._reader.readexactly(int(length.partition(b":")[2]))


async def most(asks: list[Websocket | Requests], seconds: float) -> float:
    """Answers per second, each question after the answer to the one before."""
    until, answered = time.monotonic() + seconds, 0

    async def one(ask: Websocket | Requests) -> None:
        nonlocal answered
        while time.monotonic() < until:
            await ask.ready()
            await ask.ask()
            answered += 1

    await asyncio.gather(*map(one, asks))
    return answered / seconds


async def paced(asks: list[Websocket | Requests], seconds: float, rate: float) -> list[float]:
    taken: list[float] = []

    async def one(ask: Websocket | Requests, first: float) -> None:
        began = time.monotonic() + first
        for number in range(int(rate / len(asks) * seconds)):
            await asyncio.sleep(max(0.0, began + number * len(asks) / rate - time.monotonic()))
            await ask.ready()
            asked = time.monotonic()
            await ask.ask()
            taken.append(time.monotonic() - asked)

    await asyncio.gather(*(one(ask, number / rate) for number, ask in enumerate(asks)))
    return taken


async def run(asked: dict[str, Any]) -> dict[str, Any]:
    context = trusting()
    ways = {name: Way(way, asked["host"], context) for name, way in asked["ways"].items()}
    asks = {name: [await way.open() for _number in range(CONNECTIONS)] for name, way in ways.items()}
    load = min([await most(of_way, WARM_UP) for of_way in asks.values()]) / 2
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(asked["rounds"]):
        for name in list(ways) if number % 2 == 0 else reversed(list(ways)):
            taken[name] += await paced(asks[name], asked["seconds"], load)
    cuts = {name: statistics.quantiles(of_way, n=100) for name, of_way in taken.items()}
    found = {
        name: {"p50": cut[49] * 1000, "p99": cut[98] * 1000, "count": len(taken[name])} for name, cut in cuts.items()
    }
    return {"load": load, "ways": found}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(json.loads(sys.stdin.readline())))), flush=True)
