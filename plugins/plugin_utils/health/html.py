# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for people, to look at, keep or mail: one page without scripts, made from the document alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from .model import AFFECTED, CONTROLLER, HEALTHY, SERVICE, UNHEALTHY
from .picture import CLASSES, SIGNS, Picture, called
from .style import CSS

Document = Mapping[str, Any]

# How many boxes fit into a line of a host, by the number of hosts beside each other.
_WIDE = {1: 4, 2: 3, 3: 2}


def page(document: Document) -> str:
    sections = [
        _header(document),
        *(_finding(finding, document) for finding in document["findings"]),
        *(_warning(warning) for warning in document["warnings"]),
        picture(document, (HEALTHY, UNHEALTHY, AFFECTED)),
        _parts(document),
        _versions(document),
        _drift(document),
        _changes(document),
        footer("health.json"),
    ]
    title = f"{'Healthy' if document['healthy'] else 'Unhealthy'}: Rocket.Chat at {document['root_url']}"
    return whole(title, sections)


def whole(title: str, sections: Iterable[str]) -> str:
    """A page with these sections. It has no scripts, and fetches nothing."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # nothing but its own styles: also where a name in it would be a script after all
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{CSS}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(section for section in sections if section)
        + "\n</main>\n</body>\n</html>\n"
    )


def _header(document: Document) -> str:
    url, time = escape(document["root_url"]), escape(document["time"])
    state = HEALTHY if document["healthy"] else UNHEALTHY
    summary = escape(document["summary"][:1].upper() + document["summary"][1:])
    return (
        f"<header><h1>Rocket.Chat {escape(document['versions']['rocketchat'])}</h1>"
        f'<p class="soft"><a href="{url}" rel="noreferrer">{url}</a>, asked at '
        f'<time datetime="{time}">{time.replace("T", " ").replace("Z", " UTC")}</time></p>'
        f'<p class="verdict {CLASSES[state]}" id="verdict">{mark(state)}<span>{summary}</span></p></header>'
    )


# -- findings ----------------------------------------------------------------------------------------------------------


def _finding(finding: Mapping[str, Any], document: Document) -> str:
    place = f" <span>on {escape(finding['host'])}</span>" if finding["component"] != "host" else ""
    where = "the controller, where Ansible runs"
    if finding["next"]["where"] != CONTROLLER:
        where = escape(finding["next"]["where"])
    return (
        f'<section class="finding" data-kind="{escape(finding["kind"])}">'
        f"<h3>[{finding['number']}] {escape(called(finding))}{place} <small>{escape(finding['kind'])}</small></h3>"
        f"{''.join(f'<p>{escape(sentence)}</p>' for sentence in (finding['sentence'], *finding['also']))}"
        f'<div class="next"><span>Next, on {where}:</span><pre>{escape(finding["next"]["command"])}</pre></div>'
        f"{_affected(finding, document)}{_evidence(finding)}</section>"
    )


def _warning(warning: Mapping[str, Any]) -> str:
    kind = escape(warning["kind"])
    return (
        f'<section class="warning" data-kind="{kind}"><h3>Warning <small>{kind}</small></h3>'
        f"<p>{escape(warning['sentence'])}</p></section>"
    )


def _affected(finding: Mapping[str, Any], document: Document) -> str:
    if not finding["affected"]:
        return ""
    parts = {part["id"]: part for part in document["parts"]}
    by_host: dict[str, list[str]] = {}
    for part in finding["affected"]:
        by_host.setdefault(parts[part]["host"], []).append(parts[part]["name"])
    told = "; ".join(f"{escape(', '.join(names))} on {escape(host)}" for host, names in by_host.items())
    return f'<p class="affected soft">Affects {told}.</p>'


def _evidence(finding: Mapping[str, Any]) -> str:
    if not finding["evidence"]:
        return ""
    entries = "".join(f"<li>{escape(sentence)}</li>" for sentence in finding["evidence"])
    return f"<details><summary>What else was seen of it</summary><ul>{entries}</ul></details>"


# -- the picture and the tables ----------------------------------------------------------------------------------------


def picture(document: Document, states: Iterable[str]) -> str:
    """``document``: its ``hosts``, ``parts``, ``findings`` and ``versions``. ``states``: those that may occur."""
    beside = min(len(document["hosts"]), 3)
    wide = Picture(document, beside, _WIDE[beside]).svg("wide")
    narrow = Picture(document, 1, 2).svg("narrow")
    lines = (("way", "clients' way"), ("bus", "NATS, the bus"), ("data", "MongoDB, the data"))
    legend = "".join(f"<span>{mark(state)}{state.lower()}</span>" for state in states)
    legend += "".join(
        f'<span><svg class="stroke" viewBox="0 0 30 8" aria-hidden="true"><path class="line {kind}" d="M0 4h30"/></svg>'
        f"{word}</span>"
        for kind, word in lines
    )
    return f'<h2>Picture</h2><div class="picture">{wide}{narrow}<div class="legend">{legend}</div></div>'


def _parts(document: Document) -> str:
    rows = "".join(_part_row(part, document) for part in document["parts"])
    return table("Parts", ("Service", "State", "Host", "Replica", "Latency", "On NATS"), rows)


def _part_row(part: Mapping[str, Any], document: Document) -> str:
    findings = {finding["number"]: finding for finding in document["findings"]}
    word = part["state"].lower()
    if part["state"] == AFFECTED:
        word += f" by {', '.join(dict.fromkeys(called(findings[number]) for number in part['causes']))}"
    word += "".join(f" [{number}]" for number in part["causes"])
    latency = "-" if part["latency_ms"] is None else f"{part['latency_ms']:.0f} ms"
    on_nats = {True: "yes", False: "no", None: "unknown" if part["kind"] == SERVICE else "-"}[part["on_nats"]]
    state = f'<div class="state {CLASSES[part["state"]]}">{mark(part["state"])}<span>{escape(word)}</span></div>'
    return (
        f'<tr class="{CLASSES[part["state"]]}"><td>{escape(part["service"])}</td><td>{state}</td>'
        f'<td data-label="host">{escape(part["host"])}</td><td data-label="replica">{escape(part["replica"])}</td>'
        f'<td class="number" data-label="latency">{latency}</td><td data-label="on NATS">{on_nats}</td></tr>'
    )


def _versions(document: Document) -> str:
    versions = document["versions"]
    mongodb = versions["mongodb"]
    compatibility = mongodb["feature_compatibility_version"]
    rows = [
        ("Rocket.Chat", f"{versions['rocketchat']} planned"),
        (
            "MongoDB",
            f"{mongodb['running'] or 'unknown'}, {mongodb['planned']} planned, "
            f"featureCompatibilityVersion {compatibility or 'unknown'}",
        ),
        ("NATS", _by_host(versions["nats"])),
        ("Docker Engine", _by_host(versions["docker"])),
    ]
    body = "".join(f'<tr><td>{name}</td><td class="whole">{escape(text)}</td></tr>' for name, text in rows)
    return table("Versions", ("", "Version"), body)


def _by_host(versions: Mapping[str, str | None]) -> str:
    """One version where all hosts have the same."""
    if len(set(versions.values())) == 1:
        return next(iter(versions.values())) or "unknown"
    return ", ".join(f"{version or 'unknown'} on {host}" for host, version in versions.items()) or "none"


def _drift(document: Document) -> str:
    if not document["drift"]:
        return '<h2>Drift</h2><p class="soft">Nothing that was asked differs from the plan.</p>'
    rows = "".join(
        f'<tr><td>{escape(one["name"])} <span class="soft">on {escape(one["host"])}</span></td>'
        f'<td class="whole" data-label="planned">{escape(one["planned"] or "nothing")}</td>'
        f'<td class="whole" data-label="runs">{escape(one["running"] or "nothing")}</td>'
        f'<td class="whole">{escape(" ".join(one["sentences"]))}</td></tr>'
        for one in document["drift"]
    )
    return table("Drift", ("Part", "Planned", "Runs", "What differs"), rows)


def _changes(document: Document) -> str:
    rows = "".join(
        f'<tr><td>{escape(one["host"])}</td><td data-label="role">{escape(one["role"])}</td>'
        f'<td class="whole">{escape(one["sentence"])}</td></tr>'
        for one in document["changes"]
    )
    return table("Not as planned", ("Host", "Role", "The site playbook"), rows) if rows else ""


def table(title: str, headings: Iterable[str], rows: str) -> str:
    head = "".join(f'<th scope="col">{heading}</th>' for heading in headings)
    return (
        f'<h2>{title}</h2><div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def footer(file: str) -> str:
    return f"<footer>Made by rocketops.rocketchat; {file} beside this page has the same for programs.</footer>"


def mark(state: str) -> str:
    return f'<svg class="mark sign {CLASSES[state]}" viewBox="0 0 18 18" aria-hidden="true">{SIGNS[state]}</svg>'
