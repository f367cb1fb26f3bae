# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all files have in common: the head, and the way of importing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.deployment import ROOT

HEAD_LINES = 5
SPDX = "# SPDX-License-Identifier: GPL-3.0-or-later"
COLLECTION = "ansible_collections.rocketops.rocketchat"
PLUGINS = sorted((ROOT / "plugins").rglob("*.py"))
FILES = [*PLUGINS, *sorted((ROOT / "tests").rglob("*.py"))]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_file_says_its_license() -> None:
    """Ansible asks it of plugins only; an empty ``__init__.py`` has nothing to license."""
    texts = {path: path.read_text(encoding="utf-8") for path in FILES}
    lacking = [path for path, text in texts.items() if text and SPDX not in text.splitlines()[:HEAD_LINES]]
    assert [named(path) for path in lacking] == []


def ways_of_importing(source: str) -> set[str]:
    """How a source names files of this collection: ``relative``, ``absolute``, both or neither."""
    ways = set()
    for node in ast.walk(ast.parse(source)):
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            ways.add("relative")
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        if any(module.startswith(COLLECTION) for module in modules):
            ways.add("absolute")
    return ways


@pytest.mark.parametrize(
    ("source", "ways"),
    [
        ("from ansible.errors import AnsibleError", set()),
        ("from ..probing.fault import Fault", {"relative"}),
        (f"def late():\n    import {COLLECTION}.plugins\nfrom . import near", {"relative", "absolute"}),
        (f"from {COLLECTION}.plugins.module_utils import probing", {"absolute"}),
    ],
)
def test_ways_of_importing_are_told_apart(source: str, ways: set[str]) -> None:
    assert ways_of_importing(source) == ways


def test_plugins_import_the_collection_one_way() -> None:
    mixed = [path for path in PLUGINS if len(ways_of_importing(path.read_text(encoding="utf-8"))) > 1]
    assert [named(path) for path in mixed] == []
