# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a program has logged since a moment: in its own file, or else in systemd's journal."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time

from ..text import one_line

# nginx: ngx_log.c, err_levels; below `emerg` are also faults of clients. mongod: "Log Messages" in its manual.
_SEVERE = re.compile(r'\[emerg\]|"s":"[EF]"')
_LINES, _LINE_MAX, _READ_MAX = 5, 400, 256 * 1024


class Log:
    """Begins at the moment when it is made."""

    def __init__(self, unit: str, path: str) -> None:
        self._unit, self._path = unit, path
        self._since = int(time.time())
        self._size = _size(path)

    def severe(self) -> list[str]:
        """The lines of its file that say why it cannot go on."""
        return [line for line in self._written() if _SEVERE.search(line)]

    def said(self, most: int = _LINES) -> str:
        """In few lines, the last ones that matter."""
        lines = self.severe() or self._journal() or self._written()
        return "\n".join(one_line(_readable(line), _LINE_MAX) for line in lines[-most:])

    def _written(self) -> list[str]:
        if not self._path or not os.path.isfile(self._path):
            return []
        with open(self._path, encoding="utf-8", errors="replace") as file:
            # one that was rotated meanwhile is new as a whole
            file.seek(self._size if _size(self._path) >= self._size else 0)
            return file.read(_READ_MAX).splitlines()

    def _journal(self) -> list[str]:
        command = ["journalctl", "--unit", self._unit, "--since", f"@{self._since}", "--output", "cat", "--no-pager"]
        try:
            shown = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10).stdout
        except (OSError, subprocess.TimeoutExpired):
            return []
        # systemd's own lines tell that it ended, which is known
        return [line for line in shown.splitlines() if line and self._unit not in line]


def _size(path: str) -> int:
    return os.path.getsize(path) if path and os.path.isfile(path) else 0


def _readable(line: str) -> str:
    """A line of mongod's: its message and what belongs to it."""
    try:
        entry = json.loads(line)
        return f"{entry['msg']}: {json.dumps(entry['attr'])}" if entry.get("attr") else str(entry["msg"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return line
