# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module notes in the ledger once a unit has taken up its settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..facts import ledger, programs

# Of a module's option `ledger`.
OPTIONS: dict[str, dict[str, Any]] = {
    "path": {"type": "path", "default": ledger.PATH},
    "collection": {"type": "str", "required": True},
    "took_up": {"type": "dict", "default": {}},
}


def note_taken_up(unit: str, record: Mapping[str, Any]) -> None:
    """Raises ValueError where the ledger cannot be read. ``record``: that option."""
    entries = {
        "collection": record["collection"],
        "pending": {unit: None},
        "settings": record.get("settings", {}),
        "taken_up": programs.noted(record["took_up"]),
    }
    ledger.note(record["path"], entries)
