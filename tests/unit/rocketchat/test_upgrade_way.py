# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way from what runs to what is planned: over all pairs of known versions, against rules written once more here."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.upgrade_way import (
    MONGODB_STEPS,
    OPTIONAL_STEPS,
    State,
    Step,
    upgrade_way,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.versions import (
    COMPATIBILITY,
    LAST_RELEASES,
    NEWEST_KNOWN,
    OLDEST,
    Series,
    Version,
    as_series,
    series_text,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples

# Releases on both sides of every boundary, where an upgrade stops, and some between.
VERSIONS = sorted(
    {
        *(row.since for row in COMPATIBILITY),
        *LAST_RELEASES,
        Version(6, 7, 2),
        Version(7, 9, 3),
        Version(7, 13, 8),
        Version(8, 1, 9),
        Version(8, 5, 0),
    }
)
SERIES = [(4, 4), (5, 0), (6, 0), (7, 0), (8, 0), (8, 2)]
AFTER = dict(pairwise(SERIES))
STATES = [State(*pair) for pair in product(VERSIONS, SERIES)]


def goes_with(version: Version, mongodb: Series) -> bool:
    """The README's table, written once more."""
    if version.major == 6:
        return mongodb in [(4, 4), (5, 0), (6, 0)]
    if version < Version(7, 13, 9):
        return mongodb in [(5, 0), (6, 0), (7, 0)]
    if version.major == 7:
        return mongodb in [(5, 0), (6, 0), (7, 0), (8, 0)]
    return mongodb == (8, 2) if version < Version(8, 2, 0) else mongodb in [(8, 0), (8, 2)]


def is_allowed(one: State, other: State) -> bool:
    """Both sides of a step of Rocket.Chat accept the MongoDB, and both sides of one of MongoDB are accepted."""
    if one.rocketchat != other.rocketchat:
        newer = one.rocketchat < other.rocketchat and other.rocketchat.major - one.rocketchat.major < 2
        steady = one.mongodb == other.mongodb
    else:
        newer, steady = AFTER.get(one.mongodb or (0, 0)) == other.mongodb, True
    return newer and steady and all(goes_with(state.rocketchat, state.mongodb or (0, 0)) for state in (one, other))


LEGAL = [state for state in STATES if goes_with(state.rocketchat, state.mongodb or (0, 0))]
NEIGHBOURS = {one: [other for other in LEGAL if is_allowed(one, other)] for one in LEGAL}


def distances(start: State) -> dict[State, int]:
    """How many steps every state is away, over all releases that are known; what is not in it cannot be reached."""
    found, edge = {start: 0}, [start]
    while edge:
        edge = [other for one in edge for other in NEIGHBOURS[one] if other not in found]
        found.update(dict.fromkeys(edge, max(found.values()) + 1))
    return found


def written(way: list[Step] | None) -> str:
    return "-" if way is None else ", ".join(map(str, way))


@pytest.mark.parametrize("start", LEGAL, ids=lambda state: f"{state.rocketchat} with {state.mongodb}")
def test_all_pairs_of_versions(start: State) -> None:
    reachable = distances(start)
    for target in STATES:
        way = upgrade_way(start.rocketchat, start.mongodb, target.rocketchat, target.mongodb)
        if target not in reachable:
            assert way is None, f"{target}: {written(way)}"
            continue
        assert way is not None, target
        states = [start, *(step.after for step in way)]
        assert states[-1] == target
        assert all(is_allowed(one, other) for one, other in pairwise(states)), written(way)
        # without any of them, what is left is no way
        for number in range(1, len(states) - 1):
            left = states[:number] + states[number + 1 :]
            assert not all(is_allowed(one, other) for one, other in pairwise(left)), written(way)
        assert len(way) == reachable[target], written(way)


@pytest.mark.parametrize("start", LEGAL, ids=lambda state: f"{state.rocketchat} with {state.mongodb}")
def test_any_mongodb_at_the_end(start: State) -> None:
    reachable = distances(start)
    for target in VERSIONS:
        away = [steps for state, steps in reachable.items() if state.rocketchat == target]
        way = upgrade_way(start.rocketchat, start.mongodb, target, None)
        assert (None if way is None else len(way)) == min(away, default=None), written(way)


def releases() -> Iterator[st.SearchStrategy[Version]]:
    yield st.builds(Version, st.integers(6, 9), st.integers(0, 14), st.integers(0, 12))
    yield st.sampled_from(VERSIONS)


@examples(times=3)
@given(st.one_of(*releases()), st.sampled_from(SERIES), st.one_of(*releases()), st.sampled_from([None, *SERIES]))
def test_every_step_of_any_way_is_allowed(running: Version, mongodb: Series, target: Version, goal: Series) -> None:
    way = upgrade_way(running, mongodb, target, goal)
    states = [State(running, mongodb), *(step.after for step in way or [])]
    # what runs may be a pair that nobody allows; what follows is not
    legal = [goes_with(state.rocketchat, state.mongodb or (0, 0)) for state in states]
    assert all(legal[1:])
    assert all(is_allowed(one, other) for one, other in pairwise(states[0 if legal[0] else 1 :]))
    if way is not None:
        assert states[-1].rocketchat == target
        assert goal in (None, states[-1].mongodb)


@pytest.mark.parametrize(
    ("running", "mongodb", "target", "goal", "way"),
    [
        ((7, 9, 3), (6, 0), (9, 0, 0), (8, 0), "7.13.9, MongoDB 7.0, MongoDB 8.0, 8.9.1, 9.0.0"),
        ((6, 0, 0), (4, 4), (8, 9, 1), None, "MongoDB 5.0, 7.13.9, MongoDB 6.0, MongoDB 7.0, MongoDB 8.0, 8.9.1"),
        ((7, 9, 3), (7, 0), (7, 13, 9), (8, 0), "7.13.9, MongoDB 8.0"),
        # a newer release than the one that is known to be the first
        ((7, 13, 12), (7, 0), (8, 9, 1), (8, 0), "MongoDB 8.0, 8.9.1"),
        ((8, 0, 3), (8, 2), (9, 0, 0), None, "9.0.0"),
        ((8, 9, 1), (8, 0), (9, 0, 0), (8, 2), "9.0.0, MongoDB 8.2"),
        ((8, 9, 1), (8, 0), (8, 9, 1), (8, 0), ""),
        # downgrades, and what only a new deployment can have
        ((9, 0, 0), (8, 0), (8, 9, 1), (8, 0), "-"),
        ((8, 9, 1), (8, 2), (8, 9, 1), (8, 0), "-"),
        ((7, 13, 9), (8, 0), (8, 1, 0), (8, 2), "-"),
        # a release older than the table; a MongoDB nobody knows
        ((5, 4, 10), (5, 0), (7, 9, 3), (6, 0), "6.13.1, 7.9.3, MongoDB 6.0"),
        ((6, 13, 1), None, (9, 0, 0), None, "7.13.9, 8.9.1, 9.0.0"),
        # newer than the table: one major, and one MongoDB, after what is known
        ((8, 9, 1), (8, 0), (10, 0, 0), (9, 0), "9.0.0, 10.0.0, MongoDB 9.0"),
        ((8, 9, 1), (8, 0), (11, 0, 0), (8, 0), "-"),
    ],
)
def test_ways(running: tuple[int, ...], mongodb: Series, target: tuple[int, ...], goal: Series, way: str) -> None:
    assert written(upgrade_way(Version(*running), mongodb, Version(*target), goal)) == way


def test_the_rules_here_are_of_the_same_versions() -> None:
    accepted = {series for row in COMPATIBILITY for series in (*row.mongodb, *row.tolerated)}
    assert accepted == {series_text(series) for series in SERIES} == {*MONGODB_STEPS, *OPTIONAL_STEPS}
    assert [*map(as_series, MONGODB_STEPS)] == sorted(map(as_series, MONGODB_STEPS))


def test_an_upgrade_can_stop_in_every_major() -> None:
    assert [release.major for release in LAST_RELEASES] == [*range(OLDEST.major, LAST_RELEASES[-1].major + 1)]
    assert all(OLDEST < release < NEWEST_KNOWN for release in LAST_RELEASES)
