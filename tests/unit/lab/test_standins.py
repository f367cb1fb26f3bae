# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-ins against what the product deploys: every image that a plan can name is published in the lab."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.catalogue import SERVICES

from lab import standins
from lab.names import SOURCES
from tests.deployment import ROOT

PROJECTS = (SOURCES / "standins", Path(__file__).parents[2] / "e2e" / "own_client")


def test_every_service_of_the_labs_releases_has_a_program() -> None:
    programs = {standins.program(service) for service, _version in standins.published()}
    missing = [str(path.relative_to(ROOT)) for path in programs if not path.is_file()]
    assert missing == [], "the lab has no stand-in for these: write them, each with its row in lab/standins/README.md"


def test_every_program_is_a_service_and_has_a_row_in_the_readme() -> None:
    programs = {path.stem for path in (SOURCES / "standins" / "services").iterdir()}
    assert programs <= {service.name for service in SERVICES.values()}
    rows = re.findall(r"`services/([\w-]+)\.js`", (SOURCES / "standins" / "README.md").read_text(encoding="utf-8"))
    assert programs == set(rows)


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_lock_files_pin_everything_and_name_no_registry(project: Path) -> None:
    lock = json.loads((project / "package-lock.json").read_text())
    libraries = {path: library for path, library in lock["packages"].items() if path}
    assert libraries
    assert all("integrity" in library and "resolved" not in library for library in libraries.values())
    wanted = json.loads((project / "package.json").read_text())
    assert lock["packages"][""]["dependencies"] == wanted["dependencies"]
    assert all(version[0].isdigit() for version in wanted["dependencies"].values())
