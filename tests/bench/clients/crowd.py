# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Idle DDP sockets over TLS, logged in, every ping answered; once all are there and have been for a time, they are cut.

Reads `tokens`, `host` and `port` (see ddp.py), `count` and `seconds` to hold them all, and says what it holds. Whoever
reads that cuts them all; it says how all of them came back.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
from collections import Counter
from typing import Any

from .ddp import Closed, Opener, all_files

OPENING_AT_ONCE = 50
OPENED_WITHIN = 30
BACK_WITHIN = 300
# Meteor's clients (packages/retry/retry.js): twice almost at once, then after 1 s and 2.2 times as much each further
# time, each half of it up to one and a half of it.
FIRST_RETRIES, AT_ONCE, BASE, EXPONENT, FUZZ = 2, 0.01, 1.0, 2.2, 0.5


class Crowd:
    def __init__(self, asked: dict[str, Any]) -> None:
        self._opener, self._count, self._seconds = Opener(asked), asked["count"], asked["seconds"]
        self._opening = asyncio.Semaphore(OPENING_AT_ONCE)
        self._comes_back, self._cut_at = False, 0.0
        self.held, self.pings = 0, 0
        self.failed: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()

    async def run(self) -> None:
        began = time.monotonic()
        self._tasks = [asyncio.create_task(self._one(number)) for number in range(self._count)]
        while self.held + self.failed.total() + self.dropped.total() < self._count:
            await asyncio.sleep(0.2)
        _say({"opened": self.held, "seconds": round(time.monotonic() - began, 1)})
        await asyncio.sleep(self._seconds)
        told = {"held": self.held, "pings": self.pings}
        _say({**told, "failed": dict(self.failed), "dropped": dict(self.dropped)})
        await self._come_back()

    async def _come_back(self) -> None:
        """After whatever cuts them all."""
        self._comes_back, self._cut_at, before = True, 0.0, self.held
        self.failed.clear()
        self.dropped.clear()
        until = time.monotonic() + BACK_WITHIN
        while (self.dropped.total() < before or self.held < before) and time.monotonic() < until:
            await asyncio.sleep(0.1)
        seconds = round(time.monotonic() - self._cut_at, 1)
        told = {"back": self.held, "of": before, "cut": self.dropped.total(), "seconds": seconds}
        _say({**told, "failed": dict(self.failed)})

    async def _one(self, number: int) -> None:
        try:
            async with self._opening:
                socket = await asyncio.wait_for(self._opener.open(number), OPENED_WITHIN)
        except (TimeoutError, OSError, Closed, EOFError) as error:
            self.failed[repr(error)] += 1
            return
        while True:
            self.held += 1
            try:
                while True:
                    self.pings += "ping" in await socket.receive()
            except (OSError, Closed, EOFError) as error:
                self.held -= 1
                self.dropped[repr(error)] += 1
                self._cut_at = self._cut_at or time.monotonic()
            socket.close()
            if not self._comes_back:
                return
            socket = await self._opened_again(number)

    async def _opened_again(self, number: int) -> Any:
        for attempt in range(100):
            often = BASE * EXPONENT ** (attempt - FIRST_RETRIES) * (1 + FUZZ * random.uniform(-1, 1))
            await asyncio.sleep(AT_ONCE if attempt < FIRST_RETRIES else often)
            try:
                return await asyncio.wait_for(self._opener.open(number), OPENED_WITHIN)
            except (TimeoutError, OSError, Closed, EOFError) as error:
                self.failed[type(error).__name__] += 1
        raise AssertionError("it never came back")


def _say(found: dict[str, Any]) -> None:
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    all_files()
    asyncio.run(Crowd(json.loads(sys.stdin.readline())).run())
    # thousands of sockets that nobody waits for
    os._exit(0)
