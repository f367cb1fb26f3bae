# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locked migrations, in words: since when, how to see whether one runs, and how to unlock them.

Read in Rocket.Chat 6.7-dev and 8.3-dev, apps/meteor/server/lib/migrations.ts: a monolith that starts locks the document
``control`` of the collection ``migrations``, migrates, and unlocks it. A monolith that finds it locked tries again for
310 s. It takes over a lock of another build at once, and of its own build after 5 minutes, whether that one still
migrates or not. A migration that fails, or is killed, leaves the lock.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

# A line begins each migration, "Finished migrating" ends the last, and a monolith that waits for the lock says so.
LOG = "sudo docker logs --timestamps {name} 2>&1 | grep -i migrat | tail -n 20"

# From then on a monolith of the same build takes the lock over.
TAKEN_OVER_AFTER = 300


def is_locked(workspace: Mapping[str, Any]) -> bool:
    return bool((workspace.get("migrations") or {}).get("locked"))


def is_old(workspace: Mapping[str, Any]) -> bool:
    """Whether the lock has been there for longer than a monolith respects it; one without a time is."""
    seconds = workspace["migrations"]["locked_seconds"]
    return seconds is None or seconds >= TAKEN_OVER_AFTER


def since(workspace: Mapping[str, Any]) -> str:
    control = workspace["migrations"]
    if control["locked_at"] is None:
        return "for an unknown time"
    moment = datetime.fromtimestamp(control["locked_at"], timezone.utc)
    minutes = int(control["locked_seconds"] // 60)
    return f"since {moment:%Y-%m-%d %H:%M:%S} UTC, {minutes} minute{'' if minutes == 1 else 's'} ago"


def log_command(container: str) -> str:
    return LOG.format(name=shlex.quote(container))


def unlocking(database: str) -> str:
    """What to type in mongosh, to look and then to unlock."""
    collection = f"db.getSiblingDB('{database}').migrations"
    return (
        f"{collection}.find({{_id: 'control'}}) shows the lock, and "
        f"{collection}.updateOne({{_id: 'control'}}, {{$set: {{locked: false}}}}) removes it"
    )
