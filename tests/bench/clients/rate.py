# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""New sockets at a steady rate, logged in: for each of `rates`, in sockets per second, until one of them fails.

Reads `tokens`, `host` and `port` (see ddp.py), `rates`, and `seconds` for each.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter
from typing import Any

from .ddp import Closed, Opener, Socket, all_files

OPENED_WITHIN = 10


async def at(rate: int, opener: Opener, seconds: float) -> dict[str, Any]:
    """``late``: by how many seconds this program itself began one too late, at most: then it is what is too slow."""
    taken: list[float] = []
    failed: Counter[str] = Counter()
    opened: list[Socket] = []

    async def one(number: int) -> None:
        began = time.monotonic()
        try:
            opened.append(await asyncio.wait_for(opener.open(number), OPENED_WITHIN))
        except (TimeoutError, OSError, Closed, EOFError) as error:
            failed[repr(error)] += 1
        else:
            taken.append(time.monotonic() - began)

    began, late, tasks = time.monotonic(), 0.0, []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        late = max(late, time.monotonic() - began - number / rate)
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    for socket in opened:
        socket.close()
    slowest = round(max(taken, default=0.0), 2)
    return {"rate": rate, "opened": len(taken), "failed": dict(failed), "slowest": slowest, "late": round(late, 2)}


async def run(asked: dict[str, Any]) -> None:
    opener = Opener(asked)
    for rate in asked["rates"]:
        found = await at(rate, opener, asked["seconds"])
        print(json.dumps(found), flush=True)
        if found["failed"]:
            return


if __name__ == "__main__":
    all_files()
    asyncio.run(run(json.loads(sys.stdin.readline())))
    os._exit(0)
