# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sockets in the network of another process, as of a container: the way to what listens on loopback there."""

from __future__ import annotations

import ctypes
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

# linux/sched.h; Python has os.setns from 3.12 on, and Debian 12 has 3.11
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def socket_of(process: int, family: int, kind: int, protocol: int) -> socket.socket:
    """Raises OSError. A socket stays in the network that it was made in (network_namespaces(7)), wherever its maker is
    afterwards, and only this thread goes there (setns(2)).
    """
    with _namespace("/proc/thread-self/ns/net") as own, _namespace(f"/proc/{process}/ns/net") as theirs:
        _enter(theirs)
        try:
            return socket.socket(family, kind, protocol)
        finally:
            _enter(own)


@contextmanager
def _namespace(path: str) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _enter(namespace: int) -> None:
    if _libc.setns(namespace, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
