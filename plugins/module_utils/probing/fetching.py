# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTTP question, and its answer in words."""

from __future__ import annotations

import http.client
import io
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from ..text import one_line
from .clock import remaining
from .connection import timed_reader
from .fault import Fault
from .target import Target
from .tls import Trust, connect

_BODY_MAX = 64 * 1024
LINE_MAX = 120
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
# what a header may hold: RFC 9110, 5.1 and 5.5
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; of the body no more than was asked for."""

    status: int
    reason: str
    location: str | None
    server: str | None
    body: bytes

    @property
    def summary(self) -> str:
        """What the body says first: the title of a page, else the first line with text in it."""
        text = self.body[: 8 * LINE_MAX].decode("utf-8", "replace").strip()
        title = _TITLE.search(text) if text.startswith("<") else None
        return sanitized((title[1] if title else text).strip().split("\n", 1)[0].strip())


def sanitized(text: str) -> str:
    """Short, and without what would play tricks in a terminal."""
    return one_line(text, LINE_MAX)


def describe(answer: Answer) -> str:
    """For the middle of a sentence."""
    moved = f" (redirected to {sanitized(answer.location)})" if answer.location else ""
    server = f" from {sanitized(answer.server)}" if answer.server else ""
    return f"answered {answer.status} {sanitized(answer.reason)}".rstrip() + server + moved


def quote(answer: Answer) -> str:
    return f": {answer.summary!r}" if answer.summary else ""


def check_headers(headers: Mapping[str, str]) -> None:
    """Raises ValueError, which keeps their values to itself: they may be secret."""
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot be the name of a header.")
        if not _HEADER_VALUE.fullmatch(value):
            raise ValueError(f"The header {name} has characters in its value that HTTP does not allow there.")


class TimedSocket:
    """For http.client, which would grant an endpoint that drips bytes a full timeout for each of them."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until = sock, until

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(remaining(self._until))
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return timed_reader(self._sock, self._until)

    def close(self) -> None:
        """The caller that connected closes: http.client would do so before the body is read."""


def fetch(
    target: Target,
    until: float,
    trust: Trust,
    headers: Mapping[str, str] | None = None,
    body_max: int = _BODY_MAX,
    posted: bytes | None = None,
) -> Answer:
    """GET the target, or POST what is given to it. Follows no redirect and uses no proxy: the question is about this
    very endpoint. Raises Fault.
    """
    with connect(target, until, trust) as sock:
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.sock = TimedSocket(sock, until)
        try:
            method = "GET" if posted is None else "POST"
            connection.request(method, target.path, posted, _with_defaults(target, headers or {}))
            return _read(target, connection.getresponse(), body_max)
        except (http.client.HTTPException, OSError) as error:
            raise _answer_fault(target, error) from None


def _read(target: Target, response: http.client.HTTPResponse, body_max: int) -> Answer:
    body = response.read(body_max)
    # a body without an end is an error to http.client only when it comes in chunks
    if response.length and len(body) < body_max:
        raise http.client.IncompleteRead(body, response.length)
    location, server = response.getheader("Location"), response.getheader("Server")
    return Answer(response.status, response.reason, location, server, body)


def _with_defaults(target: Target, headers: Mapping[str, str]) -> dict[str, str]:
    defaults = {"Host": target.host_header, "User-Agent": "rocketops-health", "Connection": "close"}
    given = {name.lower() for name in headers}
    return {**{name: value for name, value in defaults.items() if name.lower() not in given}, **headers}


def _answer_fault(target: Target, error: Exception) -> Fault:
    peer = target.peer
    if isinstance(error, socket.timeout):
        return Fault("read_timeout", f"{peer} took the connection but did not finish its answer in time.")
    if isinstance(error, ConnectionError):
        return _closed_fault(peer)
    if isinstance(error, http.client.IncompleteRead):
        return Fault("cut_off", f"{peer} closed the connection in the middle of its answer: did it crash or restart?")
    if isinstance(error, ssl.SSLError):
        sentence = f"{peer} ended the TLS connection ({error.reason or error}): does it demand a client certificate?"
        return Fault("tls", sentence)
    sentence = f"{peer} does not answer in HTTP ({type(error).__name__}): another program listens there."
    return Fault("protocol", sentence)


def _closed_fault(peer: str) -> Fault:
    # Docker's port publishing accepts for a container in which nothing listens.
    return Fault(
        "reset",
        f"{peer} closed the connection without an answer: behind a published container port this means that "
        "the container runs but nothing in it listens (yet).",
    )
