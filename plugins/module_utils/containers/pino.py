# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that the logger pino writes as JSON, in words. No Ansible here.

Rocket.Chat's services log so (packages/logger/src/getPino.ts), and moleculer in them (ee/packages/network-broker's
broker, through moleculer's src/loggers/pino.js, which drops what moleculer adds to a message): `level`, `time`, `msg`,
and for an error `err` with `type` and `message`.
"""

from __future__ import annotations

import re
from typing import Any

from ..probing.decoding import decoded

# pino's: 30 info, 40 warn, 50 error, 60 fatal
_ERROR = 50
# Docker writes the moment before a line if it is asked to.
_LINE = re.compile(r"(?P<stamp>\d{4}-\d\d-\d\dT\S+ )?(?P<json>\{.*\})\s*")
_SAYS_SO = re.compile(r"error|fatal", re.IGNORECASE)


def in_words(line: str) -> str:
    """What a line says, after its moment if Docker wrote one; a line that is not pino's as it is."""
    found = _LINE.fullmatch(line)
    if not found:
        return line
    try:
        entry = decoded(found["json"])
    except ValueError:
        return line
    if not isinstance(entry, dict) or not isinstance(entry.get("level"), int):
        return line
    said = _said(entry)
    # others' lines say so themselves, and that is how a complaint is known among them
    severe = "error: " if entry["level"] >= _ERROR and said and not _SAYS_SO.search(said) else ""
    return f"{found['stamp'] or ''}{severe}{said}" if said else line


def _said(entry: dict[str, Any]) -> str:
    message, error = entry.get("msg"), entry.get("err")
    text = message if isinstance(message, str) else ""
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        return text
    why = f"{error['type']}: {error['message']}" if isinstance(error.get("type"), str) else error["message"]
    return f"{text} ({why})" if text not in ("", error["message"]) else why
