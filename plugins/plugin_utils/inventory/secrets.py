# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that are not set: generated once, and of characters that need no escaping anywhere."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from .settings import SECRET_VARIABLES, needed_secrets

# 32 bytes are 256 bits; mongod takes a keyfile of up to 1024 base64 characters.
_PASSWORD_BYTES = 32
_KEYFILE_BYTES = 756

# What nobody should accept less than: NIST SP 800-63B, 5.1.1.2.
LEAST_LENGTH = 8


def generate(name: str) -> str:
    """A new value for a secret of ``SECRET_VARIABLES``."""
    if name == "mongodb_keyfile":
        return base64.b64encode(secrets.token_bytes(_KEYFILE_BYTES)).decode()
    return secrets.token_hex(_PASSWORD_BYTES)


def resolve(given: dict[str, Any], kept: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Values for all secrets, and those among them that are new and have to be kept.

    ``given`` and ``kept`` are by variable name; what the operator gives wins over what an earlier run generated.
    Those that the deployment does not need stay empty.
    """
    values = dict.fromkeys(SECRET_VARIABLES, "")
    new: dict[str, str] = {}
    for name in needed_secrets(given):
        variable = SECRET_VARIABLES[name]
        known = given.get(variable) or kept.get(variable)
        if not known:
            known = new[variable] = generate(name)
        values[name] = str(known)
    return values, new


def sign_in(common: dict[str, Any], root_url: str, secrets_file: str) -> str:
    """Where the first password is. It is not shown."""
    place = "the inventory" if common.get("rocketchat_admin_password") else secrets_file
    user = common["rocketchat_admin_username"]
    return f"Sign in at {root_url} as {user}. The password is rocketchat_admin_password in {place}."
