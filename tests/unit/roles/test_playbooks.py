# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks say themselves what a run means, and leave it neither to an ansible.cfg nor to an inventory."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.deployment import ROOT

FILES = sorted((ROOT / "playbooks").rglob("*.yml"))
PLAYS = [
    pytest.param(play, id=f"{file.name}: {play['name']}")
    for file in FILES
    for play in yaml.safe_load(file.read_text(encoding="utf-8"))
    if "hosts" in play
]


@pytest.mark.parametrize("play", PLAYS)
def test_roles_leave_the_judgement_of_variables_to_the_plan(play: dict[str, Any]) -> None:
    """A variable without a value is a default to the plan, and a mistake to Ansible's own validation."""
    imports = [task[key] for task in play["tasks"] for key in task if key.endswith("import_role")]
    assert [role["name"] for role in imports if role.get("rolespec_validate") is not False] == []
