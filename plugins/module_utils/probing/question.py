# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module that asks has between its options and its result, so that others may ask the same. No Ansible here."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple


class Answered(NamedTuple):
    """What the module returns, and what is wrong in it, as text; nothing useful if it is healthy."""

    result: dict[str, Any]
    summary: str = ""


class LibraryMissing(Exception):
    """A Python library that the question needs is not on this host."""

    def __init__(self, library: str, reason: str | None = None) -> None:
        """``reason``: the traceback of the import, where it is known."""
        # begins as the sentence of Ansible's missing_required_lib(), which only modules can call
        super().__init__(f"Failed to import the required Python library ({library}) with {sys.executable}")
        self.library = library
        self.reason = reason
