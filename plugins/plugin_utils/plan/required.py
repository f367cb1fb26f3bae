# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The size that each host should have, its share of what all the users need."""

from __future__ import annotations

import math

from ..inventory.settings import Host, Limits
from ..rocketchat.catalogue import DDP_STREAMER, MONOLITH
from ..rocketchat.memory import bytes_of
from ..rocketchat.sizing import (
    MONGODB_MEMORY_MB,
    MONOLITH_MEMORY_MB,
    SERVICE_MEMORY_MB,
    USERS_PER_REPLICA,
    needed,
)


def requirements(users: int, host: Host, hosts: list[Host]) -> dict[str, int]:
    """What a host needs: ``cores`` and ``memory_mb``, 0 where no number of users is given.

    With its ``monoliths`` and ``ddp_streamers``, and ``least_memory_mb``, which all that is planned there takes before
    anybody uses it. ``containers_mb``: what Rocket.Chat's containers take there at work.
    """
    cores, memory_mb = _needed_on(users, host, hosts) if users > 0 else (0, 0)
    return {
        "monoliths": host.replicas.get(MONOLITH, 0),
        "ddp_streamers": host.replicas.get(DDP_STREAMER, 0),
        "cores": cores,
        "memory_mb": memory_mb,
        "least_memory_mb": _least_of_containers_mb(host) + (MONGODB_MEMORY_MB if "mongodb" in host.groups else 0),
        "containers_mb": _containers_mb(users, host, hosts),
    }


def _least_of_containers_mb(host: Host) -> int:
    return sum(_of_one(key, host.limits.get(key, Limits())) * count for key, count in host.replicas.items())


def _containers_mb(users: int, host: Host, hosts: list[Host]) -> int:
    """Of the memory that all the users need, or those that one ddp-streamer is enough for, this host's share; no more
    than the containers may take. Replicas do not count, so that one more is no reason to restart mongod.
    """
    if "rocketchat" not in host.groups:
        return 0
    count = sum("rocketchat" in other.groups for other in hosts)
    share = math.ceil(needed(users or USERS_PER_REPLICA).memory_mb / count)
    planned = [(host.limits.get(key, Limits()).memory, number) for key, number in host.replicas.items() if number]
    bounded = [bytes_of(memory) // 1024**2 * number for memory, number in planned if memory]
    most = sum(bounded) if len(bounded) == len(planned) else share
    return max(_least_of_containers_mb(host), min(share, most))


def _of_one(service: str, limits: Limits) -> int:
    """Of a container: no more than its limit, whatever becomes of it with that."""
    usual = MONOLITH_MEMORY_MB if service == MONOLITH else SERVICE_MEMORY_MB
    return min(usual, bytes_of(limits.memory) // 1024**2) if limits.memory else usual


def _needed_on(users: int, host: Host, hosts: list[Host]) -> tuple[int, int]:
    size = needed(users)
    cores = memory_mb = 0.0
    if "rocketchat" in host.groups:
        count = sum("rocketchat" in other.groups for other in hosts)
        cores, memory_mb = size.cores / count, size.memory_mb / count
    if "mongodb" in host.groups:
        cores, memory_mb = cores + size.mongodb_cores, memory_mb + size.mongodb_memory_mb
    return math.ceil(cores), math.ceil(memory_mb)
