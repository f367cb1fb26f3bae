# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the ports a plan needs are free, or ours already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..rocketchat.catalogue import CONTAINER_PORT, NATS_CLUSTER_PORT, NATS_MONITORING_PORT
from ..rocketchat.layout import DOCKER_UNIT, MONGODB_UNIT, NGINX_UNIT
from ..rocketchat.problems import Problem
from .hosts import SERVICE_LABEL, Host, is_ours

EVERYWHERE = ("0.0.0.0", "::")
PROXY = "docker-proxy"
# Where ours cannot have another one.
_MOVE = "Stop it there, or have it listen on another port"


@dataclass(frozen=True)
class Need:
    """``owner`` is to listen on ``address`` and ``port``, as ``variable`` says ("" where nothing can change it).

    ``program`` and ``unit``: what listens there when it is ours already, and only the unit tells; containers have none
    of their own, and Docker's proxy listens for them, or the engine itself.
    """

    owner: str
    address: str
    port: int
    variable: str
    program: str
    unit: str = ""


def port_problems(host: Host, but: str = "") -> Iterator[Problem]:
    """``but``: a program that is refused in its own place already, for reasons that say more."""
    told = set()
    for need in needs(host.plan):
        for listener in host.facts["listening"]:
            holder = _stranger(need, listener, host.containers)
            if holder and (need.port, holder) not in told and not listener["process"] == need.program == but:
                told.add((need.port, holder))
                yield _problem(host.name, need, listener, holder)


def needs(plan: Mapping[str, Any]) -> Iterator[Need]:
    """Every port of a host's plan, in the order in which the roles take them."""
    if plan["mongodb"]:
        for address in plan["mongodb"]["bind_addresses"]:
            yield Need("MongoDB", address, mongodb_port(plan), "mongodb_port", "mongod", MONGODB_UNIT)
    for role in ("nats", "rocketchat"):
        services = plan[role]["compose"]["services"] if plan[role] else {}
        for name, service in services.items():
            key = service["labels"].get(SERVICE_LABEL)
            for published in service.get("ports", []):
                own = published.endswith(f":{CONTAINER_PORT}")
                ports = "rocketchat_ports" if own else "rocketchat_metrics_ports"
                address, port = published_at(published)
                yield Need(name, address, port, f"{ports}.{key}" if key else _of_nats(port), PROXY)
    if plan["nginx"]:
        yield Need("nginx", EVERYWHERE[0], plan["nginx"]["port"], "rocketchat_root_url", "nginx", NGINX_UNIT)
        if plan["nginx"]["tls"]:
            yield Need("nginx's redirect to https", EVERYWHERE[0], 80, "", "nginx", NGINX_UNIT)


def _of_nats(port: int) -> str:
    """The other two are always the same, and no client's port can be one of them."""
    return "" if port in (NATS_MONITORING_PORT, NATS_CLUSTER_PORT) else "nats_port"


def mongodb_port(plan: Mapping[str, Any]) -> int:
    """All members have the same."""
    return int(plan["mongodb"]["members"][0].rpartition(":")[2])


def published_at(written: str) -> tuple[str, int]:
    """Address and port on the host, of Compose's ``address:port:port in the container``."""
    address, _colon, port = written.rpartition(":")[0].rpartition(":")
    return address.strip("[]"), int(port)


def _stranger(need: Need, listener: Mapping[str, Any], containers: list[dict[str, Any]]) -> str:
    """Who holds what is needed, in words; empty where it is free, ours, or nobody can tell."""
    if listener["port"] != need.port or not _same_place(need.address, listener["address"]):
        return ""
    if listener["unit"] != DOCKER_UNIT:
        # Others may run a program of that name: in a container, by hand.
        if listener["unit"] and listener["unit"] == need.unit:
            return ""
        process = listener["process"] or "a process that does not show itself"
        unit = listener["unit"] or ("of no unit" if process == need.program else "")
        return f"{process} ({unit})" if unit else str(process)
    # Without the engine's answer nobody knows whose container it is.
    names = [c["name"] for c in containers if _publishes(c, listener) and not is_ours(c)]
    return f"Docker container {names[0]}" if names else ""


def _publishes(container: Mapping[str, Any], listener: Mapping[str, Any]) -> bool:
    return {"address": listener["address"], "port": listener["port"]} in container["published"]


def _same_place(one: str, other: str) -> bool:
    return one == other or one in EVERYWHERE or other in EVERYWHERE


def _problem(host: str, need: Need, listener: Mapping[str, Any], holder: str) -> Problem:
    address = f"[{listener['address']}]" if ":" in listener["address"] else listener["address"]
    reason = f"belongs to {holder}, which listens on {address}:{need.port}, and {need.owner} needs it"
    remedy = f"Stop it there, or choose another port with {need.variable}" if need.variable else _MOVE
    return Problem(f"port {need.port} of host {host}", None, reason, remedy)
