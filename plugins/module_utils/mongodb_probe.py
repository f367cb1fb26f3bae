# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Asks a MongoDB replica set, as the user Rocket.Chat has, for the state of its members."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from typing import Any

try:
    from pymongo import MongoClient
    from pymongo.errors import PyMongoError
except ImportError:
    # the module that uses this tells the operator
    MongoClient = None  # type: ignore[assignment,misc]
    PyMongoError = Exception  # type: ignore[assignment,misc]

# Member states that serve (MongoDB manual, "Replica Set Member States").
SERVING = {"PRIMARY", "SECONDARY", "ARBITER"}


@dataclass(frozen=True)
class Target:
    members: list[str]
    replica_set: str
    username: str
    password: str
    request_timeout: float


def ask(target: Target) -> dict[str, Any]:
    """One look: ``healthy``, ``latency_ms``, ``members`` with their role, ``version``, and ``msg`` where it failed."""
    started = time.monotonic()
    try:
        with closing(_connect(target)) as client:
            status = client.admin.command("replSetGetStatus")
            latency = (time.monotonic() - started) * 1000
            version = client.server_info()["version"]
    except PyMongoError as error:
        return {"healthy": False, "members": [], "msg": f"MongoDB did not answer: {_first_line(error)}"}
    members = [_member(member) for member in status["members"]]
    return {
        "healthy": all(member["diagnosis"] is None for member in members),
        "latency_ms": round(latency, 1),
        "members": members,
        "version": version,
    }


def _connect(target: Target) -> MongoClient[dict[str, Any]]:
    milliseconds = int(target.request_timeout * 1000)
    return MongoClient(
        target.members,
        replicaSet=target.replica_set,
        username=target.username,
        password=target.password,
        authSource="admin",
        serverSelectionTimeoutMS=milliseconds,
        connectTimeoutMS=milliseconds,
        socketTimeoutMS=milliseconds,
    )


def wait(target: Target, timeout: float) -> dict[str, Any]:
    """Looks until all members serve or the time is up; the last look counts."""
    deadline = time.monotonic() + timeout
    while True:
        answer = ask(target)
        if answer["healthy"] or time.monotonic() >= deadline:
            return answer
        time.sleep(min(1.0, max(0.0, deadline - time.monotonic())))


def _member(member: dict[str, Any]) -> dict[str, Any]:
    role = member["stateStr"]
    serving = role in SERVING and member.get("health", 1) == 1
    reason = member.get("lastHeartbeatMessage") or "look at /var/log/mongodb/mongod.log there"
    return {
        "name": member["name"],
        "role": role.lower(),
        "diagnosis": None if serving else f"member is in state {role}: {reason}",
    }


def _first_line(error: Exception) -> str:
    """pymongo appends a description of the whole topology to its messages."""
    return str(error).split(", Timeout:", maxsplit=1)[0].splitlines()[0][:300]
