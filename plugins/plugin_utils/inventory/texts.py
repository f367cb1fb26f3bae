# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no text of an inventory may hold, whichever option it is for: most of them end in a file, a path or a command.

An option is spared by what its specification says of it, and never because nobody thought of it:

- with ``no_log`` it is free text, such as a password or a setting of Rocket.Chat: all but control characters.
- of the type ``path``, and in ``CONTROLLER_FILES``, it is a file on the controller: it may be given from a directory
  above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..rocketchat.problems import Problem

CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_WAY_UP = re.compile(r"(^|[/\\])\.\.($|[/\\])")

# Mappings whose values, and lists whose entries, are files on the controller, which no type says.
CONTROLLER_FILES = frozenset({"docker_registry_certificates", "rocketchat_ca_certificates"})


def trimmed(value: Any) -> Any:
    """YAML's block scalars and ansible-vault's encrypt_string end with a line feed that is not meant."""
    if isinstance(value, str):
        return value.strip("\r\n")
    if isinstance(value, list):
        return [trimmed(element) for element in value]
    if isinstance(value, dict):
        return {key: trimmed(element) for key, element in value.items()}
    return value


@dataclass(frozen=True)
class Text:
    """``hidden``: secret, in a part at least. ``free``: secret as a whole. ``is_path``: a file of the controller."""

    hidden: bool = False
    free: bool = False
    is_path: bool = False


ANY_TEXT = Text()


def text_problems(variable: str, value: Any, what: Text) -> Iterator[Problem]:
    """Of all texts in a value."""
    if isinstance(value, str):
        # a URL may carry a password
        shown = None if what.hidden or "@" in value else value
        yield from _unfit(variable, shown, value, free=what.free or what.is_path)
    elif isinstance(value, list):
        for number, element in enumerate(value):
            yield from _entry_problems(f"{variable}[{number}]", "", element, what)
    elif isinstance(value, dict):
        for key, element in value.items():
            # with "A=b" in place of "A: b", the value is in the name
            name = str(key).partition("=")[0]
            yield from _unfit(f"{variable}.{name}", None, name, free=what.free)
            yield from _entry_problems(f"{variable}.{name}", str(key), element, what)


def _entry_problems(variable: str, key: str, element: Any, what: Text) -> Iterator[Problem]:
    if element is None:
        remedy = "Write a colon in place of =" if "=" in key else "Give it one, or remove it"
        yield Problem(variable, None, "has no value", remedy)
    else:
        yield from text_problems(variable, element, what)


def _unfit(variable: str, shown: str | None, text: str, *, free: bool) -> Iterator[Problem]:
    if CONTROL_CHARACTER.search(text):
        yield Problem(variable, shown, "has several lines or control characters", "Write one line")
    elif not free and not text.isprintable():
        unseen = " ".join(f"U+{ord(char):04X}" for char in text if not char.isprintable())
        yield Problem(variable, shown, f"has characters that cannot be seen ({unseen})", "Write it anew, without them")
    elif not free and _WAY_UP.search(text):
        yield Problem(variable, shown, "has .. as a part of a path", "Write it without")
