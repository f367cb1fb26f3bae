# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TCP connections that take no longer than they may."""

from __future__ import annotations

import concurrent.futures
import errno
import io
import socket
import threading
import time
from typing import Any

from . import network
from .clock import remaining
from .fault import Fault
from .target import Target

# socket.getaddrinfo's: family, type, protocol, canonical name, address
_Address = tuple[Any, ...]


def connect_tcp(target: Target, until: float) -> socket.socket:
    """A connected socket. Raises Fault."""
    addresses = _resolve(target.connect_host, target.connect_port, until)
    failure: OSError = OSError("no address")
    for tried, (family, kind, protocol, _name, address) in enumerate(addresses):
        sock = _socket(target, family, kind, protocol)
        try:
            # one address that swallows packets must leave time for the others
            sock.settimeout(remaining(until) / (len(addresses) - tried))
            sock.connect(address)
            return sock
        except OSError as error:
            sock.close()
            failure = error
    raise _connect_fault(target, failure)


def _socket(target: Target, family: int, kind: int, protocol: int) -> socket.socket:
    if not target.process:
        return socket.socket(family, kind, protocol)
    try:
        return network.socket_of(target.process, family, kind, protocol)
    except OSError as error:
        sentence = f"No connection to {target.peer} in the network of process {target.process}: {error.strerror}."
        raise Fault("unreachable", sentence) from None


def _connect_fault(target: Target, error: OSError) -> Fault:
    peer = target.peer
    if isinstance(error, ConnectionRefusedError):
        return Fault("refused", f"Connection refused: nothing listens on {peer}.")
    if isinstance(error, socket.timeout) or error.errno == errno.ETIMEDOUT:
        return Fault("connect_timeout", f"No connection to {peer} in time: host down, or a firewall drops packets?")
    return Fault("unreachable", f"No connection to {peer}: {error.strerror or error}.")


# -- names -------------------------------------------------------------------------------------------------------------

_running: dict[tuple[str, int], concurrent.futures.Future[list[_Address]]] = {}
_running_lock = threading.Lock()


def _resolve(host: str, port: int, until: float) -> list[_Address]:
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        pass  # a name, not an address
    try:
        return _look_up(host, port).result(remaining(until))
    except concurrent.futures.TimeoutError:
        sentence = f"The name {host} did not resolve in time: does the name server answer?"
        raise Fault("resolve_timeout", sentence) from None
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Fault("resolve", f"The name {host} does not resolve ({reason}).") from None


def _look_up(host: str, port: int) -> concurrent.futures.Future[list[_Address]]:
    """getaddrinfo knows no timeout, and a dead name server holds it for long: a thread asks that may be left behind.

    A question for a name that is being looked up waits for the same thread, so that there is never more than one
    for a name, however often it is asked for.
    """
    with _running_lock:
        answer = _running.get((host, port))
        if answer is None:
            answer = _running[host, port] = concurrent.futures.Future()
            threading.Thread(target=_get_addresses, args=(host, port, answer), name="look_up", daemon=True).start()
        return answer


def _get_addresses(host: str, port: int, answer: concurrent.futures.Future[list[_Address]]) -> None:
    try:
        found: list[_Address] = list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        failure = None
    except (OSError, UnicodeError) as error:
        failure = error
    with _running_lock:
        del _running[host, port]
    if failure:
        answer.set_exception(failure)
    else:
        answer.set_result(found)


# -- reading -----------------------------------------------------------------------------------------------------------


class _TimedReader(io.RawIOBase):
    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until = sock, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if time.monotonic() >= self._until:
            raise socket.timeout("time is up")
        self._sock.settimeout(remaining(self._until))
        return self._sock.recv_into(buffer)


def timed_reader(sock: socket.socket, until: float) -> io.BufferedReader:
    """Raises socket.timeout when time is up; a plain timeout would begin anew with every byte of a peer that drips."""
    return io.BufferedReader(_TimedReader(sock, until))
