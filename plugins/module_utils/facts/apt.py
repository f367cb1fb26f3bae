# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The package repositories that apt has on a host: sources.list(5), in both of its forms. Only reads."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from .files import text

DIRECTORY = "/etc/apt"
_DISABLED = ("no", "false", "without", "off", "disable")


def repositories(directory: str = DIRECTORY) -> list[dict[str, Any]]:
    """One entry for each address and suite of binary packages, without the credentials that an address may have."""
    found: list[dict[str, Any]] = []
    for path in [f"{directory}/sources.list", *sorted(glob.glob(f"{directory}/sources.list.d/*"))]:
        content = text(path) or ""
        if path.endswith(".list"):
            found += (entry for line in content.splitlines() for entry in _of_line(path, line))
        elif path.endswith(".sources"):
            found += (entry for stanza in re.split(r"\n\s*\n", content) for entry in _of_stanza(path, stanza))
    return found


def _of_line(path: str, line: str) -> Iterator[dict[str, Any]]:
    match = re.fullmatch(r"\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)([^#]*)(?:#.*)?", line)
    if match:
        options = dict(option.split("=", 1) for option in (match[1] or "").split() if "=" in option)
        architectures = options.get("arch", "").split(",")
        yield _entry(path, match[2], match[3], match[4].split(), options.get("signed-by", ""), architectures)


def _of_stanza(path: str, stanza: str) -> Iterator[dict[str, Any]]:
    fields = _fields(stanza)
    if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in _DISABLED:
        return
    signed_by = fields.get("signed-by", "")
    architectures = fields.get("architectures", "").split()
    for uri in fields.get("uris", "").split():
        for suite in fields.get("suites", "").split():
            yield _entry(path, uri, suite, fields.get("components", "").split(), signed_by, architectures)


def _fields(stanza: str) -> dict[str, str]:
    """Names are told apart without their case; a line that begins with white space continues the one before."""
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace():
            fields[name] = f"{fields.get(name, '')} {line.strip()}"
        elif ":" in line:
            name, _colon, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def _entry(
    path: str, uri: str, suite: str, components: list[str], signed_by: str, architectures: list[str]
) -> dict[str, Any]:
    return {
        "file": path,
        "uri": _without_credentials(uri),
        "suite": suite,
        "components": components,
        # a key that stands in the entry itself is long, and no path
        "signed_by": "a key within it" if "BEGIN PGP" in signed_by else signed_by,
        "architectures": [name for name in architectures if name],
    }


def _without_credentials(uri: str) -> str:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
