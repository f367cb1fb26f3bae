# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""MONGO_URL, taken apart without pymongo. Its form is that of "Connection Strings" in MongoDB's manual."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from ..probing.target import Target
from .wire import parse_member

# What the driver uses where the URL names no database.
_DEFAULT_DATABASE = "test"

_URL = re.compile(r"(?P<scheme>mongodb(\+srv)?)://(?P<rest>.+)", re.DOTALL)


@dataclass(frozen=True)
class MongoUrl:
    """``members`` is empty where only DNS knows them (mongodb+srv). ``passwords``: all spellings of it."""

    text: str
    members: tuple[Target, ...]
    database: str
    passwords: tuple[str, ...]

    def without_password(self, sentence: str) -> str:
        for password in self.passwords:
            sentence = sentence.replace(password, "********")
        return sentence


def parse(text: str) -> MongoUrl:
    """Raises ValueError with a sentence that holds nothing of the URL, as it has a password."""
    found = _URL.fullmatch(text.strip())
    if not found:
        raise ValueError("url does not begin with mongodb:// or mongodb+srv://.")
    credentials, _at, rest = found["rest"].rpartition("@")
    servers, _slash, path = rest.partition("/")
    database, _mark, query = path.partition("?")
    options = {name.lower(): value.lower() for name, value in parse_qsl(query)}
    tls = "true" in (options.get("tls"), options.get("ssl"))
    members = () if found["scheme"] == "mongodb+srv" else tuple(_member(name, tls) for name in servers.split(","))
    password = credentials.partition(":")[2]
    passwords = tuple(spelling for spelling in dict.fromkeys((password, unquote(password))) if spelling)
    return MongoUrl(text.strip(), members, unquote(database) or _DEFAULT_DATABASE, passwords)


def _member(name: str, tls: bool) -> Target:
    try:
        plain = parse_member(name)
    except ValueError:
        raise ValueError("url names a server that is not host:port.") from None
    return Target(tls, plain.host, plain.port, "/", plain.connect_host, plain.connect_port)
