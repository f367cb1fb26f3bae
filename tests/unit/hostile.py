# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that tries to be more than text, and whether what was made of it is only that."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

# Begins a line, erases one, colours it, sets a title, turns the direction, hides, ends lines in three other ways.
HOSTILE = (
    "x\nFORGED all healthy\r\nFORGED\x1b[2K\x1b[1A\x1b[31m\x1b]0;FORGED\x07\x1bP1$r0m\x1b\\\x9b5m\x85FORGED\u2028FORGED"
    "\u2029\x0bFORGED\x0cFORGED\u202ednuora\u2066\u200b\u00ad\ufeff\u3164\ud800" + "\u0301" * 50 + " " * 300 + "end"
)


def assert_harmless(text: str) -> None:
    """What a terminal takes for a line holds no trick, and none is the host's from its beginning."""
    for char in text.replace("\n", "").replace("\t", ""):
        assert unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp"), f"{char!r} in {text!r}"
    assert not [line for line in text.splitlines() if line.lstrip().startswith("FORGED")], text


def places(tree: Any) -> Iterator[tuple[Callable[[str], Any], str]]:
    """Every text of it, with what puts another one there; and every key that may be any."""
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in list(entries):
        if isinstance(value, str):
            yield lambda text, key=key: tree.__setitem__(key, text), value
        else:
            yield from places(value)
