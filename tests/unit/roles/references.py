# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables the roles' files and the playbooks name, and how deep into them: read from Jinja's own parser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, nodes

# Keys whose value is an expression without braces.
CONDITIONS = ("when", "until", "changed_when", "failed_when", "that")
# An element that only the run knows, as of `hosts[inventory_hostname]`.
ANY = "*"

# A variable, and the keys that lead into it.
Reference = tuple[str, ...]


def of_template(path: Path) -> set[Reference]:
    return set(_of_text(path.read_text(encoding="utf-8")))


def of_yaml(path: Path) -> set[Reference]:
    return set(_of_value(yaml.safe_load(path.read_text(encoding="utf-8")), condition=False))


def _of_value(value: Any, condition: bool) -> Iterator[Reference]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _of_value(inner, condition=key in CONDITIONS)
    elif isinstance(value, list):
        for inner in value:
            yield from _of_value(inner, condition)
    elif isinstance(value, str):
        yield from _of_text(f"{{{{ {value} }}}}" if condition else value)


def _of_text(text: str) -> Iterator[Reference]:
    # only compiling would need Ansible's filters and tests
    yield from of_node(Environment().parse(text))


def of_node(node: nodes.Node) -> Iterator[Reference]:
    """The longest chain of keys from a variable on; what is in brackets may name others."""
    if reference := _chain(node):
        yield reference
        yield from _within_brackets(node)
    else:
        for child in node.iter_child_nodes():
            yield from of_node(child)


def _chain(node: nodes.Node) -> Reference | None:
    if isinstance(node, nodes.Name):
        return (node.name,)
    if isinstance(node, nodes.Getattr):
        before = _chain(node.node)
        return before and (*before, node.attr)
    if isinstance(node, nodes.Getitem) and not isinstance(node.arg, nodes.Slice):
        before = _chain(node.node)
        key = node.arg.value if isinstance(node.arg, nodes.Const) else ANY
        return before and (*before, str(key) if isinstance(key, str) else ANY)
    return None


def _within_brackets(node: nodes.Node) -> Iterator[Reference]:
    while isinstance(node, (nodes.Getattr, nodes.Getitem)):
        if isinstance(node, nodes.Getitem):
            yield from of_node(node.arg)
        node = node.node


def unsupplied(reference: Reference, values: Iterable[Any]) -> bool:
    """Whether it leads nowhere in all values, or in one to a key that is not there. What is None has no keys."""
    ends = [end for value in values for end in _ends(reference, value)]
    return not any(end is _FOUND for end in ends) or any(end is _MISSING for end in ends)


_FOUND, _ABSENT, _MISSING = object(), object(), object()


def _ends(keys: Reference, value: Any) -> Iterator[object]:
    if not keys:
        yield _FOUND
    elif value is None:
        yield _ABSENT
    elif keys[0] == ANY:
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _ends(keys[1:], inner)
    elif isinstance(value, Mapping) and keys[0] in value:
        yield from _ends(keys[1:], value[keys[0]])
    else:
        # a method, such as `.items()`
        yield _FOUND if hasattr(value, keys[0]) else _MISSING
