# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which limits the processes of containers run with, whoever gave them. Only reads.

What an engine tells are its present defaults, also of containers that were started with other ones (seen, 28.5).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .files import text

# proc_pid_limits(5), by the names that Docker has for them
_ROWS = {
    "Max cpu time": "cpu",
    "Max data size": "data",
    "Max file size": "fsize",
    "Max open files": "nofile",
    "Max processes": "nproc",
    "Max stack size": "stack",
}
# Of HostConfig: what limits a container and is none of ours, as no plan has it. `docker update` changes most of them.
_OF_OTHERS = (
    *("BlkioWeight", "CpuPeriod", "CpuQuota", "CpuShares", "CpusetCpus", "CpusetMems"),
    *("MemoryReservation", "OomKillDisable"),
)


def of_process(identity: int) -> dict[str, list[int]]:
    """Soft and hard limits, -1 for none; empty where there is no such process."""
    found = {}
    for line in (text(f"/proc/{identity}/limits") or "").splitlines():
        words = re.split(r"\s{2,}", line.strip())
        if words[0] in _ROWS:
            found[_ROWS[words[0]]] = [-1 if word == "unlimited" else int(word) for word in words[1:3]]
    return found


def of_others(host_config: Mapping[str, Any]) -> list[str]:
    """Names of settings; -1 is none, too."""
    return [name for name in _OF_OTHERS if host_config.get(name) not in (None, 0, -1, "", False)]
