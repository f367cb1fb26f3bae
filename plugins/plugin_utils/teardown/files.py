# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of the files that the ledger names. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..rocketchat import distributions, layout
from ..rocketchat.left_by_packages import ENGINE_PACKAGES
from .found import ADOPTED, FOUND, MADE, NGINX_DIRECTORY, Found
from .packages import kept


@dataclass(frozen=True)
class Files:
    """``goes``: in the order of removing. ``put_back``: by path the copy of what others had there.

    ``left``: by path why it stays.
    """

    goes: list[str] = field(default_factory=list)
    put_back: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)


def files(found: Found) -> Files:
    """Those of the ledger, but for directories with data, and files in which others have settings, too."""
    decided = Files()
    emptied = shared(found)[1]
    apart = {*found.data, *found.content["data"], *found.content["settings"]}
    for path, whose in found.noted("file").items():
        there = found.at(path)
        if there and path not in apart:
            _decide(found, path, whose, there, decided)
    decided.goes[:] = [*emptied, *_from_the_inside_out(found, decided, emptied)]
    return decided


def _decide(found: Found, path: str, whose: str, there: Mapping[str, Any], decided: Files) -> None:
    replaced = whose == ADOPTED or (whose == FOUND and there["marked"])
    if replaced and there["directory"]:
        decided.left[path] = "it was there before"
    elif replaced and there["copy"]:
        decided.put_back[path] = there["copy"]
    elif whose == FOUND and there["marked"]:
        decided.left[path] = "the package's own, which this collection replaced; no copy of it was kept"
    elif replaced and not there["marked"]:
        # an earlier run has put back what others had
        return
    elif whose != FOUND and (reason := _goes_with(found, path)):
        decided.left[path] = reason
    elif whose != FOUND:
        decided.goes.append(path)


def _goes_with(found: Found, path: str) -> str:
    """Why a program that stays needs it; "" where none does."""
    if path == layout.NGINX_CONFIGURATION and not found.nginx_goes:
        return "nginx stays, and has no other"
    docker = ENGINE_PACKAGES & set(kept(found))
    if docker and path in (f"{distributions.KEYRINGS}/docker.asc", f"{distributions.SOURCES}/docker.sources"):
        return f"{', '.join(sorted(docker))} come from there, and stay"
    return ""


def _from_the_inside_out(found: Found, decided: Files, emptied: list[str]) -> list[str]:
    """A directory with something in it that stays has to stay, too."""
    holds = {path: _holds(found, path) for path in decided.goes}
    holds |= _between(found, holds)
    deepest_first = sorted(holds, key=lambda path: (-path.count("/"), path))
    gone = {*deepest_first, *emptied, *decided.put_back.values()}
    order = []
    for path in deepest_first:
        stays = [inner for inner in holds[path] if inner not in gone]
        if stays and not _purged(found, path):
            decided.left[path] = f"it holds {', '.join(stays)}"
            gone.discard(path)
        else:
            order.append(path)
    return order


def _between(found: Found, holds: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Directories that were made on the way to a file of ours, in a directory of ours, and what they hold.

    The ledger does not know them; one that it knows and that is none of these was there before.
    """
    known = found.noted("file")
    inner = [(path, one) for path, below in holds.items() for one in below if one not in known]
    return {
        one: [other for other in holds[path] if other.startswith(f"{one}/")]
        for path, one in inner
        if any(ours.startswith(f"{one}/") for ours in holds)
    }


def _holds(found: Found, path: str) -> list[str]:
    there = found.at(path)
    return list(there["holds"]) if there else []


def _purged(found: Found, path: str) -> bool:
    """Whether its package takes away all that is in it."""
    return found.nginx_goes and f"{path}/".startswith(f"{NGINX_DIRECTORY}/")


def shared(found: Found) -> tuple[list[dict[str, Any]], list[str], dict[str, str]]:
    """Of files that others have settings in, too: what is taken out of them, those that go as nothing else is in them,
    and by path why something of ours stays.
    """
    changes, goes, left = [], [], {}
    for path, ours in found.content["settings"].items():
        told = found.facts["settings"][path]
        now: Mapping[str, str] = told["digests"]
        if told["error"]:
            left[path] = f"its settings cannot be read: {told['error']}"
            continue
        dropped = [name for name, digest in ours.items() if now.get(name) == digest]
        made = found.noted("file").get(path) == MADE
        if made and found.at(path) and set(now) <= set(dropped):
            goes.append(path)
        elif dropped:
            changes.append({"path": path, "remove": dropped})
    return changes, goes, left
