# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a Rocket.Chat version decides: the MongoDB it accepts and whether it has a stream-hub.

Source: Rocket.Chat's release notes and ``releases.rocket.chat/<version>/info``, read in November 2026.
For the next release, add or extend a row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Version:
    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


@dataclass(frozen=True)
class Compatibility:
    """Releases in [since, until) accept these MongoDB release series, oldest first."""

    since: Version
    until: Version
    mongodb: tuple[str, ...]


COMPATIBILITY = (
    Compatibility(Version(6, 0, 0), Version(7, 0, 0), ("4.4", "5.0", "6.0")),
    Compatibility(Version(7, 0, 0), Version(7, 13, 9), ("5.0", "6.0", "7.0")),
    Compatibility(Version(7, 13, 9), Version(8, 0, 0), ("5.0", "6.0", "7.0", "8.0")),
    Compatibility(Version(8, 0, 0), Version(8, 2, 0), ("8.2",)),
    Compatibility(Version(8, 2, 0), Version(9, 1, 0), ("8.0",)),
)
OLDEST = COMPATIBILITY[0].since
NEWEST_KNOWN = COMPATIBILITY[-1].until

# From this release on, stream-hub may be left out; when it runs, every service needs DB_WATCHERS=true.
STREAM_HUB_OPTIONAL_SINCE = Version(7, 7, 3)
# From this release on, the image does not exist any more.
STREAM_HUB_GONE_SINCE = Version(8, 0, 0)


def parse_version(text: str) -> Version | None:
    """``"8.9.1"`` as a Version, or None where the text is not a complete released version."""
    match = re.fullmatch(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})", text, re.ASCII)
    return Version(*map(int, match.groups())) if match else None


def is_known(version: Version) -> bool:
    return OLDEST <= version < NEWEST_KNOWN


def accepted_mongodb(version: Version) -> tuple[str, ...]:
    """The MongoDB series a release accepts; for one newer than the table, what the last row says."""
    for row in COMPATIBILITY:
        if row.since <= version < row.until:
            return row.mongodb
    return COMPATIBILITY[-1].mongodb


def has_stream_hub(version: Version) -> bool:
    return version < STREAM_HUB_GONE_SINCE


def needs_db_watchers(version: Version) -> bool:
    return STREAM_HUB_OPTIONAL_SINCE <= version < STREAM_HUB_GONE_SINCE
