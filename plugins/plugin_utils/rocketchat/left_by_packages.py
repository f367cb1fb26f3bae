# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What packages of ours make as they are installed and run, and what stays when apt purges them.

Read in November 2026: docker-ce-packaging has no postrm, and its postinst makes the group (deb/common); docker.io's
postrm leaves all it does not have a script for (debian/docker.io.postrm). MongoDB's postrm does nothing, and its
postinst makes user, group and both directories (mongo, debian/postrm and debian/mongodb-org-server.postinst).
nginx-common's postrm removes all it had, and everything else in /etc/nginx with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import layout
from .distributions import DISTRIBUTIONS, DOCKER_PACKAGES


@dataclass(frozen=True)
class Left:
    """``unit``: while systemd has it, somebody has the program still. ``data``: directories with what people made."""

    unit: str
    trees: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


_ENGINE = Left(layout.DOCKER_UNIT, trees=(layout.DOCKER_DATA,), groups=("docker",))
_CONTAINERD = Left("containerd.service", trees=("/var/lib/containerd", "/opt/containerd"))
LEFT = {
    "docker-ce": _ENGINE,
    "docker.io": _ENGINE,
    "containerd.io": _CONTAINERD,
    "mongodb-org-server": Left(
        layout.MONGODB_UNIT,
        data=(layout.MONGODB_DATA, layout.MONGOD_LOG.rpartition("/")[0]),
        users=("mongodb",),
        groups=("mongodb",),
    ),
}

# All that an engine consists of, whoever packages it.
ENGINE_PACKAGES = frozenset(
    {*DOCKER_PACKAGES, *(name for one in DISTRIBUTIONS for name in one.own_docker_packages or ())}
)
