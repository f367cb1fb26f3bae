# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The variables an operator may set, as the roles' argument specs describe them, and what a host has for them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..module_utils.plan.problems import Problem

ROLES = Path(__file__).parents[2] / "roles"

# What stands in for a value of the wrong type, so that the rest of the inventory can still be judged.
NEUTRAL = {"str": "", "path": None, "int": 1, "dict": {}}
NOUNS = {"str": "a text", "path": "a path", "int": "a whole number", "dict": "a mapping of names to values"}


@cache
def role_options(groups: frozenset[str]) -> dict[str, dict[str, Any]]:
    """Every variable an operator may set; the plan's own are left out.

    Required is a variable only where its role runs, on the hosts of ``groups``.
    """
    options: dict[str, dict[str, Any]] = {}
    for specification in sorted(ROLES.glob("*/meta/argument_specs.yml")):
        role = specification.parts[-3]
        content = yaml.safe_load(specification.read_text(encoding="utf-8"))
        for name, option in content["argument_specs"]["main"]["options"].items():
            if not name.endswith("_plan"):
                options[name] = {**option, "required": option.get("required", False) and role in groups}
    return options


def read(options: dict[str, dict[str, Any]], given: dict[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Values of the right type with defaults filled in, and a problem for each variable that has none."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, option in options.items():
        own = {name: given[name]} if given.get(name) is not None else {}
        checked = ArgumentSpecValidator({name: option}).validate(own)
        values[name] = checked.validated_parameters.get(name)
        if checked.error_messages:
            values[name] = option.get("default", NEUTRAL[option["type"]])
            problems.append(_problem(name, option, own))
    return values, problems


def _problem(name: str, option: dict[str, Any], own: dict[str, Any]) -> Problem:
    if not own:
        return Problem(name, None, "is not set", "Set it; the role's README describes it")
    shown = None if option.get("no_log") else own[name]
    if "choices" in option:
        choices = " or ".join(map(str, option["choices"]))
        return Problem(name, shown, "is not one of its values", f"Write {choices}")
    return Problem(name, shown, f"is not {NOUNS[option['type']]}", "Correct it; the role's README describes it")
