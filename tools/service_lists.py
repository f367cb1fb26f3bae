# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lists Rocket.Chat's services, from the catalogue: between markers in the role's specs and in the README."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from pathlib import Path

from plugins.plugin_utils.rocketchat.catalogue import MONOLITH, SERVICES, Service
from tools import ROOT

FILES = ("roles/rocketchat/meta/argument_specs.yml", "README.md")
WIDTH = 120
MARKED = re.compile(
    r"^(?P<begin>(?P<indent> *)(?:#|<!--) Generated from the catalogue: (?P<what>\w+)\.(?: -->)?\n)"
    r"(?P<content>.*?)"
    r"^(?P<end> *(?:#|<!--) End of what is generated\.)",
    re.MULTILINE | re.DOTALL,
)


def wanted() -> dict[Path, str]:
    return {ROOT / name: render((ROOT / name).read_text(encoding="utf-8")) for name in FILES}


def render(text: str) -> str:
    """The text with everything between markers as it should be."""

    def marked(found: re.Match[str]) -> str:
        return found["begin"] + textwrap.indent(CONTENTS[found["what"]](), found["indent"]) + found["end"]

    return MARKED.sub(marked, text)


# -- the role's specs ------------------------------------------------------------------------------------------------


def options(*lines: str) -> str:
    """A key for each service; the monolith's is written by hand, and explains what it holds."""
    keys = [
        [f"{service.key}:", f"  description: For {service.name}{_releases(service, ', ')}.", *(f"  {x}" for x in lines)]
        for service in SERVICES.values()
        if service.key != MONOLITH
    ]
    return "".join(f"{line}\n" for key in keys for line in key)


def replicas() -> str:
    def one(service: Service) -> str:
        notes = [_releases(service), "always exactly one" if service.singleton else _unless_set(service)]
        note = ", ".join(filter(None, notes))
        return f"V({service.key})" + (f" ({note})" if note else "")

    return _sentence(f"Services are {_listed(map(one, SERVICES.values()))}; of the others, there is 1 unless set.")


def _unless_set(service: Service) -> str:
    return "" if service.default_replicas == 1 else f"{service.default_replicas} unless set"


def ports() -> str:
    first = (f"{service.port} for V({service.key})" for service in SERVICES.values())
    return _sentence(f"Defaults are {_listed(first)}.")


def _sentence(text: str) -> str:
    """An item of a description in YAML."""
    indent = 10
    return textwrap.fill(text, WIDTH - indent, initial_indent="- ", subsequent_indent="  ") + "\n"


# -- the README ------------------------------------------------------------------------------------------------------


def containers() -> str:
    rows = ["| Container | Port | How many, unless set |", "|---|---|---|"]
    for service in SERVICES.values():
        name = f"{service.name}, the monolith" if service.key == MONOLITH else service.name + _releases(service, ", ")
        count = "always 1" if service.singleton else str(service.default_replicas)
        rows.append(f"| {name} | {service.port} | {count} |")
    return "".join(f"{row}\n" for row in rows)


def _releases(service: Service, before: str = "") -> str:
    """Which releases have it; nothing where all have."""
    since = f"from {service.since} on" if service.since else ""
    until = f"before {service.until}" if service.until else ""
    found = " and ".join(filter(None, [since, until]))
    return found and before + found


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}"


CONTENTS = {
    "replicas": replicas,
    "ports": ports,
    "numbers": lambda: options("type: int"),
    "texts": lambda: options("type: str"),
    "limits": lambda: options("type: dict", "options: *limits"),
    "environments": lambda: options("type: dict"),
    "containers": containers,
}
