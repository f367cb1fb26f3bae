# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evidence about Rocket.Chat's containers: Docker's, their own /health, and NATS's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from .answers import HostAnswers
from .bus import Clients
from .containers import container_symptoms, without_starting
from .hosts import unasked
from .license import expiry, has_surplus, license_in_use, returns, was_cut_off, wrong_address
from .model import SERVICE, HealthWarning, Need, Subject, Symptom

MONOLITH = "rocketchat"
# Seen with nats.js 2.29 below moleculer 0.14: after refused logins it gives up, and the process lives on.
_CUT_OFF = (
    "It runs and answers, but NATS does not know it: it lost the connection and has given up, as after refused logins. "
    "Until it is restarted nobody on the bus hears it."
)
_OFF_NATS = {"container.nats_auth", "container.nats_unreachable"}
_WAY_TO_NATS = {"host", "engine", "nats", "hostname"}
LICENSE = Need("license", as_planned=True)
# A monolith that was given another licence than the planned one, or none.
_LICENSE_GIVEN = ("license_given", "")


def subjects(
    plan: Mapping[str, Any], answers: Mapping[str, HostAnswers], now: datetime | None = None
) -> Iterator[Subject]:
    """The monoliths, the licence that only they have, and then the services that need both."""
    clients = Clients(plan, answers)
    everything = [(host, container) for host, planned in plan["hosts"].items() for container in planned["containers"]]
    for host, answer in answers.items():
        yield from _unplanned(host, answer)
    replicas = Counter(container["service"] for _host, container in everything)
    returned = returns(plan, answers, MONOLITH)
    for host, container in everything:
        if container["service"] == MONOLITH:
            yield _service(host, container, answers[host], clients, replicas[MONOLITH] == 1)
    deaths = [*_deaths(everything, replicas, answers, returned)]
    yield from _license(plan, answers, bool(deaths), now)
    for host, container in everything:
        if container["service"] != MONOLITH:
            alone = replicas[container["service"]] == 1
            yield _service(host, container, answers[host], clients, alone, returned)


def warnings(answers: Mapping[str, HostAnswers]) -> Iterator[HealthWarning]:
    """Of monoliths that serve, and call themselves not ready for want of time or memory."""
    for host, answer in answers.items():
        for endpoint in answer.get("services").get("endpoints") or []:
            if endpoint["state"] == "healthy" and endpoint.get("warning"):
                yield HealthWarning("http.degraded", f"{endpoint['name']} on {host}: {endpoint['warning']}")


def needs_of(host: str, service: str) -> tuple[Need, ...]:
    """What a container cannot do without: its host and engine, NATS, MongoDB, and a monolith unless it is one.

    A monolith cannot do without the end of the migrations.

    It takes the NATS of its own host first, and another when that is gone.
    """
    needs = (
        Need("host", host),
        Need("engine", host),
        Need("nats", host),
        Need("nats"),
        Need("mongodb", any_of_them=True),
        Need("way", host),
    )
    return (*needs, Need("migrations") if service == MONOLITH else Need("service", MONOLITH))


def _service(
    host: str,
    container: Mapping[str, Any],
    answers: HostAnswers,
    clients: Clients,
    alone: bool,
    returned: Collection[float] = (),
) -> Subject:
    entry = answers.find("containers", "containers", container["name"])
    endpoint = answers.find("services", "endpoints", container["name"])
    # a container that took this one's hostname ends it again and again, in whatever state it is seen meanwhile
    identity = Need("hostname", container["hostname"], any_of_them=True)
    needs = (*needs_of(host, container["service"]), identity)
    symptoms = _of_docker(container, entry, answers, needs)
    if endpoint is None:
        symptoms.append(unasked(host, "services"))
    elif endpoint["state"] != "healthy":
        symptoms.append(Symptom(f"http.{endpoint['fault'] or 'unhealthy'}", endpoint["diagnosis"], needs))
    return Subject(
        host,
        container["name"],
        SERVICE,
        container["service"].replace("_", "-"),
        replica=str(container["replica"]),
        latency_ms=(endpoint or {}).get("latency_ms"),
        on_nats=clients.connected(container["hostname"]),
        symptoms=_up_to_date(_with_bus(symptoms, container, clients, needs), alone or was_cut_off(entry, returned)),
        provides=(("service", container["service"]), *_provided(container, entry)),
    )


def _of_docker(
    container: Mapping[str, Any], entry: Mapping[str, Any] | None, answers: HostAnswers, needs: tuple[Need, ...]
) -> list[Symptom]:
    symptoms = container_symptoms(entry, (*needs, LICENSE))
    if entry is None and (answers.get("containers").get("engine") or {}).get("reachable"):
        symptoms.append(Symptom("container.unknown", "Docker was asked, and nothing is known about it."))
    another = _other_hostname(container, entry)
    if another and not any(symptom.kind == "container.hostname" for symptom in symptoms):
        sentence = (
            f"Its hostname is {another} instead of {container['hostname']}, and nodes of the bus are known by it."
        )
        symptoms.append(Symptom("container.hostname", sentence))
    return symptoms


def _other_hostname(container: Mapping[str, Any], entry: Mapping[str, Any] | None) -> str | None:
    found: str | None = (entry or {}).get("hostname")
    return found if found != container["hostname"] else None


def _with_bus(
    symptoms: list[Symptom], container: Mapping[str, Any], clients: Clients, needs: tuple[Need, ...]
) -> list[Symptom]:
    """NATS's view, which may explain what Docker's log says, or say more where all else is well."""
    seen = clients.symptom(container["hostname"], needs)
    if seen and seen.kind in ("bus.missing", "bus.refused") and not symptoms:
        # neither MongoDB nor a monolith takes a service off the bus that is well otherwise
        return [Symptom(seen.kind, _CUT_OFF, tuple(need for need in seen.needs if need.what in _WAY_TO_NATS))]
    if seen:
        return [*symptoms, seen]
    if clients.connected(container["hostname"]):
        # that is over
        return [replace(one, needs=needs) if one.kind in _OFF_NATS else one for one in symptoms]
    return symptoms


def _up_to_date(symptoms: list[Symptom], cut_off: bool) -> list[Symptom]:
    """Without what is over, as all else shows.

    ``cut_off``: its log can speak of an outage only, as the only one of a service lives on without a licence.
    """
    if cut_off and [symptom.kind for symptom in symptoms] == ["container.license"]:
        return []
    return without_starting(symptoms)


def _provided(container: Mapping[str, Any], entry: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    another = _other_hostname(container, entry)
    if another:
        yield from (("hostname", another), ("identity", another))
    if any("ROCKETCHAT_LICENSE" in sentence for sentence in (entry or {}).get("drift") or []):
        yield _LICENSE_GIVEN


def _unplanned(host: str, answers: HostAnswers) -> Iterator[Subject]:
    """Unplanned containers that disturb: a second stream-hub, a hostname that another container has."""
    for entry in answers.get("containers").get("unplanned") or []:
        hostname = entry["hostname"]
        yield Subject(
            host,
            entry["name"],
            symptoms=container_symptoms(entry, ()),
            provides=(("hostname", hostname), ("identity", hostname)),
        )


def _deaths(
    everything: list[tuple[str, Mapping[str, Any]]],
    replicas: Mapping[str, int],
    answers: Mapping[str, HostAnswers],
    returned: Collection[float],
) -> Iterator[Mapping[str, Any]]:
    """Surplus replicas that ended because they found no licence.

    The only one of a service lives on without: it says so only when no monolith could be asked.
    """
    for host, container in everything:
        entry = answers[host].find("containers", "containers", container["name"])
        surplus = replicas[container["service"]] > 1
        if surplus and entry and entry["fault"] == "license" and not was_cut_off(entry, returned):
            yield entry


def _license(
    plan: Mapping[str, Any], answers: Mapping[str, HostAnswers], deaths: bool, now: datetime | None
) -> Iterator[Subject]:
    """There is one licence, and the monolith has it. ``deaths``: whether replicas say that they found none."""
    license_ = license_in_use(plan, answers)
    expired = expiry(license_, now) if has_surplus(plan) else None
    if not deaths and not expired:
        return
    host = [name for name, one in plan["hosts"].items() if any(c["service"] == MONOLITH for c in one["containers"])][0]
    sentence = (
        "Replicas shut themselves down because nobody confirmed a licence with the module scalability. If NATS or the "
        "monolith was away for 40 s just now, that is why, and they come back by themselves; otherwise the licence is "
        "missing in the monolith, has expired, or lacks that module."
    )
    # An outage of NATS or of the monolith for 40 s does the same, as a licence that cannot be asked for counts as none.
    needs = (*needs_of(host, MONOLITH), Need("service", MONOLITH), Need(*_LICENSE_GIVEN, as_planned=True))
    invalid = Symptom("license.invalid", sentence + wrong_address(license_, plan, answers), needs)
    yield Subject(host, "license", symptoms=[expired or invalid], provides=(("license", ""),))
