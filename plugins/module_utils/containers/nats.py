# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a container cannot connect to NATS, which its log does not say. No Ansible here.

A wrong password, an unknown name and an address out of reach leave the same two lines (seen, 8.3; moleculer's
src/transporters/nats.js adds the reason, and its src/loggers/pino.js drops it). So the servers in the container's
TRANSPORTER are asked from its host, with its user and password and under the addresses that their names have in the
container. Nothing is run in it: its image need have no program for that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from ..nats.login import try_login
from ..probing.clock import halfway
from ..probing.fault import Fault
from ..probing.target import Target
from .docker_api import Engine
from .log import Reason

_PORT = 4222


def why_not_connected(
    engine: Engine, listed: list[dict[str, Any]], found: dict[str, Any], transporter: str, until: float
) -> Reason | None:
    """None if one of its servers takes its login, or nothing can be asked: then that is not what keeps it."""
    faults = []
    addresses = dict(_addresses(engine, listed, found, halfway(until)))
    for url in transporter.split(","):
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or _PORT
        except ValueError:
            continue
        if parts.scheme != "nats" or not host:
            continue
        target = Target(False, host, port, "/", addresses.get(host, host), port)
        fault = _try(target, {"user": parts.username or "", "pass": parts.password or ""}, halfway(until))
        if fault is None:
            return None
        # the client upgrades by itself where it trusts the server (seen, nats.js 2.29 with NODE_EXTRA_CA_CERTS)
        if fault.kind == "tls_required":
            continue
        faults.append(_reason(host, fault))
    return faults[0] if faults else None


def _try(target: Target, credentials: dict[str, str], until: float) -> Fault | None:
    try:
        return try_login(target, credentials, until)
    except Fault as fault:
        return fault


def _reason(host: str, fault: Fault) -> Reason:
    if fault.kind.startswith("resolve"):
        return Reason("resolve", f"The name {host} of its NATS does not resolve in the container.")
    if fault.kind == "auth_refused":
        return Reason("nats_auth", "NATS refuses its user or password.")
    return Reason("nats_unreachable", f"It cannot connect to NATS. From its host: {fault.sentence}")


def _addresses(
    engine: Engine, listed: list[dict[str, Any]], found: dict[str, Any], until: float
) -> Iterator[tuple[str, str]]:
    """Names and addresses that the container knows beside those of its host's name server: those of the running
    containers in its networks, and, as they win, those in its /etc/hosts.
    """
    networks = found["NetworkSettings"]["Networks"]
    for entry in listed:
        theirs = (entry.get("NetworkSettings") or {}).get("Networks") or {}
        if entry["State"] == "running" and networks.keys() & theirs.keys():
            yield from _names(engine, entry, networks, until)
    for line in found["HostConfig"].get("ExtraHosts") or []:
        name, _colon, address = line.partition(":")
        yield name, address


def _names(
    engine: Engine, entry: dict[str, Any], networks: Mapping[str, Any], until: float
) -> Iterator[tuple[str, str]]:
    """As Docker's name server has them: its name, and its aliases in the network, which a list leaves out."""
    try:
        one = engine.inspect(entry["Id"], until)
    except Fault:
        return
    for network, endpoint in (one or entry)["NetworkSettings"]["Networks"].items():
        if network in networks and endpoint.get("IPAddress"):
            for name in (entry["Names"][0].lstrip("/"), *(endpoint.get("Aliases") or [])):
                yield name, endpoint["IPAddress"]
