# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a running deployment can become the planned one.

Sources, read in November 2026: MongoDB's manual, "Upgrade a Replica Set" of each series (one major at a time, with
featureCompatibilityVersion raised before the next; 7.0 and newer ask for ``confirm: true`` with it; no downgrade of a
replica set in place to an older major), and Rocket.Chat's release notes (a database that a newer release has migrated
is not for an older one).
"""

from __future__ import annotations

from collections.abc import Iterator

from .problems import Problem
from .versions import Version, accepted_mongodb, parse_version, upload_owner

# Series that no upgrade may leave out, oldest first. Others, such as 8.2, are optional. For the next one, add it.
MONGODB_STEPS = ("4.4", "5.0", "6.0", "7.0", "8.0")
CONFIRMED_SINCE = (7, 0)

Series = tuple[int, int]


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
    running, target = parse_version(running_rocketchat or ""), parse_version(planned)
    problems = list(_rocketchat(running, target)) if running and target else []
    found = _series(running_mongodb)
    if found is None:
        return problems
    wanted = _series(planned_mongodb)
    if wanted is None:
        return problems + (list(_foreign_mongodb(found, target)) if target else [])
    return problems + list(_mongodb(found, wanted, _series(feature_compatibility_version)))


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


def _rocketchat(running: Version, target: Version) -> Iterator[Problem]:
    if target < running:
        reason = f"is older than the running {running}, which has changed the database already"
        remedy = f"Choose {running} or newer, or restore a backup made before the upgrade"
        yield Problem("rocketchat_version", str(target), reason, remedy)


def _foreign_mongodb(running: Series, target: Version) -> Iterator[Problem]:
    """Of a MongoDB that is not ours, only what is there can be judged."""
    accepted = accepted_mongodb(target)
    if _written(running) not in accepted and running <= _read(accepted[-1]):
        reason = f"is not made for MongoDB {_written(running)} of rocketchat_mongodb_url"
        yield Problem("rocketchat_version", str(target), reason, f"Give it MongoDB {' or '.join(accepted)}")


def _mongodb(running: Series, wanted: Series, compatibility: Series | None) -> Iterator[Problem]:
    if wanted < running:
        reason = f"is older than the running {_written(running)}, and MongoDB has no way back"
        remedy = f"Choose {_written(running)} or newer, and a rocketchat_version that accepts it"
        yield Problem("mongodb_version", _written(wanted), reason, remedy)
        return
    skipped = [step for step in MONGODB_STEPS if running < _read(step) < wanted]
    if skipped:
        reason = f"leaves out {', '.join(skipped)} on the way from the running {_written(running)}"
        remedy = f"Upgrade to {skipped[0]} first, with a rocketchat_version that accepts it"
        yield Problem("mongodb_version", _written(wanted), reason, remedy)
    if wanted > running and compatibility is not None and compatibility < running:
        confirm = ", confirm: true" if running >= CONFIRMED_SINCE else ""
        command = f'db.adminCommand({{setFeatureCompatibilityVersion: "{_written(running)}"{confirm}}})'
        reason = f"needs featureCompatibilityVersion {_written(running)} first, and it is {_written(compatibility)}"
        yield Problem("mongodb_version", _written(wanted), reason, f"Run {command}")


def _series(text: str | None) -> Series | None:
    """The release series of ``"6.0.5"`` or ``"6.0"``."""
    parts = (text or "").split(".")
    if len(parts) < 2 or not all(part.isascii() and part.isdigit() for part in parts[:2]):
        return None
    return int(parts[0]), int(parts[1])


def _read(step: str) -> Series:
    major, minor = step.split(".")
    return int(major), int(minor)


def _written(series: Series) -> str:
    return ".".join(map(str, series))
