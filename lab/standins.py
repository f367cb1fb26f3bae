# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images that stand in for Rocket.Chat's, one per service and release, all on one layer of programs."""

from __future__ import annotations

import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab import npm
from lab.docker import build
from lab.names import HOME, SOURCES, VERSIONS
from plugins.plugin_utils.rocketchat.catalogue import Service, services_of
from plugins.plugin_utils.rocketchat.versions import parse_version

PROJECT = SOURCES / "standins"


def dependencies() -> Path:
    """Return the node_modules folder that the lock file asks for."""
    return npm.installed(PROJECT)


def program(service: Service) -> Path:
    return PROJECT / "services" / f"{service.name}.js"


def published() -> list[tuple[Service, str]]:
    """Every service with every release of the lab's that has it, as upstream publishes their images."""
    return [
        (service, version)
        for version in VERSIONS["rocketchat"]
        for service in services_of(parse_version(version)).values()
    ]


def build_all(node_tag: str) -> dict[str, str]:
    """Build every stand-in; return the tag built for each upstream image."""
    with tempfile.TemporaryDirectory(dir=HOME, prefix="standins-") as scratch:
        recipe = Path(scratch) / "recipe"
        # what a developer has installed for the tests is not what the images get
        shutil.copytree(PROJECT, recipe, ignore=shutil.ignore_patterns("node_modules", "test", "tests"))

        def build_one(service: Service, version: str) -> tuple[str, str]:
            arguments = {"BASE": node_tag, "SERVICE": service.name, "VERSION": version}
            tag = build(f"standin-{service.name}-{version}", recipe, arguments=arguments)
            return f"{service.image}:{version}", tag

        # the first build makes the layers that all the others find
        first, *others = published()
        tags = [build_one(*first)]
        with ThreadPoolExecutor(max_workers=4) as pool:
            tags += pool.map(build_one, *zip(*others, strict=True))
        return dict(tags)
