# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of a preview, as cells for the terminal and the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .ports import PRIVATE_ADDRESS, summary, written

Document = Mapping[str, Any]
Rows = list[tuple[str, ...]]
Named = Callable[[list[str]], str]


@dataclass(frozen=True)
class Table:
    title: str
    headings: tuple[str, ...]
    rows: Rows


def tables(document: Document, room: int) -> Iterator[Table]:
    """All but that of the parts, which is as wide as there are hosts.

    ``room``: letters of names up to which hosts are named; more are counted.
    """

    def named(hosts: list[str]) -> str:
        names = ", ".join(hosts) or "-"
        if len(hosts) == len(document["hosts"]) > 1:
            return "all"
        return names if len(hosts) < 2 or len(names) <= room else f"{len(hosts)} of {len(document['hosts'])}"

    yield Table(
        "Versions, and where hosts fetch them", ("part", "version", "from", "hosts"), _versions(document, named)
    )
    title = "Ports"
    opened = summary(document["ports"])
    if any(port["address"] == PRIVATE_ADDRESS for port in opened):
        title += f"; {PRIVATE_ADDRESS} is each host's rocketchat_private_address"
    yield Table(title, ("port", "part", "reached by", "set with", "hosts"), _ports(opened, named))
    yield Table(
        _sizes_title(document), ("host", "cores", "needed", "memory", "needed", "verdict"), _sizes(document["sizes"])
    )


def replicas(document: Document) -> dict[str, dict[str, int]]:
    """How many of each part there are on each host that has any."""
    found: dict[str, dict[str, int]] = {}
    for part in document["parts"]:
        row = found.setdefault(part["service"], {})
        row[part["host"]] = row.get(part["host"], 0) + 1
    return found


def _versions(document: Document, named: Named) -> Rows:
    return [(one["part"], one["version"], one["source"], named(one["hosts"])) for one in document["versions"]]


def _ports(opened: list[dict[str, Any]], named: Named) -> Rows:
    return [
        (
            written(one["address"], one["port"]),
            one["part"],
            one["reach"],
            one["variable"] or "-",
            named(one["hosts"]),
        )
        for one in opened
    ]


def _sizes_title(document: Document) -> str:
    users = document["expected_users"]
    if users:
        return f"Sizes, for {users} users at the same time"
    return "Sizes; rocketchat_expected_users is not set, so this is upstream's least, for 25 users"


def _sizes(sizes: list[dict[str, Any]]) -> Rows:
    verdicts = {True: "enough", False: "too small"}
    return [
        (
            size["host"],
            _number(size["there"]["cores"]),
            str(size["needed"]["cores"] or "-"),
            _number(size["there"]["memory_mb"], " MiB"),
            f"{size['needed']['memory_mb']} MiB" if size["needed"]["memory_mb"] else "-",
            verdicts.get(size["enough"], f"unknown: it {size['unknown']}"),
        )
        for size in sizes
    ]


def _number(number: int | None, unit: str = "") -> str:
    return "?" if number is None else f"{number}{unit}"
