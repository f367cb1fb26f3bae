# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no well-behaved client sends to the reverse proxy, by what is wrong with it."""

from __future__ import annotations

import random
from collections.abc import Iterator

# Each brings along the beginning of another one, which the next client's request would complete.
HIDDEN = "GET /nowhere HTTP/1.1\r\nX-Rest: "


def _post(*lines: str, body: str = HIDDEN) -> str:
    return "\r\n".join(["POST /api/v1/nothing HTTP/1.1", "Host: HOST", *lines, "", body])


# Where such a request ends, nginx and what is behind it may not agree about. HOST stands for the deployment's.
SMUGGLING = {
    "a length beside chunks": _post("Content-Length: 5", "Transfer-Encoding: chunked", body=f"0\r\n\r\n{HIDDEN}"),
    "chunks beside a length": _post(f"Content-Length: {len(HIDDEN) + 5}", "Transfer-Encoding: chunked"),
    "two lengths": _post("Content-Length: 0", f"Content-Length: {len(HIDDEN)}"),
    "two lengths in one line": _post(f"Content-Length: 0, {len(HIDDEN)}"),
    "a length with a sign": _post("Content-Length: +0"),
    "a length below zero": _post("Content-Length: -1"),
    "a length in base 16": _post("Content-Length: 0x0"),
    "a length beyond all": _post("Content-Length: 99999999999999999999"),
    "a space before the colon": _post("Transfer-Encoding : chunked", body=f"0\r\n\r\n{HIDDEN}"),
    "a tab before chunked": _post("Transfer-Encoding:\tchunked", body=f"0\r\n\r\n{HIDDEN}"),
    "a vertical tab before chunked": _post("Transfer-Encoding: \x0bchunked", body=f"0\r\n\r\n{HIDDEN}"),
    "another coding": _post("Transfer-Encoding: xchunked", body=f"0\r\n\r\n{HIDDEN}"),
    "two codings": _post("Transfer-Encoding: chunked, identity", body=f"0\r\n\r\n{HIDDEN}"),
    "two lines of codings": _post(
        "Transfer-Encoding: chunked", "Transfer-Encoding: identity", body=f"0\r\n\r\n{HIDDEN}"
    ),
    "a folded line": _post("X-Folded: a", " Transfer-Encoding: chunked", body=f"0\r\n\r\n{HIDDEN}"),
    "a line feed alone": _post("X-Line: a\nTransfer-Encoding: chunked", body=f"0\r\n\r\n{HIDDEN}"),
    "a carriage return alone": _post("X-Line: a\rTransfer-Encoding: chunked", body=f"0\r\n\r\n{HIDDEN}"),
    "an underscore": _post("Content_Length: 0"),
    "a chunk of another size": _post("Transfer-Encoding: chunked", body=f"1\r\nabc\r\n0\r\n\r\n{HIDDEN}"),
    "a chunk with a sign": _post("Transfer-Encoding: chunked", body=f"+0\r\n\r\n{HIDDEN}"),
    "a chunk beyond all": _post("Transfer-Encoding: chunked", body=f"fffffffffffffffff\r\n{HIDDEN}"),
    "a body of GET": f"GET /api/v1/nothing HTTP/1.1\r\nHost: HOST\r\nContent-Length: {len(HIDDEN)}\r\n\r\n{HIDDEN}",
    "an upgrade with a body": _post("Upgrade: websocket", "Connection: Upgrade", f"Content-Length: {len(HIDDEN)}"),
    "an upgrade that is refused": (
        "GET /websocket HTTP/1.1\r\nHost: HOST\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 777\r\n\r\n{HIDDEN}"
    ),
    "an upgrade where there is none": (
        f"GET /api/info HTTP/1.1\r\nHost: HOST\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n{HIDDEN}"
    ),
    "an upgrade to plain HTTP/2": (
        "GET /api/info HTTP/1.1\r\nHost: HOST\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"
        f"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n{HIDDEN}"
    ),
}

UPGRADE = (
    "GET /websocket HTTP/1.1\r\nHost: HOST\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)
# Frames of RFC 6455, 5.2; of DDP, and of SockJS in one line of them.
FRAMES = {
    "not masked": b"\x81\x02{}",
    "beyond all": b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",
    "a negative length": b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",
    "of a kind that is reserved": b"\x83\x80\x00\x00\x00\x00",
    "reserved bits": b"\xf1\x80\x00\x00\x00\x00",
    "a ping in parts": b"\x09\x80\x00\x00\x00\x00",
    "a ping that is too long": b"\x89\xfe\x00\x80\x00\x00\x00\x00" + b"a" * 128,
    "no UTF-8": b"\x81\x82\x00\x00\x00\x00\xff\xfe",
    "no JSON": b"\x81\x82\x00\x00\x00\x00{{",
    "JSON that is no message": b"\x81\x84\x00\x00\x00\x00null",
    "an end that says nothing": b"\x88\x81\x00\x00\x00\x00a",
    "a part of nothing": b"\x80\x82\x00\x00\x00\x00{}",
}

ODD = {
    "no words": "\r\n\r\n\r\n",
    "one word": "GET\r\n\r\n",
    "the oldest protocol": "GET /\r\n",
    "a newer protocol": "GET / HTTP/9.9\r\nHost: HOST\r\n\r\n",
    "plain HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a method of nobody": "EAT / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
    "a way through": "CONNECT 127.0.0.1:27017 HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "a path above all": "GET /../../etc/passwd HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "a path with nothing in it": "GET /a%00b HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "a path in bad code": "GET /%zz HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "a long path": f"GET /{'a' * 70_000} HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "a long line": f"GET / HTTP/1.1\r\nHost: HOST\r\nX-Long: {'a' * 70_000}\r\n\r\n",
    "many lines": "GET / HTTP/1.1\r\nHost: HOST\r\n" + "".join(f"X-{n}: a\r\n" for n in range(5000)) + "\r\n",
    "a line of nothing": "GET / HTTP/1.1\r\nHost: HOST\r\n: a\r\n\r\n",
    "a zero byte": "GET / HTTP/1.1\r\nHost: HOST\r\nX-Zero: \0\r\n\r\n",
    "an upgrade without a key": f"{UPGRADE}\r\n".replace("Sec-WebSocket-Key", "X-Key"),
    "an upgrade with many extensions": f"{UPGRADE}Sec-WebSocket-Extensions: {'a; b=c, ' * 900}d\r\n\r\n",
    "a session of nobody": f"{UPGRADE}\r\n".replace("/websocket", "/sockjs/../../websocket"),
}


def mutated(seed: int, count: int) -> Iterator[bytes]:
    """Requests from above, each with some bytes of it lost, doubled, moved or replaced."""
    chance = random.Random(seed)
    whole = [text.encode("latin-1") for text in (*SMUGGLING.values(), *ODD.values(), f"{UPGRADE}\r\n")]
    whole += [f"{UPGRADE}\r\n".encode() + frame for frame in FRAMES.values()]
    for _number in range(count):
        found = bytearray(chance.choice(whole))
        for _change in range(chance.randint(1, 4)):
            at = chance.randrange(len(found) + 1)
            part = found[at : at + chance.randint(1, 8)]
            act = chance.choice(("lose", "double", "replace", "end"))
            if act == "lose":
                del found[at : at + len(part)]
            elif act == "double":
                found[at:at] = part * chance.randint(1, 50)
            elif act == "replace":
                found[at : at + len(part)] = chance.randbytes(len(part))
            else:
                found = found[:at]
        yield bytes(found)
