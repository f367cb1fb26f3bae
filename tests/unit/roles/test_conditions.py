# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate decides, in Python; playbooks and roles only do what it decided.

So no condition names a variable that a task of theirs registers, be it ``when``, ``until``, ``failed_when``,
``changed_when`` or one within a template. There is one exception: ``rocketchat_gate.hosts[inventory_hostname].apply``,
the roles that the gate has applied on the host, as that is its decision. Handing a registered value on is no condition.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment, nodes

from tests.deployment import ROOT
from tests.unit.roles.references import ANY, CONDITIONS, Reference, of_node

FILES = sorted([*(ROOT / "playbooks").rglob("*.yml"), *(ROOT / "roles").glob("*/tasks/*.yml")])
DECISION = ("rocketchat_gate", "hosts", ANY, "apply")
CONDITIONAL = (nodes.CondExpr, nodes.If, nodes.Compare, nodes.Test, nodes.And, nodes.Or, nodes.Not)


def values(content: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is no mapping or list, with the key that leads to it."""
    if isinstance(content, dict):
        for name, value in content.items():
            yield from values(value, name)
    elif isinstance(content, list):
        for value in content:
            yield from values(value, key)
    else:
        yield key, content


def registered(content: Any) -> set[str]:
    return {value for key, value in values(content) if key == "register"}


def conditions(content: Any) -> Iterator[nodes.Node]:
    for key, value in values(content):
        if key in CONDITIONS:
            yield Environment().parse(f"{{{{ {value} }}}}")
        elif isinstance(value, str):
            yield from Environment().parse(value).find_all(CONDITIONAL)


def over_results(content: Any, results: set[str]) -> set[Reference]:
    named = {reference for condition in conditions(content) for reference in of_node(condition)}
    return {reference for reference in named if reference[0] in results and reference != DECISION}


def parsed(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


RESULTS = {name for file in FILES for name in registered(parsed(file))}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_condition_is_over_a_registered_result(file: Path) -> None:
    assert over_results(parsed(file), RESULTS) == set()


def test_playbooks_register_something() -> None:
    assert "rocketchat_gate" in RESULTS


@pytest.mark.parametrize(
    ("task", "found"),
    [
        ({"when": "answer is changed"}, True),
        ({"when": ["ansible_check_mode", "not (answer.failed | default(false))"]}, True),
        ({"until": "answer is not failed", "retries": 3}, True),
        ({"block": [{"failed_when": "answer.rc != 0"}]}, True),
        ({"changed_when": "answer.stdout"}, True),
        ({"debug": {"msg": "{{ 'new' if answer.changed else 'old' }}"}}, True),
        ({"vars": {"text": "{% if answer.changed %}new{% endif %}"}}, True),
        ({"debug": {"msg": "{{ answer.stdout }}"}}, False),
        ({"copy": {"content": "{{ answer.csr }}"}, "changed_when": False}, False),
        ({"when": "nats_plan.first"}, False),
        ({"when": "'nats' in rocketchat_gate.hosts[inventory_hostname].apply"}, False),
        ({"when": "rocketchat_gate.hosts[inventory_hostname].roles.nats.plan"}, True),
        ({"when": "rocketchat_gate is changed"}, True),
    ],
)
def test_conditions_are_found(task: dict[str, Any], found: bool) -> None:
    assert bool(over_results([task], {"answer", "rocketchat_gate"})) is found
