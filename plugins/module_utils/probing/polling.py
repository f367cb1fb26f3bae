# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks many questions, again and again, until each has an answer that nothing will change, or time is up."""

from __future__ import annotations

import concurrent.futures
import heapq
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Callable, Protocol

from .clock import remaining

_INTERVAL_MAX = 2.0


class HasHealth(Protocol):
    """What `poll` must know of an answer.

    One that also has a true `permanent` ends the waiting at once: what is wrong does not pass by itself.
    """

    @property
    def healthy(self) -> bool: ...

    @property
    def timed_out(self) -> bool: ...


@dataclass(frozen=True)
class Timeouts:
    """How long to wait: `timeout` for everything (0: ask once), `request_timeout` for one question; in seconds."""

    timeout: float = 60.0
    request_timeout: float = 5.0
    interval: float = 0.2

    def __post_init__(self) -> None:
        if self.timeout < 0:
            raise ValueError(f"timeout must be 0 or more seconds, but is {self.timeout}.")
        if self.request_timeout <= 0 or self.interval <= 0:
            raise ValueError("request_timeout and interval must be more than 0 seconds.")

    def limit(self, stop: float) -> float:
        """When a question that begins now must be over."""
        return min(time.monotonic() + self.request_timeout, stop)


@dataclass
class Polled:
    """How one question fared: the last answer that tells something, and how it came."""

    answer: Any = None
    attempts: int = 0
    healthy_after: float | None = None

    def take(self, answer: HasHealth, started: float, stop: float) -> None:
        self.attempts += 1
        # the deadline cut this attempt short: what an earlier, complete one found out is worth more
        if not (answer.timed_out and self.answer is not None and time.monotonic() >= stop):
            self.answer = answer
        if answer.healthy:
            self.healthy_after = round(time.monotonic() - started, 3)


def poll(asks: Sequence[Callable[[float], HasHealth]], timeouts: Timeouts, concurrency: int = 1) -> list[Polled]:
    """Puts every question until its answer is healthy or permanent or time is up, at most `concurrency` at once.

    A question gets the time at which all must be over and has to respect it. No question is put again before every
    other was put once, so that endpoints that hang cannot starve the others.
    """
    started = time.monotonic()
    stop = started + timeouts.timeout if timeouts.timeout else math.inf
    results = [Polled() for _ask in asks]
    due = [(started, number) for number in range(len(asks))]
    running: dict[concurrent.futures.Future[HasHealth], int] = {}
    with concurrent.futures.ThreadPoolExecutor(max_workers=concurrency) as pool:
        while running or (due and time.monotonic() < stop):
            while due and len(running) < concurrency and due[0][0] <= time.monotonic() < stop:
                number = heapq.heappop(due)[1]
                running[pool.submit(asks[number], stop)] = number
            can_start = due and len(running) < concurrency and time.monotonic() < stop
            for number, answer in _next_answers(running, due[0][0] if can_start else None):
                results[number].take(answer, started, stop)
                again = time.monotonic() + _pause(timeouts, results[number].attempts)
                ended = answer.healthy or getattr(answer, "permanent", False)
                if not ended and again < stop < math.inf:
                    heapq.heappush(due, (again, number))
    return results


def _next_answers(
    running: dict[concurrent.futures.Future[HasHealth], int], until: float | None
) -> list[tuple[int, HasHealth]]:
    """Takes the finished questions out of `running`; waits for the first of them, or till the next is due."""
    wait = None if until is None else remaining(until)
    if not running:
        time.sleep(wait or 0)
    done = concurrent.futures.wait(running, wait, concurrent.futures.FIRST_COMPLETED).done
    return [(running.pop(future), future.result()) for future in done]


def _pause(timeouts: Timeouts, attempts: int) -> float:
    doubled = timeouts.interval * float(2 ** min(attempts - 1, 16))
    return min(doubled, max(_INTERVAL_MAX, timeouts.interval))
