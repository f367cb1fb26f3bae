# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evidence about NATS: its servers, its expected clients, and its unexpected ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...module_utils.nats.nodes import hostname_of
from .answers import HostAnswers
from .containers import STANDS_STILL, container_symptoms, without_starting
from .hosts import unasked
from .model import NATS, Need, Subject, Symptom

# Faults that are the server's own whatever else is away.
_OF_ITS_OWN = {"slow", "not_nats", "auth_refused", "auth_off", "refused_by_nats", "tls_required", "tls_off", "tls"} | {
    f"certificate{what}" for what in ("", "_expired", "_early", "_name", "_ca")
}
_ROUTES = "routes_missing"


def servers(plan: Mapping[str, Any], answers: Mapping[str, HostAnswers]) -> Iterator[Subject]:
    """All servers, and then the routes between them, which a missing server explains."""
    hosts = [host for host, planned in plan["hosts"].items() if planned["nats"]]
    found = [_server(host, answers[host]) for host in hosts]
    yield from found
    troubled = {server.host for server in found if server.symptoms}
    for host in hosts:
        answer = answers[host].get("nats")
        if answer.get("fault") == _ROUTES:
            # servers that are away explain as many missing routes, and no more
            missing = answer["routes_expected"] - answer["routes_seen"]
            needs = (Need("nats", any_of_them=True),) if missing <= len(troubled - {host}) else ()
            symptom = Symptom(f"nats.{_ROUTES}", answer["diagnosis"], needs)
            yield Subject(host, "nats-routes", symptoms=[symptom])


def _server(host: str, answers: HostAnswers) -> Subject:
    answer = answers.get("nats")
    symptoms = container_symptoms(answers.find("containers", "containers", "nats"), (Need("engine", host),))
    if answer.get("reachable"):
        symptoms = without_starting(symptoms)
    for told in (answer, answer.get("login") or {}):
        if told.get("fault") and told["fault"] != _ROUTES:
            needs = () if told["fault"] in _OF_ITS_OWN else (Need("engine", host), Need("host", host))
            symptoms.append(Symptom(f"nats.{told['fault']}", told["diagnosis"], needs))
    if _refuses_everybody(answer) and not answer.get("login"):
        sentence = "NATS refuses the login of every service: user or password differ from its configuration."
        symptoms.append(Symptom("nats.auth_refused", sentence))
    if not answer:
        symptoms.append(unasked(host, "nats"))
    return Subject(
        host,
        "nats",
        NATS,
        "nats",
        replica="1",
        latency_ms=answer.get("latency_ms"),
        symptoms=symptoms,
        provides=(("nats", ""), ("nats", host)),
    )


def _refuses_everybody(answer: Mapping[str, Any]) -> bool:
    clients = answer.get("clients") or []
    return len(clients) > 1 and all(client.get("fault") == "refused" for client in clients)


class Clients:
    """The connected clients. A client of a cluster is connected to one of its servers, which alone knows it."""

    def __init__(self, plan: Mapping[str, Any], answers: Mapping[str, HostAnswers]) -> None:
        self._clients: dict[str, dict[str, Any]] = {}
        hosts = [host for host, planned in plan["hosts"].items() if planned["nats"]]
        # a NATS of the operator's own is asked nothing
        self._asked = bool(hosts)
        self._nobody_runs = bool(hosts) and not any(map(_runs, (answers[host] for host in hosts)))
        told = [answers[host].get("nats") for host in hosts]
        self._everybody_told = all(answer.get("reachable") for answer in told)
        for answer in told:
            if answer.get("reachable"):
                for client in answer["clients"]:
                    known = self._clients.get(client["name"])
                    if known is None or _says_more(client, known):
                        self._clients[client["name"]] = client

    def connected(self, hostname: str) -> bool | None:
        """A client that is seen nowhere may be connected to a server that could not be asked."""
        if self._nobody_runs:
            return False
        if not self._asked:
            return None
        client = self._clients.get(hostname, {"connected": False, "fault": "missing"})
        if client["connected"] or self._everybody_told or client["fault"] != "missing":
            return bool(client["connected"])
        return None

    def symptom(self, hostname: str, needs: tuple[Need, ...]) -> Symptom | None:
        """Why it is not connected, or not well so. Another namespace is its own fault."""
        if self._nobody_runs:
            return Symptom("bus.down", "No NATS server runs to which it could be connected.", needs)
        client = self._clients.get(hostname)
        if client is None or not client.get("fault"):
            return None
        fault = client["fault"]
        if fault == "namespace":
            needs = ()
        elif fault == "slow":
            # NATS may be slow itself, and serve
            needs = (*needs, Need("nats", as_planned=True))
        elif fault == "missing":
            # it may be connected to the very server that could not be asked
            needs = (*needs, Need("nats", any_of_them=True))
        return Symptom(f"bus.{fault}", client["diagnosis"], needs)


def _runs(answers: HostAnswers) -> bool:
    """Unless Docker says that it does not. Its monitoring alone may be out of reach, and the bus be well."""
    container = answers.find("containers", "containers", "nats")
    return not container or container["fault"] not in STANDS_STILL


def _says_more(client: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    def worth(view: Mapping[str, Any]) -> int:
        return 2 if view["connected"] else int(view.get("fault") != "missing")

    return worth(client) > worth(known)


def unexpected_clients(plan: Mapping[str, Any], answers: Mapping[str, HostAnswers]) -> Iterator[Subject]:
    """Nodes on the bus that the plan does not know, unless a container with a wrong hostname explains them."""
    expected = [container["hostname"] for planned in plan["hosts"].values() for container in planned["containers"]]
    hostnames = set(_hostnames(answers))
    seen: set[str] = set()
    for host, answer in answers.items():
        for node in answer.get("nats").get("unexpected") or []:
            name = node["name"]
            # a node in another namespace talks to none of these
            elsewhere = node["namespace"] != plan["hosts"][host]["probes"]["nats"]["namespace"]
            if elsewhere or name in seen or hostname_of(name, expected):
                continue
            seen.add(name)
            sentence = (
                f"A node that the plan does not know, {name} at {node['address']}, is on the bus: "
                "a container of an earlier deployment, or one started by hand?"
            )
            owner = hostname_of(name, hostnames) or name
            symptom = Symptom("bus.unexpected", sentence, (Need("identity", owner, any_of_them=True),))
            yield Subject(host, name, symptoms=[symptom])


def _hostnames(answers: Mapping[str, HostAnswers]) -> Iterator[str]:
    """Those that the engines' containers have, planned or not."""
    for answer in answers.values():
        told = answer.get("containers")
        for entry in (*(told.get("containers") or []), *(told.get("unplanned") or [])):
            if entry["hostname"]:
                yield entry["hostname"]
