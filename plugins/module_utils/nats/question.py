# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The question of nats_health: its options, and its result. No Ansible here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ..probing.options import TIMEOUTS
from ..probing.polling import Timeouts
from ..probing.question import Answered
from ..probing.tls import trusting
from .probe import Account, Expected, NatsHealth, Wanted, probe_nats

OPTIONS: dict[str, dict[str, Any]] = {
    "url": {"type": "str", "default": "http://127.0.0.1:8222"},
    "expected_clients": {"type": "list", "elements": "raw", "default": []},
    "namespace": {"type": "str", "default": ""},
    "expected_routes": {"type": "int"},
    "slow_after": {"type": "float", "default": 250},
    "address": {"type": "str"},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "authorities": {"type": "str", "default": ""},
    **TIMEOUTS,
}
TOGETHER = [("address", "username", "password")]


def answer(options: Mapping[str, Any]) -> Answered:
    """A mistake in the options is a ValueError."""
    timeouts = Timeouts(options["timeout"], options["request_timeout"])
    health, attempts = probe_nats(options["url"], _wanted(options), timeouts)
    return Answered(_result(health, attempts, options["expected_routes"]), _summary(options["url"], health))


def _wanted(options: Mapping[str, Any]) -> Wanted:
    return Wanted(
        clients=[_client(entry) for entry in options["expected_clients"]],
        namespace=options["namespace"],
        routes=options["expected_routes"],
        slow_after=options["slow_after"],
        account=_account(options) if options["address"] else None,
    )


def _account(options: Mapping[str, Any]) -> Account:
    authorities = options["authorities"]
    if authorities:
        trusting(authorities)
    return Account(options["address"], options["username"], options["password"], authorities)


def _client(entry: Any) -> Expected:
    if isinstance(entry, str) and entry:
        return Expected(entry)
    if isinstance(entry, dict) and entry.get("name") and set(entry) <= {"name", "address"}:
        return Expected(str(entry["name"]), entry.get("address"))
    raise ValueError(f"expected_clients: {entry!r} is neither a hostname nor a dictionary of name and address.")


def _summary(url: str, health: NatsHealth) -> str:
    lines = [f"- {health.fault.sentence}"] if health.fault else []
    if health.reachable:
        lines += [f"- {client.name}: {client.diagnosis}" for client in health.clients if health.is_ill(client)]
        lines += [f"- {one.name} (from {one.address}) is on the bus, but not expected." for one in health.disturbing]
    return "\n".join([f"NATS at {url} is not as it should be:", *lines])


def _result(health: NatsHealth, attempts: int, routes: int | None) -> dict[str, Any]:
    return {
        "changed": False,
        "healthy": health.healthy,
        "reachable": health.reachable,
        "version": health.version,
        "latency_ms": health.latency_ms,
        "fault": health.fault.kind if health.fault else None,
        "diagnosis": health.fault.sentence if health.fault else None,
        "connections": health.connections,
        "slow_consumers": health.slow_consumers,
        "routes_expected": routes,
        "routes_seen": health.routes_seen,
        "login": asdict(health.login) if health.login else None,
        "clients": [asdict(client) for client in health.clients],
        "unexpected": [asdict(stranger) for stranger in health.unexpected],
        "attempts": attempts,
    }
