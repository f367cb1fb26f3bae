# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An upload of `bytes` to each of `urls`, by name, in turns for `rounds`: MB/s of each."""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

from .ddp import trusting

PIECE = bytes(1 << 16)


def upload(url: str, size: int) -> float:
    def body() -> Iterator[bytes]:
        for _number in range(size // len(PIECE)):
            yield PIECE

    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size // len(PIECE) * len(PIECE))}
    request = urllib.request.Request(url, body(), headers, method="POST")
    began = time.monotonic()
    with urllib.request.urlopen(
        request, context=trusting() if url.startswith("https") else None, timeout=120
    ) as answer:
        found: dict[str, Any] = json.load(answer)
    seconds = time.monotonic() - began
    assert found["size"] == int(headers["Content-Length"]), found
    return size / seconds / 1e6


def main(asked: dict[str, Any]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in asked["urls"]}
    for _number in range(asked["rounds"]):
        for name, url in asked["urls"].items():
            found[name].append(upload(url, asked["bytes"]))
    return found


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.stdin.readline()))), flush=True)
