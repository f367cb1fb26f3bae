# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client's websocket over an open socket, in one thread: the protocol is the websockets library's. No Ansible here.

The library's own client reads in a thread of its own, and OpenSSL does not take a read and a write at once: where the
tickets that a server sends after the handshake of TLS 1.3 came just as the upgrade was sent, the upgrade was lost (4 of
1200 times through nginx), and a healthy proxy looked as if it hung.
"""

from __future__ import annotations

import contextlib
import socket
import time
import traceback
from collections import deque
from typing import Any

from ..probing.clock import remaining

try:
    try:
        from websockets.client import ClientProtocol
    except ImportError:  # its name up to 10.4, which Debian 12 and Ubuntu 24.04 have
        from websockets.client import ClientConnection as ClientProtocol
    from websockets.exceptions import InvalidStatus, WebSocketException
    from websockets.frames import Opcode
    from websockets.uri import parse_uri

    WEBSOCKETS_MISSING: str | None = None
except ImportError:
    WEBSOCKETS_MISSING = traceback.format_exc()

_CLOSE_TIMEOUT = 0.5
_READ_MAX = 65536


class Refused(Exception):
    """The upgrade was answered with another status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


class Failed(Exception):
    """The upgrade was answered with something else than an HTTP answer that makes sense, or with nothing."""


class Closed(Exception):
    """``code``: of the other side's close frame; None when the connection ended without one."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"code {code}")
        self.code = code


class Websocket:
    """Takes the socket over, and closes it with itself."""

    def __init__(self, sock: socket.socket, uri: str, until: float) -> None:
        """Raises TimeoutError, Refused or Failed. ``uri`` begins with ws:// whether the socket speaks TLS or not."""
        self._sock = sock
        self._protocol = ClientProtocol(parse_uri(uri))
        self._frames: deque[Any] = deque()
        try:
            self._upgrade(until)
        except BaseException:
            sock.close()
            raise

    def __enter__(self) -> Websocket:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def send(self, text: str, until: float) -> None:
        """Raises TimeoutError or Closed."""
        self._protocol.send_text(text.encode())
        self._write(until)

    def recv(self, until: float) -> str:
        """The next message. Raises TimeoutError or Closed."""
        pieces: list[bytes] = []
        while True:
            while self._frames:
                frame = self._frames.popleft()
                if frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                    pieces.append(frame.data)
                    if frame.fin:
                        return b"".join(pieces).decode("utf-8", "replace")
            if self._protocol.close_rcvd:
                raise Closed(self._protocol.close_rcvd.code)
            self._read(until)

    def close(self) -> None:
        """As a client does that has finished, but without waiting long for the answer."""
        until = time.monotonic() + _CLOSE_TIMEOUT
        with contextlib.suppress(OSError, Closed, WebSocketException):
            self._protocol.send_close(1000)
            self._write(until)
            while True:
                self._read(until)
        self._sock.close()

    def _upgrade(self, until: float) -> None:
        try:
            self._protocol.send_request(self._protocol.connect())
            self._write(until)
            while not (self._protocol.handshake_exc or self._frames):
                self._read(until)
        except Closed:
            raise Failed("the connection was closed without an answer") from None
        error = self._protocol.handshake_exc
        if isinstance(error, InvalidStatus):
            raise Refused(error.response.status_code)
        if error:
            raise Failed(str(error))
        self._frames.popleft()  # the answer to the upgrade, before the first frame

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
        self._protocol.receive_data(data)
        self._frames.extend(self._protocol.events_received())
        # An answer that is not taken any more is no news: what was read is, and the next read tells the rest.
        with contextlib.suppress(Closed):
            self._write(until)

    def _write(self, until: float) -> None:
        """What there is to send: also answers to pings and to a close frame, which the protocol gives by itself."""
        try:
            for data in self._protocol.data_to_send():
                self._sock.settimeout(remaining(until))
                self._sock.sendall(data)
        except (socket.timeout, TimeoutError):
            raise TimeoutError from None
        except OSError:
            raise Closed(None) from None
