# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""nginx sends nobody new to a server of an upstream, and those whom it has sent there are waited for.

Open sockets of websockets stay where they are, as workers of before keep them: `down` and a reload are all that nginx
has for this (ngx_http_upstream_module, "server").
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection

_UPSTREAM = re.compile(r"^upstream \S+ \{\n(?:.*\n)*?\}", re.MULTILINE)
_SERVER = re.compile(r"^(\s+server )(\S+?)( down)?((?: \S+)*;)$", re.MULTILINE)
_POLL = 0.2


def without(text: str, away: Collection[str]) -> str:
    """The site, in which exactly these servers are down. Of an upstream of which no other is left, none is."""

    def upstream(block: re.Match[str]) -> str:
        servers = {server[2] for server in _SERVER.finditer(block[0])}
        leaves = servers - set(away)
        return _SERVER.sub(lambda server: _written(server, bool(leaves) and server[2] not in leaves), block[0])

    return _UPSTREAM.sub(upstream, text)


def down(text: str) -> set[str]:
    """The servers of the site that nobody is sent to."""
    return {server[2] for block in _UPSTREAM.finditer(text) for server in _SERVER.finditer(block[0]) if server[3]}


def _written(server: re.Match[str], is_down: bool) -> str:
    return f"{server[1]}{server[2]}{' down' if is_down else ''}{server[4]}"


def until_left(connections: Callable[[], int], seconds: float) -> int:
    """How many connections are left in the end, in which what was begun may still be under way."""
    until = time.monotonic() + seconds
    while (left := connections()) and time.monotonic() < until:
        time.sleep(_POLL)
    return left
