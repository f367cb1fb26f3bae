# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The size that each host should have, its share of what all the users need."""

from __future__ import annotations

import math

from ..inventory.settings import Host
from ..rocketchat.catalogue import MONOLITH
from ..rocketchat.sizing import needed


def requirements(users: int, host: Host, hosts: list[Host]) -> dict[str, int]:
    """What a host needs: ``cores`` and ``memory_mb``, 0 where no number of users is given. With its ``monoliths``."""
    cores, memory_mb = _needed_on(users, host, hosts) if users > 0 else (0, 0)
    return {"monoliths": host.replicas.get(MONOLITH, 0), "cores": cores, "memory_mb": memory_mb}


def _needed_on(users: int, host: Host, hosts: list[Host]) -> tuple[int, int]:
    size = needed(users)
    cores = memory_mb = 0.0
    if "rocketchat" in host.groups:
        count = sum("rocketchat" in other.groups for other in hosts)
        cores, memory_mb = size.cores / count, size.memory_mb / count
    if "mongodb" in host.groups:
        cores, memory_mb = cores + size.mongodb_cores, memory_mb + size.mongodb_memory_mb
    return math.ceil(cores), math.ceil(memory_mb)
