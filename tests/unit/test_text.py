# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is made of a text that a host said."""

from __future__ import annotations

import unicodedata

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.text import (
    MOST,
    cleaned,
    indented,
    lines,
    one_line,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.hostile import HOSTILE, assert_harmless

anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=300)


@given(anything)
def test_a_line_is_one_line_of_what_can_be_seen(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert "  " not in line
    assert_harmless(line)
    line.encode()
    assert one_line(line) == line


@given(anything, st.integers(4, 50))
def test_a_line_has_an_end(text: str, most: int) -> None:
    assert len(one_line(text, most)) <= most


@given(anything)
def test_lines_are_no_more_than_they_were(text: str) -> None:
    assert lines(text).count("\n") == text.count("\n")
    assert all(unicodedata.category(char) not in ("Cc", "Cf", "Cs") for char in lines(text) if char not in "\n\t")


@pytest.mark.parametrize(
    "text",
    [
        "Büro-Server läuft",
        "日本語のログ",
        "Ελληνικά",
        "שלום עולם",
        "مرحبا",
        "हिन्दी",
        "e\u0301te\u0301",
        "Tiếng Việt",
        "✓ 🚀 µ",
    ],
)
def test_letters_of_all_languages_stay(text: str) -> None:
    assert one_line(text) == text
    assert lines(text) == text


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nb\r\nc\x0bd\u2028e\x85f", "a b c d e f"),
        ("\x1b[1;31mred\x1b[0m and \x1b]8;;http://x\x1b\\link\x1b]8;;\x07", "red and link"),
        ("\x1b[\x1b[31m31mx", "[31mx"),
        ("a\u202eb\u200bc\ufeffd\u3164e", "abcde"),
        ("a" + "\u0301" * 9, "a" + "\u0301" * 4),
        ("\ud800", "\ufffd"),
    ],
)
def test_tricks_are_gone(text: str, line: str) -> None:
    assert one_line(text) == line


def test_a_file_keeps_its_lines_and_tabs() -> None:
    assert lines("a:\n\tb  c\r\n\x1b[31md\n") == "a:\n\tb  c \nd\n"
    assert indented("a\nb") == "a\n    b"


def test_all_texts_of_a_tree_are_cleaned() -> None:
    tree = {"a\nb": [HOSTILE, ("c\nd", 1), None], "e": {"f": True}}
    told = cleaned(tree)
    assert list(told) == ["a b", "e"]
    assert_harmless(told["a b"][0])
    assert told["a b"][1:] == [("c d", 1), None]
    assert told["e"] == {"f": True}
    assert len(one_line("x" * 2 * MOST)) == MOST
