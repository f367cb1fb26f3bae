# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders the roles' templates from their plan alone: what is compared with the hosts is what is then written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..inventory.role_variables import ROLES

# Also tells whose a file is.
MANAGED = "Managed by rocketops.rocketchat: a run of its site playbook replaces what is changed here."


def render(role: str, template: str, plan: Mapping[str, Any]) -> str:
    return str(_environment(role).get_template(template).render(managed=MANAGED, **{f"{role}_plan": plan}))


@cache
def _environment(role: str) -> Environment:
    # as Ansible's template module renders; what is written is no HTML
    return Environment(
        loader=FileSystemLoader(ROLES / role / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
