# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at the file system of MongoDB's data, on the host where it runs."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from ..probing.fault import Fault
from .checks import Check
from .members import Member
from .wire import parse_member

_MIB = 1024 * 1024
# faults of a member that a full or read-only disk brings about
_DEAD = {"refused", "silent", "closed"}


@dataclass(frozen=True)
class Disk:
    """Where the data are, and how much room they need: less than either is a fault."""

    directory: str
    minimum_free_percent: float
    minimum_free_bytes: int


def check_disk(disk: Disk | None, members: Sequence[Member]) -> Check:
    """Says, too, which members its fault has probably brought down."""
    if disk is None:
        return Check("disk", "skipped", diagnosis="Not checked: no data directory was given.")
    fault = _fault(disk)
    if fault is None:
        return Check("disk", "healthy")
    dead = [member.name for member in members if member.fault in _DEAD and is_here(member.name)]
    consequence = (
        f" That is the likely reason why {' and '.join(dead)} on this host is down: repair the disk first, then "
        "`sudo systemctl restart mongod`."
    )
    return Check("disk", "unhealthy", fault.kind, fault.sentence + (consequence if dead else ""))


def _fault(disk: Disk) -> Fault | None:
    """mongod ends by itself when it cannot write; a disk that is nearly full is told before that."""
    directory = disk.directory
    try:
        found = os.statvfs(directory)
    except OSError as error:
        sentence = f"The data directory {directory} cannot be read ({error.strerror}): is its file system mounted?"
        return Fault("disk_missing", f"{sentence} `findmnt` and `sudo journalctl -k` tell.")
    if found.f_flag & os.ST_RDONLY:
        return Fault(
            "disk_read_only",
            f"The file system of {directory} is mounted read-only, and mongod ends when it cannot write. The kernel "
            "does that after errors of the disk: see `sudo journalctl -k`, repair it, then mount it writable again.",
        )
    # what is left to a user who is not root, as mongod is
    free = found.f_bavail * found.f_frsize
    percent = 100 * found.f_bavail / found.f_blocks if found.f_blocks else 100.0
    if free < disk.minimum_free_bytes or percent < disk.minimum_free_percent:
        return Fault(
            "disk_full",
            f"The file system of {directory} has {free // _MIB} MiB ({percent:.1f} %) left, less than "
            f"{disk.minimum_free_bytes // _MIB} MiB or {disk.minimum_free_percent:g} %; mongod ends when it cannot "
            "write: free space or enlarge it.",
        )
    if found.f_files and not found.f_favail:
        sentence = f"The file system of {directory} has no inodes left, so mongod cannot create files"
        return Fault("disk_full", f"{sentence}: delete small files that nobody needs.")
    return None


def is_here(name: str) -> bool:
    """Whether a member runs on this host: towards an address of its own the kernel sends from that very address."""
    address = parse_member(name)
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_DGRAM)
        family, kind, _protocol, _name, target = found[0]
        with socket.socket(family, kind) as sock:
            # of UDP, this sends nothing
            sock.connect(target)
            return bool(sock.getsockname()[0] == target[0])
    except OSError:
        return False
