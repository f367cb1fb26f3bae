# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file with generated secrets: who may see and change it, one run at a time, and whole or not at all."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PATIENCE = 30
_LOOK_AGAIN = 0.1
_ENCRYPTED = b"$ANSIBLE_VAULT"


class Refused(Exception):
    """In a sentence for the operator."""


def warnings(path: str) -> list[str]:
    """Of a file that may be used nevertheless; none where there is no file. Raises Refused."""
    try:
        # a pipe would wait for somebody who writes into it
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        _refuse_directory(path)
        return []
    except OSError as error:
        if os.path.islink(path):
            raise Refused(
                f"{path} is a link, and secrets are not looked for behind one. Name the file itself with "
                "rocketchat_secrets_file."
            ) from None
        raise Refused(f"{path} cannot be read: {error.strerror}.") from None
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise Refused(f"{path} is no file. Name the secrets file with rocketchat_secrets_file.")
        encrypted = file.read(len(_ENCRYPTED)) == _ENCRYPTED
    _refuse_directory(path)
    return list(_unwise(path, found, encrypted))


def _refuse_directory(path: str) -> None:
    """With the sticky bit, as in /tmp, others cannot put another file in its place, but one where there is none."""
    directory = os.path.dirname(os.path.abspath(path))
    try:
        mode = os.stat(directory).st_mode
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}.") from None
    if mode & stat.S_IWOTH:
        raise Refused(
            f"Everybody on this machine may change what is in {directory}, where {os.path.basename(path)} with all "
            f"secrets is to be. Call chmod o-w {directory}, or name another place with rocketchat_secrets_file."
        )


def _unwise(path: str, found: os.stat_result, encrypted: bool) -> Iterator[str]:
    mode = stat.S_IMODE(found.st_mode)
    if mode & stat.S_IWOTH:
        raise Refused(
            f"Everybody on this machine may change {path}, and with it every password. Look at it, and call "
            f"chmod 600 {path}."
        )
    if found.st_uid not in (os.geteuid(), 0):
        yield f"{path} belongs to another user (uid {found.st_uid}), who may read and change all secrets."
    # what ansible-vault has encrypted may be anywhere, as in a repository that gives it a mode of its own
    if mode & 0o077 and not encrypted:
        yield f"Others on this machine may read {path}, which has the mode {mode:04o}: call chmod 600 {path}."


@contextmanager
def locked(path: str, patience: float = _PATIENCE) -> Iterator[int]:
    """For this run alone; gives a descriptor of the file beside it that is to take its place. Raises Refused.

    The lock is on that file. It goes with its process, however that ends, and with the file when it takes its place:
    who has waited for it looks whether the file is still the one with that name.
    """
    until = time.monotonic() + patience
    while True:
        descriptor = _opened(f"{path}.new")
        try:
            if _lock(descriptor, until) and _is_still(f"{path}.new", descriptor):
                try:
                    yield descriptor
                finally:
                    if _is_still(f"{path}.new", descriptor):
                        os.unlink(f"{path}.new")
                return
            if time.monotonic() >= until:
                raise Refused(
                    f"{_holder(descriptor)} is generating secrets for {path} at the moment. Call this again when it "
                    "has ended."
                )
        finally:
            os.close(descriptor)


def _opened(path: str) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, 0o600)
        found = os.fstat(descriptor)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}.") from None
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1 or found.st_uid != os.geteuid():
        os.close(descriptor)
        raise Refused(f"{path} is none that this collection made. Look what it is, and remove it.")
    os.fchmod(descriptor, 0o600)
    return descriptor


def _lock(descriptor: int, until: float) -> bool:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError:
            if time.monotonic() >= until:
                return False
            time.sleep(_LOOK_AGAIN)


def _is_still(path: str, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(path, follow_symlinks=False), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _holder(descriptor: int) -> str:
    """proc_locks(5): kind, mandatory or not, access, process, device and inode."""
    inode = str(os.fstat(descriptor).st_ino)
    try:
        for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            words = line.split()
            if words[1] == "FLOCK" and words[5].rpartition(":")[2] == inode:
                return f"Another run (process {words[4]})"
    except (OSError, IndexError):
        pass
    return "Another run"


def replace(path: str, descriptor: int, text: str) -> None:
    """With what ``locked`` gave: who reads meanwhile gets the old file or the new one, whole."""
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    with os.fdopen(os.dup(descriptor), "w", encoding="utf-8") as file:
        file.write(text)
    os.fsync(descriptor)
    os.replace(f"{path}.new", path)
    directory = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
