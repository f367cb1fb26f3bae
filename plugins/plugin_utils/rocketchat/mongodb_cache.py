# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How large mongod's cache is, beside the containers of its host.

Left alone, mongod takes half of (memory - 1 GiB), and 256 MiB at least ("WiredTiger Storage Engine" of its manual): a
rule for a host that has nothing else. Here the same rule is applied to what the containers leave. The other half is for
connections, sorts and indexes that are built, and for the kernel's cache of the same files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# In GiB; mongod takes no smaller cache than the first (mongo/db/storage/wiredtiger, cacheSizeGB: "gte: 0.25").
LEAST, STEP = 0.25, 0.25
_OF_THE_SYSTEM_MB = 1024
# A host does not always have the same memory: it differs by some MiB from kernel to kernel, and by much where a
# hypervisor lends it to others meanwhile. mongod is not restarted for that.
_TOLERANCE = 0.25


def cache_gb(memory_mb: int | None, containers_mb: int, present: str = "") -> float:
    """0 where nothing is known of the memory: mongod decides then. ``present``: as it is in the settings there."""
    if memory_mb is None:
        return 0.0
    wanted = max(LEAST, (memory_mb - containers_mb - _OF_THE_SYSTEM_MB) / 2 / 1024)
    known = _as_written_here(present)
    if known and abs(known - wanted) <= max(STEP, _TOLERANCE * wanted):
        return known
    return max(LEAST, round(wanted / STEP) * STEP)


def _as_written_here(present: str) -> float:
    """What this writes; 0 of anything else."""
    try:
        size = float(present)
    except ValueError:
        return 0.0
    return size if size >= LEAST and (size / STEP).is_integer() else 0.0


def planned_cache(plan: Mapping[str, Any], facts: Mapping[str, Any]) -> float:
    """``plan``, ``facts``: of a host."""
    settings = (facts["mongod"] or {"settings": {}})["settings"]
    return cache_gb(facts["memory_mb"], plan["required"]["containers_mb"], settings.get("cacheSizeGB", ""))
