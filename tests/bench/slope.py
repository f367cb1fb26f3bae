# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one more replica adds to a run that has nothing to do: the same deployment in two sizes."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

from tests.bench.controller import Controller
from tests.bench.timing import Figure, in_turns, spread

# Each size as often as the other, and not one after the other: the machine may have become busier meanwhile.
BLOCKS, ROUNDS = 2, 4
FEW, MANY = 1, 11
LIMIT = 0.02


def measured(controller: Controller, inventory: Path) -> list[Figure]:
    print(f"A run with nothing to do, with {FEW} and with {MANY} replicas of a service", flush=True)
    times: dict[int, list[float]] = {FEW: [], MANY: []}
    for _ in range(BLOCKS):
        for count in times:
            size = ("-e", json.dumps({"rocketchat_replicas": {"account": count}}))
            controller.playbook(inventory, "site", *size)
            name = f"{count} replicas"
            run = {name: lambda size=size: controller.nothing_to_do(inventory, *size)}
            times[count] += in_turns(run, ROUNDS)[name]
    controller.playbook(inventory, "site")
    value = (statistics.median(times[MANY]) - statistics.median(times[FEW])) / (MANY - FEW)
    detail = f"s; {MANY} replicas {spread(times[MANY])}, {FEW} {spread(times[FEW])}"
    return [Figure("noop_slope_per_replica", value, LIMIT, detail)]
