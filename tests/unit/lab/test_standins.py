# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-ins against what the product deploys: every image that a plan can name is published in the lab."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.catalogue import SERVICES, STREAM_HUB

from lab import standins
from lab.names import SOURCES, VERSIONS

PROJECTS = (SOURCES / "standins", Path(__file__).parents[2] / "e2e" / "own_client")


@pytest.mark.parametrize("version", VERSIONS["rocketchat"])
def test_every_service_of_a_release_has_an_image(version: str) -> None:
    images = {standins.IMAGES[service] for service, of in standins.published() if of == version}
    upstream = {
        service.image for key, service in SERVICES.items() if key != STREAM_HUB or int(version.partition(".")[0]) < 8
    }
    assert {f"rocketchat/{image}" for image in images} == upstream


def test_every_service_has_a_program() -> None:
    assert {path.stem for path in (SOURCES / "standins" / "services").iterdir()} == set(standins.IMAGES)


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_lock_files_pin_everything_and_name_no_registry(project: Path) -> None:
    lock = json.loads((project / "package-lock.json").read_text())
    libraries = {path: library for path, library in lock["packages"].items() if path}
    assert libraries
    assert all("integrity" in library and "resolved" not in library for library in libraries.values())
    wanted = json.loads((project / "package.json").read_text())
    assert lock["packages"][""]["dependencies"] == wanted["dependencies"]
    assert all(version[0].isdigit() for version in wanted["dependencies"].values())
