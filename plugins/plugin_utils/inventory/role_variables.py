# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables an operator may set, as the roles' argument specs describe them, and what a host has for them."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..rocketchat.problems import Problem, did_you_mean
from .texts import ANY_TEXT, CONTROLLER_FILES, Text, text_problems, trimmed

ROLES = Path(__file__).parents[3] / "roles"

# What stands in for a value of the wrong type, so that the rest of the inventory can still be judged.
_NEUTRAL: dict[str, Any] = {"str": "", "path": None, "int": 1, "dict": {}, "list": [], "bool": False}
_NOUNS = {
    "str": "a text",
    "path": "a path",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "dict": "a mapping of names to values",
    "list": "a list",
}
# Ansible would take any value for a text, YAML's yes and no among them, and true for the number 1.
_REFUSED: dict[str, tuple[type, ...]] = {
    "str": (dict, list, bool),
    "path": (dict, list, bool),
    "int": (bool,),
    "float": (bool,),
}
README = "Correct it; the role's README describes it"

# Variables of the playbooks; no role has them. What a playbook does without one, it says itself.
PLAYBOOK_VARIABLES: dict[str, dict[str, Any]] = {
    "rocketchat_secrets_file": {"type": "path"},
    "rocketchat_health_report": {"type": "path"},
    "rocketchat_health_timeout": {"type": "int"},
    "rocketchat_report": {"type": "path"},
    "rocketchat_deploys": {"type": "bool"},
    "rocketchat_apply_all": {"type": "bool"},
    "rocketchat_rotate": {"type": "list", "elements": "str"},
    "rocketchat_rotation": {"type": "str"},
    "rocketchat_remove_data": {"type": "list", "elements": "str"},
}
# Former names of variables, which would have no effect any more, and their names of today.
RENAMED = {"health_report": "rocketchat_health_report"}

# How the names of what the gate hands to a role end.
_INTERNAL = ("_plan", "_secrets")


@cache
def role_options(groups: frozenset[str]) -> dict[str, dict[str, Any]]:
    """Every variable an operator may set; the plan's own are left out.

    Required is a variable only where its role runs, on the hosts of ``groups``.
    """
    options: dict[str, dict[str, Any]] = {}
    for role, specification in _specifications().items():
        for name, option in specification.items():
            if not name.endswith(_INTERNAL):
                options[name] = {**option, "required": option.get("required", False) and role in groups}
    return options


@cache
def collection_version() -> str:
    """As galaxy.yml says in a checkout, and MANIFEST.json where the collection was installed."""
    root = ROLES.parent
    if (root / "MANIFEST.json").exists():
        manifest = json.loads((root / "MANIFEST.json").read_text(encoding="utf-8"))
        return str(manifest["collection_info"]["version"])
    return str(yaml.safe_load((root / "galaxy.yml").read_text(encoding="utf-8"))["version"])


@cache
def hidden_variables() -> frozenset[str]:
    """Variables whose values are never shown, as a whole or in a part."""
    options = role_options(frozenset())
    return frozenset(name for name, option in options.items() if _is_hidden(option))


def _is_hidden(option: dict[str, Any]) -> bool:
    return bool(option.get("no_log")) or any(key.get("no_log") for key in option.get("options", {}).values())


@cache
def _specifications() -> dict[str, dict[str, dict[str, Any]]]:
    """The options of every role, by role."""
    found = {}
    for path in sorted(ROLES.glob("*/meta/argument_specs.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        found[path.parts[-3]] = content["argument_specs"]["main"]["options"]
    return found


def read_inventory(
    groups: dict[str, list[str]], given: dict[str, dict[str, Any]]
) -> tuple[dict[str, Any], list[Problem]]:
    """What ``make_plan`` takes, and problems of types, each told once. ``given``: by host, what its variables say."""
    hosts: dict[str, Any] = {}
    problems: dict[str, Problem] = {}
    for name, variables in given.items():
        options = role_options(frozenset(group for group, members in groups.items() if name in members))
        hosts[name], mistaken = read(options, variables)
        # A group's variable is wrong on all its hosts.
        problems |= {str(problem): problem for problem in mistaken}
    return {"groups": groups, "hosts": hosts}, list(problems.values())


def read(
    options: dict[str, dict[str, Any]], given: dict[str, Any], within: str = "", what: Text = ANY_TEXT
) -> tuple[dict[str, Any], list[Problem]]:
    """Values of the right type with defaults filled in, and a problem for each variable that has none.

    ``within``: the mapping that ``options`` are the keys of, as ``"rocketchat_replicas."``. ``what``: what it says of
    their texts.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, option in options.items():
        value, found = _read_one(f"{within}{name}", option, given.get(name), what)
        values[name] = value
        problems += found
    return values, problems


def _read_one(variable: str, option: dict[str, Any], given: Any, what: Text) -> tuple[Any, list[Problem]]:
    default = option.get("default")
    if given is None:
        missing = Problem(variable, None, "is not set", "Set it; the role's README describes it")
        # what is required has no default
        return (_NEUTRAL[option["type"]], [missing]) if option.get("required") else (default, [])
    what = Text(
        hidden=what.hidden or _is_hidden(option),
        free=what.free or bool(option.get("no_log")),
        is_path=option["type"] == "path" or variable in CONTROLLER_FILES,
    )
    shown = None if what.hidden else given
    value, fits = _converted(option, given)
    if not fits:
        return _NEUTRAL.get(option["type"]) if default is None else default, [_mistaken(variable, option, shown)]
    if "options" in option:
        return _read_keys(variable, option["options"], value, what)
    if option["type"] == "list":
        return _read_elements(variable, option, value, what)
    return value, list(text_problems(variable, value, what))


def _converted(option: dict[str, Any], given: Any) -> tuple[Any, bool]:
    """The value as Ansible converts a role's argument, and whether it can."""
    if isinstance(given, _REFUSED.get(option["type"], ())):
        return None, False
    # It would also split a text at "=", and a part of a secret would become a key, which is shown. JSON is for
    # inventories in INI form.
    if option["type"] == "dict" and isinstance(given, str) and not given.startswith("{"):
        return None, False
    alone = {name: option[name] for name in ("type", "choices") if name in option}
    try:
        checked = ArgumentSpecValidator({"value": alone}).validate({"value": given})
    except ArithmeticError:
        # YAML's .inf as a whole number, which Ansible does not expect
        return None, False
    return trimmed(checked.validated_parameters.get("value")), not checked.error_messages


def _read_keys(
    variable: str, options: dict[str, dict[str, Any]], value: dict[Any, Any], what: Text
) -> tuple[dict[str, Any], list[Problem]]:
    """A mapping whose keys the specification names; a key that is not given does not appear."""
    values, problems = read(options, value, f"{variable}.", what)
    for key in value:
        if key not in options:
            remedy = f"{did_you_mean(str(key), options)}Known are {', '.join(options)}"
            problems.append(Problem(f"{variable}.{key}", None, "is not known", remedy))
    return {key: found for key, found in values.items() if found is not None}, problems


def _read_elements(
    variable: str, option: dict[str, Any], value: list[Any], what: Text
) -> tuple[list[Any], list[Problem]]:
    values: list[Any] = []
    problems: list[Problem] = []
    for number, element in enumerate(value):
        of_one = {"type": option["elements"], "required": True}
        read_one, found = _read_one(f"{variable}[{number}]", of_one, element, what)
        problems += found
        if not found:
            values.append(read_one)
    return values, problems


def _mistaken(variable: str, option: dict[str, Any], shown: Any) -> Problem:
    if "choices" in option:
        return Problem(variable, shown, "is not one of its values", f"Write {' or '.join(map(str, option['choices']))}")
    return Problem(variable, shown, f"is not {_NOUNS[option['type']]}", README)


def renamed_variables(names: Iterable[str]) -> list[Problem]:
    """A problem for each variable that is given by its former name."""
    given = set(names)
    return [Problem(old, None, f"is now called {new}", "Rename it") for old, new in RENAMED.items() if old in given]


def unknown_variables(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Variables that look as if they were for a role and are not, each with the known one it resembles, or "".

    Other collections use the prefixes ``docker_``, ``mongodb_``, ``nats_`` and ``nginx_``, too: of their variables only
    those are told that resemble one of ours.
    """
    roles = _specifications()
    known = [*PLAYBOOK_VARIABLES, *(name for options in roles.values() for name in options)]
    for name in names:
        role, _underscore, rest = name.partition("_")
        if role not in roles or name in known or name.endswith(_INTERNAL):
            continue
        # The prefix, which all have in common, says nothing about how alike two are.
        candidates = [other.removeprefix(f"{role}_") for other in known if other.startswith(f"{role}_")]
        near = difflib.get_close_matches(rest, candidates, n=1, cutoff=0.8)
        if near or role == "rocketchat":
            yield name, f"{role}_{near[0]}" if near else ""
