# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges what lies between the hosts: routes, names and clocks."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from ...module_utils.probing.clock import ahead
from ..rocketchat.problems import Problem
from . import requirements
from .hosts import Host


def network_problems(host: Host) -> Iterator[Problem]:
    """Docker would create the network all the same, and answers to other hosts would go to containers."""
    if not host.plan["docker"]:
        return
    wanted = host.plan["docker"]["network"]
    networks = {network["interface"]: network for network in host.facts["docker"]["networks"]}
    if any(_is(network, wanted) and wanted["subnet"] in network["subnets"] for network in networks.values()):
        return
    for route in host.facts["routes"]:
        network = networks.get(route["interface"])
        overlaps = ipaddress.ip_network(route["network"]).overlaps(ipaddress.ip_network(wanted["subnet"]))
        if overlaps and not (network and _is(network, wanted)):
            owner = f"Docker network {network['name']}" if network else f"interface {route['interface']}"
            yield Problem(
                "rocketchat_network_subnet",
                wanted["subnet"],
                f"overlaps with the route of host {host.name} to {route['network']} ({owner})",
                "Choose a range that no host has a route to",
            )


def _is(network: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return bool(network["name"] == wanted["name"])


def name_warnings(root_url: str, hosts: Sequence[Host]) -> Iterator[str]:
    """Only warnings: browsers may be told other addresses than the hosts are, and another proxy may be in front."""
    name = urlsplit(root_url).hostname or ""
    if _address(name):
        return
    answers = {host.name: host.facts["names"].get(name) for host in hosts}
    lost = [host for host, answer in answers.items() if answer and answer["fault"]]
    if lost:
        yield (
            f"the name {name} of rocketchat_root_url cannot be resolved on {', '.join(lost)}. People need it in their "
            "DNS, and Rocket.Chat itself uses it for links and previews."
        )
    proxies = [host for host in hosts if host.plan["nginx"]]
    if any(name in (host.name, host.address) for host in proxies):
        return
    ours = {address for host in proxies for address in (*host.facts["addresses"], host.address)}
    found = sorted({address for answer in answers.values() if answer for address in answer["addresses"]})
    if found and proxies and not any(address in ours or _is_loopback(address) for address in found):
        yield (
            f"the name {name} of rocketchat_root_url leads to {', '.join(found)}, which is no address of "
            f"{', '.join(host.name for host in proxies)} in [nginx]. That is right only behind another proxy or NAT."
        )


def _address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def clock_problems(hosts: Sequence[Host]) -> Iterator[Problem]:
    """Hosts that disagree: presence, licence and certificates are all judged by the clock."""
    offsets = {host.name: _ahead(host) for host in hosts}
    if not offsets:
        return
    first, last = min(offsets, key=lambda name: offsets[name]), max(offsets, key=lambda name: offsets[name])
    apart = offsets[last] - offsets[first]
    if apart > requirements.CLOCKS_APART_SECONDS:
        reason = f"is {apart:.0f} s ahead of that of host {first}"
        remedy = "Have all hosts synchronise their clocks, with systemd-timesyncd or chrony"
        yield Problem(f"clock of host {last}", None, reason, remedy)


def clock_warnings(hosts: Sequence[Host]) -> Iterator[str]:
    free = [host.name for host in hosts if host.facts["clock"]["synchronised"] is False]
    if free:
        yield f"nothing synchronises the clock of {', '.join(free)}; use systemd-timesyncd or chrony."
    for host in hosts:
        offset = _ahead(host)
        if abs(offset) > requirements.CLOCKS_APART_SECONDS:
            direction = "ahead of" if offset > 0 else "behind"
            yield f"the clock of host {host.name} is {abs(offset):.0f} s {direction} that of this machine."


def _ahead(host: Host) -> float:
    return ahead(float(host.facts["clock"]["epoch"]), **host.asked)
