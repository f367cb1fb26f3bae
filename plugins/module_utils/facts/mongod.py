# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose mongod a host has, by its settings, whether it runs or not. Only reads."""

from __future__ import annotations

import re
from typing import Any

from .files import text

# What tells one mongod from another in its settings. None of these words is in two of their sections
# (MongoDB's manual, "Configuration File Options"), and none of their values is a secret.
_SETTINGS = (
    *("dbPath", "port", "bindIp", "replSetName", "authorization", "keyFile", "cacheSizeGB"),
    # of net.tls
    "certificateKeyFile",
)


def settings(path: str) -> dict[str, Any] | None:
    """Of a mongod.conf; None where there is none. It may hold passwords, and not all of it leaves the host."""
    content = text(path)
    if content is None:
        return None
    found = {}
    for name in _SETTINGS:
        match = re.search(rf"(?m)^[ \t]*{name}[ \t]*:[ \t]*[\"']?([^\"'#\n]*[^\"'#\s])", content)
        found[name] = match[1] if match else ""
    return {"first_line": content.partition("\n")[0][:200], "settings": found}
