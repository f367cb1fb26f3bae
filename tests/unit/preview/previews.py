# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Previews of plans, with what hosts said of their size."""

from __future__ import annotations

from typing import Any

from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preview.document import document

DEBIAN = {"id": "debian", "version": "13", "family": ["debian"], "name": "Debian GNU/Linux 13 (trixie)"}
AWAY = {"facts": None, "unknown": "cannot be reached"}


def there(cores: int | None = 4, memory_mb: int | None = 8192, system: dict[str, Any] = DEBIAN) -> dict[str, Any]:
    return {"facts": {"os": system, "cores": cores, "memory_mb": memory_mb}, "unknown": ""}


def preview(planned: dict[str, Any], generated: tuple[str, ...] = (), **answers: dict[str, Any]) -> dict[str, Any]:
    """Hosts of which nothing is said are away."""
    return document(planned, {name: answers.get(name, AWAY) for name in planned["hosts"]}, list(generated))
