# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether containers reach what listens on the host, or a firewall of the host is in between. No Ansible here."""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import threading
import time
from collections.abc import Sequence
from typing import Any

from ..facts.firewall import keeper
from ..probing.decoding import SHAPE_ERRORS
from ..probing.fault import Fault
from .docker_api import greet

# A connection within one host takes less than a millisecond; one that is dropped never comes about.
_WITHIN = 2.0
_ENGINE_WITHIN = 10.0
# setns(2), linux/sched.h
_NETWORK_NAMESPACE = 0x40000000
# What a rule answers with: REJECT as it is, and with the other words it knows (iptables-extensions(8)).
_REJECTED = {errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.EACCES}


def blocked(addresses: Sequence[str], names: Sequence[str], socket_path: str) -> list[dict[str, Any]]:
    """Those that this host reaches itself, and a container of these names does not.

    Empty also where no container runs to try it from. ``firewall``: `ufw`, `firewalld`, `nftables` or `iptables`.
    """
    open_here = [address for address in addresses if _attempt(address) == ""]
    process = _process(names, socket_path) if open_here else None
    if process is None:
        return []
    faults = {address: _attempt_within(process, address) for address in open_here}
    return [
        {"address": address, "fault": fault, "firewall": keeper()}
        for address, fault in faults.items()
        if fault in ("silent", "rejected")
    ]


def _process(names: Sequence[str], socket_path: str) -> int | None:
    """One in the network of the first container that runs."""
    until = time.monotonic() + _ENGINE_WITHIN
    try:
        engine = greet(socket_path, until)
        found = (engine.inspect(name, until) for name in names)
        return next((one["State"]["Pid"] for one in found if one and one["State"]["Running"]), None)
    except (Fault, *SHAPE_ERRORS):
        return None


def _attempt_within(process: int, address: str) -> str:
    """As from a container: the thread that does it enters the network of one. Empty also where it cannot."""
    told = [""]

    def enter_and_attempt() -> None:
        try:
            _enter(process)
        except OSError:
            return
        told[0] = _attempt(address)

    thread = threading.Thread(target=enter_and_attempt)
    thread.start()
    thread.join()
    return told[0]


def _enter(process: int) -> None:
    with open(f"/proc/{process}/ns/net", "rb") as namespace:
        # Python has os.setns since 3.12
        if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), _NETWORK_NAMESPACE):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _attempt(address: str) -> str:
    """`silent` or `rejected`, as by a firewall, or `other`; empty where it can be connected to."""
    host, _colon, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), _WITHIN).close()
    except socket.timeout:
        return "silent"
    except OSError as error:
        return "rejected" if error.errno in _REJECTED else "other"
    return ""
