# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The question of host_sources: its options, and its result. No Ansible here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..facts.firewall import SETTINGS
from ..facts.settings import changed, parsed
from ..probing.question import Answered
from . import apt, environment, images
from .way import Way

OPTIONS: dict[str, dict[str, Any]] = {
    "images": {"type": "list", "elements": "str", "default": []},
    "docker_settings": {"type": "dict", "default": {}},
    "docker_settings_removed": {"type": "list", "elements": "str", "default": []},
    "certificates": {"type": "dict", "default": {}},
    "docker_socket": {"type": "str", "default": ""},
    "packages": {"type": "list", "elements": "str", "default": []},
    "repositories": {"type": "list", "elements": "dict", "default": []},
    "image_timeout": {"type": "float", "default": 20},
    "package_timeout": {"type": "float", "default": 120},
}


def answer(options: Mapping[str, Any]) -> Answered:
    way = Way(
        _settings(options), options["certificates"], environment.of_engine(goes_on=bool(options["docker_socket"]))
    )
    asked = (options["images"], os.uname().machine, way, options["docker_socket"], options["image_timeout"])
    with ThreadPoolExecutor() as pool:
        of_images = pool.submit(images.ask, *asked)
        of_packages = pool.submit(apt.ask, options["packages"], options["repositories"], options["package_timeout"])
        apt_said = of_packages.result()
        said = of_images.result()
        told = {"images": said.faults, "digests": said.digests, "packages": apt_said.faults, "keys": apt_said.keys}
        return Answered({"changed": False, **told})


def _settings(options: Mapping[str, Any]) -> dict[str, Any]:
    """As they will be: also those of others, whose secrets do not leave the host."""
    try:
        found = parsed(SETTINGS)
    except (OSError, ValueError):
        found = {}
    return changed(found, options["docker_settings"], options["docker_settings_removed"])
