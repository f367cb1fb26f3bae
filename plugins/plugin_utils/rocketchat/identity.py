# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether Rocket.Chat takes the workspace for the one that it was, which it asks when its addresses change.

Two workspaces of one identity share a registration, and with it notifications and licences.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

IDENTITY = (
    "Rocket.Chat asks its administrators whether this is a new workspace, as its address (Site_Url) or the way to its "
    "database is another than at its last start. An administrator who signs in answers: a configuration update, or, "
    "where this is a copy of a workspace that goes on elsewhere, a new workspace."
)


def asks_identity(workspace: Mapping[str, Any] | None) -> bool:
    """By what its database said of it."""
    return bool((workspace or {}).get("asks_identity"))
