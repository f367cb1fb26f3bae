# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a condition, with an end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def wait_until(condition: Callable[[], bool], seconds: float, what: str, interval: float = 0.5) -> float:
    """Seconds it took until the condition held; an AssertionError that says what did not happen in time."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            raise AssertionError(f"{what}: not within {seconds:.0f} s")
        time.sleep(interval)
    return time.monotonic() - started


def within(seconds: float, act: Callable[[], Found], tries: int = 5) -> Found:
    """What `act` returned, which has ended in time once in a few tries, and an AssertionError if it never did.

    A busy machine makes some of the tries late; a limit that the product does not keep makes all of them late.
    """
    took = []
    for _try in range(tries):
        started = time.monotonic()
        found = act()
        took.append(time.monotonic() - started)
        if took[-1] <= seconds:
            return found
    raise AssertionError(f"not within {seconds} s in {tries} tries, of which the quickest took {min(took):.2f} s")
