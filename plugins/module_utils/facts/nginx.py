# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an nginx on a host has in its configuration already. Only reads files: `nginx -T` would also open its logs.

The grammar is that of nginx's own reader (src/core/ngx_conf_file.c): words, quoted or not, up to `;` or `{`; `#` begins
a comment where a word would begin; `${` is no block. Blocks of other languages (Lua) are read as if they were nginx's.
"""

from __future__ import annotations

import fnmatch
import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from .files import text

_DEEPEST = 20

_TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<end>[;{}])|"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>(?:\\.|[^'\\])*)'"""
    r"""|(?P<word>(?:\\.|\$\{|[^\s;{}"'\\])(?:\\.|\$\{[^}\n]*\}|[^\s;{}\\])*)""",
    re.DOTALL,
)


@dataclass(frozen=True)
class _Directive:
    context: tuple[str, ...]
    name: str
    words: list[str]
    file: str
    line: int


@dataclass
class _Reader:
    """``directory``: what includes are relative to."""

    directory: str
    included: list[str] = field(default_factory=list)

    def read(self, path: str, context: tuple[str, ...] = (), depth: int = 0) -> Iterator[_Directive]:
        words: list[str] = []
        line = 1
        for match in _TOKEN.finditer(text(path) or ""):
            if match["end"] is None:
                words += (match[kind] for kind in ("double", "single", "word") if match[kind] is not None)
            elif match["end"] == "}":
                context, words = context[:-1], []
            elif words:
                yield from self._directive(_Directive(context, words[0], words[1:], path, line), depth)
                context, words = (*context, words[0]) if match["end"] == "{" else context, []
            line += match[0].count("\n")

    def _directive(self, found: _Directive, depth: int) -> Iterator[_Directive]:
        yield found
        if found.name == "include" and found.words and depth < _DEEPEST:
            pattern = os.path.join(self.directory, found.words[0])
            if found.context == ("http",):
                self.included.append(pattern)
            for path in sorted(glob.glob(pattern)):
                yield from self.read(path, found.context, depth + 1)


def configuration(path: str, site: str, directives: Sequence[str]) -> dict[str, Any] | None:
    """``site``: a file that is to be included. ``directives``: those of which the first words at the level of `http`
    are told. None where there is no nginx.
    """
    if not os.path.isfile(path):
        return None
    reader = _Reader(os.path.dirname(path))
    servers: list[dict[str, Any]] = []
    upstreams, settings = [], []
    connections = None
    for found in reader.read(path):
        place = {"file": found.file, "line": found.line}
        if found.context in (("http",), ("stream",)) and found.name == "server":
            servers.append({**place, "level": found.context[0], "names": [], "listens": []})
        elif found.context in (("http", "server"), ("stream", "server")) and servers:
            if found.name == "server_name":
                servers[-1]["names"] += found.words
            elif found.name == "listen" and found.words:
                servers[-1]["listens"].append(_listen(found.words))
        elif found.context == ("events",) and found.name == "worker_connections" and found.words[0].isdecimal():
            connections = int(found.words[0])
        elif found.context == ("http",) and found.name == "upstream" and found.words:
            upstreams.append({**place, "name": found.words[0]})
        elif found.context == ("http",) and found.name in directives:
            settings.append({**place, "name": found.name, "value": (found.words or [""])[0]})
    return {
        "servers": servers,
        "upstreams": upstreams,
        "settings": settings,
        "worker_connections": connections,
        "includes_site": any(fnmatch.fnmatch(site, pattern) for pattern in reader.included),
    }


def _listen(words: list[str]) -> dict[str, Any]:
    """Address "" for all; port 80 where there is none (ngx_http_core_module, listen). None for a socket in a file."""
    where, options = words[0], words[1:]
    if where.startswith("unix:"):
        return {"address": where, "port": None, "options": options}
    match = re.fullmatch(r"(?:(?P<address>\[[^\]]*\]|[^:\[\]]*):)?(?P<port>\d+)|(?P<alone>.+)", where)
    address = (match and (match["alone"] or match["address"])) or ""
    port = int(match["port"]) if match and match["port"] else 80
    return {"address": "" if address in ("*", "0.0.0.0") else address, "port": port, "options": options}
