# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client's side of the websocket protocol (RFC 6455), as bytes: the upgrade and the frames. No socket here.

The websockets library is another in every distribution (9.1 in Ubuntu 22.04, 10.4 in Debian 12, 15 in Debian 13), with
other names for what is needed of it. That is no more than this.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
PROTOCOL_ERROR = 1002
# What a healthy server sends to a probe is a few hundred bytes.
MESSAGE_MAX = 1024 * 1024

_OPCODES = (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG)
_CONTROL_MAX = 125
_UUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # section 1.3
_STATUS = re.compile(r"HTTP/1\.[01] (\d{3})(?: |$)")


class Malformed(Exception):
    """What came is not what the protocol allows."""


class Refused(Exception):
    """The upgrade was answered with another status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


@dataclass(frozen=True)
class Frame:
    """``final``: the last one of its message."""

    opcode: int
    data: bytes
    final: bool = True


def new_key() -> str:
    return base64.b64encode(secrets.token_bytes(16)).decode()


def upgrade_request(host: str, path: str, key: str) -> bytes:
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def check_upgrade(head: bytes, key: str) -> None:
    """``head``: of the answer, without the empty line. Raises Refused or Malformed."""
    first, *lines = head.decode("latin-1").split("\r\n")
    status = _STATUS.match(first)
    if not status:
        raise Malformed("the answer is not HTTP")
    if status[1] != "101":
        raise Refused(int(status[1]))
    fields: dict[str, list[str]] = {}
    for name, _colon, value in (line.partition(":") for line in lines):
        fields.setdefault(name.strip().lower(), []).extend(part.strip() for part in value.split(","))
    tokens = {name: [value.lower() for value in fields.get(name, [])] for name in ("upgrade", "connection")}
    if "websocket" not in tokens["upgrade"] or "upgrade" not in tokens["connection"]:
        raise Malformed("the answer switches to another protocol")
    digest = hashlib.sha1(f"{key}{_UUID}".encode()).digest()
    if fields.get("sec-websocket-accept") != [base64.b64encode(digest).decode()]:
        raise Malformed("Sec-WebSocket-Accept does not answer the key that was sent")
    if "sec-websocket-extensions" in fields:
        raise Malformed("the answer has extensions that were not asked for")


def encode(opcode: int, data: bytes) -> bytes:
    """A final frame, masked as every frame of a client is."""
    size = len(data)
    if size <= _CONTROL_MAX:
        length = bytes([0x80 | size])
    elif size < 1 << 16:
        length = b"\xfe" + size.to_bytes(2, "big")
    else:
        length = b"\xff" + size.to_bytes(8, "big")
    mask = secrets.token_bytes(4)
    masked = bytes(byte ^ mask[number % 4] for number, byte in enumerate(data))
    return bytes([0x80 | opcode]) + length + mask + masked


def take_frame(buffer: bytearray) -> Frame | None:
    """The frame at the front of what was read, taken out of it; None until it is whole. Raises Malformed."""
    if len(buffer) < 2:
        return None
    final, opcode, size = bool(buffer[0] & 0x80), buffer[0] & 0x0F, buffer[1] & 0x7F
    if buffer[0] & 0x70 or opcode not in _OPCODES or buffer[1] & 0x80:
        raise Malformed("a frame has bits that were not agreed on")
    if opcode >= CLOSE and (size > _CONTROL_MAX or not final):
        raise Malformed("a control frame is too large")
    begin = {126: 4, 127: 10}.get(size, 2)
    if len(buffer) < begin:
        return None
    if begin > 2:
        size = int.from_bytes(buffer[2:begin], "big")
    if size > MESSAGE_MAX:
        raise Malformed("a frame is too large")
    if len(buffer) < begin + size:
        return None
    data = bytes(buffer[begin : begin + size])
    del buffer[: begin + size]
    return Frame(opcode, data, final)


def close_code(frame: Frame) -> int | None:
    """Of a close frame, which may be without."""
    return int.from_bytes(frame.data[:2], "big") if len(frame.data) >= 2 else None
