# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages to rooms: how many a second arrive at those that listen there, each counted by everybody who gets it.

Reads `tokens`, `host` and `port` (see ddp.py), `rooms` by name, `listeners` for all of them, and `seconds`.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import time
from typing import Any

from .ddp import Opener, Socket, all_files

WRITERS = 10
OPENING_AT_ONCE = 50
# so many of one writer may be on their way
UNANSWERED = 4
TIMEOUT = 60


class Rooms:
    def __init__(self, asked: dict[str, Any]) -> None:
        self._asked, self._opener = asked, Opener(asked)
        self._opening = asyncio.Semaphore(OPENING_AT_ONCE)
        self.arrived, self.written = 0, 0

    async def run(self) -> dict[str, Any]:
        rooms, count = self._asked["rooms"], self._asked["listeners"]
        listeners = await asyncio.gather(
            *(self._listener(number, rooms[number % len(rooms)]) for number in range(count))
        )
        counting = [asyncio.create_task(self._count(socket)) for socket in listeners]
        writers = [await self._opener.open(number) for number in range(WRITERS)]
        began = time.monotonic()
        until = began + self._asked["seconds"]
        await asyncio.gather(
            *(self._write(socket, rooms[number::WRITERS], until) for number, socket in enumerate(writers))
        )
        expected = self.written * count // len(rooms)
        while self.arrived < expected and time.monotonic() < until + TIMEOUT:
            await asyncio.sleep(0.05)
        seconds = time.monotonic() - began
        for task in counting:
            task.cancel()
        return {"written": self.written, "arrived": self.arrived, "expected": expected, "seconds": round(seconds, 1)}

    async def _listener(self, number: int, room: str) -> Socket:
        async with self._opening:
            socket = await self._opener.open(number)
            params = [room, {"useCollection": False, "args": []}]
            socket.send({"msg": "sub", "id": "1", "name": "stream-room-messages", "params": params})
            while (message := await socket.receive()).get("msg") != "ready":
                if message.get("msg") == "nosub":
                    raise SystemExit(f"{room} cannot be listened to: {message}")
        return socket

    async def _count(self, socket: Socket) -> None:
        while True:
            message = await socket.receive()
            self.arrived += message.get("msg") == "changed" and message.get("collection") == "stream-room-messages"

    async def _write(self, socket: Socket, rooms: list[str], until: float) -> None:
        number, answered = 0, 0
        while time.monotonic() < until:
            message = {"_id": secrets.token_hex(8), "rid": rooms[number % len(rooms)], "msg": f"message {number}"}
            socket.send({"msg": "method", "method": "sendMessage", "params": [message], "id": str(number)})
            number += 1
            while number - answered > UNANSWERED:
                answered += await self._is_answer(socket)
        while answered < number:
            answered += await self._is_answer(socket)
        self.written += number

    async def _is_answer(self, socket: Socket) -> bool:
        message = await asyncio.wait_for(socket.receive(), TIMEOUT)
        if message.get("error"):
            raise SystemExit(f"a message is refused: {message}")
        return message.get("msg") == "result"


if __name__ == "__main__":
    all_files()
    print(json.dumps(asyncio.run(Rooms(json.loads(sys.stdin.readline())).run())), flush=True)
    os._exit(0)
