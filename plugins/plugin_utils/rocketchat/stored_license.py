# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the licence stored in the workspace is valid, by what workspace_facts returned.

Rocket.Chat's own word on it (setting ``Enterprise_License_Status``) knows the signature and the limits, but is as old
as its last look; dates are compared anew, and the address where it does not call the licence valid.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ...module_utils.workspace.license import LicenseState

_INVALID = "Rocket.Chat calls the stored one invalid"


def is_valid(workspace: Mapping[str, Any], now: datetime) -> bool | None:
    """None where it is not known: the database could not be read, or the licence cannot and was not used yet."""
    if workspace["reason"]:
        return None
    if invalidity(workspace, now):
        return False
    if workspace["license_status"] == "Valid":
        return True
    # after invalidity() the address alone may be unknown
    return LicenseState.from_dict(workspace["license"]).is_valid(now) if workspace["license"] else None


def invalidity(workspace: Mapping[str, Any], now: datetime) -> str:
    """Why there is no valid one; empty where there may be."""
    if workspace["license_status"] is None:
        return "none is stored"
    if workspace["license"]:
        state = LicenseState.from_dict(workspace["license"])
        left = state.time_left(now)
        if left is not None and left < timedelta():
            return f"the stored one expired on {state.ends}"
        if state.address_matches is False and workspace["license_status"] != "Valid":
            return "the stored one was issued for another address"
        if state.is_early(now):
            return f"the stored one is not valid before {state.starts}"
    return _INVALID if workspace["license_status"] == "Invalid" else ""
