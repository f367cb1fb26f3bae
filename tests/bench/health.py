# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long health.yml takes on a healthy deployment, against an `ansible -m ping` of the same hosts."""

from __future__ import annotations

import statistics
import sys

from tests.bench.timing import ROUNDS, ping, playbook, spread, timed

LIMIT_SECONDS = 5


def main(inventory: str) -> int:
    pings, healths = [], []
    for number in range(1, ROUNDS + 1):
        pings.append(timed(*ping(inventory))[0])
        healths.append(timed(*playbook(inventory, "health"))[0])
        print(f"round {number}: ping {pings[-1]:.2f} s, health.yml {healths[-1]:.2f} s", flush=True)
    beyond = statistics.median(healths) - statistics.median(pings)
    print(f"\nping_spread = {spread(pings)}, health_spread = {spread(healths)}, health_beyond_ping = {beyond:.1f} s")
    print(f"health_over_ping = {statistics.median(healths) / statistics.median(pings):.1f}")
    return 0 if beyond <= LIMIT_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
