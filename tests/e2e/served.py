# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""People who use a deployment all the time: requests, and sockets that come back at once when they are cut."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.bench.clients.ddp import Closed, Socket, trusting
from tests.deployment import Deployment

READERS, PAUSE, SOCKETS = 4, 0.05, 20
# For an answer; a request that takes longer counts as failed.
WITHIN = 10
REQUEST = "GET /api/info HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"


@dataclass
class Served:
    """``answers``: of requests, by status or error. ``longest``: in seconds, a request took. ``cuts``: by socket.

    ``back``: in seconds, after each cut.
    """

    answers: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    cuts: Counter[int] = field(default_factory=Counter)
    back: list[float] = field(default_factory=list)


@contextmanager
def people(deployment: Deployment) -> Iterator[Served]:
    served, over = Served(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_use(deployment.address, served, over)))
    thread.start()
    try:
        yield served
    finally:
        over.set()
        thread.join()


async def _use(address: str, served: Served, over: threading.Event) -> None:
    tasks = [asyncio.create_task(_read(address, served)) for _reader in range(READERS)]
    tasks += [asyncio.create_task(_stay(address, served, number)) for number in range(SOCKETS)]
    while not over.is_set():
        await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _read(address: str, served: Served) -> None:
    while True:
        began = time.monotonic()
        try:
            answer = await asyncio.wait_for(_request(address), WITHIN)
        except (TimeoutError, OSError, EOFError) as error:
            answer = type(error).__name__
        served.answers[answer] += 1
        served.longest = max(served.longest, time.monotonic() - began)
        await asyncio.sleep(PAUSE)


async def _request(address: str) -> str:
    reader, writer = await asyncio.open_connection(address, 443, ssl=trusting())
    try:
        writer.write(REQUEST.format(host=address).encode())
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.read()
    finally:
        writer.transport.abort()
    return head.split()[1].decode()


async def _stay(address: str, served: Served, number: int) -> None:
    while True:
        began = time.monotonic()
        while (socket := await _opened(address)) is None:
            await asyncio.sleep(0.1)
        if served.cuts[number]:
            served.back.append(time.monotonic() - began)
        try:
            while True:
                await socket.receive()
        except (OSError, Closed, EOFError):
            served.cuts[number] += 1
        finally:
            socket.close()


async def _opened(address: str) -> Socket | None:
    try:
        socket = Socket(*await asyncio.wait_for(asyncio.open_connection(address, 443, ssl=trusting()), WITHIN))
        await asyncio.wait_for(socket.upgrade(address), WITHIN)
        await asyncio.wait_for(socket.connect(), WITHIN)
    except (TimeoutError, OSError, Closed, EOFError):
        return None
    return socket
