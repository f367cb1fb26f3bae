# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Docker Engine has of ours and of others. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ...module_utils.sources.reference import parse
from .found import Found


def networks_in_use(found: Found) -> dict[str, str]:
    """By network of ours why it stays: Docker starts no container again whose network is gone."""
    used: dict[str, str] = {}
    for name in [one["name"] for one in found.docker["networks"] if one["ours"]]:
        others = [one["name"] for one in found.docker["containers"] if not one["ours"] and name in one["networks"]]
        if others:
            used[f"network {name}"] = f"{', '.join(others)} of others use{'s' if len(others) == 1 else ''} it"
    return used


def images_in_use(found: Found) -> dict[str, str]:
    """By image of ours why it stays in an engine that does."""
    if found.engine_goes:
        return {}
    users: dict[str, list[str]] = {}
    for one in found.docker["containers"]:
        if not one["ours"]:
            users.setdefault(one["image"], []).append(one["name"])
    return {
        f"image {name}": f"{', '.join(users[name])} of others use{'s' if len(users[name]) == 1 else ''} it"
        for name in images_of_ours(found)
        if name in users
    }


def images_of_ours(found: Found) -> list[str]:
    """Those that containers of ours have, and had when an earlier run began."""
    there = [one["image"] for one in found.docker["containers"] if one["ours"]]
    return list(dict.fromkeys([*there, *found.noted("image")]))


def others_on_the_engine(found: Found) -> Iterator[str]:
    """Without those images that we fetched for an earlier release."""
    docker = found.docker
    volumes = {name for one in docker["containers"] if one["ours"] for name in one["volumes"]}
    repositories = {_repository(image) for image in images_of_ours(found)}
    yield from (f"container {one['name']}" for one in docker["containers"] if not one["ours"])
    yield from (f"network {one['name']}" for one in docker["networks"] if not one["ours"])
    # an engine names each with its tag, and once more with its digest
    others = {_repository(name): name for name in reversed(docker["images"])}
    yield from (f"image {name}" for repository, name in others.items() if repository not in repositories)
    for one in docker["volumes"]:
        if one["name"] not in volumes:
            yield f"volume {one['name']}"
        elif not one["empty"] and not found.data_goes:
            yield f"volume {one['name']} with files of a container of ours"


def _repository(image: str) -> tuple[str, str]:
    reference = parse(image)
    return reference.registry, reference.repository
