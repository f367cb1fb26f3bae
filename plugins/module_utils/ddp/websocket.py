# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client's websocket over an open socket, in one thread. No Ansible here.

One thread, because OpenSSL does not take a read and a write at once: where the tickets that a server sends after the
handshake of TLS 1.3 came just as another thread sent the upgrade, the upgrade was lost (4 of 1200 times through nginx),
and a healthy proxy looked as if it hung.
"""

from __future__ import annotations

import contextlib
import socket
import time

from ..probing.clock import remaining
from . import frames
from .frames import Frame, Malformed, Refused

__all__ = ["Closed", "Failed", "Refused", "Websocket"]

_CLOSE_TIMEOUT = 0.5
_READ_MAX = 65536
_END_OF_HEAD = b"\r\n\r\n"
_NORMAL_CLOSURE = 1000


class Failed(Exception):
    """The upgrade was answered with something else than an HTTP answer that makes sense, or with nothing."""


class Closed(Exception):
    """``code``: of the other side's close frame, or of ours to a side that breaks the protocol; None without any."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"code {code}")
        self.code = code


class Websocket:
    """Takes the socket over, and closes it with itself."""

    def __init__(self, sock: socket.socket, host: str, path: str, until: float) -> None:
        """Raises TimeoutError, Refused or Failed. ``host``: as the HTTP header says it."""
        self._sock = sock
        self._buffer = bytearray()
        try:
            self._upgrade(host, path, until)
        except BaseException:
            sock.close()
            raise

    def __enter__(self) -> Websocket:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def send(self, text: str, until: float) -> None:
        """Raises TimeoutError or Closed."""
        self._write(frames.encode(frames.TEXT, text.encode()), until)

    def recv(self, until: float) -> str:
        """The next message. Raises TimeoutError or Closed."""
        message = b""
        while True:
            frame = self._next_frame(until)
            if frame.opcode in (frames.TEXT, frames.BINARY, frames.CONTINUATION):
                message += frame.data
                if len(message) > frames.MESSAGE_MAX:
                    raise self._broken(until)
                if frame.final:
                    return message.decode("utf-8", "replace")

    def close(self) -> None:
        """As a client does that has finished, but without waiting long for the answer."""
        until = time.monotonic() + _CLOSE_TIMEOUT
        with contextlib.suppress(OSError, Closed):
            self._write(frames.encode(frames.CLOSE, _NORMAL_CLOSURE.to_bytes(2, "big")), until)
            while True:
                self._next_frame(until)
        self._sock.close()

    def _upgrade(self, host: str, path: str, until: float) -> None:
        key = frames.new_key()
        try:
            self._write(frames.upgrade_request(host, path, key), until)
            while _END_OF_HEAD not in self._buffer:
                if len(self._buffer) > _READ_MAX:
                    raise Failed("the answer does not end")
                self._read(until)
        except Closed:
            what = "with half an answer" if self._buffer else "without an answer"
            raise Failed(f"the connection was closed {what}") from None
        head, _end, rest = bytes(self._buffer).partition(_END_OF_HEAD)
        self._buffer = bytearray(rest)
        try:
            frames.check_upgrade(head, key)
        except Malformed as error:
            raise Failed(str(error)) from None

    def _next_frame(self, until: float) -> Frame:
        """Answers what the protocol has to have answered: pings, and a close frame, after which nothing comes."""
        while True:
            try:
                frame = frames.take_frame(self._buffer)
            except Malformed:
                raise self._broken(until) from None
            if frame is None:
                self._read(until)
                continue
            answer = {frames.PING: frames.PONG, frames.CLOSE: frames.CLOSE}.get(frame.opcode)
            if answer is not None:
                # An answer that is not taken any more is no news: what was read is, and the next read tells the rest.
                with contextlib.suppress(Closed):
                    self._write(frames.encode(answer, frame.data), until)
            if frame.opcode == frames.CLOSE:
                raise Closed(frames.close_code(frame))
            return frame

    def _broken(self, until: float) -> Closed:
        """Close to a side that breaks the protocol."""
        with contextlib.suppress(Closed):
            self._write(frames.encode(frames.CLOSE, frames.PROTOCOL_ERROR.to_bytes(2, "big")), until)
        return Closed(frames.PROTOCOL_ERROR)

    def _read(self, until: float) -> None:
        # the socket's own timeout never comes where a peer sends without a pause
        if time.monotonic() >= until:
            raise TimeoutError
        self._sock.settimeout(remaining(until))
        try:
            data = self._sock.recv(_READ_MAX)
        except (socket.timeout, TimeoutError):
            raise TimeoutError from None
        except OSError:
            data = b""
        if not data:
            raise Closed(None)
        self._buffer += data

    def _write(self, data: bytes, until: float) -> None:
        try:
            self._sock.settimeout(remaining(until))
            self._sock.sendall(data)
        except (socket.timeout, TimeoutError):
            raise TimeoutError from None
        except OSError:
            raise Closed(None) from None
