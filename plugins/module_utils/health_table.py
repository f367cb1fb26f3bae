# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Joins what the probes found with what the plan expects into one table, and says which parts are at fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

HEALTHY, UNHEALTHY = "healthy", "UNHEALTHY"
HEADINGS = ("service", "host", "replica", "state", "latency", "on NATS")


@dataclass(frozen=True)
class Row:
    """``fault`` is a sentence, empty where all is well; ``on_nats`` is None where NATS is no matter."""

    service: str
    host: str
    replica: str
    latency_ms: float | None = None
    on_nats: bool | None = None
    fault: str = ""

    @property
    def state(self) -> str:
        return UNHEALTHY if self.fault else HEALTHY

    def cells(self) -> tuple[str, ...]:
        latency = "-" if self.latency_ms is None else f"{self.latency_ms:.0f} ms"
        connected = {None: "-", True: "yes", False: "NO"}[self.on_nats]
        return (self.service, self.host, self.replica, self.state, latency, connected)


def rows(plan: dict[str, Any], results: dict[str, dict[str, Any]]) -> list[Row]:
    """``results``: per host what ``mongodb``, ``nats``, ``services`` and ``ddp`` returned, None where not asked."""
    faults_on_nats = client_faults(results)
    table: list[Row] = []
    for host in plan["hosts"]:
        table += _mongodb_rows(host, plan["hosts"][host], results[host].get("mongodb"))
        table += _nats_rows(host, plan["hosts"][host], results[host].get("nats"))
        table += _service_rows(host, plan["hosts"][host], results[host].get("services"), faults_on_nats)
        table += _proxy_rows(host, plan["hosts"][host], results[host].get("ddp"))
    return table


def client_faults(results: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Why a client is not connected, empty where it is. A server of a NATS cluster knows its own clients only."""
    faults: dict[str, str] = {}
    for answer in (result.get("nats") or {} for result in results.values()):
        for client in answer.get("clients", []):
            known = faults.get(client["name"])
            fault = "" if client["connected"] else client["diagnosis"]
            faults[client["name"]] = fault if known is None else known and fault
    return faults


def _mongodb_rows(host: str, planned: dict[str, Any], answer: dict[str, Any] | None) -> list[Row]:
    # One host asks for the whole set.
    if not planned["mongodb"] or not planned["mongodb"]["first"]:
        return []
    if not answer or not answer.get("members"):
        return [Row("mongodb", host, "-", fault=_failure(answer))]
    return [
        Row("mongodb", member["name"], member["role"], answer["latency_ms"], fault=member["diagnosis"] or "")
        for member in answer["members"]
    ]


def _nats_rows(host: str, planned: dict[str, Any], answer: dict[str, Any] | None) -> list[Row]:
    if not planned["nats"]:
        return []
    # Clients that are missing are told with their own service, not as a fault of NATS.
    reachable = answer is not None and answer.get("reachable", False)
    return [Row("nats", host, "1", fault="" if reachable else _failure(answer))]


def _service_rows(
    host: str, planned: dict[str, Any], answer: dict[str, Any] | None, faults_on_nats: dict[str, str]
) -> list[Row]:
    endpoints = {endpoint["name"]: endpoint for endpoint in (answer or {}).get("endpoints", [])}
    table = []
    for container in planned["containers"]:
        endpoint = endpoints.get(container["name"])
        fault_on_nats = faults_on_nats.get(container["hostname"], "NATS was not asked whether it is connected")
        if endpoint is None:
            fault = _failure(answer)
        elif endpoint["state"] != HEALTHY:
            fault = endpoint["diagnosis"]
        else:
            fault = fault_on_nats
        latency = endpoint["latency_ms"] if endpoint and not fault else None
        name = container["service"].replace("_", "-")
        table.append(Row(name, host, str(container["replica"]), latency, not fault_on_nats, fault))
    return table


def _proxy_rows(host: str, planned: dict[str, Any], answer: dict[str, Any] | None) -> list[Row]:
    if not planned["nginx"]:
        return []
    if not answer or "checks" not in answer:
        return [Row("nginx", host, "-", fault=_failure(answer))]
    faults = [check["diagnosis"] for check in answer["checks"] if check["state"] == "unhealthy"]
    return [Row("nginx", host, "-", answer["ping_ms"], fault=" ".join(faults))]


def _failure(answer: dict[str, Any] | None) -> str:
    """A module says ``diagnosis`` for what it asked, and Ansible ``msg`` when it could not even run."""
    answer = answer or {}
    return answer.get("diagnosis") or answer.get("msg") or "was not asked: the host did not answer"


def as_text(table: list[Row], root_url: str, version: str) -> str:
    lines = [HEADINGS, *(row.cells() for row in table)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    text = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
    text.insert(1, "  ".join("-" * width for width in widths))
    faults = [f"{row.service} {row.replica} on {row.host}: {row.fault}" for row in table if row.fault]
    text += ["", f"Rocket.Chat {version} at {root_url}: " + (f"{len(faults)} unhealthy" if faults else "all healthy")]
    return "\n".join([*text, *faults])
