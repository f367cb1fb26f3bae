# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`: all figures in one run, on hosts of the lab that are made for it and removed at the end.

`python -m tests.bench PART ...` measures some of them: plan, first, steady, slope, sockets, traffic, three.
"""

from __future__ import annotations

import os
import sys

from tests.bench import first, hosts, plan, slope, sockets, steady, three, traffic
from tests.bench.controller import Controller, installed
from tests.bench.timing import Figure

PARTS = ("plan", "first", "steady", "slope", "sockets", "traffic", "three")


def measured(parts: set[str]) -> list[Figure]:
    figures = plan.figures() if "plan" in parts else []
    if parts - {"plan"}:
        with installed() as controller:
            try:
                figures += _on_hosts(controller, parts)
            finally:
                hosts.remove(*hosts.ALL)
    return figures


def _on_hosts(controller: Controller, parts: set[str]) -> list[Figure]:
    one = hosts.inventory(controller.folder, hosts.OURS)
    figures = []
    if "first" in parts:
        figures += first.measured(controller, one)
    else:
        hosts.make_anew(hosts.OURS)
        controller.playbook(one, "site")
    # three hosts are compared with one
    if parts & {"steady", "three"}:
        found, times = steady.measured(controller, one)
        figures += found
    if "slope" in parts:
        figures += slope.measured(controller, one)
    if "sockets" in parts:
        figures += sockets.planned_and_measured(controller, one)
    if "traffic" in parts:
        figures += traffic.planned_and_measured(controller, one)
    if "three" in parts:
        figures += three.measured(controller, times)
    return figures


def main(parts: list[str]) -> int:
    if unknown := set(parts) - set(PARTS):
        sys.exit(f"{', '.join(sorted(unknown))}: no part of the benchmark. Known are {', '.join(PARTS)}.")
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load > cores / 2:
        print(f"This machine is busy (load {load:.1f} on {cores} cores): the figures will be far apart.", flush=True)
    figures = measured(set(parts or PARTS))
    print("", *figures, sep="\n")
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
