# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The topology as SVG: hosts as boxes, what runs on them inside, and what talks to what.

Everything is laid out on a grid: hosts in rows, and in each host from the top nginx, the containers that nginx leads
to, the other containers, NATS and MongoDB. What spans hosts are three lines: the clients' way, the bus, the database.
Colours and fonts are the page's, by class. A state is also told by the shape of its sign, the border and a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from .model import AFFECTED, ENGINE, HEALTHY, MONGODB, NATS, NGINX, PLANNED, SERVICE, UNHEALTHY

BOX, LINE, GAP, PADDING = 160, 42, 10, 14
BETWEEN_HOSTS, TRUNK, TITLE, ARROWS = 24, 18, 34, 30
_CHANNEL = 26
_FRONT = ("rocketchat", "ddp-streamer")

# What joins hosts: the clients' way, the bus, the database.
_LINES = ("way", "bus", "data")

CLASSES = {HEALTHY: "ok", UNHEALTHY: "bad", AFFECTED: "hit", PLANNED: "plan"}

# Signs in a square of 18: a tick in a circle, a cross in a square, an exclamation mark in a triangle, a clock.
SIGNS = {
    HEALTHY: '<circle cx="9" cy="9" r="8.5"/><path d="M5 9.4l2.7 2.8L13 6.6"/>',
    UNHEALTHY: '<rect x="1" y="1" width="16" height="16" rx="3"/><path d="M5.6 5.6l6.8 6.8M12.4 5.6l-6.8 6.8"/>',
    AFFECTED: '<path class="f" d="M9 1L17.6 16.6H0.4Z"/><path d="M9 6.6v4.6M9 13.6v.6"/>',
    PLANNED: '<circle cx="9" cy="9" r="8.5"/><path d="M9 4.4V9l3.2 2"/>',
}


@dataclass(frozen=True)
class Host:
    """A host's parts by the place they take."""

    name: str
    engine: dict[str, Any] | None
    nginx: dict[str, Any] | None
    front: list[dict[str, Any]]
    others: list[dict[str, Any]]
    nats: dict[str, Any] | None
    mongodb: dict[str, Any] | None

    def takes_part(self, line: str) -> bool:
        containers = self.front + self.others
        return bool(
            {"way": self.nginx or self.front, "bus": self.nats or containers, "data": self.mongodb or containers}[line]
        )


@dataclass(frozen=True)
class Band:
    """Heights of a row of hosts, from its top; every host of a row has the same, so that the lines are straight."""

    top: float
    nginx: float
    rail: float
    frame: float
    front_lines: int
    other_lines: int
    frame_bottom: float
    nats: float
    mongodb: float
    bottom: float

    def height(self, line: str) -> float:
        return {"way": self.rail, "bus": self.nats + LINE / 2, "data": self.mongodb + LINE / 2}[line]


class Picture:
    """One drawing; ``hosts_in_a_row`` and ``boxes_in_a_line`` make it wide or narrow."""

    def __init__(self, document: Mapping[str, Any], hosts_in_a_row: int, boxes_in_a_line: int) -> None:
        self._document = document
        self._findings = {finding["number"]: finding for finding in document["findings"]}
        hosts = [_host(name, document["parts"]) for name in document["hosts"]]
        self._rows = [hosts[start : start + hosts_in_a_row] for start in range(0, len(hosts), hosts_in_a_row)]
        self._per_line = boxes_in_a_line
        self._inner = boxes_in_a_line * BOX + (boxes_in_a_line - 1) * GAP
        self._left = 1 + (3 * TRUNK / 2 if len(self._rows) > 1 else 0)
        widest = max(len(row) for row in self._rows)
        self.width = self._left + widest * (self._inner + 2 * PADDING) + (widest - 1) * BETWEEN_HOSTS + 1
        self._bands = list(self._band_of_rows())

    def svg(self, css_class: str) -> str:
        height = self._bands[-1].bottom + 1
        body = "".join([*self._trunks(), *(self._row(row, band) for row, band in zip(self._rows, self._bands))])
        width = f"{self.width:g}"
        return (
            f'<svg class="{css_class}" viewBox="0 0 {width} {height:g}" style="max-width:{width}px" role="img" '
            f'aria-label="How the parts are connected">{body}</svg>'
        )

    # -- the grid ---------------------------------------------------------------------------------------------------

    def _lines(self, boxes: Sequence[Any]) -> int:
        return -(-len(boxes) // self._per_line)

    def _band_of_rows(self) -> Iterator[Band]:
        top = 1.0
        for row in self._rows:
            front = max(self._lines(host.front) for host in row)
            others = max(self._lines(host.others) for host in row)
            nginx = top + TITLE
            rail = nginx + (LINE + ARROWS / 2 if any(host.nginx for host in row) else 0)
            frame = rail + (ARROWS / 2 if front else 0)
            frame_bottom = frame + (front + others) * (LINE + GAP) + (GAP if front + others else 0)
            nats = frame_bottom + (ARROWS if front + others else GAP)
            mongodb = nats + (LINE + ARROWS * 0.8 if any(host.takes_part("bus") for host in row) else 0)
            bottom = mongodb + (LINE if any(host.takes_part("data") for host in row) else 0) + PADDING
            yield Band(top, nginx, rail, frame, front, others, frame_bottom, nats, mongodb, bottom)
            top = bottom + BETWEEN_HOSTS

    def _x(self, column: int) -> float:
        return self._left + column * (self._inner + 2 * PADDING + BETWEEN_HOSTS)

    # -- what is drawn ----------------------------------------------------------------------------------------------

    def _row(self, row: list[Host], band: Band) -> str:
        shells = [self._shell(host, self._x(column), band) for column, host in enumerate(row)]
        insides = [self._inside(host, self._x(column), band) for column, host in enumerate(row)]
        return "".join([*shells, *(line for name in _LINES for line in self._across(name, row, band)), *insides])

    def _across(self, name: str, row: list[Host], band: Band) -> Iterator[str]:
        """A line that joins the hosts of a row, from the first to the last that has something on it."""
        columns = [column for column, host in enumerate(row) if host.takes_part(name)]
        if columns:
            joined = len(self._bands_with(name)) > 1
            start = self._trunk(name) if joined else self._end(name, columns[0])
            y = band.height(name)
            yield _line(name, start, y, self._end(name, columns[-1]), y)

    def _bands_with(self, name: str) -> list[Band]:
        rows = zip(self._rows, self._bands)
        return [band for row, band in rows if any(host.takes_part(name) for host in row)]

    def _end(self, name: str, column: int) -> float:
        """Where a line ends in a host: at its own arrow or, where there is a part of NATS or MongoDB, behind that."""
        left = self._x(column) + PADDING
        return {"way": left + self._inner / 2, "bus": left + BOX / 2, "data": left + self._inner - _CHANNEL / 2}[name]

    def _trunk(self, name: str) -> float:
        return 3 + _LINES.index(name) * TRUNK / 2

    def _trunks(self) -> Iterator[str]:
        """The lines from row to row, at the left."""
        for name in _LINES:
            bands = self._bands_with(name)
            if len(bands) > 1:
                x = self._trunk(name)
                yield _line(name, x, bands[0].height(name), x, bands[-1].height(name))

    def _shell(self, host: Host, x: float, band: Band) -> str:
        width, height = self._inner + 2 * PADDING, band.bottom - band.top
        shell = f'<rect class="host" x="{x:g}" y="{band.top:g}" width="{width:g}" height="{height:g}" rx="10"/>'
        frame = ""
        if host.front or host.others:
            frame = (
                f'<rect class="frame" x="{x + PADDING / 2:g}" y="{band.frame:g}" width="{width - PADDING:g}" '
                f'height="{band.frame_bottom - band.frame:g}" rx="8"/>'
            )
        return shell + frame

    def _inside(self, host: Host, x: float, band: Band) -> str:
        left, right, middle = x + PADDING, x + PADDING + self._inner, x + PADDING + self._inner / 2
        drawn = [self._title(host, x, band)]
        fronts = [(box_x, y) for box_x, y, _part in self._boxes(host.front, left, band.frame + GAP)]
        first_line = [box_x + BOX / 2 for box_x, y in fronts if y == band.frame + GAP]
        if host.nginx:
            drawn.append(_line("way", middle, band.nginx + LINE, middle, band.rail))
        if first_line:
            drawn.append(_line("way", min([*first_line, middle]), band.rail, max([*first_line, middle]), band.rail))
            drawn += [_arrow("way", each, band.rail, band.frame + GAP) for each in first_line]
        if host.front or host.others:
            drawn.append(
                _arrow("bus", left + BOX / 2, band.frame_bottom, band.nats if host.nats else band.height("bus"))
            )
            end = band.mongodb if host.mongodb else band.height("data")
            drawn.append(_arrow("data", right - _CHANNEL / 2, band.frame_bottom, end))
        drawn += self._parts(host, left, band)
        return "".join(drawn)

    def _parts(self, host: Host, left: float, band: Band) -> Iterator[str]:
        if host.nginx:
            yield self._box(host.nginx, "nginx", left, band.nginx, self._inner)
        others = band.frame + GAP + band.front_lines * (LINE + GAP)
        for boxes, y in ((host.front, band.frame + GAP), (host.others, others)):
            for box_x, box_y, part in self._boxes(boxes, left, y):
                yield self._box(part, part["name"], box_x, box_y, BOX)
        if host.nats:
            yield self._box(host.nats, "NATS", left, band.nats, self._inner - _CHANNEL)
        if host.mongodb:
            yield self._box(host.mongodb, "MongoDB", left, band.mongodb, self._inner)

    def _boxes(
        self, parts: list[dict[str, Any]], left: float, top: float
    ) -> Iterator[tuple[float, float, dict[str, Any]]]:
        for number, part in enumerate(parts):
            line, column = divmod(number, self._per_line)
            yield left + column * (BOX + GAP), top + line * (LINE + GAP), part

    def _title(self, host: Host, x: float, band: Band) -> str:
        y = band.top + 22
        name = escape(_fit(host.name, int((self._inner - 130) / 9)))
        title = f'<text class="title" x="{x + PADDING:g}" y="{y:g}">{name}</text>'
        if host.engine is None:
            return title
        right = x + PADDING + self._inner
        version = self._document["versions"]["docker"].get(host.name)
        word = f"Docker {version}" if version else "Docker"
        sign = _sign(host.engine["state"], right - 18, band.top + 8)
        return f'{title}<text class="small" text-anchor="end" x="{right - 24:g}" y="{y:g}">{escape(word)}</text>{sign}'

    def _box(self, part: Mapping[str, Any], name: str, x: float, y: float, width: float) -> str:
        squeeze = (
            f' textLength="{width - 40:g}" lengthAdjust="spacingAndGlyphs"' if len(name) * 7.2 > width - 40 else ""
        )
        word = escape(_fit(self._word(part), int(width / 7)))
        return (
            f'<g class="part {CLASSES[part["state"]]}"><title>{escape(self._hint(part))}</title>'
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{LINE}" rx="7"/>'
            f"{_sign(part['state'], x + 8, y + LINE / 2 - 9)}"
            f'<text class="name" x="{x + 33:g}" y="{y + 18:g}"{squeeze}>{escape(name)}</text>'
            f'<text class="small" x="{x + 33:g}" y="{y + 33:g}">{word}</text></g>'
        )

    def _word(self, part: Mapping[str, Any]) -> str:
        """What is said below the name: of the ill what they have, of the healthy how fast they are, of a plan where."""
        if part["state"] == PLANNED:
            return str(part["address"])
        causes = [self._findings[number] for number in part["causes"]]
        if part["state"] == UNHEALTHY:
            return f"[{causes[0]['number']}] {causes[0]['kind'].partition('.')[2].replace('_', ' ')}"
        if part["state"] == AFFECTED:
            return f"[{causes[0]['number']}] by {called(causes[0])}"
        told = [part["replica"]] if part["kind"] == MONGODB else []
        return ", ".join([*told, *([f"{part['latency_ms']:.0f} ms"] if part["latency_ms"] is not None else [])]) or "ok"

    @staticmethod
    def _hint(part: Mapping[str, Any]) -> str:
        return f"{part['name']} on {part['host']}: {part['state']}"


def called(finding: Mapping[str, Any]) -> str:
    """What a finding is about, in a word: a host goes by its name."""
    return str(finding["host"] if finding["component"] == "host" else finding["component"])


def _host(name: str, parts: list[dict[str, Any]]) -> Host:
    here = [part for part in parts if part["host"] == name]

    def only(kind: str) -> dict[str, Any] | None:
        return next((part for part in here if part["kind"] == kind), None)

    services = [part for part in here if part["kind"] == SERVICE]
    return Host(
        name=name,
        engine=only(ENGINE),
        nginx=only(NGINX),
        front=[part for part in services if part["service"] in _FRONT],
        others=[part for part in services if part["service"] not in _FRONT],
        nats=only(NATS),
        mongodb=only(MONGODB),
    )


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<path class="line {kind}" d="M{x1:g} {y1:g}L{x2:g} {y2:g}"/>'


def _arrow(kind: str, x: float, top: float, bottom: float) -> str:
    head = f'<path class="head {kind}" d="M{x - 4:g} {bottom - 7:g}h8l-4 7z"/>'
    return _line(kind, x, top, x, bottom - 6) + head


def _sign(state: str, x: float, y: float) -> str:
    return f'<g class="sign {CLASSES[state]}" transform="translate({x:g} {y:g})">{SIGNS[state]}</g>'


def _fit(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
