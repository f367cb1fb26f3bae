# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger: what this collection did on a host and what is still to be done, as far as the host itself cannot say.

One JSON file for root alone, replaced as a whole. Its fields:

* ``format``: of this file. A higher one than ours was written by a newer collection and is not touched.
* ``collection``: the version of the collection that wrote it last.
* ``resources``: by name, such as ``package nginx``: ``made`` by this collection, ``found`` there before it and left as
  it is, or ``adopted``: somebody else's, replaced as the operator wished, with a copy of it kept.
* ``pending``: by unit, what it still has to do to take up what was written: ``restart`` or ``reload``.
* ``generated``: by path, the ``digest`` of what was made or fetched on the host, and the ``recipe`` it was made from.
* ``containers``: by its service's name, the digest of its definition that Compose noted on it when a role made it; ""
  for one that is still to be made anew.
* ``settings``: by path of a file that others have settings in, too, the digest of each setting that was made in it.
* ``data``: by directory with data, the ``mount`` point it lay below and the ``device`` that was mounted there.
* ``taken_up``: by unit, and of NATS by its name, the ``process`` that had taken up its settings when a role was done,
  and the digests of the ``files`` that it has them from.
* ``hosts``: by name, those that were part of the deployment, each with what it had of it.
"""

from __future__ import annotations

import json
import os
import tempfile
from typing import Any

PATH = "/var/lib/rocketops/ledger.json"
FORMAT = 1
EMPTY: dict[str, Any] = {
    "format": FORMAT,
    "collection": "",
    "resources": {},
    "pending": {},
    "generated": {},
    "containers": {},
    "settings": {},
    "data": {},
    "taken_up": {},
    "hosts": {},
}


def read(path: str) -> dict[str, Any]:
    """``state``: `absent`, `damaged`, `newer` or `read`; and its ``content``, of the last one only."""
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        return _judged(content)
    except FileNotFoundError:
        return {"state": "absent", "collection": "", "content": EMPTY}
    except (OSError, ValueError):
        return {"state": "damaged", "collection": "", "content": EMPTY}


def _judged(content: Any) -> dict[str, Any]:
    known = isinstance(content, dict) and isinstance(content.get("format"), int)
    if known and content["format"] > FORMAT:
        return {"state": "newer", "collection": str(content.get("collection", "")), "content": EMPTY}
    if not known or any(not isinstance(content.get(name, empty), type(empty)) for name, empty in EMPTY.items()):
        return {"state": "damaged", "collection": "", "content": EMPTY}
    # a version before may have had fewer fields
    complete = {name: content.get(name, empty) for name, empty in EMPTY.items()}
    return {"state": "read", "collection": complete["collection"], "content": complete}


def updated(content: dict[str, Any], entries: dict[str, Any]) -> dict[str, Any]:
    """``entries``: new fields; those that are mappings are merged, and an entry that is None is removed."""
    merged = {}
    for name, empty in EMPTY.items():
        wanted = entries.get(name, content[name])
        if isinstance(empty, dict):
            wanted = {key: value for key, value in {**content[name], **wanted}.items() if value is not None}
        merged[name] = wanted
    return {**merged, "format": FORMAT}


def note(path: str, entries: dict[str, Any], tries: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
    """What it held before and holds after. ``tries``: without writing. Raises ValueError where it cannot be read."""
    found = read(path)
    if found["state"] in ("damaged", "newer"):
        raise ValueError(f"{path} is {found['state']} and was left as it is.")
    before = found["content"]
    after = updated(before, entries)
    if after != before and not tries:
        write(path, after)
    return before, after


def write(path: str, content: dict[str, Any]) -> None:
    """Whole or not at all, also when the host loses power meanwhile."""
    directory = os.path.dirname(path)
    os.makedirs(directory, mode=0o700, exist_ok=True)
    descriptor, candidate = tempfile.mkstemp(dir=directory, prefix=".ledger-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2, sort_keys=True)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(candidate, path)
    except BaseException:
        os.unlink(candidate)
        raise
    folder = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
