# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan as a page with the topology, in the form of the health report; made from the document alone."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from html import escape

from ..health.html import footer, mark, picture, table, whole
from ..health.model import PLANNED
from .tables import Document, replicas, tables


def page(document: Document) -> str:
    # the picture also asks what is wrong, and which engines run
    drawn = {**document, "findings": [], "versions": {"docker": {}}}
    sections = [
        _header(document),
        *(f'<section class="warning"><h3>Warning</h3><p>{escape(one)}</p></section>' for one in document["warnings"]),
        picture(drawn, (PLANNED,)),
        _table("What runs where", ("part", "replicas"), _parts(document)),
        *(_table(one.title, one.headings, one.rows) for one in tables(document, sys.maxsize)),
        footer("plan.json"),
    ]
    return whole(f"Planned: Rocket.Chat at {document['root_url']}", sections)


def _header(document: Document) -> str:
    url = escape(document["root_url"])
    return (
        f"<header><h1>Rocket.Chat {escape(document['version'])}</h1>"
        f'<p class="soft"><a href="{url}" rel="noreferrer">{url}</a></p>'
        f'<p class="verdict plan" id="verdict">{mark(PLANNED)}<span>Planned; nothing was changed</span></p></header>'
    )


def _parts(document: Document) -> Iterable[Sequence[str]]:
    for service, row in replicas(document).items():
        yield service, ", ".join(f"{count} on {host}" for host, count in row.items())


def _table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    capitalised = [heading.capitalize() for heading in headings]
    return table(escape(title), capitalised, "".join(_row(headings, row) for row in rows))


def _row(headings: Sequence[str], cells: Sequence[str]) -> str:
    """A cell names its column where the table is too narrow for a head."""
    first, *others = cells
    labelled = (f'<td data-label="{heading}">{escape(cell)}</td>' for heading, cell in zip(headings[1:], others))
    return f"<tr><td>{escape(first)}</td>{''.join(labelled)}</tr>"
