# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is at a path: what kind of file, whose, and a digest of its content. Only reads."""

from __future__ import annotations

import grp
import hashlib
import os
import pwd
import stat
from typing import Any


def state(path: str) -> dict[str, Any] | None:
    """None where there is nothing. ``digest``: of a regular file; what it holds stays here. ``changed``: by whatever
    means, in seconds of the epoch; nobody can set that moment, as they can that of the content.
    """
    try:
        found = os.stat(path)
    except OSError:
        return None
    return {
        "kind": _kind(found.st_mode),
        "mode": f"{stat.S_IMODE(found.st_mode):04o}",
        "owner": _name(found.st_uid, pwd.getpwuid),
        "group": _name(found.st_gid, grp.getgrgid),
        "uid": str(found.st_uid),
        "gid": str(found.st_gid),
        "changed": found.st_ctime,
        "digest": digest(path) if stat.S_ISREG(found.st_mode) else None,
    }


def _kind(mode: int) -> str:
    return "directory" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "other"


def _name(number: int, lookup: Any) -> str:
    """Of a user or group; its number where it has no name."""
    try:
        return str(lookup(number)[0])
    except KeyError:
        return str(number)


def digest(path: str) -> str | None:
    """SHA-256; None where the file cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return None


def text(path: str) -> str | None:
    """None where there is no such file."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return None


def last_change(directory: str) -> int | None:
    """When the newest entry of a directory was written, in seconds of the epoch; None where it has none."""
    try:
        with os.scandir(directory) as entries:
            return max((int(entry.stat().st_mtime) for entry in entries), default=None)
    except OSError:
        return None
