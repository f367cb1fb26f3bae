# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Licences for tests: what Rocket.Chat's have in them, with a signature that nobody made."""

from __future__ import annotations

import base64
import json
from typing import Any

ADDRESS = "chat.example.com"


def claims(
    *modules: str,
    servers: tuple[tuple[str, str], ...] = (("url", ADDRESS),),
    starts: str | None = None,
    ends: str | None = "2027-11-26T00:00:00.000Z",
    **changes: Any,
) -> dict[str, Any]:
    """The payload, with the fields of upstream's own tests (`MockedLicenseBuilder.ts`, 8.3-dev)."""
    period = {"validFrom": starts, "validUntil": ends, "invalidBehavior": "invalidate_license"}
    return {
        "version": "3.0",
        "information": {"id": "65691", "autoRenew": False, "trial": False, "grantedTo": {"company": "S3CRET Ltd."}},
        "validation": {
            "serverUrls": [{"type": kind, "value": value} for kind, value in servers],
            "validPeriods": [{key: value for key, value in period.items() if value}],
            "statisticsReport": {"required": True},
        },
        "grantedModules": [{"module": module} for module in modules or ("auditing", "scalability")],
        "limits": {"activeUsers": [{"max": 100, "behavior": "prevent_action"}]},
    } | changes


def sealed(payload: Any) -> str:
    """The payload as a licence."""
    parts = ({"alg": "RS256", "typ": "JWT"}, payload)
    return "RCV3_" + ".".join([*(_encoded(json.dumps(part).encode()) for part in parts), _encoded(b"no signature")])


def license_text(*modules: str, **changes: Any) -> str:
    return sealed(claims(*modules, **changes))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
