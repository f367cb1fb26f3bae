# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plan has no more and no run takes away: parts that stay on a host, members of the set, whole hosts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..inventory.settings import GROUPS
from ..rocketchat import layout
from .data import own_member, replica_set
from .hosts import Host, is_ours
from .identity import has_left_data
from .mongod import is_ours as has_our_mongod

_PROJECTS = {"nats": layout.NATS_DIRECTORY, "rocketchat": layout.ROCKETCHAT_DIRECTORY}


def departure_warnings(plan: Mapping[str, Any], hosts: list[Host]) -> Iterator[str]:
    for host in hosts:
        if not host.plan["mongodb"]:
            yield from _mongodb(host)
        for role, directory in _PROJECTS.items():
            if not host.plan[role]:
                yield from _containers(host, role, directory)
        if not host.plan["nginx"]:
            yield from _nginx(host)
        yield from _networks(host)
    yield from _members(hosts)
    yield from _hosts(plan, hosts)


def _mongodb(host: Host) -> Iterator[str]:
    runs = host.unit_is_active(layout.MONGODB_UNIT)
    left = [*(["mongod, which runs"] if runs else []), *([layout.MONGODB_DATA] if has_left_data(host) else [])]
    if has_our_mongod(host) and left:
        end = f"`sudo systemctl disable --now {layout.MONGODB_UNIT}` there, if nobody needs it"
        yield _stays(f"MongoDB is not planned on host {host.name} any more", ", and ".join(left), end)


def _containers(host: Host, role: str, directory: str) -> Iterator[str]:
    left = [one["name"] for one in host.containers if is_ours(one) and one["project"] == role]
    if left:
        end = f"sudo docker compose --project-directory {directory} down"
        yield _stays(f"[{role}] does not have host {host.name} any more", ", ".join(left), f"`{end}` there")


def _nginx(host: Host) -> Iterator[str]:
    noted = f"file {layout.NGINX_SITE}" in host.ledger["resources"]
    if noted and host.facts["files"].get(layout.NGINX_SITE):
        end = "remove it, and `sudo systemctl reload nginx` there"
        yield _stays(f"[nginx] does not have host {host.name} any more", layout.NGINX_SITE, end)


def _networks(host: Host) -> Iterator[str]:
    planned = host.plan["docker"]["network"]["name"] if host.plan["docker"] else None
    for network in host.facts["docker"]["networks"]:
        if network["ours"] and network["name"] != planned:
            end = f"`sudo docker network rm {network['name']}` there, once no container is in it"
            yield _stays(f"host {host.name} is to have another Docker network", f"network {network['name']}", end)


def _stays(why: str, what: str, end: str) -> str:
    return f"{why}: {what} will stay as it is. To end that: {end}."


def _members(hosts: list[Host]) -> Iterator[str]:
    """Of a set that has planned members, too; without one it is another's name that is meant (identity.py)."""
    members = [host for host in hosts if host.plan["mongodb"]]
    planned = {member for host in members for member in host.plan["mongodb"]["members"]}
    known = {member for host in members for member in replica_set(host).get("members") or []}
    renamed = any(own_member(host) not in known for host in members)
    for member in sorted(known - planned) if not renamed else ():
        yield (
            f"the replica set has the member {member}, which no host of [mongodb] is. It stays a member, and one that "
            f"is away counts against the majority: take it out in mongosh at the primary with rs.remove('{member}')."
        )


def _hosts(plan: Mapping[str, Any], hosts: list[Host]) -> Iterator[str]:
    noted = {name: roles for host in hosts for name, roles in host.ledger["hosts"].items()}
    for name, roles in noted.items():
        if name not in plan["hosts"]:
            yield (
                f"host {name} is not in the inventory any more, or has another name. What it had of the deployment "
                f"({', '.join(roles)}) stays there and runs on, unless teardown removed it."
            )


def noted_hosts(plan: Mapping[str, Any], host: Host) -> dict[str, list[str] | None]:
    """For the ledger: all that are planned, each with its groups; None for those that left."""
    planned = {name: [group for group in GROUPS if one[group]] for name, one in plan["hosts"].items()}
    return {**dict.fromkeys(host.ledger["hosts"]), **planned}
