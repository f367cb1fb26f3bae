# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""mutmut with a sample of its mutants, and the score that the sample speaks for. Called by tools/mutants.

run_mutants.py SIZE SEED PATTERN...    SIZE 0: all that match
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from math import sqrt
from typing import Any

from mutmut import __main__ as mutmut
from mutmut.stats import status_by_exit_code


def run(size: int, seed: int, patterns: Sequence[str]) -> list[str]:
    """How each mutant ended. The same are chosen from the same sources."""
    find, chosen = mutmut.collect_source_file_mutation_data, []

    def sampled(*, mutant_names: Sequence[str]) -> tuple[list[Any], Any]:
        found, by_path = find(mutant_names=mutant_names)
        by_name = sorted(found, key=lambda one: one[1])
        chosen[:] = random.Random(seed).sample(by_name, min(size, len(by_name))) if size else by_name
        return chosen, by_path

    # mutmut takes names or patterns alone, and knows the names only as it runs
    mutmut.collect_source_file_mutation_data = sampled
    mutmut._run(patterns or ["*"], 1)
    return [status_by_exit_code[data.exit_code_by_key[name]] for data, name, _before in chosen]


def interval(killed: int, total: int) -> tuple[float, float]:
    """Of 95 %, by Wilson, whose interval holds for shares close to one, too."""
    z, share = 1.96, killed / total
    middle, spread = share + z * z / (2 * total), z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return (middle - spread) / (1 + z * z / total), (middle + spread) / (1 + z * z / total)


def score(ends: Sequence[str]) -> str:
    """Every end that is no survival was noticed by a test."""
    checked = [end for end in ends if end != "not checked"]
    killed = sum(end not in ("survived", "no tests") for end in checked)
    low, high = interval(killed, len(checked))
    return f"{killed} of {len(checked)} killed: {killed / len(checked):.1%} ({low:.1%} to {high:.1%})"


if __name__ == "__main__":
    print(score(run(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])))
