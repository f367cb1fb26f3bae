# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Rocket.Chat version decides. Which services it has, the catalogue says.

Source: Rocket.Chat's release notes and ``releases.rocket.chat/<version>/info``, read in November 2026.
For the next release, add or extend a row, and set LAST_RELEASES.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .problems import Problems


@dataclass(frozen=True, order=True)
class Version:
    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


# A release series of MongoDB, such as 8.0.
Series = tuple[int, int]


@dataclass(frozen=True)
class Compatibility:
    """Releases in [since, until) accept these MongoDB release series, oldest first.

    ``tolerated``: they were not tested with those, and start all the same. Nobody can leave them for an older one.
    """

    since: Version
    until: Version
    mongodb: tuple[str, ...]
    tolerated: tuple[str, ...] = ()


COMPATIBILITY = (
    Compatibility(Version(6, 0, 0), Version(7, 0, 0), ("4.4", "5.0", "6.0")),
    Compatibility(Version(7, 0, 0), Version(7, 13, 9), ("5.0", "6.0", "7.0")),
    Compatibility(Version(7, 13, 9), Version(8, 0, 0), ("5.0", "6.0", "7.0", "8.0")),
    Compatibility(Version(8, 0, 0), Version(8, 2, 0), ("8.2",)),
    # 8.0 and 8.1 demanded MongoDB 8.2, and MongoDB's manual ("Downgrade 8.2 to 8.0") has no way back for its Community
    # Edition. The server itself ends below 7.0 and warns below 8.0 (8.3-dev), and of newer ones it says nothing.
    Compatibility(Version(8, 2, 0), Version(9, 1, 0), ("8.0",), tolerated=("8.2",)),
)
OLDEST = COMPATIBILITY[0].since
NEWEST_KNOWN = COMPATIBILITY[-1].until

# Where an upgrade stops in each major: the last release that accepts the most of MongoDB. 6.13.1 is the last of 6.x
# (endoflife.date, April 2026), 7.13.9 the first of 7.x with MongoDB 8.0, 8.9.1 the LTS of November 2026.
LAST_RELEASES = (Version(6, 13, 1), Version(7, 13, 9), Version(8, 9, 1), Version(9, 0, 0))

# Major -> the oldest MongoDB with which its releases start, where that is older than what they accept: 8.3-dev warns
# below 8.0, and ends below 7.0 (apps/meteor/server/startup/serverRunning.ts).
STARTS_SINCE: dict[int, Series] = {8: (7, 0)}

# From this release on, stream-hub may be left out; when it runs, every service needs DB_WATCHERS=true.
STREAM_HUB_OPTIONAL_SINCE = Version(7, 7, 3)

# From this release on, the monolith has /livez and /readyz (read, pull request 36955 and helm-charts #205).
READYZ_SINCE = Version(7, 11, 0)

# From this release on, the monolith's image runs as the user the services' images always had; before it, as the
# Docker library's (read in the images' Dockerfiles, November 2026).
SAME_USER_SINCE = Version(8, 5, 0)


# The numbers that stand first in the name of a release, of Rocket.Chat and of MongoDB.
RELEASE = re.compile(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?!\d)", re.ASCII)
SERIES = re.compile(r"(\d{1,3})\.(\d{1,3})(?!\d)", re.ASCII)


def parse_version(text: str) -> Version | None:
    """``"8.9.1"`` as a Version, or None where the text is not a complete released version."""
    match = RELEASE.fullmatch(text)
    return Version(*map(int, match.groups())) if match else None


def image_version(image: str) -> Version | None:
    """What the tag of an image begins with. A registry may have a port, so only what follows the last slash counts."""
    match = RELEASE.match(image.rpartition("/")[2].partition(":")[2])
    return Version(*map(int, match.groups())) if match else None


def is_known(version: Version) -> bool:
    return OLDEST <= version < NEWEST_KNOWN


def parse_series(text: str) -> Series | None:
    """The release series of ``"6.0.5"`` or ``"6.0"``."""
    match = SERIES.match(text)
    return (int(match[1]), int(match[2])) if match else None


def as_series(text: str) -> Series:
    """Of a series that a table here has."""
    major, minor = text.split(".")
    return int(major), int(minor)


def series_text(series: Series) -> str:
    return ".".join(map(str, series))


def accepted_mongodb(version: Version) -> tuple[str, ...]:
    """The MongoDB series a release accepts; for one newer than the table, what the last row says."""
    return _row(version).mongodb


def tolerates_mongodb(version: Version, series: str) -> bool:
    return series in _row(version).tolerated


def works_with(version: Version, series: Series) -> bool:
    """Whether a release runs with a MongoDB; of what is newer than the table, it is assumed."""
    row = _row(version)
    known = series_text(series) in (*row.mongodb, *row.tolerated)
    return known or (not is_known(version) and series > as_series(row.mongodb[-1]))


def starts_with(version: Version, series: Series) -> bool:
    """Whether a release starts at all with a MongoDB, also with one that upstream does not promise it for."""
    oldest = STARTS_SINCE.get(version.major)
    return works_with(version, series) or (oldest is not None and series >= oldest)


def _row(version: Version) -> Compatibility:
    return next((row for row in COMPATIBILITY if row.since <= version < row.until), COMPATIBILITY[-1])


def upload_owner(version: Version) -> int:
    """The user, and group, the monolith writes uploads as."""
    return 999 if version < SAME_USER_SINCE else 65533


def read_version(problems: Problems, text: str) -> Version | None:
    version = parse_version(text)
    if version is None:
        remedy = 'Write all three numbers, such as "8.9.1"'
        problems.add("rocketchat_version", text, "is not a version", remedy)
    elif version < OLDEST:
        problems.add("rocketchat_version", text, "is too old", f"Choose {OLDEST} or newer")
        return None
    elif not is_known(version):
        problems.warn(
            f"rocketchat_version = {text!r} is newer than this collection knows (up to, not including, "
            f"{NEWEST_KNOWN}); it is deployed like the newest known release."
        )
    return version


def read_mongodb_version(problems: Problems, series: str, version: Version | None) -> str:
    """The release series to install; the newest accepted one where none is asked for."""
    if version is None:
        return ""
    accepted = accepted_mongodb(version)
    if not series:
        return accepted[-1]
    if series in accepted:
        return series
    if tolerates_mongodb(version, series):
        problems.warn(untested_mongodb(f"mongodb_version = {series!r}", version))
        return series
    if not is_known(version) and _is_newer(series, accepted[-1]):
        problems.warn(
            f"mongodb_version = {series!r} is newer than this collection knows; whether Rocket.Chat {version} accepts "
            "it was not checked."
        )
        return series
    remedy = f"Choose {' or '.join(accepted)}, or leave it out for {accepted[-1]}"
    problems.add("mongodb_version", series, f"is not supported by Rocket.Chat {version}", remedy)
    return series


def untested_mongodb(subject: str, version: Version) -> str:
    tested = " or ".join(accepted_mongodb(version))
    return (
        f"{subject}: Rocket.Chat {version} was tested with MongoDB {tested} and probably works with this one, too; "
        "MongoDB has no way back from it."
    )


def _is_newer(series: str, than: str) -> bool:
    return SERIES.fullmatch(series) is not None and as_series(series) > as_series(than)
