# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from hosts is data: what a host said, fit for a line of a report, a log or a terminal. No Ansible here.

A host that somebody else rules may say anything, and a log quotes what strangers sent. Neither may begin a line of its
own in what people read, colour it, turn its direction or hide a part of it. Letters of all languages stay.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

MOST = 4000
_CUT = "..."
# ECMA-48: control sequences, and strings up to their end, by which terminals take colours, titles and the clipboard
_SEQUENCES = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b[\]P_^X][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)")
# Printable to Python, and seen by nobody: Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt as far as
# these are letters or marks, and the blank of Braille.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# What stands above or below one letter; no language needs more, and heaps of it reach into other lines.
_MARKS_MAX = 4


def one_line(text: str, most: int = MOST) -> str:
    """Without what would end the line, and words no farther apart than by one space, which would wrap it."""
    line = " ".join(_visible(text[: 8 * most]).split())
    return line if len(line) <= most else line[: most - len(_CUT)] + _CUT


def lines(text: str) -> str:
    """For what has lines of its own, such as a file or a whole report; they and their indentation stay."""
    return "".join(part if part in "\n\t" else _visible(part) for part in re.split(r"([\n\t])", text))


def indented(text: str) -> str:
    """As ``lines``, all but the first of which are seen to belong to it."""
    return lines(text).replace("\n", "\n    ")


def cleaned(tree: Any) -> Any:
    """A copy in which every text is one line."""
    if isinstance(tree, str):
        return one_line(tree)
    if isinstance(tree, Mapping):
        return {cleaned(key): cleaned(value) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(map(cleaned, tree)) if type(tree) in (list, tuple) else tree
    if is_dataclass(tree) and not isinstance(tree, type):
        return replace(tree, **{field.name: cleaned(getattr(tree, field.name)) for field in fields(tree)})
    return tree


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    marks = 0
    told = []
    for char in _UNSEEN.sub("", _SEQUENCES.sub("", text)):
        category = unicodedata.category(char)
        marks = marks + 1 if category[0] == "M" else 0
        if marks <= _MARKS_MAX:
            told.append(_shown(char, category))
    return "".join(told)


def _shown(char: str, category: str) -> str:
    """Controls and separators as a space, formats such as overrides of direction not at all (Unicode, table 4-4)."""
    if category[0] == "Z" or category == "Cc":
        return " "
    if category == "Cf":
        return ""
    return "\ufffd" if category[0] == "C" else char
