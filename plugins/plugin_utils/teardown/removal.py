# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what a host told to what is removed there, step by step, and what stays. Pure: nothing else is ever removed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..rocketchat import layout
from ..rocketchat.left_by_packages import LEFT, Left
from .engine import images_in_use, images_of_ours, networks_in_use
from .files import files, shared
from .found import MADE, NGINX_DIRECTORY, Found
from .packages import came_along, kept

REMOVE_DATA = "rocketchat_remove_data"


@dataclass(frozen=True)
class Removal:
    """In the order of the steps. ``notes``: for the ledger, before the first change, so that a run that ends half-way
    is finished by the next one. ``stops``: units that end, now and at every boot. ``back``: what the ledger says of
    what is put back, and ``forgets`` of all the rest.

    ``left``: what stays of what the collection made, and why.
    """

    notes: dict[str, str] = field(default_factory=dict)
    proxy_stops: list[str] = field(default_factory=list)
    proxy_files: dict[str, Any] = field(default_factory=dict)
    proxy_reloads: list[str] = field(default_factory=list)
    containers: list[dict[str, Any]] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    networks: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    engine_stops: list[str] = field(default_factory=list)
    settings: list[dict[str, Any]] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)
    blocks: list[dict[str, str]] = field(default_factory=list)
    put_back: list[dict[str, str]] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    trees: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    forgets: list[str] = field(default_factory=list)
    forgets_data: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def removal(found: Found) -> Removal:
    decided = files(found)
    settings, _emptied, unreadable = shared(found)
    of_proxy = [] if found.nginx_goes else [path for path in decided.goes if _is_of_nginx(path)]
    used = {**networks_in_use(found), **images_in_use(found)}
    images = _images(found)
    along = came_along(found)
    trees, data_left = _trees(found)
    left = {**kept(found), **unreadable, **decided.left, **used, **dict(_left_people(found, data_left)), **data_left}
    goes_along = [*(f"package {name}" for name in along), *(f"image {name}" for name in images_of_ours(found))]
    notes = dict.fromkeys([*goes_along, *_noted_with_data(found, data_left)], MADE)
    put_back = [{"path": path, "copy": copy} for path, copy in decided.put_back.items()]
    return Removal(
        notes=notes,
        proxy_stops=[layout.NGINX_UNIT] if found.nginx_goes and found.has_unit(layout.NGINX_UNIT) else [],
        proxy_files={
            "files": of_proxy,
            "put_back": [one for one in put_back if _is_of_nginx(one["path"])],
            "forgets": [f"file {path}" for path in decided.put_back if _is_of_nginx(path)],
        },
        proxy_reloads=[layout.NGINX_UNIT] if of_proxy and found.facts["units"][layout.NGINX_UNIT]["active"] else [],
        containers=_containers(found),
        stops=_stops(found),
        networks=[
            one["name"] for one in found.docker["networks"] if one["ours"] and f"network {one['name']}" not in used
        ],
        images=images,
        engine_stops=[unit for unit in layout.ENGINE_UNITS if found.engine_goes and _is_on(found, unit)],
        settings=settings,
        packages=[*found.packages_going, *along],
        blocks=_blocks(found),
        put_back=[one for one in put_back if not _is_of_nginx(one["path"])],
        back=[f"file {path}" for path in decided.put_back if not _is_of_nginx(path)],
        files=[path for path in decided.goes if path not in of_proxy],
        trees=trees,
        users=_users(found, data_left),
        groups=_groups(found, data_left),
        forgets=_forgets({**found.content["resources"], **notes}, left, _noted_with_data(found, data_left)),
        forgets_data=[path for path in found.content["data"] if found.data_goes and path not in data_left],
        left=_by_reason({**left, **_in_the_kernel(found), **_record(found, left)}),
    )


def _by_reason(left: Mapping[str, str]) -> list[str]:
    names: dict[str, list[str]] = {}
    for name, why in left.items():
        names.setdefault(why, []).append(name)
    return [f"{', '.join(those)}: {why}" for why, those in names.items()]


def _is_of_nginx(path: str) -> bool:
    return path.startswith(f"{NGINX_DIRECTORY}/")


# -- what runs ---------------------------------------------------------------------------------------------------------


def _containers(found: Found) -> list[dict[str, Any]]:
    """Those of NATS last, as the others end in order while they reach it. Volumes without a name go with them, but for
    one that has something in it.
    """
    full = {one["name"] for one in found.docker["volumes"] if not one["empty"] and not found.data_goes}
    ours = [one for one in found.docker["containers"] if one["ours"]]
    ours.sort(key=lambda one: (one["project"] == "nats", one["name"]))
    return [{"name": one["name"], "keep_volumes": bool(full & set(one["volumes"]))} for one in ours]


def _stops(found: Found) -> list[str]:
    """mongod, and units of our own. A unit that is off and starts at no boot is left alone."""
    ours = [path.rpartition("/")[2] for path, whose in found.noted("file").items() if whose == MADE and _is_unit(path)]
    mongod = [layout.MONGODB_UNIT] if layout.MONGOD_SETTINGS in found.noted("file") else []
    return [unit for unit in [*mongod, *ours] if _is_on(found, unit)]


def _is_on(found: Found, unit: str) -> bool:
    state = found.facts["units"].get(unit, {})
    return found.has_unit(unit) and bool(state["active"] or state["enabled"])


def _is_unit(path: str) -> bool:
    return path.rpartition("/")[0] == layout.UNITS


def _images(found: Found) -> list[str]:
    """From an engine that stays; with one that goes they go, too."""
    if found.engine_goes:
        return []
    used = images_in_use(found)
    return [name for name in images_of_ours(found) if name in found.docker["images"] and f"image {name}" not in used]


def _blocks(found: Found) -> list[dict[str, str]]:
    text = found.facts["texts"].get(layout.HOSTS_FILE) or ""
    begins = layout.HOSTS_MARKER.replace("{mark}", "BEGIN")
    return [{"path": layout.HOSTS_FILE, "marker": layout.HOSTS_MARKER}] if begins in text.splitlines() else []


# -- what packages and people left -------------------------------------------------------------------------------------


def _without_their_package(found: Found) -> Iterator[Left]:
    """What packages that we installed leave, once nobody has their program any more."""
    for name in found.left_something:
        if name in found.packages_going or not found.has_unit(LEFT[name].unit):
            yield LEFT[name]


def _trees(found: Found) -> tuple[list[str], dict[str, str]]:
    """Directories that go with all that is in them; data that stay, by path, and why."""
    there = found.facts["trees"]
    left = list(_without_their_package(found))
    trees = [tree for one in left for tree in one.trees if tree in there]
    root = found.docker["data_root"]
    if any(layout.DOCKER_DATA in one.trees for one in left) and root not in ("", layout.DOCKER_DATA):
        trees.append(root)
    stays = {path: reason for path in found.data if (reason := _why_data_stay(found, path))}
    return [*trees, *(path for path in found.data if path not in stays)], stays


def _why_data_stay(found: Found, path: str) -> str:
    if any(path in LEFT[name].data and _others_have(found, name) for name in LEFT):
        return "somebody else has its program now"
    if not found.data_goes:
        return f"what people wrote; it goes with -e {REMOVE_DATA}={found.name}"
    if found.noted("file").get(path, MADE) != MADE:
        return "it was there before this collection used it"
    return ""


def _others_have(found: Found, name: str) -> bool:
    """What we had configured is ours still, whoever installed it."""
    of_ours = name in found.packages_made or layout.MONGOD_SETTINGS in found.noted("file")
    return found.has_unit(LEFT[name].unit) and not of_ours


def _users(found: Found, data_left: Mapping[str, str]) -> list[str]:
    """Not of data that stay."""
    there = found.facts["users"]
    left = [one for one in _without_their_package(found) if not set(one.data) & set(data_left)]
    return [user for one in left for user in one.users if user in there]


def _groups(found: Found, data_left: Mapping[str, str]) -> list[str]:
    there = found.facts["groups"]
    left = [one for one in _without_their_package(found) if not set(one.data) & set(data_left)]
    names = dict.fromkeys(group for one in left for group in one.groups if group in there)
    # a user of the same name is in it, and goes before
    return [name for name in names if set(there[name]) <= set(_users(found, data_left))]


def _left_people(found: Found, data_left: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Users and groups that a package of ours made, and why they stay."""
    users = _users(found, data_left)
    for one in _without_their_package(found):
        yield from (
            (f"user {name}", "owns those data") for name in one.users if _stays(found.facts["users"], name, users)
        )
        for group in one.groups:
            others = set(found.facts["groups"].get(group, [])) - set(one.users)
            if others:
                yield f"group {group}", f"{', '.join(sorted(others))} are in it"


def _stays(there: list[str], name: str, going: list[str]) -> bool:
    return name in there and name not in going


def _in_the_kernel(found: Found) -> dict[str, str]:
    """Nobody knows what of it others count on by now."""
    ends = found.has_unit(layout.DOCKER_UNIT) and found.engine_goes
    return {"docker0, and the engine's rules and forwarding in the kernel": "go with the next boot"} if ends else {}


def _record(found: Found, left: Mapping[str, str]) -> dict[str, str]:
    return {layout.LEDGER: "says whose the rest is"} if left and found.facts["ledger"]["state"] == "read" else {}


def _noted_with_data(found: Found, data_left: Mapping[str, str]) -> list[str]:
    """What a later run is to find that may take the data, once their package is gone."""
    return [f"tree {path}" for one in _without_their_package(found) for path in one.data if path in data_left]


def _forgets(resources: Mapping[str, str], left: Mapping[str, str], noted: list[str]) -> list[str]:
    """Whatever the ledger says of what is gone, or was never ours."""
    stays = {*noted, *left, *(f"package {name}" for name in left), *(f"file {path}" for path in left)}
    return [name for name in resources if name not in stays]
