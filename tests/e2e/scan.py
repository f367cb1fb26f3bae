# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ports answer, from the machine that this runs on: `python3 scan.py < QUESTION`, which prints them as JSON.

A connection that comes about is an answer of TCP, a datagram one of UDP. It needs nothing but Python.
"""

from __future__ import annotations

import asyncio
import json
import sys

# More than a way within one machine ever takes; most ports are silent, and each of them costs this long.
WITHIN = 1.5
AT_ONCE = 1000
# Of half a million, not all are in memory.
SOME = 20_000
# A question that servers of the port answer, where any datagram would not do.
QUESTIONS = {
    53: bytes.fromhex("0007010000010000000000000000020001"),
    123: b"\x1b" + 47 * b"\0",
    161: bytes.fromhex("302602010104067075626c6963a019020101020100020100300e300c06082b060102010101000500"),
}

Target = tuple[str, str, int]


class _First(asyncio.DatagramProtocol):
    """Whether anything comes back."""

    def __init__(self, answered: asyncio.Future[bool]) -> None:
        self.answered = answered

    def datagram_received(self, data: bytes, addr: object) -> None:
        if not self.answered.done():
            self.answered.set_result(True)

    def error_received(self, exc: Exception) -> None:
        if not self.answered.done():
            self.answered.set_result(False)


async def _tcp(address: str, port: int) -> bool:
    _reader, writer = await asyncio.wait_for(asyncio.open_connection(address, port), WITHIN)
    writer.close()
    return True


async def _udp(address: str, port: int) -> bool:
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[bool] = loop.create_future()
    transport, _protocol = await loop.create_datagram_endpoint(lambda: _First(answered), remote_addr=(address, port))
    try:
        transport.sendto(QUESTIONS.get(port, b"\n"))
        return await asyncio.wait_for(answered, WITHIN)
    finally:
        transport.close()


async def _answers(room: asyncio.Semaphore, target: Target) -> bool:
    protocol, address, port = target
    async with room:
        try:
            return await (_tcp if protocol == "tcp" else _udp)(address, port)
        except (TimeoutError, OSError):
            return False


async def scan(targets: list[Target]) -> list[Target]:
    room = asyncio.Semaphore(AT_ONCE)
    found = []
    for begin in range(0, len(targets), SOME):
        some = targets[begin : begin + SOME]
        answers = await asyncio.gather(*(_answers(room, target) for target in some))
        found += [target for target, answered in zip(some, answers, strict=True) if answered]
    return found


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    everything = [
        (protocol, address, port) for address in asked["addresses"] for protocol in ("tcp", "udp") for port in
        asked[protocol]
    ]  # fmt: skip
    print(json.dumps(asyncio.run(scan(everything))))
