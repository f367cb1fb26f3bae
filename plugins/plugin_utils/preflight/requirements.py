# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host has to be, as data."""

from __future__ import annotations

from dataclasses import dataclass

from ..rocketchat import layout

TESTED_ARCHITECTURES = ("x86_64",)
# Architectures MongoDB and Docker make packages for.
POSSIBLE_ARCHITECTURES = ("x86_64", "aarch64")

# MongoDB's manual, "Production Notes": 5.0 and newer need AVX on x86-64, and die of an illegal instruction without.
AVX_SINCE = (5, 0)

# Upstream's "System requirements" (June 2024) begin with 1 vCPU and 2 GiB for up to 25 users. Half of that holds
# neither a monolith nor MongoDB with its smallest cache and what runs beside them.
MEMORY_ADVISED_MB = 2048
MEMORY_NEEDED_MB = 1024
# What firmware and kernel take before they count: a machine sold with 2 GiB reports less.
MEMORY_REPORTED = 0.9


@dataclass(frozen=True)
class DiskRequirement:
    """Disk space in MiB that ``role`` needs in ``directory``: without ``needed`` it cannot be installed."""

    role: str
    directory: str
    needed: int
    advised: int


# MongoDB's manual, "Replica Set Oplog": the oplog alone may grow to 990 MB on the smallest disk. There is no
# published figure for images; those of one release, unpacked, are a few GB, and an upgrade has two of them.
DISK_REQUIREMENTS = (
    DiskRequirement("mongodb", layout.MONGODB_DATA, 1024, 10240),
    DiskRequirement("docker", layout.DOCKER_DATA, 2048, 10240),
    DiskRequirement("docker", layout.PROJECTS, 16, 16),
)

CLOCKS_APART_SECONDS = 60
BACKUP_AGE_HOURS = 24
