# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a run with nothing to do takes, against an `ansible -m ping` of the same hosts in the same minutes."""

from __future__ import annotations

import re
import statistics
import sys

from tests.bench.timing import ROUNDS, ping, playbook, spread, timed

LIMIT = 20


def slowest(output: str) -> list[str]:
    """The ten slowest tasks, as the profile_tasks callback lists them."""
    return [line for line in output.splitlines() if re.search(r" -+ [0-9.]+s$", line)][:10]


def main(inventory: str) -> int:
    site = playbook(inventory, "site")
    print("Converging first, so that what is measured has nothing to do", flush=True)
    timed(*site)
    pings, sites, output = [], [], ""
    for number in range(1, ROUNDS + 1):
        pings.append(timed(*ping(inventory))[0])
        seconds, output = timed(*site)
        sites.append(seconds)
        if not re.search(r"changed=0 .*failed=0", output):
            sys.exit(f"The run was not one with nothing to do:\n{output[-3000:]}")
        print(f"round {number}: ping {pings[-1]:.2f} s, site.yml {seconds:.2f} s", flush=True)
    ratio = statistics.median(sites) / statistics.median(pings)
    print("\nThe slowest ten tasks of the last run:", *slowest(output), sep="\n  ")
    print(f"\nping_spread = {spread(pings)}, noop_spread = {spread(sites)}")
    print(f"noop_over_ping = {ratio:.1f}")
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
