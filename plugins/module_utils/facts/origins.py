# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where what is at a path comes from, as far as it says so itself. Only reads; what a file holds stays here."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from typing import Any

from .files import text
from .system import conffiles

# What a file system brings itself.
_OF_THE_FILE_SYSTEM = {"lost+found"}


def origins(asked: Mapping[str, Sequence[str]], packages: Sequence[str]) -> dict[str, dict[str, Any] | None]:
    """``asked``: by path, texts that tell whose it is. ``packages``: those that may have brought it."""
    there = [path for path in asked if os.path.exists(path)]
    delivered = conffiles(packages) if there else {}
    return {path: _origin(path, asked[path], delivered.get(path)) if path in there else None for path in asked}


def _origin(path: str, marks: Sequence[str], delivered: str | None) -> dict[str, Any]:
    """``marks``: those it has. ``empty``: a directory without entries. ``packaged``: as its package delivered it."""
    content = text(path) if marks else None
    return {
        "marks": [mark for mark in marks if mark in (content or "")],
        "empty": _is_empty(path),
        "packaged": delivered is not None and md5(path) == delivered,
    }


def _is_empty(path: str) -> bool:
    try:
        return set(os.listdir(path)) <= _OF_THE_FILE_SYSTEM
    except OSError:
        return False


def md5(path: str) -> str | None:
    """As dpkg keeps it."""
    try:
        with open(path, "rb") as file:
            return hashlib.md5(file.read(), usedforsecurity=False).hexdigest()
    except OSError:
        return None
