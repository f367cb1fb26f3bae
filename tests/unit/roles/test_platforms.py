# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What roles tell Galaxy of distributions: those that the collection is tested with."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.distributions import DISTRIBUTIONS

from tests.deployment import ROOT

ROLES = sorted((ROOT / "roles").iterdir())


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_platforms_are_the_tested_distributions(role: Path) -> None:
    info = yaml.safe_load((role / "meta" / "main.yml").read_text())["galaxy_info"]
    named = {(platform["name"], release) for platform in info["platforms"] for release in platform["versions"]}
    assert named == {(known.vendor.name, known.codename) for known in DISTRIBUTIONS if known.tested}
