# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What deployment_health is told to ask of a host, made from its plan. Secrets are kept apart from the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

# Options of the parts that hold secrets.
_SECRET = {
    "containers": ("secret_environments",),
    "mongodb": ("password",),
    "workspace": ("url",),
    "nats": ("password",),
    "ddp": ("password",),
    "facts": ("user_password", "admin_password", "former_admin_password", "workspace_url"),
}
# What the plan has for people, and no module asks about.
_NOT_ASKED = {"workspace": ("database",)}


def questions(host_plan: Mapping[str, Any], nats_clients: list[Any]) -> dict[str, dict[str, Any]]:
    """By part the options of its module; what is not on the host is left out."""
    probes = {part: dict(probe) for part, probe in host_plan["probes"].items() if probe is not None}
    for part, names in _NOT_ASKED.items():
        for name in names:
            probes.get(part, {}).pop(name, None)
    if host_plan["rocketchat"] is not None:
        probes["services"] = {"endpoints": host_plan["endpoints"]}
    if "nats" in probes:
        probes["nats"]["expected_clients"] = nats_clients
    if "ddp" in probes:
        # whether clients trust the authority of the certificate is theirs to say; its dates and name are looked at
        probes["ddp"]["validate_certs"] = False
    return probes


def as_options(asked: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The options of deployment_health that put these questions."""
    parts: dict[str, dict[str, Any]] = {}
    secrets: dict[str, dict[str, Any]] = {}
    for part, options in asked.items():
        hidden = _SECRET.get(part, ())
        parts[part] = {name: value for name, value in options.items() if name not in hidden}
        secrets[part] = {name: value for name, value in options.items() if name in hidden}
    return {**parts, "secrets": json.dumps(secrets)}
