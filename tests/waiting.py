"""Waiting for a condition, with an end."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], bool], seconds: float, what: str, interval: float = 0.5) -> float:
    """Seconds it took until the condition held; an AssertionError that says what did not happen in time."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            raise AssertionError(f"{what}: not within {seconds:.0f} s")
        time.sleep(interval)
    return time.monotonic() - started
