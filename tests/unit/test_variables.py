# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An operator's variable goes one way: plugin_utils/inventory reads it, the plan carries what follows from it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import yaml
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.role_variables import role_options
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.settings import (
    SECRET_VARIABLES,
)

from tests.deployment import ROOT

VARIABLES = frozenset(role_options(frozenset()))
INVENTORY = "plugins/plugin_utils/inventory"

# What Ansible evaluates as an expression without braces around it.
EXPRESSIONS = {"when", "until", "failed_when", "changed_when", "that", "var"}
# Data with fields that are called like variables.
PLANNED_OR_FOUND = ("plan", "workspace")


def read_in_python(source: str) -> Iterator[str]:
    """``x["name"]``, ``x.get("name")``, and a list of names, which is there to be gone through."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript):
            if not ast.unparse(node.value).endswith(PLANNED_OR_FOUND):
                yield from names_in(node.slice)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("get", "setting"):
            yield from names_in(*node.args[:1])
        elif isinstance(node, (ast.Tuple, ast.List)):
            yield from names_in(*node.elts)


def names_in(*nodes: ast.expr) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and node.value in VARIABLES:
            yield node.value


def read_in_jinja(text: str) -> Iterator[str]:
    for expression in re.findall(r"\{\{.*?\}\}|\{%.*?%\}", text, re.DOTALL):
        yield from VARIABLES & set(re.findall(r"\w+", expression))


def read_in_yaml(content: Any, key: str = "") -> Iterator[str]:
    if isinstance(content, dict):
        for name, value in content.items():
            yield from read_in_yaml(value, name)
    elif isinstance(content, list):
        for value in content:
            yield from read_in_yaml(value, key)
    elif isinstance(content, str):
        yield from read_in_jinja(f"{{{{ {content} }}}}" if key in EXPRESSIONS else content)


def readings() -> Iterator[tuple[str, str]]:
    """Every variable with each file that reads it; the inventory's package is one place."""
    for folder in ("plugins/plugin_utils", "plugins/action"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            place = str(file.relative_to(ROOT))
            for name in read_in_python(file.read_text(encoding="utf-8")):
                yield name, INVENTORY if place.startswith(INVENTORY) else place
    for name in SECRET_VARIABLES.values():
        yield name, INVENTORY
    for folder in ("roles/*/tasks", "roles/*/vars", "roles/*/handlers", "roles/*/templates", "playbooks"):
        for file in sorted(path for path in ROOT.glob(f"{folder}/**/*") if path.is_file()):
            text = file.read_text(encoding="utf-8")
            for name in read_in_yaml(yaml.safe_load(text)) if file.suffix == ".yml" else read_in_jinja(text):
                yield name, str(file.relative_to(ROOT))


READINGS = frozenset(readings())


def test_the_inventory_reads_every_variable() -> None:
    read = {name for name, place in READINGS if place == INVENTORY}
    assert sorted(VARIABLES - read) == [], f"read these in {INVENTORY}, or remove their options"


def test_nothing_else_reads_one() -> None:
    elsewhere = sorted(found for found in READINGS if found[1] != INVENTORY)
    assert elsewhere == [], f"read these in {INVENTORY} only, and let the plan carry what follows from them"
