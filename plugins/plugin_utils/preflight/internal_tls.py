# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run interrupts that has NATS or MongoDB speak TLS from now on, or no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..rocketchat import layout
from ..rocketchat.problems import Problem
from .hosts import Host
from .mongod import is_ours, setting

_CLIENTS = "rocketchat"


def tls_warnings(hosts: list[Host]) -> Iterator[str]:
    """Clients are given the authority, and addresses, only when their containers are replaced, which comes later."""
    if names := _changing(hosts, "nats"):
        yield (
            f"NATS of host {', '.join(names)} {_will(hosts, 'nats')}: services are without the bus from then until "
            "their containers are replaced, later in this run. Nobody can talk meanwhile."
        )
    if names := _changing(hosts, "mongodb"):
        yield (
            f"MongoDB of host {', '.join(names)} {_will(hosts, 'mongodb')}: all its members are restarted at once, and "
            "Rocket.Chat is without its database from then until its containers are replaced, later in this run. It "
            "will ask its administrators whether this is a new workspace, as its MONGO_URL changes: it is a "
            "configuration update."
        )


def switch_problems(plan: Mapping[str, Any], hosts: list[Host], is_chosen: Callable[[str], bool]) -> Iterator[Problem]:
    """Of servers and clients that a run leaves out, which would be apart from then on.

    ``is_chosen``: whether a role runs.
    """
    parts = [part for part in _SPOKE if _changing(hosts, part)]
    if not parts:
        return
    asked = {host.name for host in hosts}
    roles = (*parts, _CLIENTS)
    away = [name for name, one in plan["hosts"].items() if name not in asked and any(one[role] for role in roles)]
    left = [role for role in roles if not is_chosen(role)]
    for option, values in (("--limit", away), ("--tags", left)):
        if values:
            reason = (
                f"leaves out {', '.join(values)}, and TLS to {' and '.join(parts)} is about to be switched on or off, "
                "for servers and clients together"
            )
            yield Problem(option, None, reason, "Leave it away until that is done")


def _will(hosts: list[Host], part: str) -> str:
    speaks = any(_speaks(host, part) for host in hosts if host.plan[part])
    return "will demand TLS" if speaks else "will speak TLS no more"


def _speaks(host: Host, part: str) -> bool:
    """As it is planned."""
    return bool(host.plan[part]["tls" if part == "mongodb" else "tls_files"])


def _changing(hosts: list[Host], part: str) -> list[str]:
    return [host.name for host in hosts if _changes(host, part)]


def is_switched(host: Host) -> bool:
    """Then nobody is served by some of a part while others change."""
    return any(_changes(host, part) for part in _SPOKE)


def _changes(host: Host, part: str) -> bool:
    return bool(host.plan[part]) and _SPOKE[part](host) not in (None, _speaks(host, part))


def _nats_spoke(host: Host) -> bool | None:
    """By what it has mounted; None where there is none of ours."""
    found = (host.services(layout.NATS_DIRECTORY) or {}).values()
    mounted = [str(volume).partition(":")[0] for service in found for volume in service.get("volumes") or ()]
    return layout.NATS_CERTIFICATE in mounted if mounted else None


def _mongodb_spoke(host: Host) -> bool | None:
    """By its settings; None where there is none of ours."""
    if host.facts["mongod"] is None or not is_ours(host):
        return None
    return bool(setting(host, "certificateKeyFile"))


_SPOKE = {"mongodb": _mongodb_spoke, "nats": _nats_spoke}
