# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When it is time to renew a certificate: the same for the one that is planned and the one that clients are shown."""

from __future__ import annotations

from datetime import datetime, timedelta

# Certificates of 90 days and less are usually renewed when a third of that is left.
_WARN_BEFORE = timedelta(days=30)
_WARN_SHARE = 4


def ends_soon(begins: datetime, ends: datetime, now: datetime) -> str:
    """For the middle of a sentence; "" where there is time, and where it has ended."""
    left, life = ends - now, ends - begins
    if not timedelta() <= left < min(_WARN_BEFORE, life / _WARN_SHARE):
        return ""
    days = f"in {left.days} day{'s' if left.days > 1 else ''}" if left.days else "in less than a day"
    return f"expires on {ends:%Y-%m-%d}, {days}"
