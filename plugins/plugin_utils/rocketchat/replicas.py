# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many of each service there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def more_than_one(services: Iterable[str]) -> list[str]:
    """Services of which there is more than one, which takes a licence; each container's service is given."""
    return [f"{total} of {key}" for key, total in Counter(services).items() if total > 1]
