# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings in a JSON file that several programs or people share: what is set there, and how a part of it is changed.

A setting within others is named as in a JSON pointer (RFC 6901) without its first slash, such as ``log-opts/max-size``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any

MASK = "***"
_PASSWORD_IN_URL = re.compile(r"//[^/@\s]*@")
_SECRET_NAME = re.compile(r"token|password|passwd|secret|credential", re.IGNORECASE)


def read(path: str) -> dict[str, Any]:
    """``values`` without secrets, ``digests`` of each by name; ``error``: why they cannot be told.

    A file that is missing or empty sets nothing, as for the Docker Engine.
    """
    try:
        document = parsed(path)
    except (OSError, ValueError) as error:
        return {"error": _reason(error), "values": {}, "digests": {}}
    return {
        "error": None,
        "values": masked(document),
        "digests": {name: digest(value) for name, value in leaves(document).items()},
    }


def parsed(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8-sig") as file:
            text = file.read()
    except FileNotFoundError:
        return {}
    document = json.loads(text) if text.strip() else {}
    if not isinstance(document, dict):
        raise ValueError("it is no JSON object")
    return document


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}: {error.msg}"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def leaves(document: Mapping[str, Any]) -> dict[str, Any]:
    """Every setting by its name; an object without any is a setting itself."""
    return dict(_leaves(document, ""))


def _leaves(document: Mapping[str, Any], above: str) -> Iterator[tuple[str, Any]]:
    for key, value in document.items():
        name = above + key.replace("~", "~0").replace("/", "~1")
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{name}/")
        else:
            yield name, value


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def top(name: str) -> str:
    """The setting of the file itself that one within it belongs to."""
    return _keys(name)[0]


def _keys(name: str) -> list[str]:
    return [key.replace("~1", "/").replace("~0", "~") for key in name.split("/")]


def changed(document: Mapping[str, Any], wanted: Mapping[str, Any], dropped: Iterable[str]) -> dict[str, Any]:
    """With what is wanted and without what is dropped, both by name; all else as it is, and in its order."""
    after = deepcopy(dict(document))
    for name in dropped:
        _drop(after, _keys(name))
    for name, value in wanted.items():
        *way, last = _keys(name)
        place = after
        for key in way:
            if not isinstance(place.get(key), dict):
                place[key] = {}
            place = place[key]
        place[last] = value
    return after


def _drop(place: dict[str, Any], way: list[str]) -> None:
    """With the objects around it that it leaves empty."""
    first, *rest = way
    if not rest:
        place.pop(first, None)
    elif isinstance(place.get(first), dict):
        _drop(place[first], rest)
        if not place[first]:
            del place[first]


def as_text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=4, ensure_ascii=False) + "\n"


def masked(value: Any) -> Any:
    """Without passwords in URLs, as of a proxy, and what is called a secret, as a log driver's token."""
    if isinstance(value, Mapping):
        return {key: MASK if _is_secret(key, entry) else masked(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [masked(entry) for entry in value]
    return _PASSWORD_IN_URL.sub(f"//{MASK}@", value) if isinstance(value, str) else value


def _is_secret(key: str, value: Any) -> bool:
    return isinstance(value, str) and bool(_SECRET_NAME.search(key))
