# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes away what it is handed, and nothing else. What is gone already is no fault: an earlier run may have ended."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable

from ..effects.keeping import write
from ..facts import ledger, settings

_OF_WHAT_RUNS = ("pending", "generated", "containers", "settings", "taken_up")


class Stays(Exception):
    """Something could not be taken away; says what and why."""


def put_back(path: str, copy: str, tries: bool) -> bool:
    """The copy of what was there takes its place again, with owner and mode; whether it did."""
    if not os.path.isfile(copy):
        return False
    if not tries:
        os.replace(copy, path)
    return True


def take_out(path: str, names: Iterable[str], tries: bool) -> bool:
    """Settings, by their names, of a file that others have settings in, too. Whether any was there."""
    if not os.path.isfile(path):
        return False
    before = settings.parsed(path)
    after = settings.changed(before, {}, names)
    if after != before and not tries:
        write(path, settings.as_text(after).encode(), os.stat(path))
    return after != before


def remove(path: str, tries: bool) -> bool:
    """A file or a link; of directories those that are empty. Whether it was there."""
    if not os.path.lexists(path):
        return False
    if os.path.isdir(path) and not os.path.islink(path):
        if os.listdir(path):
            # what was put into it since the host was asked
            return False
        if not tries:
            os.rmdir(path)
    elif not tries:
        os.unlink(path)
    return True


def remove_tree(path: str, tries: bool) -> bool:
    """With all that is in it on its file system. A mount point stays, empty. Whether anything was there."""
    if not os.path.isdir(path) or os.path.islink(path):
        return False
    mounted = os.path.ismount(path)
    if mounted and not set(os.listdir(path)) - {"lost+found"}:
        return False
    if not tries:
        # of find(1): -delete goes from the inside out, and -xdev into no other file system
        command = ["find", path, "-xdev", "-mindepth", "1", "-not", "-path", f"{path}/lost+found*", "-delete"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Stays(f"{path} was not removed as a whole: {done.stderr.strip()}")
        if not mounted:
            os.rmdir(path)
    return True


def forget(path: str, resources: Iterable[str], data: Iterable[str], ends: bool, tries: bool) -> bool:
    """The ledger without these. ``ends``: without all that is about what runs, and without the file itself where it
    would have nothing left to tell. Raises ValueError where it cannot be read. Whether that changes it.
    """
    found = ledger.read(path)
    if found["state"] == "absent":
        return False
    entries = {"resources": dict.fromkeys(resources), "data": dict.fromkeys(data)}
    if ends:
        entries |= {name: dict.fromkeys(found["content"][name]) for name in _OF_WHAT_RUNS}
    before, after = ledger.note(path, entries, tries=True)
    if ends and not after["resources"] and not after["data"]:
        return _end(path, tries)
    if not tries:
        ledger.note(path, entries)
    return after != before


def _end(path: str, tries: bool) -> bool:
    if not tries:
        os.unlink(path)
        remove(os.path.dirname(path), tries)
    return True
