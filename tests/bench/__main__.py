# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`: all figures in one run, on hosts of the lab that are made for it and removed at the end."""

from __future__ import annotations

import sys

from tests.bench import first, hosts, plan, slope, steady, three
from tests.bench.controller import installed
from tests.bench.timing import Figure


def measured() -> list[Figure]:
    figures = plan.figures()
    with installed() as controller:
        try:
            figures += first.measured(controller)
            one = controller.folder / hosts.OURS
            found, times = steady.measured(controller, one)
            figures += found
            figures += slope.measured(controller, one)
            figures += three.measured(controller, times)
        finally:
            hosts.remove(*hosts.ALL)
    return figures


def main() -> int:
    figures = measured()
    print("", *figures, sep="\n")
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
