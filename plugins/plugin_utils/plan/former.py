# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What servers have of the former secrets, while secrets are rotated."""

from __future__ import annotations

from ..inventory.settings import FINISHING, SWITCHING, Settings


def nats_credentials(settings: Settings) -> list[tuple[str, str]]:
    """User and password that clients log in with, and the former ones while these are let in, too."""
    user, taken = settings.nats_username, settings.rotation.still_taken("nats_password")
    former = [(settings.rotation.former_user("nats_password", user), taken)] if taken else []
    return [(user, settings.secrets.nats_password), *former]


def mongodb_credentials(settings: Settings) -> tuple[str, str]:
    """User and password that MongoDB takes before, and while, Rocket.Chat is given others."""
    user, taken = settings.mongodb_username, settings.rotation.still_taken("mongodb_password")
    if not taken:
        return user, settings.secrets.mongodb_password
    return settings.rotation.former_user("mongodb_password", user), taken


def keyfile(settings: Settings) -> str:
    """One key, or, for as long as members may have the former one, both (MongoDB's manual, "Rotate Keys for
    Self-Managed Replica Sets").
    """
    key, taken = settings.secrets.mongodb_keyfile, settings.rotation.still_taken("mongodb_keyfile")
    return _both(taken, key) if taken else key


def of_mongodb(settings: Settings) -> dict[str, str]:
    """What it may still have, "" where that is not being rotated, and the user that it is to have no more."""
    rotation = settings.rotation
    key = rotation.replaced("mongodb_keyfile")
    both = _both(key, settings.secrets.mongodb_keyfile) if key else ""
    user = rotation.former_user("mongodb_password", settings.mongodb_username)
    return {
        "admin_password": rotation.still_taken("mongodb_admin_password"),
        "keyfile": key if rotation.stage == SWITCHING else both,
        "user": user,
        "removes_user": user if rotation.stage == FINISHING else "",
    }


def _both(former: str, key: str) -> str:
    return f"- {former}\n- {key}"
