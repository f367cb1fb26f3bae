# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan in the terminal: tables, then what is unwise, then what to run next."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..health.table import aligned, plural
from .ports import written

WIDTH = 120
_NAMED_HOSTS = 3
_NEXT = "rocketops.rocketchat.site --check --diff"

Document = Mapping[str, Any]


def as_text(document: Document, secrets_file: str, options: str) -> str:
    """``options``: how Ansible was called, as words of a command."""
    hosts = document["hosts"]
    return "\n".join(
        [
            f"Rocket.Chat {document['version']} at {document['root_url']} is planned as follows; nothing was changed.",
            *(line for block in _blocks(document) for line in ("", *block)),
            *_section(
                "Versions, and where hosts fetch them",
                ("part", "version", "from", "hosts"),
                [
                    (one["part"], one["version"], one["source"], said_hosts(one["hosts"], hosts))
                    for one in document["versions"]
                ],
            ),
            *_section(
                "Ports; there is no firewall of ours, so who reaches an address reaches its ports",
                ("port", "part", "reached by", "set with", "hosts"),
                [
                    (
                        written(one["address"], one["port"]),
                        one["part"],
                        one["reach"],
                        one["variable"] or "-",
                        said_hosts(one["hosts"], hosts),
                    )
                    for one in document["ports"]
                ],
            ),
            *_section(
                sizes_title(document),
                ("host", "cores", "needed", "memory", "needed", ""),
                [size_cells(one) for one in document["sizes"]],
            ),
            *_generated(document["generated"], secrets_file),
            *(line for warning in document["warnings"] for line in ("", *_wrapped(f"warning: {warning}"))),
            "",
            f"Next: {' '.join(('ansible-playbook', *filter(None, [options]), _NEXT))}",
        ]
    )


def _section(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return ["", title, "", *aligned(headings, rows)]


def said_hosts(hosts: list[str], all_hosts: list[str]) -> str:
    if not hosts:
        return "-"
    if len(hosts) == len(all_hosts) > 1:
        return "all"
    shown = hosts if len(hosts) <= _NAMED_HOSTS else [*hosts[: _NAMED_HOSTS - 1], f"{len(hosts) - 2} more"]
    return ", ".join(shown)


def replicas(document: Document) -> dict[str, dict[str, int]]:
    """How many of each part there are on each host that has any."""
    found: dict[str, dict[str, int]] = {}
    for part in document["parts"]:
        row = found.setdefault(part["service"], {})
        row[part["host"]] = row.get(part["host"], 0) + 1
    return found


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


def sizes_title(document: Document) -> str:
    users = document["expected_users"]
    if users:
        return f"Sizes, for {users} users at the same time"
    return "Sizes; rocketchat_expected_users is not set, so this is upstream's least, for 25 users"


def size_cells(size: Mapping[str, Any]) -> tuple[str, ...]:
    needed, there = size["needed"], size["there"]
    verdict = {True: "enough", False: "too small", None: f"unknown: the host {size['unknown']}"}[size["enough"]]
    return (
        size["host"],
        _number(there["cores"]),
        str(needed["cores"] or "-"),
        _number(there["memory_mb"], " MiB"),
        f"{needed['memory_mb']} MiB" if needed["memory_mb"] else "-",
        verdict,
    )


def _number(number: int | None, unit: str = "") -> str:
    return "?" if number is None else f"{number}{unit}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _generated(names: list[str], path: str) -> list[str]:
    if not names:
        return []
    return [
        "",
        f"site generates {plural(len(names), 'this secret', 'these secrets')} and keeps"
        f" {plural(len(names), 'it', 'them')} in {path}:",
        *_wrapped(f"  {', '.join(names)}"),
    ]
