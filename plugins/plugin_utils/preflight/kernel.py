# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a host's kernel is as mongod wants it, where this collection cannot see to that, or did in vain. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ..rocketchat import layout
from ..rocketchat.kernel import FILES, otherwise
from .hosts import Host


def kernel_warnings(host: Host) -> Iterator[str]:
    if host.plan["mongodb"]:
        yield from _of_files(host)
        yield from _of_settings(host)


def _of_files(host: Host) -> Iterator[str]:
    """Its unit has the limit that mongod wants, but no unit gets a higher one than systemd itself has."""
    most = host.facts["open_files"]
    if most is not None and most < FILES:
        yield (
            f"mongod on host {host.name} may open {most} files, and wants {FILES}: with many connections, it refuses "
            "some. Raise what process 1 of the host may open; of a container, its machine decides."
        )


def _of_settings(host: Host) -> Iterator[str]:
    """A host that is about to get them is not told about."""
    told = host.facts["kernel"]
    wrong = otherwise(host.plan["mongodb"]["kernel"], told["values"]) if told else []
    if not wrong:
        return
    listed = ", ".join(wrong)
    if told["of_container"]:
        yield (
            f"host {host.name} is a container and has the kernel of its machine, where {listed}. mongod works with "
            "that, more slowly than it could; only on that machine can it be set."
        )
    elif not host.is_other_file(layout.MONGOD_KERNEL_UNIT):
        yield (
            f"the kernel of host {host.name} is not as mongod wants it: {listed}. Somebody set it otherwise, or a file "
            "in /etc/sysctl.d there does, which wins. If none is to, this has it again, without a restart of mongod: "
            f"`sudo systemctl start {layout.MONGOD_KERNEL_UNIT.rpartition('/')[2]}`."
        )
