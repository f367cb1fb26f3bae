# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose MongoDB a host has. One of somebody else's would get our settings, and its owner no login any more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..rocketchat import layout
from ..rocketchat.problems import Problem
from .hosts import Host
from .ports import mongodb_port

# In the first line of every file that this collection writes whole.
_OURS = "rocketops.rocketchat"


def is_ours(host: Host) -> bool:
    """By the ledger, which knows data that a teardown left, too; by the first line of its settings, by our block in a
    file of the host's own, as 0.1.0 left it, or by the keyfile, which nobody else has.
    """
    settings = host.facts["mongod"]
    blocks = [state.block for state in host.desired.values() if state.block]
    return (
        f"file {layout.MONGOD_SETTINGS}" in host.ledger["resources"]
        or layout.MONGODB_DATA in host.ledger["data"]
        or bool(settings and _OURS in settings["first_line"])
        or any(block.first_line in (host.facts["texts"].get(block.path) or "") for block in blocks)
        or has_our_keyfile(host)
    )


def has_our_keyfile(host: Host) -> bool:
    planned = host.plan["mongodb"] is not None and host.facts["files"].get(layout.KEYFILE) is not None
    return planned and (not host.is_other_file(layout.KEYFILE) or host.has_former_keyfile)


def setting(host: Host, name: str) -> str:
    """As it is in mongod's settings on the host; "" where it is not."""
    found = host.facts["mongod"]
    return str(found["settings"][name]) if found else ""


def foreign_mongodb(host: Host) -> Iterator[Problem]:
    """A package that was installed and never used is nobody's; so is one that only has its default settings."""
    if not host.plan["mongodb"] or is_ours(host):
        return
    traces = [*_settings(host), *_data(host), *_processes(host)]
    if traces:
        reason = f"is somebody else's: {'; '.join(traces)}"
        remedy = (
            f"Take {host.name} out of [mongodb], or leave that group empty and use this MongoDB with "
            "rocketchat_mongodb_url. If nobody needs it, stop and disable it there, and move its settings and data "
            "away. If it is this deployment's own, of a host that was set up anew, put the mongodb_keyfile of the "
            f"secrets file back into {layout.KEYFILE}, as one line"
        )
        yield Problem(f"MongoDB of host {host.name}", None, reason, remedy)


def _settings(host: Host) -> Iterator[str]:
    custom = [
        f"{name} {setting(host, name)}"
        for name in ("dbPath", "replSetName", "keyFile", "authorization")
        if setting(host, name) not in ("", layout.MONGODB_DATA, "disabled")
    ]
    if custom:
        yield f"{layout.MONGOD_SETTINGS} has {', '.join(custom)}"


def _data(host: Host) -> Iterator[str]:
    for path in dict.fromkeys([setting(host, "dbPath"), layout.MONGODB_DATA]):
        if path in host.facts["data"] and host.facts["data"][path]["database"]:
            yield f"a database is in {path}"


def _processes(host: Host) -> Iterator[str]:
    listeners = [listener for listener in host.facts["listening"] if _is_in_the_way(host.plan, listener)]
    if listeners:
        unit, port = listeners[0]["unit"], listeners[0]["port"]
        yield f"{unit or 'a process of no unit'} listens on port {port}"
    elif host.unit_is_active(layout.MONGODB_UNIT):
        yield f"{layout.MONGODB_UNIT} runs"


def _is_in_the_way(plan: Mapping[str, Any], listener: Mapping[str, Any]) -> bool:
    """Another mongod may be there, with a unit and a port of its own."""
    if listener["process"] != "mongod":
        return False
    return listener["unit"] == layout.MONGODB_UNIT or bool(listener["port"] == mongodb_port(plan))
