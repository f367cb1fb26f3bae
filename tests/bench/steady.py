# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployment that is as it should be: a run with nothing to do, a check and a look at the health, against a ping."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.bench.controller import Controller, installed
from tests.bench.timing import Figure, Times, in_turns, ratio

ROUNDS = 7
LIMITS = {"noop": 6.0, "check": 6.0, "health": 4.0}


def measured(controller: Controller, inventory: Path, rounds: int = ROUNDS) -> tuple[list[Figure], Times]:
    print("Against a ping: a run with nothing to do, a check, a look at the health", flush=True)
    controller.nothing_to_do(inventory)
    actions = {
        "ping": lambda: controller.ping(inventory),
        "noop": lambda: controller.nothing_to_do(inventory),
        "check": lambda: controller.nothing_to_do(inventory, "--check"),
        "health": lambda: controller.playbook(inventory, "health"),
    }
    times = in_turns(actions, rounds)
    print("The slowest tasks of a run with nothing to do:", *slowest(controller, inventory), sep="\n  ", flush=True)
    return [ratio(f"{name}_over_ping", limit, times, name, "ping") for name, limit in LIMITS.items()], times


def slowest(controller: Controller, inventory: Path) -> list[str]:
    """As the profile_tasks callback lists them, in a run of their own: the callback takes time, too."""
    output = controller.nothing_to_do(inventory, profile=True)
    return [line for line in output.splitlines() if re.search(r" -+ [0-9.]+s$", line)][:6]


def main(inventory: str, rounds: int = ROUNDS) -> int:
    """Of an inventory whose hosts are deployed already."""
    with installed() as controller:
        figures, _ = measured(controller, Path(inventory).resolve(), rounds)
    print(*figures, sep="\n")
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
