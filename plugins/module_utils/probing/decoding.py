# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An answer may be anything: it is decoded here, and its reader catches what does not fit."""

from __future__ import annotations

import json
from typing import Any

# What comes of reading an answer that has another shape than the one it should have.
SHAPE_ERRORS = (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError)


def decoded(text: str | bytes) -> Any:
    """Raises ValueError for all that is not JSON, also for a nesting without end."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
