# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles' tasks and the playbooks name only what the gate hands to them, and no variable of the operator's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.role_variables import role_options
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.application import role_plan, role_secrets
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import host_differences
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.images import images_plan
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.packages import packages_plan

from tests.deployment import ROOT
from tests.unit.preflight.hosts import KEYS
from tests.unit.roles import references
from tests.unit.roles.shapes import SHAPES, planned_hosts

ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())
TASKS = sorted(path for role in ROLES for path in (ROOT / "roles" / role).glob("*/*.yml") if path.parent.name != "meta")
PLAYBOOKS = sorted((ROOT / "playbooks").rglob("*.yml"))
TEMPLATES = sorted((ROOT / "roles").glob("*/templates/*"))


@pytest.fixture(scope="module")
def handed_over() -> dict[str, list[Any]]:
    """By name, all that the gate makes of it: for bare hosts of every shape, and for those where nothing differs."""
    found: dict[str, list[Any]] = {f"{role}_{kind}": [] for role in ROLES for kind in ("plan", "secrets")}
    for shape in SHAPES:
        for one in planned_hosts(shape):
            everything = host_differences(one.host)
            for role in one.host.desired:
                plans = [role_plan(one.host, role, differences) for differences in (everything[role], [])]
                found[f"{role}_plan"] += plans
                found[f"{role}_secrets"].append(role_secrets(one.host, role))
            for differences in (everything, dict.fromkeys(one.host.desired, [])):
                found["packages_plan"].append(packages_plan(one.host, differences, KEYS))
                found["images_plan"].append(images_plan(one.host, differences))
    return found


def path_id(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*TASKS, *PLAYBOOKS], ids=path_id)
def test_the_gate_hands_over_what_is_named(path: Path, handed_over: dict[str, list[Any]]) -> None:
    named = [reference for reference in references.of_yaml(path) if reference[0] in handed_over]
    lacking = [reference for reference in named if references.unsupplied(reference[1:], handed_over[reference[0]])]
    assert [".".join(reference) for reference in lacking] == []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_names_no_plan_but_its_own(role: str, handed_over: dict[str, list[Any]]) -> None:
    files = [path for path in TASKS if path.parts[-3] == role]
    named = {reference[0] for path in files for reference in references.of_yaml(path)} & set(handed_over)
    assert f"{role}_plan" in named
    assert named <= {f"{role}_plan", f"{role}_secrets"}


@pytest.mark.parametrize("path", [*TASKS, *PLAYBOOKS, *TEMPLATES], ids=path_id)
def test_no_variable_of_the_operator_is_named(path: Path) -> None:
    """They reach a role through its plan alone. Defaults are the specs' own."""
    read = references.of_template if path in TEMPLATES else references.of_yaml
    assert {reference[0] for reference in read(path)} & set(role_options(frozenset())) == set()
