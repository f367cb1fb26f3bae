# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is at the paths that the ledger names. Only reads."""

from __future__ import annotations

import glob
import os
import re
from typing import Any

from ..facts.files import text

# As ansible.module_utils.basic names a copy (backup_local): the path, a process, the time, and a tilde.
_COPY = re.compile(r"\.\d+\.(\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d)~$")


def state(path: str, mark: str, data: bool = False) -> dict[str, Any] | None:
    """None where there is nothing. ``marked``: whether it carries our mark. ``copy``: the newest one of what was there.

    ``holds``: of a directory all that is in it, to any depth, by its path; of ``data``, which may be millions, nothing.
    """
    if not os.path.lexists(path):
        return None
    directory = os.path.isdir(path) and not os.path.islink(path)
    return {
        "directory": directory,
        "mount": os.path.ismount(path),
        "marked": not directory and mark in (text(path) or ""),
        "copy": "" if directory else _copy(path),
        "holds": _below(path) if directory and not data else [],
    }


def _copy(path: str) -> str:
    dated = {copy: found[1] for copy in glob.glob(f"{glob.escape(path)}.*~") if (found := _COPY.search(copy))}
    return max(dated, key=lambda copy: dated[copy], default="")


def _below(directory: str) -> list[str]:
    return sorted(
        os.path.join(place, name) for place, folders, files in os.walk(directory) for name in [*folders, *files]
    )
