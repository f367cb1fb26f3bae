# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan as a page with the topology, in the form of the health report; made from the document alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from ..health.html import footer, mark, picture, table, whole
from ..health.model import PLANNED
from .ports import written
from .text import replicas, said_hosts, size_cells, sizes_title

Document = Mapping[str, Any]


def page(document: Document) -> str:
    # the picture asks what was found, and which engines run
    drawn = {**document, "findings": [], "versions": {"docker": {}}}
    sections = [
        _header(document),
        *(f'<section class="warning"><h3>Warning</h3><p>{escape(one)}</p></section>' for one in document["warnings"]),
        picture(drawn, (PLANNED,)),
        _parts(document),
        _versions(document),
        _ports(document),
        _sizes(document),
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


def _parts(document: Document) -> str:
    rows = [
        (service, ", ".join(f"{count} on {host}" for host, count in row.items()))
        for service, row in replicas(document).items()
    ]
    return _table("What runs where", ("Part", "Replicas"), rows)


def _versions(document: Document) -> str:
    rows = [
        (one["part"], one["version"], one["source"], said_hosts(one["hosts"], document["hosts"]))
        for one in document["versions"]
    ]
    return _table("Versions", ("Part", "Version", "From", "Hosts"), rows)


def _ports(document: Document) -> str:
    rows = [
        (
            one["part"],
            written(one["address"], one["port"]),
            one["reach"],
            one["variable"] or "-",
            said_hosts(one["hosts"], document["hosts"]),
        )
        for one in document["ports"]
    ]
    return _table("Ports", ("Part", "Port", "Reached by", "Set with", "Hosts"), rows)


def _sizes(document: Document) -> str:
    headings = ("Host", "Cores", "Needed", "Memory", "Needed", "Verdict")
    return _table(sizes_title(document), headings, [size_cells(one) for one in document["sizes"]])


def _table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return table(title, headings, "".join(_row(headings, row) for row in rows))


def _row(headings: Sequence[str], cells: Sequence[str]) -> str:
    """A cell names its column where the table is too narrow for a head."""
    first, *others = cells
    labelled = (
        f'<td data-label="{heading.lower()}">{escape(cell)}</td>' for heading, cell in zip(headings[1:], others)
    )
    return f"<tr><td>{escape(first)}</td>{''.join(labelled)}</tr>"
