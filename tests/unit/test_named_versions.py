# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions that stand in several places are the same there."""

from __future__ import annotations

import re

import yaml

from tests.deployment import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_people_install_the_ansible_that_is_tested() -> None:
    [tested] = re.findall(r"(?m)^(ansible==\S+)$", (ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert re.findall(r"(?m)^pip install (.+)$", README) == [tested]


def test_the_readme_is_of_this_version() -> None:
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    assert re.findall(r"This is version ([\w.-]+?):", README) == [version]
