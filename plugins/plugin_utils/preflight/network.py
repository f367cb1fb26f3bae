# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges what lies between the hosts: routes, names and clocks."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from ...module_utils.probing.clock import ahead
from ..rocketchat.problems import Problem
from . import requirements
from .hosts import Host, was_deployed

# How Docker names the bridge of a network: by the beginning of its identity.
_BRIDGE = re.compile(r"br-[0-9a-f]{12}")


def network_problems(host: Host) -> Iterator[Problem]:
    """Docker refuses a range that one of its networks has; over any other route it would create the network all the
    same, and answers to other hosts would go to containers.
    """
    if not host.plan["docker"]:
        return
    wanted = host.plan["docker"]["network"]
    networks = host.facts["docker"]["networks"]
    present = next((network for network in networks if network["name"] == wanted["name"]), None)
    if present and not present["ours"]:
        yield Problem(
            "rocketchat_network_name",
            wanted["name"],
            f"is the name of a network on host {host.name} that this collection did not make "
            f"({', '.join(present['subnets']) or 'without a range'})",
            f"Write another name, or remove that one: docker network rm {wanted['name']}",
        )
    elif not (present and wanted["subnet"] in present["subnets"]):
        yield from _overlaps(host, wanted, [network for network in networks if network is not present], present)


def _overlaps(
    host: Host, wanted: Mapping[str, Any], others: Sequence[Mapping[str, Any]], ours: Mapping[str, Any] | None
) -> Iterator[Problem]:
    interfaces = {network["interface"] for network in others} | ({ours["interface"]} if ours else set())
    taken = [(subnet, f"Docker network {network['name']}") for network in others for subnet in network["subnets"]]
    taken += [
        (route["network"], f"interface {route['interface']}")
        for route in host.facts["routes"]
        if route["interface"] not in interfaces and not _is_our_bridge(host, wanted, route)
    ]
    for subnet, owner in taken:
        # one of IPv6 overlaps with none of ours
        if ":" not in subnet and ipaddress.ip_network(subnet).overlaps(ipaddress.ip_network(wanted["subnet"])):
            yield Problem(
                "rocketchat_network_subnet",
                wanted["subnet"],
                f"overlaps with {subnet} on host {host.name} ({owner})",
                "Choose a range that no host has a route or a Docker network for",
            )


def _is_our_bridge(host: Host, wanted: Mapping[str, Any], route: Mapping[str, str]) -> bool:
    """While the engine is down, nothing tells labels: our bridge is the one that Docker named, with our range and our
    address, on a host where this collection made the network.
    """
    made = host.ledger["resources"].get(f"network {wanted['name']}") == "made" or was_deployed(host)
    return (
        made
        and host.facts["docker"]["state"] in ("stopped", "silent")
        and bool(_BRIDGE.fullmatch(route["interface"]))
        and route["network"] == wanted["subnet"]
        and wanted["gateway"] in host.facts["addresses"]
    )


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
