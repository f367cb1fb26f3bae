# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role images is given to fetch, before any container of the deployment is changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..plan.compose import CLIENT_ENVIRONMENT
from .difference import Difference
from .hosts import Host

ROLE = "images"


def images_plan(host: Host, differences: Mapping[str, list[Difference]]) -> dict[str, Any]:
    """``project``: a Compose project of the services whose containers are made or changed and whose images the engine
    does not have, for these alone.

    ``in_background``: whether to go on meanwhile; who fetches in the foreground waits for what is being fetched.
    """
    services: dict[str, Any] = {}
    for role, found in differences.items():
        project = host.desired[role].project
        if project and any(d.kind == "container" for d in found):
            services |= {
                name: {"image": container.image}
                for name, container in project.containers.items()
                if container.image not in host.facts["docker"]["images"]
            }
    return {"project": {"services": services}, "in_background": False, "client_environment": CLIENT_ENVIRONMENT}


def differ(host: Host, differences: Mapping[str, list[Difference]]) -> bool:
    return bool(images_plan(host, differences)["project"]["services"])
