# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every option of every role, those within others and those still to come among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.role_variables import role_options
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.texts import CONTROLLER_FILES
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.plan_inventories import complaints, plan, single

EMPTY: tuple[Any, ...] = (None, "", [], {})
WRONG: dict[str, tuple[Any, ...]] = {
    "str": (["x"], {"x": 1}, True),
    "path": (["x"], {"x": 1}, True),
    "int": ("x", 1.5, True, [1], {"x": 1}),
    "float": ("x", True, [1], {"x": 1}),
    "bool": ("perhaps", 7, ["x"], {"x": 1}),
    "dict": ("x", "x=1", 7, ["x"], True),
    "list": (7, {"x": 1}, True),
}
# What an option is not looked at without, besides itself.
NEEDED: dict[str, dict[str, Any]] = {
    "rocketchat_file_upload_s3": {
        "rocketchat_file_upload_storage": "s3",
        "rocketchat_file_upload_s3": {"bucket": "chat", "access_key": "key", "secret_key": "S3CRET"},
    },
    "rocketchat_file_upload_directory": {"rocketchat_file_upload_storage": "directory"},
}


@dataclass(frozen=True)
class Place:
    """Where a value stands: the keys that lead to it, [] for an element, and {} for an entry of a free mapping."""

    keys: tuple[str, ...]
    type: str
    hidden: bool
    choices: bool = False

    def __str__(self) -> str:
        return ".".join(self.keys)

    @property
    def option(self) -> str:
        return self.keys[0]

    @property
    def is_controller_file(self) -> bool:
        return self.type == "path" or self.option in CONTROLLER_FILES

    def variables(self, value: Any) -> dict[str, Any]:
        needed = NEEDED.get(self.option, {})
        for key in reversed(self.keys[1:]):
            value = [value] if key == "[]" else {"x.example.com" if key == "{}" else key: value}
        if len(self.keys) > 1 and isinstance(value, dict):
            value = {**needed.get(self.option, {}), **value}
        return {**needed, self.option: value}


def places(options: dict[str, Any], within: tuple[str, ...] = (), hidden: bool = False) -> Iterator[Place]:
    for name, option in options.items():
        keys, secret = (*within, name), hidden or bool(option.get("no_log"))
        yield Place(keys, option["type"], secret, "choices" in option)
        if "options" in option:
            yield from places(option["options"], keys, secret)
        elif option["type"] == "dict":
            yield Place((*keys, "{}"), "any", secret)
        elif option["type"] == "list":
            yield Place((*keys, "[]"), option["elements"], secret)


PLACES = list(places(role_options(frozenset())))
OPTIONS = [place for place in PLACES if place.keys[-1] not in ("[]", "{}")]
TEXTS = [place for place in PLACES if place.type in ("str", "path", "any") and not place.choices]


@cache
def default(place: Place) -> dict[str, Any]:
    """The plan of an inventory without the option."""
    inventory = single(**NEEDED.get(place.option, {}))
    variables = inventory["hosts"]["chat"]
    if len(place.keys) == 1:
        variables.pop(place.option, None)
    else:
        variables[place.option] = {
            key: value for key, value in variables.get(place.option, {}).items() if key != place.keys[1]
        }
    return plan(inventory)


def refused(place: Place, value: Any) -> bool:
    """By name."""
    return any(place.option in line.partition(": ")[0] for line in complaints(single(**place.variables(value)))[1:])


# An empty list of networks closes what is open by default.
CLOSES = {"rocketchat_egress"}


@pytest.mark.parametrize("place", [place for place in OPTIONS if place.option not in CLOSES], ids=str)
def test_an_empty_value_is_the_default_or_refused(place: Place) -> None:
    for value in EMPTY:
        assert refused(place, value) or plan(single(**place.variables(value))) == default(place), repr(value)


# One number is a list of one text, here the name of a file that is looked for before the plan is made.
FILES = {"rocketchat_ca_certificates"}


@pytest.mark.parametrize("place", [place for place in OPTIONS if place.option not in FILES], ids=str)
def test_a_value_of_the_wrong_type_is_refused(place: Place) -> None:
    assert [value for value in WRONG[place.type] if not refused(place, value)] == []


@pytest.mark.parametrize("place", [place for place in PLACES if place.keys[-1] in ("[]", "{}")], ids=str)
def test_an_entry_without_a_value_is_refused(place: Place) -> None:
    assert refused(place, None)


@examples(times=8)
@given(
    st.sampled_from(TEXTS),
    st.text(max_size=8),
    st.characters(categories=["Cc"]),
    st.text(st.characters(exclude_characters="\r\n"), min_size=1, max_size=8),
)
def test_no_text_has_control_characters(place: Place, before: str, control: str, after: str) -> None:
    # of a line feed at the end, nothing is left
    assert refused(place, f"{before.lstrip()}x{control}{after}")


@pytest.mark.parametrize("place", TEXTS, ids=str)
def test_texts_that_end_in_a_file_are_plain(place: Place) -> None:
    """Secrets are free text, and a file of the controller may be anywhere."""
    told = [text for text in ("trixie\nTrusted: yes", "x\0", "a\x1b[2J") if not refused(place, text)]
    if not place.hidden and not place.is_controller_file:
        hostile = ["..", "../x", "/srv/../x", "a\u2028b", "a\u200bb", "a\u202eb"]
        told += [text for text in hostile if not refused(place, text)]
    assert told == []


@pytest.mark.parametrize(
    "place",
    [one for one in TEXTS if one.type == "str" and not one.hidden],
    ids=str,
)
@pytest.mark.parametrize("text", ["a b", "a;b", "a'b", 'a"b', "a`b", "a$b", "a|b", "a\\b", "a{{b", "a#b", "ä"])
def test_a_text_that_is_no_secret_has_a_format(place: Place, text: str) -> None:
    """No shell, template, file of settings or URL reads anything into it."""
    assert refused(place, text)


@pytest.mark.parametrize("name", ["../../etc/x", "a\nb", ".."])
def test_names_in_mappings_are_texts_too(name: str) -> None:
    for place in (one for one in PLACES if one.keys[-1] == "{}" and not one.hidden):
        variables = {place.option: {name: "/x"}}
        assert any(place.option in line for line in complaints(single(**variables))), place
