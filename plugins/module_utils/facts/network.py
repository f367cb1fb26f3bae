# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's place in the network: who listens on it, its routes and addresses, and what it makes of names."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import struct
import threading
import time
from collections.abc import Collection
from typing import Any

from .files import text
from .processes import unit_of

# Values of /proc/net (proc(5), linux/route.h)
ESTABLISHED = "01"
LISTENING = "0A"
ROUTE_IS_UP = 0x1
ROUTE_REJECTS = 0x200


def listening() -> list[dict[str, Any]]:
    """TCP sockets that listen, with the process that holds each where it can be known (to root)."""
    sockets = [*_listening(text("/proc/net/tcp")), *_listening(text("/proc/net/tcp6"))]
    owners = _owners({inode for _address, _port, inode in sockets})
    return [{"address": address, "port": port, **_process(owners.get(inode))} for address, port, inode in sockets]


def _listening(table: str | None) -> list[tuple[str, int, str]]:
    rows = [line.split() for line in (table or "").splitlines()[1:]]
    return [(*_address_and_port(row[1]), row[9]) for row in rows if row[3] == LISTENING]


def connections_to(servers: Collection[str], table: str = "/proc/net/tcp") -> int:
    """How many connections this host has to these, each an address and a port."""
    rows = [line.split() for line in (text(table) or "").splitlines()[1:]]
    peers = [_address_and_port(row[2]) for row in rows if row[3] == ESTABLISHED]
    return sum(f"{address}:{port}" in servers for address, port in peers)


def _address_and_port(written: str) -> tuple[str, int]:
    """The kernel writes addresses as 32-bit words in its own byte order, and ports as numbers."""
    address, _colon, port = written.partition(":")
    words = [int(address[start : start + 8], 16) for start in range(0, len(address), 8)]
    return str(ipaddress.ip_address(struct.pack(f"={len(words)}I", *words))), int(port, 16)


def _owners(inodes: set[str]) -> dict[str, int]:
    """The oldest process that holds each socket: nginx's master rather than a worker."""
    owners: dict[str, int] = {}
    for process in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
        if len(owners) == len(inodes):
            break
        for inode in _sockets(process) & inodes:
            owners.setdefault(inode, process)
    return owners


def _sockets(process: int) -> set[str]:
    """Empty where it has ended meanwhile, or is not for us to see."""
    directory = f"/proc/{process}/fd"
    found = set()
    try:
        for name in os.listdir(directory):
            target = os.readlink(f"{directory}/{name}")
            if target.startswith("socket:["):
                found.add(target[8:-1])
    except OSError:
        pass
    return found


def _process(identity: int | None) -> dict[str, Any]:
    if identity is None:
        return {"pid": None, "process": None, "unit": None}
    name = (text(f"/proc/{identity}/comm") or "").strip() or None
    return {"pid": identity, "process": name, "unit": unit_of(identity)}


def routes(path: str = "/proc/net/route") -> list[dict[str, str]]:
    """IPv4 routes to networks of their own: the default route leads everywhere and is left out."""
    found = []
    for line in (text(path) or "").splitlines()[1:]:
        interface, destination, _gateway, flags, *_counts, mask = line.split()[:8]
        if int(mask, 16) and int(flags, 16) & ROUTE_IS_UP and not int(flags, 16) & ROUTE_REJECTS:
            address = [str(ipaddress.IPv4Address(struct.pack("=I", int(word, 16)))) for word in (destination, mask)]
            found.append({"interface": interface, "network": str(ipaddress.IPv4Network("/".join(address)))})
    return found


def addresses() -> list[str]:
    """The host's own addresses, without loopback."""
    # Below each leaf of the trie stands what the address is: "/32 host LOCAL" is one of ours.
    local = re.findall(r"\|-- (\S+)\n\s+/32 host LOCAL", text("/proc/net/fib_trie") or "")
    for line in (text("/proc/net/if_inet6") or "").splitlines():
        local.append(str(ipaddress.IPv6Address(bytes.fromhex(line.split()[0]))))
    return [address for address in dict.fromkeys(local) if not ipaddress.ip_address(address).is_loopback]


def has_ipv6() -> bool:
    """Whether a program can listen on [::], which one on a kernel without IPv6 cannot even ask for."""
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::", 0))
    except OSError:
        return False
    return True


def resolved(names: list[str], timeout: float) -> dict[str, dict[str, Any]]:
    """What this host makes of each name, asked side by side; ``fault`` is null, `unknown` or `timeout`."""
    answers: dict[str, dict[str, Any]] = {}
    # The resolver cannot be interrupted: what it is still asking when the time is up ends with the module.
    threads = [threading.Thread(target=_resolve, args=(name, answers), daemon=True) for name in names]
    until = time.monotonic() + timeout
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    late = {"addresses": [], "fault": "timeout"}
    return {name: answers.get(name, late) for name in names}


def _resolve(name: str, answers: dict[str, dict[str, Any]]) -> None:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        answers[name] = {"addresses": [], "fault": "unknown"}
        return
    answers[name] = {"addresses": sorted({str(entry[4][0]) for entry in found}), "fault": None}
