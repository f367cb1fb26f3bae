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

PROJECT = SOURCES / "standins"
# service of the stand-ins -> name of the image upstream publishes
IMAGES = {
    "rocketchat": "rocket.chat",
    "authorization": "authorization-service",
    "account": "account-service",
    "presence": "presence-service",
    "ddp-streamer": "ddp-streamer-service",
    "stream-hub": "stream-hub-service",
    "queue-worker": "queue-worker-service",
    "omnichannel-transcript": "omnichannel-transcript-service",
}
# upstream publishes no such image from this major on
GONE = {"stream-hub": 8}


def dependencies() -> Path:
    """Return the node_modules folder that the lock file asks for."""
    return npm.installed(PROJECT)


def published() -> list[tuple[str, str]]:
    """Every service with every release that has an image of it."""
    return [
        (service, version)
        for version in VERSIONS["rocketchat"]
        for service in IMAGES
        if int(version.partition(".")[0]) < GONE.get(service, 1000)
    ]


def build_all(node_tag: str) -> dict[str, str]:
    """Build every stand-in; return the tag built for each upstream image."""
    with tempfile.TemporaryDirectory(dir=HOME, prefix="standins-") as scratch:
        recipe = Path(scratch) / "recipe"
        # what a developer has installed for the tests is not what the images get
        shutil.copytree(PROJECT, recipe, ignore=shutil.ignore_patterns("node_modules", "test", "tests"))

        def build_one(image: tuple[str, str]) -> str:
            service, version = image
            arguments = {"BASE": node_tag, "SERVICE": service, "VERSION": version}
            return build(f"standin-{service}-{version}", recipe, arguments=arguments)

        # the first build makes the layers that all the others find
        first, *others = published()
        tags = {first: build_one(first)}
        with ThreadPoolExecutor(max_workers=4) as pool:
            tags.update(zip(others, pool.map(build_one, others), strict=True))
        return {f"rocketchat/{IMAGES[service]}:{version}": tag for (service, version), tag in tags.items()}
