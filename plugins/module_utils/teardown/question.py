# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The question of host_remains: its options, and its result. No Ansible here."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Mapping
from typing import Any

from ..facts import files, ledger, settings, system
from ..probing.question import Answered
from . import engine, packages, paths

_STRINGS: dict[str, Any] = {"type": "list", "elements": "str", "default": []}
_PATHS: dict[str, Any] = {"type": "list", "elements": "path", "default": []}
OPTIONS: dict[str, dict[str, Any]] = {
    "ledger": {"type": "path", "default": ledger.PATH},
    "docker_socket": {"type": "path", "default": "/var/run/docker.sock"},
    "mark": {"type": "str", "default": ""},
    "units": _STRINGS,
    "trees": _PATHS,
    "texts": _PATHS,
    "sites": _PATHS,
    "users": _STRINGS,
    "groups": _STRINGS,
    "settings_of": _STRINGS,
    "packages": _STRINGS,
}

_DOCKER_UNIT = "docker.service"


def answer(options: Mapping[str, Any]) -> Answered:
    """With ``packages``, what apt says of these alone."""
    facts = packages.removal(options["packages"]) if options["packages"] else _facts(options)
    return Answered({"changed": False, "facts": facts})


def _facts(asked: Mapping[str, Any]) -> dict[str, Any]:
    noted = ledger.read(asked["ledger"])
    content = noted["content"]
    named = [name.partition(" ")[::2] for name in content["resources"]]
    in_ledger = [path for kind, path in named if kind == "file"]
    units = [os.path.basename(path) for path in in_ledger if path.endswith((".service", ".timer", ".socket"))]
    found = system.units(list(dict.fromkeys([*asked["units"], *units, _DOCKER_UNIT]))) or {}
    made = [name for kind, name in named if kind == "package" and content["resources"][f"package {name}"] == "made"]
    return {
        "ledger": noted,
        "packages": packages.states(made),
        "changed_settings": packages.changed_settings([*made, *asked["settings_of"]]),
        "files": {path: paths.state(path, asked["mark"], path in content["data"]) for path in in_ledger},
        "settings": {path: settings.read(path) for path in content["settings"]},
        "texts": {path: files.text(path) for path in asked["texts"]},
        "units": found,
        "docker": engine.ask(asked["docker_socket"], bool(found.get(_DOCKER_UNIT, {}).get("found"))),
        "sites": {path: packages.not_of_packages(path) for path in asked["sites"]},
        "trees": [path for path in dict.fromkeys([*asked["trees"], *content["data"]]) if os.path.isdir(path)],
        "users": [name for name in asked["users"] if _has(pwd.getpwnam, name)],
        "groups": {name: _members(name) for name in asked["groups"] if _has(grp.getgrnam, name)},
    }


def _has(lookup: Any, name: str) -> bool:
    try:
        lookup(name)
    except KeyError:
        return False
    return True


def _members(group: str) -> list[str]:
    return list(grp.getgrnam(group).gr_mem)
