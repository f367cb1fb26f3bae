# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that modules which ask have in common; described in the documentation fragment `probing`."""

from __future__ import annotations

from typing import Any

TIMEOUTS: dict[str, dict[str, Any]] = {
    "timeout": {"type": "float", "default": 60},
    "request_timeout": {"type": "float", "default": 5},
}
TRUST: dict[str, dict[str, Any]] = {
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
}
VERDICT: dict[str, dict[str, Any]] = {
    "fail_on_unhealthy": {"type": "bool", "default": True},
}
