# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a number of users to replicas, and whether the hosts are large enough.

Source: upstream's "System requirements", June 2024; upstream has not published measurements behind it. Users are those
connected at the same time. For the monolith it gives no number of users, only that a host with N cores takes N - 1 of
them; here it grows with ddp-streamer, and that is the most of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .catalogue import DDP_STREAMER, MAX_REPLICAS, MONOLITH

USERS_PER_REPLICA = 500

# What a process takes before anybody uses it, in MiB. A service: 61 to 70 (seen: 6.14-dev on Node 14). The monolith:
# about 500 as soon as it has started (issues 14270 and 23422 of Rocket.Chat), and it does not start with 512 at most
# (pull request 40 of sloppyio/quickstarters). MongoDB: its smallest cache ("WiredTiger Storage Engine" of its manual).
# NATS and nginx take too little to count.
SERVICE_MEMORY_MB = 64
MONOLITH_MEMORY_MB = 512
MONGODB_MEMORY_MB = 256


@dataclass(frozen=True)
class Size:
    """What all hosts of Rocket.Chat need together, and each of MongoDB's, for this many users."""

    users: int
    cores: float
    memory_mb: float
    mongodb_cores: float
    mongodb_memory_mb: float


# Between two rows needs grow evenly, except from nothing to the first and from a monolith to microservices.
SIZES = (
    Size(25, 1, 2048, 0, 0),
    Size(499, 2, 4096, 2, 4096),
    Size(500, 4, 4096, 2, 4096),
    Size(5000, 16, 12288, 8, 16384),
)


def proposed_replicas(users: int, hosts: int) -> dict[str, int]:
    """Replicas on each of ``hosts``, by service; nothing where no number of users is given."""
    if users < 1:
        return {}
    each = min(math.ceil(users / USERS_PER_REPLICA / hosts), MAX_REPLICAS)
    return {MONOLITH: each, DDP_STREAMER: each}


def needed(users: int) -> Size:
    """The row for a number of users; the last one also for more."""
    below = SIZES[0]
    for above in SIZES:
        if users <= above.users:
            if above.users <= 500:
                return above
            share = (users - below.users) / (above.users - below.users)
            return Size(
                users,
                below.cores + share * (above.cores - below.cores),
                below.memory_mb + share * (above.memory_mb - below.memory_mb),
                below.mongodb_cores + share * (above.mongodb_cores - below.mongodb_cores),
                below.mongodb_memory_mb + share * (above.mongodb_memory_mb - below.mongodb_memory_mb),
            )
        below = above
    return SIZES[-1]


def unmeasured_warnings(users: int) -> Iterator[str]:
    if users > SIZES[-1].users:
        yield (
            f"rocketchat_expected_users = {users} is more than the {SIZES[-1].users} that upstream gives sizes for; "
            "measure before you rely on it."
        )


def size_warnings(users: int, name: str, required: Mapping[str, int], facts: Mapping[str, Any]) -> Iterator[str]:
    """What is too small of the host ``name``. ``facts``: its ``cores`` and ``memory_mb``, None where unknown."""
    cores, memory_mb = facts["cores"], facts["memory_mb"]
    if cores is None or memory_mb is None:
        return
    if required["monoliths"] > max(1, cores - 1):
        yield (
            f"host {name} has {cores} cores for {required['monoliths']} monoliths, and upstream advises one less "
            "than cores. Lower rocketchat_replicas.rocketchat there, or add cores or hosts."
        )
    if cores < required["cores"] or memory_mb < required["memory_mb"]:
        yield (
            f"host {name} has {cores} cores and {memory_mb} MiB of memory, and rocketchat_expected_users = {users} "
            f"needs {required['cores']} cores and {required['memory_mb']} MiB there."
        )
    elif required["ddp_streamers"] > cores:
        yield (
            f"host {name} has {cores} cores for {required['ddp_streamers']} ddp-streamers, and each uses one at most. "
            "Lower rocketchat_replicas.ddp_streamer there, or add cores or hosts."
        )
