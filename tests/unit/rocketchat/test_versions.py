# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a version of Rocket.Chat decides, at both ends of every row of the table."""

from __future__ import annotations

from itertools import pairwise

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.catalogue import (
    STREAM_HUB,
    needs_db_watchers,
    services_of,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.versions import (
    COMPATIBILITY,
    NEWEST_KNOWN,
    OLDEST,
    Version,
    accepted_mongodb,
    as_series,
    is_known,
    parse_series,
    parse_version,
    series_text,
    works_with,
)

# version, MongoDB it accepts, has a stream-hub, services need DB_WATCHERS
DECISIONS = [
    ("6.0.0", "4.4 5.0 6.0", True, False),
    ("6.13.1", "4.4 5.0 6.0", True, False),
    ("7.0.0", "5.0 6.0 7.0", True, False),
    ("7.7.2", "5.0 6.0 7.0", True, False),
    ("7.7.3", "5.0 6.0 7.0", True, True),
    ("7.10.0", "5.0 6.0 7.0", True, True),
    ("7.13.8", "5.0 6.0 7.0", True, True),
    ("7.13.9", "5.0 6.0 7.0 8.0", True, True),
    ("8.0.0", "8.2", False, False),
    ("8.1.9", "8.2", False, False),
    ("8.2.0", "8.0", False, False),
    ("8.9.1", "8.0", False, False),
    ("9.0.0", "8.0", False, False),
    ("10.0.0", "8.0", False, False),
]


def version(text: str) -> Version:
    parsed = parse_version(text)
    assert parsed
    return parsed


@pytest.mark.parametrize(("text", "mongodb", "stream_hub", "watchers"), DECISIONS)
def test_decisions(text: str, mongodb: str, stream_hub: bool, watchers: bool) -> None:
    decided = version(text)
    assert accepted_mongodb(decided) == tuple(mongodb.split())
    assert (STREAM_HUB in services_of(decided)) is stream_hub
    assert needs_db_watchers(decided) is watchers


@pytest.mark.parametrize(
    "text", ["", "8", "8.9", "8.9.1.0", "v8.9.1", "8.9.1-rc.0", "8.9.1\n", " 8.9.1", "latest", "٨.9.1"]
)
def test_not_a_version(text: str) -> None:
    assert parse_version(text) is None


def test_versions_are_ordered_by_number_and_written_as_they_were_read() -> None:
    assert version("7.9.3") < version("7.10.0") < version("10.0.0")
    assert str(version("7.10.0")) == "7.10.0"


def test_rows_follow_each_other_without_a_gap() -> None:
    assert all(row.since < row.until for row in COMPATIBILITY)
    assert all(one.until == following.since for one, following in pairwise(COMPATIBILITY))


@pytest.mark.parametrize(("of", "known"), [(OLDEST, True), (version("5.9.9"), False), (NEWEST_KNOWN, False)])
def test_known_versions(of: Version, known: bool) -> None:
    assert is_known(of) is known


@pytest.mark.parametrize(
    ("text", "series"),
    [
        ("6.0.5", (6, 0)),
        ("8.2", (8, 2)),
        ("7.0.5-rc1", (7, 0)),
        ("10.12.3", (10, 12)),
        ("1.0", (1, 0)),
        ("6", None),
        ("", None),
        ("8.2024", None),
        ("v8.0", None),
        ("٨.0", None),
    ],
)
def test_release_series_of_a_mongodb(text: str, series: tuple[int, int] | None) -> None:
    assert parse_series(text) == series


def test_series_are_written_as_they_were_read() -> None:
    assert series_text(as_series("8.0")) == "8.0"


@pytest.mark.parametrize(
    ("of", "series", "works"),
    [
        ("6.13.1", "6.0", True),
        ("6.13.1", "7.0", False),
        ("8.1.0", "8.0", False),
        ("8.1.0", "8.2", True),
        # not tested by upstream, and without a way back
        ("8.2.0", "8.2", True),
        ("9.0.0", "8.2", True),
        ("9.0.0", "9.0", False),
        ("9.0.0", "7.0", False),
        # newer than the table
        ("9.1.0", "9.0", True),
        ("9.1.0", "8.0", True),
        ("9.1.0", "7.0", False),
    ],
)
def test_mongodb_that_a_release_works_with(of: str, series: str, works: bool) -> None:
    assert works_with(version(of), as_series(series)) is works
