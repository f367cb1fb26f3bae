# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From Ansible's variables to what a run is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..inventory.role_variables import PLAYBOOK_VARIABLES, read
from ..rocketchat.problems import Problem
from .found import Found
from .removal import REMOVE_DATA

# What teardown_facts registered on every host.
FACTS = "rocketchat_remains"


def may_go(variables: Mapping[str, Any]) -> list[str]:
    """Names of the hosts whose data the operator wants removed."""
    return list(_read(variables)[0] or [])


def value_problems(variables: Mapping[str, Any]) -> list[Problem]:
    return _read(variables)[1]


def _read(variables: Mapping[str, Any]) -> tuple[list[str] | None, list[Problem]]:
    given = {REMOVE_DATA: variables[REMOVE_DATA]} if REMOVE_DATA in variables else {}
    values, problems = read({REMOVE_DATA: PLAYBOOK_VARIABLES[REMOVE_DATA]}, given)
    return values[REMOVE_DATA], problems


def answered(name: str, answer: Mapping[str, Any], data: list[str]) -> Found:
    """``answer``: as plain data. ``data``: the hosts whose data may go."""
    apt = {"apt": answer["apt"]} if answer.get("apt") else {}
    return Found(name, answer["facts"], **apt, data_goes=name in data)
