# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times commands that have to succeed, in turns, and says how far from one another the times of each are."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

TIMEOUT = 600

Times = dict[str, list[float]]
Actions = Mapping[str, Callable[[], object]]


@dataclass(frozen=True)
class Figure:
    """``limit``: what it may be at most, or has to be ``at_least``. ``detail``: the times it was made of."""

    name: str
    value: float
    limit: float
    detail: str = ""
    at_least: bool = False

    @property
    def kept(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        verdict = "" if self.kept else f"  {'BELOW' if self.at_least else 'ABOVE'} THE LIMIT"
        bound = f"at {'least' if self.at_least else 'most'} {self.limit:g}"
        value = f"{self.value:.0f}" if self.at_least else f"{self.value:.3g}"
        return f"{self.name} = {value} ({bound}){verdict}  {self.detail}".rstrip()


def run(*command: str | Path, environment: Mapping[str, str] | None = None, stdin: str | None = None) -> str:
    """What a command prints; a failing one ends the benchmark."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words, env=environment, input=stdin, capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(words)} failed:\n{done.stdout[-4000:]}{done.stderr[-2000:]}")
    return done.stdout


def seconds(action: Callable[[], object]) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started


def in_turns(
    actions: Actions, rounds: int, before: Actions = MappingProxyType({}), after: Actions = MappingProxyType({})
) -> Times:
    """Whatever else the machine does hits all of them. Every other round goes backwards.

    ``before`` and ``after``: what an action needs and leaves to be done, outside of its time.
    """
    times: Times = {name: [] for name in actions}
    for number in range(rounds):
        for name in list(actions) if number % 2 == 0 else reversed(list(actions)):
            before.get(name, _nothing)()
            times[name].append(seconds(actions[name]))
            after.get(name, _nothing)()
        taken = ", ".join(f"{name} {times[name][-1]:.2f} s" for name in actions)
        print(f"  round {number + 1}: {taken}", flush=True)
    return times


def _nothing() -> None:
    pass


def ratio(name: str, limit: float, times: Times, over: str, under: str) -> Figure:
    value = statistics.median(times[over]) / statistics.median(times[under])
    return Figure(name, value, limit, f"{over} {spread(times[over])} over {under} {spread(times[under])}")


def spread(times: list[float]) -> str:
    return f"{statistics.median(times):.2f} s ({min(times):.2f}..{max(times):.2f})"
