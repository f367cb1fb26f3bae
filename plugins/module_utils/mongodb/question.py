# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The question of mongodb_health: its options, and its result. No Ansible here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ..probing.options import TIMEOUTS
from ..probing.question import Answered, LibraryMissing
from . import login, probe, tls, wire
from .checks import Limits
from .disk import Disk

OPTIONS: dict[str, dict[str, Any]] = {
    "members": {"type": "list", "elements": "str", "required": True},
    "replica_set": {"type": "str", "required": True},
    "username": {"type": "str", "required": True},
    "password": {"type": "str", "required": True, "no_log": True},
    "database": {"type": "str"},
    "data_directory": {"type": "path"},
    "minimum_free_percent": {"type": "float", "default": 5.0},
    "minimum_free_bytes": {"type": "bytes", "default": 1073741824},
    "maximum_lag": {"type": "float", "default": 30.0},
    "minimum_oplog_hours": {"type": "float", "default": 1.0},
    "authorities": {"type": "str", "default": ""},
    **TIMEOUTS,
    "timeout": {"type": "float", "default": 0.0},
}


def answer(options: Mapping[str, Any]) -> Answered:
    """A mistake in the options is a ValueError; without pymongo, LibraryMissing."""
    if login.MongoClient is None or wire.bson is None:  # type: ignore[attr-defined]
        raise LibraryMissing("pymongo")
    target = _target(options)
    now = time.time()
    health = probe.wait(target, options["timeout"])
    return Answered({"changed": False, "time_utc": now, **asdict(health)}, health.diagnosis or "")


def _target(options: Mapping[str, Any]) -> probe.Target:
    if not options["members"]:
        raise ValueError("members is empty: name at least one as host:port.")
    for member in options["members"]:
        wire.parse_member(member)
    if options["request_timeout"] <= 0 or options["timeout"] < 0:
        raise ValueError("request_timeout must be more than 0 seconds, and timeout 0 or more.")
    room = (options["minimum_free_percent"], options["minimum_free_bytes"])
    return probe.Target(
        members=options["members"],
        replica_set=options["replica_set"],
        user=login.User(options["username"], options["password"]),
        request_timeout=options["request_timeout"],
        limits=Limits(options["maximum_lag"], options["minimum_oplog_hours"]),
        database=options["database"],
        disk=Disk(options["data_directory"], *room) if options["data_directory"] else None,
        tls=tls.planned(options["authorities"]),
    )
