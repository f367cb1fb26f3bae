# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evidence about nginx: the way a client takes, and the certificate it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from ..rocketchat.certificate_end import ends_soon
from ..rocketchat.layout import ACME_UNIT, CERTIFICATE
from .answers import HostAnswers
from .hosts import unasked
from .model import NGINX, HealthWarning, Need, Subject, Symptom

# Faults that are nginx's own; the others may come from what lies behind it.
_OF_ITS_OWN = {"refused", "split_missing", "upgrade_stripped", "idle_closed", "redirected", "tls"}
# What only a service behind nginx can be at fault for: its name, the family of the finding, the checks, the faults.
_LOGIN = {"account", "login"}
_BEHIND = (
    ("rocketchat", "page", {"monolith"}, {"status"}),
    ("ddp-streamer", "websocket", {"ddp_connect", "ddp_ping", "sockjs_connect"}, {"silent_timeout", "closed"}),
    ("account", "login", _LOGIN, {"silent_timeout", "login_failed", "login_unexpected", "account_missing"}),
)
# nginx passes over an upstream that refuses, and gives up only when all do; one that hangs is enough to disturb.
_ALL_REFUSE = {"upstream_down"}
# The bus hands a login to any account service that is on it.
_ALL_MISSING = {"account_missing"}


_NEW_FILES = (
    " If it comes from files of yours, first put the new ones where nginx_certificate_file and "
    "nginx_certificate_key_file point; the site playbook installs them."
)
_TO_BE_REPLACED = {"expired", "name"}
_RENEWAL = {
    "files": (
        "Renew it, put the new files where nginx_certificate_file and nginx_certificate_key_file point, and run the "
        "site playbook."
    ),
    "self_signed": "The site playbook makes another one.",
    "acme": (
        f"A timer should have had it renewed: `journalctl --unit {ACME_UNIT}` on that host tells why it was not. "
        "The site playbook tries again."
    ),
}
# Of the certificate that nginx shows.
ENDS_SOON = "certificate.ends_soon"


def subjects(plan: Mapping[str, Any], answers: Mapping[str, HostAnswers]) -> Iterator[Subject]:
    for host, planned in plan["hosts"].items():
        if planned["nginx"]:
            certificate = answers[host].get("ddp").get("certificate") or {}
            if certificate.get("fault"):
                yield _certificate(host, certificate)
            names = _names_on_the_bus(plan)
            yield from _behind(host, answers[host], names)
            yield _proxy(host, answers[host], certificate, names)


def warnings(
    plan: Mapping[str, Any], answers: Mapping[str, HostAnswers], now: datetime | None
) -> Iterator[HealthWarning]:
    """``now``: without it, dates are not looked at."""
    for host in plan["hosts"] if now else ():
        shown = answers[host].get("ddp").get("certificate") or {}
        if now and shown.get("begins") is not None and shown.get("ends") is not None:
            begins, ends = (datetime.fromtimestamp(shown[name], timezone.utc) for name in ("begins", "ends"))
            if words := ends_soon(begins, ends, now):
                name = urlsplit(plan["root_url"]).hostname
                remedy = _RENEWAL[plan["hosts"][host]["nginx"]["certificate"]["source"]]
                sentence = f"The certificate that nginx of {host} shows for {name} ({CERTIFICATE}) {words}. {remedy}"
                yield HealthWarning(ENDS_SOON, sentence)


def _names_on_the_bus(plan: Mapping[str, Any]) -> tuple[Need, ...]:
    """Hostnames of what a login needs: who takes one over stops logins, too."""
    containers = [container for planned in plan["hosts"].values() for container in planned["containers"]]
    return tuple(
        Need("hostname", container["hostname"], any_of_them=True)
        for container in containers
        if container["service"] == "account"
    )


def _behind(host: str, answers: HostAnswers, names: tuple[Need, ...]) -> Iterator[Subject]:
    """A service to which nginx leads, as it should, and which answers wrongly; which of its replicas is not known."""
    failed = [check for check in answers.get("ddp").get("checks") or [] if check["state"] == "unhealthy"]
    for name, family, checks, faults in _BEHIND:
        hits = [check for check in failed if check["name"] in checks and check["fault"] in faults]
        if hits:
            sentence = f"{hits[0]['diagnosis']} nginx leads there, and its containers seem well otherwise."
            needs = _needs(host, hits[0]["name"], hits[0]["fault"], names)
            symptom = Symptom(f"{family}.{hits[0]['fault']}", sentence, needs)
            yield Subject(host, name, symptoms=[symptom], provides=(("behind", f"{host}/{name}"),))


def _certificate(host: str, told: Mapping[str, Any]) -> Subject:
    """A cause of its own, as nginx may have others beside it."""
    word = str(told["fault"]).removeprefix("certificate_")
    sentence = told["diagnosis"] + (_NEW_FILES if word in _TO_BE_REPLACED else "")
    symptom = Symptom(f"certificate.{word}", sentence)
    return Subject(host, "certificate", symptoms=[symptom], provides=(("certificate", host),))


def _proxy(host: str, answers: HostAnswers, certificate: Mapping[str, Any], names: tuple[Need, ...]) -> Subject:
    answer = answers.get("ddp")
    symptoms = [
        Symptom(f"ddp.{check['fault']}", check["diagnosis"], _needs(host, check["name"], check["fault"], names))
        for check in answer.get("checks") or []
        if check["state"] == "unhealthy"
    ]
    if certificate.get("fault"):
        symptoms.append(Symptom("ddp.certificate", certificate["diagnosis"], (Need("certificate", host),)))
    if not answer:
        symptoms.append(unasked(host, "ddp"))
    return Subject(host, "nginx", NGINX, "nginx", latency_ms=answer.get("ping_ms"), symptoms=symptoms)


def _needs(host: str, check: str, fault: str, names: tuple[Need, ...]) -> tuple[Need, ...]:
    """What explains a fault on the way of a client: the services nginx leads to, and what those need."""
    if fault in _OF_ITS_OWN:
        return ()
    one_is_enough = fault not in _ALL_REFUSE
    monolith = Need("service", "rocketchat", one_is_enough)
    # a NATS that serves, but slowly, explains what took too long
    nats = Need("nats", as_planned=fault.endswith(("silent", "timeout")))
    services = [Need("behind", f"{host}/{name}") for name, _family, checks, _faults in _BEHIND if check in checks]
    database = (Need("mongodb", any_of_them=True), Need("way"))
    behind = (Need("host", host), nats, *database, monolith, *services)
    if check == "monolith":
        return behind
    one_account = one_is_enough and fault not in _ALL_MISSING
    # one of another image, or with other settings, explains a login that fails although it runs
    account = Need("service", "account", one_account, as_planned=True)
    helpers = (account, *names) if check in _LOGIN else ()
    return (*behind, Need("service", "ddp_streamer", one_is_enough), *helpers)
