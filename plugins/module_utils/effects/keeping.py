# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was at some paths, so that it can be put back. For small files: their contents are kept in memory."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Kept:
    """What was at a path. ``found`` is None where there was nothing, ``content`` where it was no regular file."""

    path: str
    found: os.stat_result | None
    content: bytes | None

    def is_as(self, other: Kept) -> bool:
        """Apart from the times, which reading changes, too."""
        return self._comparable() == other._comparable()

    def _comparable(self) -> tuple[object, ...]:
        owned = self.found and (self.found.st_mode, self.found.st_uid, self.found.st_gid)
        return (owned, self.content)


def keep(path: str) -> Kept:
    try:
        found = os.stat(path)
    except OSError:
        return Kept(path, None, None)
    if not stat.S_ISREG(found.st_mode):
        return Kept(path, found, None)
    with open(path, "rb") as file:
        return Kept(path, found, file.read())


def put_back(everything: Sequence[Kept]) -> list[str]:
    """The paths that had changed, in the order of the last to the first: what is in a directory goes before it."""
    changed = [kept for kept in reversed(everything) if not keep(kept.path).is_as(kept)]
    for kept in changed:
        _put_back(kept)
    return [kept.path for kept in changed]


def _put_back(kept: Kept) -> None:
    if kept.found is None:
        _remove(kept.path)
    elif kept.content is not None:
        write(kept.path, kept.content, kept.found)
    else:
        if not os.path.isdir(kept.path):
            os.unlink(kept.path)
            os.mkdir(kept.path, 0o700)
        _own(kept.path, kept.found)


def _remove(path: str) -> None:
    if not os.path.isdir(path):
        os.unlink(path)
        return
    # somebody may have put something into it meanwhile
    with contextlib.suppress(OSError):
        os.rmdir(path)


def write(path: str, content: bytes, found: os.stat_result) -> None:
    """Whole or not at all, through a link to the file that it stands for; as the one that was ``found`` there."""
    target = os.path.realpath(path)
    descriptor, candidate = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".rocketops-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        _own(candidate, found)
        os.utime(candidate, ns=(found.st_atime_ns, found.st_mtime_ns))
        os.replace(candidate, target)
    except BaseException:
        os.unlink(candidate)
        raise


def _own(path: str, found: os.stat_result) -> None:
    os.chown(path, found.st_uid, found.st_gid)
    os.chmod(path, stat.S_IMODE(found.st_mode))
