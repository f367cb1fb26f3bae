# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time left and time gone. Every step of a question ends at one point in time: `until`, of time.monotonic()."""

from __future__ import annotations

import time


def remaining(until: float) -> float:
    """Seconds left; never 0, which would switch a socket to non-blocking."""
    return max(until - time.monotonic(), 0.001)


def halfway(until: float) -> float:
    """A deadline before `until`, where there is time enough: a peer that hangs leaves some for what comes after."""
    return min(until, time.monotonic() + max(remaining(until) / 2, 0.5))


def milliseconds_since(started: float) -> float:
    return round((time.monotonic() - started) * 1000, 1)


def ahead(epoch: float, before: float, after: float) -> float:
    """Seconds by which a clock that said `epoch` is certainly ahead of one that was read before and after it."""
    return epoch - min(max(epoch, before), after)
