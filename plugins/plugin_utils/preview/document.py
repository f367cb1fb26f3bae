# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for people as one document, which the tables and the page are made from.

It holds no secret, and no time: the same inventory and the same hosts give the same document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..health.model import ENGINE, MONGODB, NATS, NGINX, PLANNED, SERVICE
from ..rocketchat.distributions import nearest
from .ports import ports, written
from .sizes import Answers, sizes, warnings
from .versions import versions

SCHEMA = 1


def document(plan: Mapping[str, Any], answers: Answers, generated: list[str]) -> dict[str, Any]:
    """``answers``: by host its ``facts``, or why they are ``unknown``. ``generated``: secrets that nobody set."""
    systems = {name: nearest(answer["facts"]["os"]) for name, answer in answers.items() if answer["facts"]}
    opened = ports(plan)
    return {
        "schema": SCHEMA,
        "version": plan["version"],
        "root_url": plan["root_url"],
        "expected_users": plan["expected_users"],
        "hosts": list(plan["hosts"]),
        "parts": [part for name, host in plan["hosts"].items() for part in _parts(name, host, opened)],
        "versions": versions(plan, systems),
        "ports": opened,
        "sizes": sizes(plan, answers),
        "generated": generated,
        "warnings": [*plan["warnings"], *warnings(plan, answers)],
    }


def _parts(host: str, plan: Mapping[str, Any], opened: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """As in the health report, in its order, with where they listen."""

    def part(kind: str, service: str, replica: str = "-", name: str = "", listens: str = "") -> dict[str, Any]:
        return {
            "id": f"{host}/{name or service}",
            "name": name or service,
            "kind": kind,
            "service": service,
            "host": host,
            "replica": replica,
            "state": PLANNED,
            "address": _address(host, listens or name, opened),
        }

    if plan["docker"]:
        yield part(ENGINE, "docker")
    if plan["mongodb"]:
        yield part(MONGODB, "mongodb", listens="MongoDB")
    if plan["nats"]:
        yield part(NATS, "nats", "1", listens="nats")
    for container in plan["containers"]:
        service = container["service"].replace("_", "-")
        yield part(SERVICE, service, str(container["replica"]), container["name"])
    if plan["nginx"]:
        yield part(NGINX, "nginx", listens="nginx")


def _address(host: str, part: str, opened: list[dict[str, Any]]) -> str:
    """Where clients of a part find it: MongoDB's second address, NATS's own port, a container where it is published."""
    found = [port for port in opened if port["part"] == part and host in port["hosts"]]
    if part == "MongoDB":
        found = found[1:]
    elif part == "nats":
        found = [port for port in found if port["variable"]]
    else:
        found.sort(key=lambda port: not port["variable"].startswith("rocketchat_ports."))
    return written(found[0]["address"], found[0]["port"]) if found else ""
