# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a running deployment can become the planned one, and by which steps.

Sources, read in November 2026: MongoDB's manual, "Upgrade a Replica Set" of each series (featureCompatibilityVersion
raised before the next one; 7.0 and newer ask for ``confirm: true`` with it), and Rocket.Chat's release notes (a
database that a newer release has migrated is not for an older one). ``upgrade_way`` knows what may follow what.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .problems import Problem
from .upgrade_way import Step, skipped_majors, skipped_series, upgrade_way
from .versions import (
    LAST_RELEASES,
    Series,
    Version,
    accepted_mongodb,
    as_series,
    parse_series,
    parse_version,
    series_text,
    starts_with,
    tolerates_mongodb,
    untested_mongodb,
    upload_owner,
    works_with,
)

CONFIRMED_SINCE = (7, 0)


@dataclass(frozen=True)
class Upgrade:
    """From what runs to what is planned. None is what does not run, or is not known.

    ``wanted``: None where MongoDB is not ours, so that nobody here upgrades it.
    """

    running: Version | None
    target: Version | None
    found: Series | None
    wanted: Series | None

    @property
    def back(self) -> bool:
        return self.running is not None and self.target is not None and self.target < self.running

    @property
    def goal(self) -> Series | None:
        """The MongoDB at the end of the way. There is no way to an older one, which is a problem of its own."""
        return self.wanted if self.wanted and self.found and self.wanted >= self.found else None


def upgrade_problems(
    running_rocketchat: str | None,
    planned: str,
    running_mongodb: str | None,
    planned_mongodb: str,
    feature_compatibility_version: str | None,
) -> list[Problem]:
    """Why the running deployment must not become the planned one.

    What is None, or cannot be read, does not run or was not asked, and nothing is said of it. ``planned_mongodb``: the
    release series, "" where MongoDB is not ours.
    """
    upgrade = Upgrade(
        parse_version(running_rocketchat or ""),
        parse_version(planned),
        parse_series(running_mongodb or ""),
        parse_series(planned_mongodb),
    )
    problems = list(_rocketchat(upgrade))
    told = bool(problems) and not upgrade.back
    return [*problems, *_mongodb(upgrade, told, parse_series(feature_compatibility_version or ""))]


def upgrade_warnings(running_rocketchat: str | None, planned: str, upload_directory: str) -> list[str]:
    """What the operator has to do himself. ``upload_directory``: "" where uploads are kept elsewhere."""
    running, target = parse_version(running_rocketchat or ""), parse_version(planned)
    if not running or not target or not upload_directory or upload_owner(running) == upload_owner(target):
        return []
    owner = upload_owner(target)
    return [
        f"Rocket.Chat {target} runs as user {owner}, and {running} as {upload_owner(running)}: with it stopped, run "
        f"chown -R {owner}:{owner} {upload_directory} on its host, or it cannot write there."
    ]


def external_mongodb_warnings(running_rocketchat: str | None, planned: str, found: str | None) -> Iterator[str]:
    """Of a MongoDB of the operator's own that is no reason to refuse the run, and not one that was tested."""
    target, series = parse_version(planned), parse_series(found or "")
    if target is None or series is None:
        return
    deployed = parse_version(running_rocketchat or "") == target
    subject, tested = f"MongoDB {series_text(series)} of rocketchat_mongodb_url", accepted_mongodb(target)
    if tolerates_mongodb(target, series_text(series)):
        yield untested_mongodb(subject, target)
    elif series > as_series(tested[-1]):
        yield (
            f"{subject} is newer than any that Rocket.Chat {target} was tested with ({' or '.join(tested)}): whether "
            "they work together was not checked."
        )
    elif not works_with(target, series) and starts_with(target, series) and deployed:
        yield (
            f"{subject} is none that Rocket.Chat {target} is made for. It is deployed with it already, so the run goes "
            f"on. {_give(target)}."
        )


def _rocketchat(upgrade: Upgrade) -> Iterator[Problem]:
    running, target = upgrade.running, upgrade.target
    if target is None:
        return
    unfit = _unfit(target, upgrade)
    if running is None:
        # of one that is ours, preflight tells on which host it is
        if unfit and upgrade.wanted is None:
            yield Problem("rocketchat_version", str(target), unfit, _give(target))
    elif running == target and upgrade.wanted is None:
        # To refuse every run would mend nothing where it runs (external_mongodb_warnings); replaced, it has to start.
        if unfit and upgrade.found and not starts_with(target, upgrade.found):
            yield Problem("rocketchat_version", str(target), unfit, _give(target))
    elif upgrade.back:
        reason = f"is older than the running {running}, which has changed the database already"
        remedy = f"Choose {running} or newer, or restore a backup made before the upgrade"
        yield Problem("rocketchat_version", str(target), reason, remedy)
    elif unfit or skipped_majors(running, target):
        yield _way_to(running, target, upgrade, unfit)


def _unfit(target: Version, upgrade: Upgrade) -> str:
    """What is wrong with the MongoDB that is there; empty where nothing is."""
    found = upgrade.found
    if found is None or works_with(target, found):
        return ""
    if upgrade.wanted is not None:
        return f"is not made for the running MongoDB {series_text(found)}"
    # a newer one than upstream tested is the operator's decision
    newer = found > as_series(accepted_mongodb(target)[-1])
    return "" if newer else f"is not made for MongoDB {series_text(found)} of rocketchat_mongodb_url"


def _give(target: Version) -> str:
    return f"Give it MongoDB {' or '.join(accepted_mongodb(target))}"


def _way_to(running: Version, target: Version, upgrade: Upgrade, unfit: str) -> Problem:
    way = upgrade_way(running, upgrade.found, target, upgrade.goal)
    if way is None:
        with_mongodb = f" with MongoDB {series_text(upgrade.found)}" if upgrade.found else ""
        reason = (
            f"cannot be reached from the running {running}{with_mongodb}: every way leads over a release that does not "
            "accept its MongoDB, or that this collection does not know"
        )
        return Problem("rocketchat_version", str(target), reason, _reachable(running, target, upgrade))
    skipped = skipped_majors(running, target)
    reason = f"leaves out {', '.join(skipped)} after the running {running}, and no major can be left out"
    return Problem("rocketchat_version", str(target), reason if skipped else unfit, _go(way, upgrade))


def _reachable(running: Version, target: Version, upgrade: Upgrade) -> str:
    others = [release for release in LAST_RELEASES if running < release and release.major >= target.major]
    near = next((release for release in others if upgrade_way(running, upgrade.found, release, None)), None)
    return f"Choose {near}, to which there is a way" if near else "Choose another"


def _go(way: list[Step], upgrade: Upgrade) -> str:
    """The way in one line, and what to write for its first step."""
    raise_it = " and raise MongoDB's featureCompatibilityVersion after each of its steps"
    raised = raise_it if any(step.program == "MongoDB" for step in way) else ""
    return f"Go by {', '.join(map(str, way))}{raised}. First {_begin(way[0], upgrade)}"


def _begin(first: Step, upgrade: Upgrade) -> str:
    release, series = first.after.rocketchat, first.after.mongodb
    written = f"write rocketchat_version: {release}"
    if upgrade.wanted is not None and series is not None:
        written += f' and mongodb_version: "{series_text(series)}"'
    upgrading = first.program == "MongoDB"
    return (
        f"upgrade MongoDB to {series_text(series)}, as its manual says, and {written}"
        if upgrading and series
        else written
    )


def _mongodb(upgrade: Upgrade, told: bool, compatibility: Series | None) -> Iterator[Problem]:
    """``told``: the way of Rocket.Chat was, and has the steps of MongoDB in it."""
    found, wanted = upgrade.found, upgrade.wanted
    if found is None or wanted is None:
        return
    if wanted < found:
        yield _older_mongodb(upgrade, found, wanted)
        return
    skipped = skipped_series(found, wanted)
    if skipped and not told:
        reason = f"leaves out {', '.join(skipped)} on the way from the running {series_text(found)}"
        yield Problem("mongodb_version", series_text(wanted), reason, _one_at_a_time(upgrade, skipped))
    if wanted > found and compatibility is not None and compatibility < found:
        confirm = ", confirm: true" if found >= CONFIRMED_SINCE else ""
        command = f'db.adminCommand({{setFeatureCompatibilityVersion: "{series_text(found)}"{confirm}}})'
        reason = f"needs featureCompatibilityVersion {series_text(found)} first, and it is {series_text(compatibility)}"
        yield Problem("mongodb_version", series_text(wanted), reason, f"Run {command}")


def _older_mongodb(upgrade: Upgrade, found: Series, wanted: Series) -> Problem:
    reason = f"is older than the running {series_text(found)}, and MongoDB has no way back"
    if upgrade.target and works_with(upgrade.target, found):
        remedy = f'Write mongodb_version: "{series_text(found)}"'
    else:
        remedy = f"Choose {series_text(found)} or newer, and a rocketchat_version that accepts it"
    return Problem("mongodb_version", series_text(wanted), reason, remedy)


def _one_at_a_time(upgrade: Upgrade, skipped: list[str]) -> str:
    way = None
    if upgrade.running and upgrade.target:
        way = upgrade_way(upgrade.running, upgrade.found, upgrade.target, upgrade.wanted)
    return _go(way, upgrade) if way else f"Upgrade to {skipped[0]} first, with a rocketchat_version that accepts it"
