# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan in the terminal: tables, then what is unwise, then what to run next."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from ..health.table import aligned, plural
from .tables import Document, Table, replicas, tables

WIDTH = 120
_ROOM_FOR_HOSTS = 20
_NEXT = "rocketops.rocketchat.site --check --diff"


def as_text(document: Document, secrets_file: str, options: str) -> str:
    """``options``: how Ansible was called, as words of a command."""
    lines = [f"Rocket.Chat {document['version']} at {document['root_url']} is planned as follows; nothing was changed."]
    for block in _blocks(document):
        lines += ["", *block]
    for table in tables(document, _ROOM_FOR_HOSTS):
        lines += ["", *_told(table)]
    lines += _generated(document["generated"], secrets_file)
    for warning in document["warnings"]:
        lines += ["", *_wrapped(f"warning: {warning}")]
    return "\n".join([*lines, "", " ".join(filter(None, ("Next: ansible-playbook", options, _NEXT)))])


def _blocks(document: Document) -> Iterator[list[str]]:
    """Parts by hosts, as many hosts beside each other as there is room for."""
    rows = replicas(document)
    first = max(map(len, rows))
    beside: list[str] = []
    for host in document["hosts"]:
        if beside and first + sum(2 + len(name) for name in [*beside, host]) > WIDTH:
            yield _block(rows, beside)
            beside = []
        beside.append(host)
    yield _block(rows, beside)


def _block(rows: Mapping[str, Mapping[str, int]], hosts: list[str]) -> list[str]:
    cells = [(part, *(str(row.get(host, "-")) for host in hosts)) for part, row in rows.items()]
    return aligned(("part", *hosts), cells)


def _told(table: Table) -> list[str]:
    return [*_wrapped(table.title), "", *aligned(table.headings, table.rows)]


def _generated(names: list[str], path: str) -> list[str]:
    if not names:
        return []
    them, it = plural(len(names), "this secret", "these secrets"), plural(len(names), "it", "them")
    return ["", f"site generates {them} and keeps {it} in {path}:", *_wrapped(f"  {', '.join(names)}")]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
