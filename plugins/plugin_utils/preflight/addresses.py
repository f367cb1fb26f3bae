# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the addresses that parts are to listen on are the host's: mongod ends, and Docker starts no container, where
one is not.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from ..rocketchat.problems import Problem
from .hosts import Host
from .ports import EVERYWHERE, needs


def address_problems(host: Host) -> Iterator[Problem]:
    missing = [need for need in needs(host.plan) if not _is_there(need.address, host)]
    for address in dict.fromkeys(need.address for need in missing):
        parts = list(dict.fromkeys(need.owner for need in missing if need.address == address))
        listed = f"{', '.join(parts[:2])}{f' and {len(parts) - 2} more' if len(parts) > 2 else ''}"
        reason = f"is no address of the host, and {listed} cannot listen there"
        present = " or ".join(_reachable(host)) or "the one at which the other hosts reach it"
        remedy = f"Write {present} if it was renumbered, or give the host this address"
        yield Problem(f"rocketchat_private_address (host {host.name})", address, reason, remedy)


def _is_there(address: str, host: Host) -> bool:
    own = {*host.facts["addresses"], *EVERYWHERE, *_to_come(host)}
    return address in own or ipaddress.ip_address(address).is_loopback


def _to_come(host: Host) -> list[str]:
    """Docker gives it to the host with the network."""
    return [host.plan["docker"]["network"]["gateway"]] if host.plan["docker"] else []


def _reachable(host: Host) -> list[str]:
    """Those that other hosts may know: none of Docker's networks, and no IPv6, which the containers' network lacks."""
    inner = {gateway for network in host.facts["docker"]["networks"] for gateway in network["gateways"]}
    return [address for address in host.facts["addresses"] if ":" not in address and address not in inner]
