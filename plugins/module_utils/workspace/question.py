# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The question of workspace_facts: its options, and its result. No Ansible here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ..mongodb.tls import planned
from ..mongodb.url import parse
from ..probing.question import Answered
from .probe import ask

OPTIONS: dict[str, dict[str, Any]] = {
    "url": {"type": "str", "required": True, "no_log": True},
    "root_url": {"type": "str", "required": True},
    "site_url": {"type": "str", "default": ""},
    "authorities": {"type": "str", "default": ""},
    "timeout": {"type": "float", "default": 5.0},
}


def answer(options: Mapping[str, Any]) -> Answered:
    """A mistake in the options is a ValueError."""
    if options["timeout"] <= 0:
        raise ValueError("timeout must be more than 0 seconds.")
    tls = planned(options["authorities"])
    told = ask(parse(options["url"]), options["root_url"], options["site_url"], options["timeout"], tls)
    return Answered({"changed": False, **asdict(told)})
