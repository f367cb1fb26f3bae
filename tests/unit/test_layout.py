# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where code runs is seen by its path: module_utils on the managed hosts, plugin_utils on the controller."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deployment import ROOT

PLUGINS = ROOT / "plugins"
COLLECTION = ("ansible_collections", "rocketops", "rocketchat", "plugins")

# Packages of the controller from the ground up: each may import those before it. The health judges what was planned
# and found, and is told both as data. The preview shows a plan as the health shows what it found. A teardown goes by
# the record on the hosts, and by no plan; it needs the marks that one leaves.
LAYERS = ("rocketchat", "inventory", "plan", "preflight")
BESIDE = {"preview": {*LAYERS, "health"}, "teardown": {"rocketchat", "inventory", "plan"}}
FILES = [path.relative_to(PLUGINS) for path in sorted(PLUGINS.rglob("*.py"))]
HOST_FILES = [path for path in FILES if path.parts[0] == "module_utils"]
MODULES = [path for path in FILES if path.parts[0] == "modules"]
CONTROLLER_FILES = [path for path in FILES if path.parts[0] == "plugin_utils" and len(path.parts) > 2]


def imports(file: Path) -> Iterator[Path]:
    """The files of the collection that a file imports; for a package, its ``__init__.py``."""
    for node in ast.walk(ast.parse((PLUGINS / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _files(_own(tuple(alias.name.split("."))))
        elif isinstance(node, ast.ImportFrom):
            module = tuple(node.module.split(".")) if node.module else ()
            base = (*file.parts[: len(file.parts) - node.level], *module) if node.level else _own(module)
            for alias in node.names:
                yield from _files((*base, alias.name) if base else ())


def _own(module: tuple[str, ...]) -> tuple[str, ...]:
    """Names below ``plugins``; none for a module of somebody else."""
    return module[len(COLLECTION) :] if module[: len(COLLECTION)] == COLLECTION else ()


def _files(names: tuple[str, ...]) -> Iterator[Path]:
    """``names`` lead to a module, or to something in it: Python runs every package on the way, too."""
    for length in range(1, len(names) + 1):
        path = Path(*names[:length])
        for candidate in (path / "__init__.py", path.with_suffix(".py")):
            if (PLUGINS / candidate).is_file():
                yield candidate


@pytest.mark.parametrize("file", [*MODULES, *HOST_FILES], ids=str)
def test_what_runs_on_a_host_imports_nothing_of_the_controller(file: Path) -> None:
    """Ansible sends only module_utils along with a module."""
    assert [str(path) for path in imports(file) if path.parts[0] != "module_utils"] == []


def test_every_file_of_module_utils_is_reached_from_a_module() -> None:
    """What only the controller needs belongs into plugin_utils."""
    reached: set[Path] = set()
    to_visit = list(MODULES)
    while to_visit:
        file = to_visit.pop()
        if file not in reached:
            reached.add(file)
            to_visit += imports(file)
    assert [str(path) for path in HOST_FILES if path not in reached] == []


@pytest.mark.parametrize("file", CONTROLLER_FILES, ids=str)
def test_packages_of_the_controller_import_one_way(file: Path) -> None:
    """The product, the inventory's variables, the plan made of them, the verdict on both, and who shows it."""
    package = file.parts[1]
    allowed = (
        {package, *LAYERS[: LAYERS.index(package)]}
        if package in LAYERS
        else {package, *BESIDE.get(package, LAYERS[:1])}
    )
    used = {path.parts[1] for path in imports(file) if path.parts[0] == "plugin_utils"}
    assert used <= allowed
