# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The question of ddp_health: its options, and its result. No Ansible here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ..probing.options import TIMEOUTS, TRUST
from ..probing.polling import Timeouts
from ..probing.question import Answered, LibraryMissing
from ..probing.tls import ShownCertificate, Trust
from .probe import WEBSOCKETS_MISSING, Account, DdpHealth, Proxy, probe_ddp

OPTIONS: dict[str, dict[str, Any]] = {
    "url": {"type": "str", "required": True},
    "connect_to": {"type": "str"},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "quiet": {"type": "float", "default": 0},
    **TIMEOUTS,
    **TRUST,
}
TOGETHER = [("username", "password")]


def answer(options: Mapping[str, Any]) -> Answered:
    """A mistake in the options is a ValueError; without websockets, LibraryMissing."""
    if WEBSOCKETS_MISSING:
        raise LibraryMissing("websockets >= 10", WEBSOCKETS_MISSING)
    proxy = Proxy(
        options["url"],
        Timeouts(options["timeout"], options["request_timeout"]),
        Trust(options["validate_certs"], options["ca_path"]),
        options["connect_to"],
        Account(options["username"], options["password"]) if options["username"] else None,
    )
    health, attempts = probe_ddp(proxy, options["quiet"])
    return Answered(_result(health, attempts), _summary(options["url"], health))


def _result(health: DdpHealth, attempts: int) -> dict[str, Any]:
    return {
        "changed": False,
        "healthy": health.healthy,
        "checks": [asdict(check) for check in health.checks],
        "ping_ms": health.ping_ms,
        "certificate": _certificate(health.certificate),
        "attempts": attempts,
    }


def _certificate(shown: ShownCertificate | None) -> dict[str, Any] | None:
    if shown is None:
        return None
    fault = shown.fault
    told = {"fault": fault.kind if fault else None, "diagnosis": fault.sentence if fault else None}
    return {**told, "begins": shown.begins, "ends": shown.ends}


def _summary(url: str, health: DdpHealth) -> str:
    ill = [f"- {check.name}: {check.diagnosis}" for check in health.checks if check.diagnosis]
    return "\n".join([f"Clients cannot use Rocket.Chat at {url}:", *ill])
