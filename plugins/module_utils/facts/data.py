# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a directory with data lies: what is in it, on which file system, and what should be mounted there. Only reads.

A disk that is missing at boot leaves an empty directory behind, which looks like that of a new host.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

from .files import text

# Of MongoDB's storage engine: in the directory of every database that it ever opened (WiredTiger's wiredtiger.in,
# WT_WIREDTIGER), written before anything else.
DATABASE = "WiredTiger"
# mkfs makes it; a file system with nothing else in it is empty.
_NO_DATA = {"lost+found"}
_DEVICES = "/dev/disk/by-uuid"


def place(path: str) -> dict[str, Any]:
    """``found``: whether the directory is there; ``empty``, and whether it holds a ``database`` of MongoDB's.

    ``mount``: the mount point it lies below. ``device``: what is mounted there, in words that outlast a boot, or "".
    ``unmounted``: a mount point around it that fstab(5) names and that has nothing mounted; or "".
    """
    names = _names(path)
    real = os.path.realpath(path)
    mounts = dict(_mounts(text("/proc/self/mountinfo") or ""))
    mount = _around(real, list(mounts))
    return {
        "found": names is not None,
        "empty": not names,
        "database": DATABASE in (names or ()),
        "mount": mount,
        "device": _lasting(mounts.get(mount, "")),
        "unmounted": _around(real, list(planned_mounts(text("/etc/fstab") or "")), mounts),
    }


def noted(path: str) -> dict[str, str]:
    """What the ledger keeps of it."""
    found = place(path)
    return {"mount": found["mount"], "device": found["device"]}


def _names(path: str) -> set[str] | None:
    try:
        return set(os.listdir(path)) - _NO_DATA
    except OSError:
        return None


def _mounts(table: str) -> Iterator[tuple[str, str]]:
    """Mount points with their sources, of proc(5)'s mountinfo; of several on one point the last one is seen."""
    for line in table.splitlines():
        fields, _dash, about = line.partition(" - ")
        yield unescaped(fields.split()[4]), unescaped(about.split()[1])


def planned_mounts(table: str) -> Iterator[str]:
    """Mount points of fstab(5) that are there after every boot."""
    for line in table.splitlines():
        fields = line.split()
        if len(fields) < 2 or line.lstrip().startswith("#"):
            continue
        options = fields[3].split(",") if len(fields) > 3 else []
        point = unescaped(fields[1])
        if point.startswith("/") and "noauto" not in options:
            yield point.rstrip("/") or "/"


def unescaped(word: str) -> str:
    """Both tables write blanks as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda digits: chr(int(digits[1], 8)), word)


def _around(path: str, points: list[str], but: dict[str, str] | None = None) -> str:
    """The innermost of these mount points around a path that is none of those in ``but``; "" without any."""
    around = [point for point in points if f"{path}/".startswith(f"{point.rstrip('/')}/")]
    innermost = max(around, key=len, default="")
    return "" if but is not None and innermost in but else innermost


def _lasting(source: str) -> str:
    """A disk's name may change with every boot; the identity of its file system does not."""
    if not source.startswith("/dev/"):
        # a network's share or a pool's data set has a name; "tmpfs" and the like say nothing
        return source if "/" in source else ""
    try:
        links = [entry.path for entry in os.scandir(_DEVICES)]
    except OSError:
        return ""
    device = os.path.realpath(source)
    return next((os.path.basename(link) for link in links if os.path.realpath(link) == device), "")
