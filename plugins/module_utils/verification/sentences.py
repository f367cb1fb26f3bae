# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in what the health modules say. No Ansible here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..containers.log import MASK
from ..containers.secrets import forms

# Sentences of the modules, which may quote a log; names and addresses are not searched for secrets.
_FREE_TEXT = {"diagnosis", "log_line", "msg", "reason", "drift", "warning"}


def longest_first(secrets: Iterable[str]) -> list[str]:
    """As one may be part of another."""
    return sorted(filter(None, set(secrets)), key=lambda secret: (-len(secret), secret))


def spelled(tree: Any) -> list[str]:
    """Every text in the tree and the passwords of URLs in it, in all spellings; the longest first."""
    return longest_first(form for text in _texts(tree) for form in forms(text))


def _texts(tree: Any) -> Iterator[str]:
    if isinstance(tree, Mapping):
        for value in tree.values():
            yield from _texts(value)
    elif isinstance(tree, str):
        yield tree


def without(tree: Any, secrets: list[str], free_text: bool = False) -> Any:
    """A copy in which no sentence holds a secret: a service that crashes likes to log the URL it was given."""
    if isinstance(tree, Mapping):
        return {key: without(value, secrets, key in _FREE_TEXT) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [without(value, secrets, free_text) for value in tree]
    if isinstance(tree, str) and free_text:
        for secret in secrets:
            tree = tree.replace(secret, MASK)
    return tree
