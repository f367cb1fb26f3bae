# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Amounts of memory as Docker reads them."""

from __future__ import annotations

_UNITS = {"k": 1024, "m": 1024**2, "g": 1024**3}


def bytes_of(memory: str) -> int:
    """Of a text that ``inventory/services.py`` let through, such as 512m or 2gb."""
    text = memory.lower().removesuffix("b")
    return int(text[:-1]) * _UNITS[text[-1]]
