# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which order containers of Rocket.Chat are replaced while people are served: never all of a service at once. Pure.

A monolith goes first and alone, as it runs the migrations (see the role rocketchat). Then the other monoliths and the
ddp-streamers, one after the other, as nginx has to send people elsewhere meanwhile. Of all other services one replica
each: whoever calls one finds the others on the bus.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..plan.resources import RoleState
from ..rocketchat import layout
from ..rocketchat.catalogue import DDP_STREAMER, MONOLITH
from .container_differences import replaces_network
from .difference import Difference
from .hosts import Host, own_containers
from .internal_tls import is_switched

_PROXIED = (MONOLITH, DDP_STREAMER)
# Requests end within it, but for uploads over slow lines. Websockets do not end at all.
_DRAIN_SECONDS = {MONOLITH: 30, DDP_STREAMER: 0}


def turns(host: Host, state: RoleState, differences: Sequence[Difference]) -> list[dict[str, Any]]:
    """None where nobody is served, or all are cut off with their network or from servers that speak TLS from now on,
    so that all may start at once.
    """
    if not state.project or not _serves(host, state.project.name) or replaces_network(host) or is_switched(host):
        return []
    changed = {difference.resource for difference in differences if difference.kind == "container"}
    planned = [one for one in host.plan["containers"] if one["name"] in changed]
    return [_turn(host, state.project.name, together, differences) for together in _together(planned)]


def _serves(host: Host, project: str) -> bool:
    return any(one["state"] == "running" for one in own_containers(host, project))


def _together(planned: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    for service in _PROXIED:
        yield from ([one] for one in planned if one["service"] == service)
    others = [one for one in planned if one["service"] not in _PROXIED]
    for replica in sorted({one["replica"] for one in others}):
        yield [one for one in others if one["replica"] == replica]


def _turn(
    host: Host, project: str, together: list[Mapping[str, Any]], differences: Sequence[Difference]
) -> dict[str, Any]:
    """``here`` and ``elsewhere``: what nginx on the same host, and on others, sends people to."""
    names = {one["name"] for one in together}
    servers = [one["server"] for one in together if one["service"] in _PROXIED]
    anew = {difference.resource for difference in differences if difference.replaces}
    return {
        "services": sorted(names),
        "site": layout.NGINX_SITE,
        "here": [server["here"] for server in servers],
        "elsewhere": [server["elsewhere"] for server in servers if server["elsewhere"]],
        "drain_seconds": max(_DRAIN_SECONDS.get(one["service"], 0) for one in together),
        # by the name that each has now
        "makes_anew": sorted(one["name"] for one in own_containers(host, project) if one["service"] in names & anew),
        "endpoints": [endpoint for endpoint in host.plan["endpoints"] if endpoint["name"] in names],
    }


def at_once(hosts: Sequence[tuple[Host, Mapping[str, Sequence[Difference]]]]) -> dict[str, int | str]:
    """By role, on how many hosts it is applied at a time, as Ansible's `serial`: on one, where any of them serves.

    Members of a replica set that is not complete yet wait for each other. Where TLS is switched on or off, servers that
    have changed and those that have not do not reach each other, and clients neither.
    """
    serving = {role for host, differences in hosts for role in differences if _is_in_use(host, role)}
    if not all(_is_in_use(host, "mongodb") for host, _differences in hosts if "mongodb" in host.desired):
        serving.discard("mongodb")
    if any(is_switched(host) for host, _differences in hosts):
        serving -= {"mongodb", "nats", "rocketchat"}
    roles = {role for host, _differences in hosts for role in host.desired}
    return {role: 1 if role in serving else "100%" for role in sorted(roles)}


def _is_in_use(host: Host, role: str) -> bool:
    """Whether others may need just now what the role brings about on the host."""
    state = host.desired[role]
    if state.project:
        return _serves(host, state.project.name)
    return bool(state.unit) and host.unit_is_active(state.unit)
