# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the plan of many hosts takes, and that it grows with their number and no faster.

Measured is what runs on the controller: reading the variables, planning, and turning the plan into plain data.
"""

from __future__ import annotations

import gc
import sys
import time
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from tests.bench.timing import Figure
from tests.conftest import COLLECTIONS

sys.path.insert(0, str(COLLECTIONS))

from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.role_variables import read_inventory
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.secrets import resolve
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.deployment import as_data
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.planner import make_plan
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.catalogue import services_of
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.versions import Version

NOW = datetime(2026, 11, 26, tzinfo=UTC)
FEW, MANY = 100, 1000
PARTS = ("reading", "planning", "as data")
ROUNDS = 5
SECONDS_FOR_MANY = 2.0
# 10 is linear, 100 would be quadratic; the rest is what memory and a busy machine add
RATIO = 11.0

VARIABLES = {
    "rocketchat_root_url": "https://chat.example.com",
    "rocketchat_license": "license",
    "nginx_certificate": "self_signed",
    "rocketchat_version": "7.9.3",
    # every service that the release has
    "rocketchat_replicas": dict.fromkeys(services_of(Version(7, 9, 3)), 1),
    "rocketchat_environment": {"TZ": "Europe/Berlin"},
}


def inventory(count: int) -> tuple[dict[str, list[str]], dict[str, Any]]:
    """Rocket.Chat on every host; MongoDB and NATS on three of them and the proxy on two."""
    names = [f"chat{number}" for number in range(count)]
    groups = {"mongodb": names[:3], "nats": names[:3], "rocketchat": names, "nginx": names[:2]}
    addresses = {name: f"198.18.{number // 200}.{number % 200 + 1}" for number, name in enumerate(names)}
    return groups, {name: {**VARIABLES, "rocketchat_private_address": addresses[name]} for name in names}


def one_round(count: int) -> list[float]:
    """Seconds that each part of the way takes the processor."""
    groups, given = inventory(count)
    secrets, _ = resolve({}, {})
    gc.collect()
    times = [time.process_time()]
    read, problems = read_inventory(groups, given)
    times.append(time.process_time())
    plan = make_plan(read, secrets, problems, now=NOW)
    times.append(time.process_time())
    data = as_data(plan)
    times.append(time.process_time())
    assert len(data["hosts"]) == count
    return [after - before for before, after in pairwise(times)]


def figures() -> list[Figure]:
    """Of the fastest of some rounds, in turns; others on the machine only ever add."""
    rounds: dict[int, list[list[float]]] = {FEW: [], MANY: []}
    for _ in range(ROUNDS):
        for count, taken in rounds.items():
            taken.append(one_round(count))
    few, many = ([min(part) for part in zip(*taken, strict=True)] for taken in rounds.values())
    for name, quick, slow in zip(PARTS, few, many, strict=True):
        print(f"  {name}: {quick:.3f} s for {FEW} hosts, {slow:.3f} s for {MANY}")
    return [
        Figure(f"plan_{MANY}_hosts_seconds", sum(many), SECONDS_FOR_MANY),
        Figure(f"plan_{MANY}_over_{FEW}", sum(many) / sum(few), RATIO),
    ]


def main() -> int:
    found = figures()
    print(*found, sep="\n")
    return 0 if all(figure.kept for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
