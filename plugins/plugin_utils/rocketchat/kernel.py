# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mongod asks of its kernel, and warns of as it starts where it is otherwise.

MongoDB's manual, "Production Notes", "TCMalloc Performance Optimization" (8.0 and newer) and "Disable Transparent
Hugepages" (up to 7.0); what it warns of is in mongo/db/startup_warnings_mongod.cpp.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What its unit says that it may open; it warns of less.
FILES = 64000
# Two for each connection that mongod takes, which are 0.8 of the files that it may open: 102400. This is what
# distributions have that raised it for all programs (Ubuntu since 24.04).
_MAPS = "/proc/sys/vm/max_map_count"
_SETTINGS = {_MAPS: "1048576", "/proc/sys/vm/swappiness": "1"}
# Since this series, its allocator uses them.
_HUGE_PAGES_SINCE = (8, 0)
_HUGE_PAGES = {"enabled": "always", "defrag": "defer+madvise", "khugepaged/max_ptes_none": "0"}
_NO_HUGE_PAGES = {"enabled": "never"}
_HUGE_PAGES_DIRECTORY = "/sys/kernel/mm/transparent_hugepage"


def wanted(series: str) -> dict[str, Any]:
    """Of MongoDB's ``series``: ``files`` of the kernel's by path, with what is to be in them, and ``at_least``, those
    that may have more; the ``sysctls`` among them by the names that files of the host's own have for them; and whether
    its allocator has to have the place that glibc (2.35 and newer) takes otherwise, ``frees_rseq``.
    """
    newer = tuple(map(int, series.split("."))) >= _HUGE_PAGES_SINCE
    pages = _HUGE_PAGES if newer else _NO_HUGE_PAGES
    return {
        "files": {**_SETTINGS, **{f"{_HUGE_PAGES_DIRECTORY}/{name}": value for name, value in pages.items()}},
        "at_least": [_MAPS],
        "sysctls": [path.removeprefix("/proc/sys/").replace("/", ".") for path in _SETTINGS],
        "frees_rseq": newer,
    }


def otherwise(kernel: Mapping[str, Any], found: Mapping[str, str | None]) -> list[str]:
    """What mongod warns of, in words. ``found``: contents by path; of those that are missing, nothing is said."""
    there = {path: _now(found.get(path)) for path in kernel["files"]}
    return [
        f"{path} is {there[path]}, not {value}"
        for path, value in kernel["files"].items()
        if there[path] and not _will_do(value, there[path], path in kernel["at_least"])
    ]


def _will_do(value: str, now: str, at_least: bool) -> bool:
    if at_least:
        return now.isdecimal() and int(now) >= int(value)
    # mongod wants 0 or 1 of swappiness; up to 7.0, a program that asks for huge pages may have them
    return now == value or (now, value) in (("0", "1"), ("madvise", "never"))


def _now(content: str | None) -> str:
    """Of a choice, the kernel names all, and what is chosen in brackets."""
    text = (content or "").strip()
    return text.partition("[")[2].partition("]")[0] if "[" in text else text
