# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The question of service_health: its options, and its result. No Ansible here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ..probing.options import TIMEOUTS, TRUST
from ..probing.polling import Timeouts
from ..probing.question import Answered
from ..probing.tls import Trust
from .probe import Body, Endpoint, EndpointHealth, probe_endpoints

_ENDPOINT: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "url": {"type": "str", "required": True},
    "status": {"type": "list", "elements": "int", "default": [200]},
    "body": {"type": "list", "elements": "raw", "default": []},
    "headers": {"type": "dict", "default": {}},
    "readiness": {"type": "bool", "default": False},
}
OPTIONS: dict[str, dict[str, Any]] = {
    "endpoints": {"type": "list", "elements": "dict", "required": True, "options": _ENDPOINT},
    "interval": {"type": "float", "default": 0.2},
    "concurrency": {"type": "int", "default": 32},
    **TIMEOUTS,
    **TRUST,
}


def answer(options: Mapping[str, Any]) -> Answered:
    """A mistake in the options is a ValueError."""
    timeouts = Timeouts(options["timeout"], options["request_timeout"], options["interval"])
    trust = Trust(options["validate_certs"], options["ca_path"])
    endpoints = [_endpoint(one) for one in options["endpoints"]]
    results = probe_endpoints(endpoints, timeouts, trust, options["concurrency"])
    result = {
        "changed": False,
        "healthy": all(one.diagnosis is None for one in results),
        "endpoints": [asdict(one) for one in results],
    }
    return Answered(result, _summary(results))


def _endpoint(given: Mapping[str, Any]) -> Endpoint:
    bodies = _bodies(given["body"])
    return Endpoint(
        given["name"], given["url"], tuple(given["status"]), bodies, _as_text(given["headers"]), given["readiness"]
    )


def _bodies(given: list[Any]) -> tuple[Body, ...]:
    for body in given:
        if not isinstance(body, (str, dict)):
            raise ValueError(f"body: {body!r} is neither a string nor a dictionary: write what the answer has to be.")
    return tuple(given)


def _as_text(headers: dict[str, Any]) -> dict[str, str]:
    """YAML makes numbers of what looks like one."""
    return {str(name): str(value) for name, value in headers.items()}


def _summary(results: list[EndpointHealth]) -> str:
    ill = [f"- {one.name} ({one.url}): {one.diagnosis}" for one in results if one.diagnosis]
    return "\n".join([f"{len(ill)} of {len(results)} endpoints are unhealthy:", *ill])
