# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way from a running Rocket.Chat and MongoDB to planned ones: the fewest steps, one program at a time.

Sources, read in November 2026: Rocket.Chat's page "Database Migration" (migrations force a range of versions, so that
no major can be left out, and there is no downgrade), and MongoDB's manual, "Upgrade a Replica Set" of each series (one
major at a time; 8.2 from 8.0; no downgrade of a replica set in place).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from .versions import LAST_RELEASES, Series, Version, as_series, series_text, works_with

# Series that no upgrade may leave out, oldest first. Others, such as 8.2, are optional. For the next one, add it.
MONGODB_STEPS = ("4.4", "5.0", "6.0", "7.0", "8.0")
# Optional series, and the one they are upgraded from.
OPTIONAL_STEPS = {"8.2": "8.0"}


@dataclass(frozen=True)
class State:
    """What runs. ``mongodb`` is None where nobody knows it: then every release gets along with it."""

    rocketchat: Version
    mongodb: Series | None

    @property
    def possible(self) -> bool:
        return self.mongodb is None or works_with(self.rocketchat, self.mongodb)


@dataclass(frozen=True)
class Step:
    """One program becomes another release; ``after`` is what runs then."""

    program: str
    after: State

    def __str__(self) -> str:
        """As in a list of steps, where a number alone is a release of Rocket.Chat."""
        if self.program == "MongoDB" and self.after.mongodb:
            return f"MongoDB {series_text(self.after.mongodb)}"
        return str(self.after.rocketchat)


def upgrade_way(
    running: Version, running_mongodb: Series | None, target: Version, target_mongodb: Series | None
) -> list[Step] | None:
    """The steps, none where nothing has to change; None where there is no way that this collection knows.

    After each of them, what runs works with the MongoDB it has. ``target_mongodb`` is None where any will do.
    """
    start = State(running, running_mongodb)
    ways: dict[State, list[Step]] = {start: []}
    due = deque([start])
    while due:
        state = due.popleft()
        if state.rocketchat == target and state.possible and target_mongodb in (None, state.mongodb):
            return ways[state]
        for step in _steps(state, target, target_mongodb):
            if step.after not in ways:
                ways[step.after] = [*ways[state], step]
                due.append(step.after)
    return None


def _steps(state: State, target: Version, target_mongodb: Series | None) -> Iterator[Step]:
    """Rocket.Chat first: of several shortest ways, the one that is told changes MongoDB as late as it can."""
    releases = [release for release in (*LAST_RELEASES, target) if state.rocketchat < release <= target]
    after = [
        ("Rocket.Chat", State(release, state.mongodb))
        for release in releases
        if not skipped_majors(state.rocketchat, release)
    ]
    after += [("MongoDB", State(state.rocketchat, series)) for series in next_series(state.mongodb, target_mongodb)]
    for program, reached in after:
        if reached.possible:
            yield Step(program, reached)


def skipped_majors(running: Version, target: Version) -> list[str]:
    return [f"{major}.x" for major in range(running.major + 1, target.major)]


def skipped_series(running: Series, wanted: Series) -> list[str]:
    return [step for step in MONGODB_STEPS if running < as_series(step) < wanted]


def next_series(running: Series | None, wanted: Series | None) -> list[Series]:
    """What MongoDB can be upgraded to in one step; what is newer than the table is taken for the next."""
    if running is None:
        return []
    following = [as_series(step) for step in MONGODB_STEPS if as_series(step) > running]
    optional = [as_series(step) for step, before in OPTIONAL_STEPS.items() if as_series(before) == running]
    if not following and wanted and wanted > running:
        following = [wanted]
    return [*following[:1], *(series for series in optional if series not in following)]
