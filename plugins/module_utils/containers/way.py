# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether containers reach what they need of their own host, or a firewall of it is in between. No Ansible here."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..facts.firewall import keeper, reaches
from ..probing import network
from ..probing.decoding import SHAPE_ERRORS
from ..probing.fault import Fault
from .docker_api import greet

# A connection within one host takes less than a millisecond; one that is dropped never comes about.
_WITHIN = 2.0
_ENGINE_WITHIN = 10.0
_AT_ONCE = 8
# What a rule answers with: REJECT as it is, and with the other words it knows (iptables-extensions(8)).
_REJECTED = {errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.EACCES}


def blocked(parts: Mapping[str, str], names: Sequence[str], socket_path: str) -> list[dict[str, Any]]:
    """Of what listens at the addresses, those that this host reaches itself, and containers of these names do not.

    ``parts``: by address, what listens there. Empty also where no container runs to try it from. ``containers``: those
    that do not, empty where none does. ``firewall``: `ufw`, `firewalld`, `nftables` or `iptables`.
    """
    open_here = [address for address in parts if _attempt(address) == ""]
    processes = _in_the_network(_running(names, socket_path)) if open_here else {}
    ways = [(address, name) for address in open_here for name in processes]
    with ThreadPoolExecutor(max(1, min(len(ways), _AT_ONCE))) as pool:
        faults = dict(zip(ways, pool.map(lambda way: _attempt_within(processes[way[1]], way[0]), ways)))
    told = []
    for address in open_here:
        found = {name: faults[address, name] for name in processes if faults[address, name] in ("silent", "rejected")}
        if found:
            kept = sorted(found) if len(found) < len(processes) else []
            told.append({"address": address, "part": parts[address], "fault": min(found.values()), "containers": kept})
    return [{**one, "firewall": keeper()} for one in told]


def _in_the_network(running: Mapping[str, tuple[int, list[str]]]) -> dict[str, int]:
    """A process of each. What the host does not reach is cut off as a whole, and by no rule about this."""
    with ThreadPoolExecutor(max(1, min(len(running), _AT_ONCE))) as pool:
        joined = pool.map(lambda one: all(map(reaches, one[1])), running.values())
        return {name: process for (name, (process, _addresses)), there in zip(running.items(), joined) if there}


def _running(names: Sequence[str], socket_path: str) -> dict[str, tuple[int, list[str]]]:
    """A process and the addresses of each container that runs."""
    until = time.monotonic() + _ENGINE_WITHIN
    try:
        engine = greet(socket_path, until)
        found = {name: engine.inspect(name, until) for name in names}
        return {
            name: (one["State"]["Pid"], _addresses(one))
            for name, one in found.items()
            if one and one["State"]["Running"]
        }
    except (Fault, *SHAPE_ERRORS):
        return {}


def _addresses(container: Mapping[str, Any]) -> list[str]:
    joined = container["NetworkSettings"]["Networks"].values()
    return [one["IPAddress"] for one in joined if one["IPAddress"]]


def _attempt_within(process: int, address: str) -> str:
    """As from a container: from the network of one. Empty also where nobody gets there."""
    host, _colon, port = address.rpartition(":")
    try:
        tried = network.socket_of(process, socket.AF_INET, socket.SOCK_STREAM, 0)
    except OSError:
        return ""
    with tried:
        tried.settimeout(_WITHIN)
        return _end_of(lambda: tried.connect((host, int(port))))


def _attempt(address: str) -> str:
    """From this host."""
    host, _colon, port = address.rpartition(":")
    return _end_of(lambda: socket.create_connection((host, int(port)), _WITHIN).close())


def _end_of(connect: Callable[[], None]) -> str:
    """`silent` or `rejected`, as by a firewall, or `other`; empty where it can be connected to."""
    try:
        connect()
    except socket.timeout:
        return "silent"
    except OSError as error:
        return "rejected" if error.errno in _REJECTED else "other"
    return ""
