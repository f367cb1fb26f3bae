# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The question of container_health: its options, and its result. No Ansible here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ..probing.options import TIMEOUTS
from ..probing.polling import Timeouts
from ..probing.question import Answered
from .docker_api import SOCKET
from .model import Expected, Health
from .probe import probe_containers
from .secrets import environments, texts
from .way import blocked

_CONTAINER: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "service": {"type": "str", "required": True},
    "image": {"type": "str", "required": True},
    "hostname": {"type": "str", "required": True},
    "environment": {"type": "dict", "default": {}},
    "extra_hosts": {"type": "list", "elements": "str", "default": []},
    "network": {"type": "str"},
    "address": {"type": "str"},
}
OPTIONS: dict[str, dict[str, Any]] = {
    "containers": {"type": "list", "elements": "dict", "required": True, "options": _CONTAINER},
    "secret_environments": {"type": "dict", "default": {}, "no_log": True},
    "reach": {"type": "list", "elements": "str", "default": []},
    "reach_nats": {"type": "str", "default": ""},
    "socket": {"type": "path", "default": SOCKET},
    **TIMEOUTS,
}


_NATS = "nats"


def answer(options: Mapping[str, Any]) -> Answered:
    """A mistake in the options is a ValueError."""
    timeouts = Timeouts(options["timeout"], options["request_timeout"])
    expected = _expectations(options["containers"], options["secret_environments"])
    health, attempts = probe_containers(expected, options["socket"], timeouts)
    parts = dict.fromkeys(options["reach"], "MongoDB") | dict.fromkeys(filter(None, [options["reach_nats"]]), "NATS")
    services = [one.name for one in expected if one.service != _NATS]
    away = blocked(parts, services, options["socket"])
    healthy = health.healthy and not away
    result = {"changed": False, "healthy": healthy, "attempts": attempts, **asdict(health), "blocked": away}
    return Answered(result, _summary(health, away))


def _expectations(containers: list[dict[str, Any]], secret_environments: dict[str, Any]) -> list[Expected]:
    secrets = environments(secret_environments)
    for name in secrets:
        if name not in [one["name"] for one in containers]:
            raise ValueError(f"secret_environments has variables of {name}, which is not in containers.")
    return [
        Expected(**{**one, "environment": texts(one["environment"])}, secret_environment=secrets.get(one["name"], {}))
        for one in containers
    ]


def _summary(health: Health, away: list[dict[str, Any]]) -> str:
    told = [("Docker Engine", health.engine.diagnosis)]
    told += [(one.name, one.diagnosis) for one in health.containers]
    told += [(one.name, one.diagnosis) for one in health.unplanned]
    told += [(one["address"], "No container reaches it, and this host does.") for one in away]
    ill = [f"- {name}: {diagnosis}" for name, diagnosis in told if diagnosis]
    return "\n".join(["Docker does not run what it should:", *ill])
