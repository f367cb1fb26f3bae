# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS names made of names of the inventory."""

from __future__ import annotations

import hashlib
import re


def slug(text: str) -> str:
    """A DNS label of an inventory name; one that is too long is cut, and a digest keeps it unique."""
    label = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if len(label) <= 63:
        return label
    return f"{label[:54]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
