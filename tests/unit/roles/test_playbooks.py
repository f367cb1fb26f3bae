# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks say themselves what a run means, and leave it neither to an ansible.cfg nor to an inventory."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.tags import TAGS

from tests.deployment import ROOT

FILES = sorted((ROOT / "playbooks").rglob("*.yml"))
PLAYS = [
    pytest.param(play, id=f"{file.name}: {play['name']}")
    for file in FILES
    for play in yaml.safe_load(file.read_text(encoding="utf-8"))
    if "hosts" in play
]


# What a play does not say, the operator's ansible.cfg and environment decide. Left to them is what changes no outcome,
# or is theirs to say: forks, pipelining, connections, how to become root (not as whom), no_log, diff, and with
# hash_behaviour and variable_precedence what their inventory means. Keywords that no configuration sets (serial,
# max_fail_percentage, order, module_defaults, environment) are nowhere, and no facts are gathered to be injected.
# jinja2_native and error_on_undefined_vars have no effect since ansible-core 2.19 (its config/base.yml).
PINNED: dict[str, tuple[Any, ...]] = {
    # `free` runs what is to run once on every host, and no host waits for the gate
    "strategy": ("linear",),
    "gather_facts": (False,),
    "become": (True, False),
    "any_errors_fatal": (True, False),
    # a role that is cut off in the middle leaves a host half changed; single tasks may say more
    "timeout": (0,),
}


@pytest.mark.parametrize("play", PLAYS)
def test_plays_say_what_a_configuration_could_change(play: dict[str, Any]) -> None:
    assert {name: play.get(name) for name, values in PINNED.items() if play.get(name) not in values} == {}
    assert play.get("become_user") == ("root" if play["become"] else None)


def test_only_one_place_prints() -> None:
    """There it is known whether a program reads it."""
    printing = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "plugins").rglob("*.py")
        if re.search(r"Display\(\)|\bprint\(", path.read_text(encoding="utf-8"))
    ]
    assert printing == ["plugins/plugin_utils/shown.py"]


def test_there_are_no_handlers_to_be_forced() -> None:
    texts = [path.read_text(encoding="utf-8") for path in [*FILES, *(ROOT / "roles").glob("*/tasks/*.yml")]]
    assert not [text for text in texts if "notify:" in text] and not list((ROOT / "roles").glob("*/handlers"))


def test_tags_are_those_of_the_plays_and_no_others() -> None:
    """The plan refuses every other one."""
    texts = {path: yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "roles").glob("*/tasks/*.yml")}
    assert not [path for path, tasks in texts.items() for task in tasks if "tags" in task]
    tags = {tag for play in PLAYS for tag in play.values[0]["tags"]}
    assert tags == {*TAGS, "always"}


@pytest.mark.parametrize("play", PLAYS)
def test_roles_leave_the_judgement_of_variables_to_the_plan(play: dict[str, Any]) -> None:
    """A variable without a value is a default to the plan, and a mistake to Ansible's own validation."""
    imports = [task[key] for task in play["tasks"] for key in task if key.endswith("import_role")]
    assert [role["name"] for role in imports if role.get("rolespec_validate") is not False] == []
