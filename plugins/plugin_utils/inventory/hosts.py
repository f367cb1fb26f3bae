# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of the hosts and groups of an inventory, whatever the services are."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from ..rocketchat.addresses import large_enough, most_replicas
from ..rocketchat.problems import Problems
from .role_variables import hidden_variables
from .settings import EXTERNAL, GROUPS, HOST_VARIABLES, Host

# MongoDB's limit for a replica set; all members of ours vote.
_MOST_VOTING_MEMBERS = 7


def check_groups(problems: Problems, groups: dict[str, list[str]], common: dict[str, Any]) -> None:
    for group in GROUPS:
        hosts, variable = groups[group], EXTERNAL.get(group, "")
        external = bool(common.get(variable))
        if hosts and external:
            problems.add(
                variable,
                None,
                f"is set, and group {group} has hosts ({', '.join(hosts[:3])}{', ...' if len(hosts) > 3 else ''})",
                f"Empty [{group}] to use your own, or remove the variable to deploy one",
            )
        elif not hosts and not external:
            own = f", or set {variable} to use your own" if variable else ""
            problems.add(
                f"inventory group {group}",
                None,
                "has no host",
                f"Put at least one host into [{group}]{own}; the same host may stand in all of {', '.join(GROUPS)}",
            )
    _check_members(problems, len(groups["mongodb"]))


def _check_members(problems: Problems, members: int) -> None:
    if members > _MOST_VOTING_MEMBERS:
        reason = f"has {members} hosts, and a replica set has {_MOST_VOTING_MEMBERS} voting members at most"
        problems.add("inventory group mongodb", None, reason, f"Leave {_MOST_VOTING_MEMBERS} or fewer in it")
    elif members and members % 2 == 0:
        problems.warn(
            f"inventory group mongodb has {members} hosts: an even number survives no more losses than one less does. "
            "Use 1, 3 or 5."
        )


def check_agreement(problems: Problems, groups: dict[str, list[str]], hostvars: dict[str, dict[str, Any]]) -> None:
    """A setting of the whole deployment has one value; the group's other hosts must not silently lose theirs."""
    for group in GROUPS:
        for other in groups[group][1:]:
            first = groups[group][0]
            for variable, value in hostvars[other].items():
                if not variable.startswith(f"{group}_") or variable in HOST_VARIABLES:
                    continue
                expected = hostvars[first].get(variable)
                if value != expected:
                    shown = variable not in hidden_variables()
                    reason = f"differs between host {other} and host {first}{f' ({expected!r})' if shown else ''}"
                    remedy = "It holds for the whole deployment: set it once, in group_vars/all.yml"
                    problems.add_once(variable, value if shown else None, reason, remedy)


def check_private_addresses(problems: Problems, hosts: list[Host]) -> None:
    """Every host needs one as soon as there are two."""
    seen: dict[str, str] = {}
    for host in hosts:
        if len(hosts) < 2 and not host.private_address:
            continue
        variable = f"rocketchat_private_address (host {host.name})"
        address = _own_address(host.private_address)
        if address is None:
            reason = "is not the IPv4 address at which the other hosts reach this one"
            if ":" in host.private_address:
                reason = "is no IPv4 address, and the containers' network has no IPv6"
            remedy = "Set it in the host's variables, such as 10.0.0.11"
            problems.add(variable, host.private_address or None, reason, remedy)
            continue
        if address in seen:
            problems.add(variable, address, f"is the address of host {seen[address]}, too", "Give every host its own")
        seen[address] = host.name


def _own_address(text: str) -> str | None:
    """An IPv4 address that belongs to one host; 0.0.0.0 would publish what is meant for the other hosts everywhere."""
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        return None
    return None if address.is_unspecified or address.is_loopback or address.is_multicast else str(address)


def check_network_size(problems: Problems, hosts: list[Host], network: ipaddress.IPv4Network | None) -> None:
    """Each host has a network of its own, of these addresses."""
    if network is None:
        return
    most = most_replicas(network)
    for host in hosts:
        for key, count in host.replicas.items():
            if count > most:
                reason = f"has addresses for {most} replicas of a service, and {count} of {key} are planned on host "
                larger = large_enough(network, count)
                remedy = f"Write a larger one, such as {larger}, or plan fewer replicas, or more hosts"
                problems.add_once("rocketchat_network_subnet", str(network), reason + host.name, remedy)


def read_adopted(problems: Problems, paths: list[str]) -> list[str]:
    """The gate knows whether there is anything of the deployment at each."""
    for path in paths:
        if not re.fullmatch(r"(/[^/\x00-\x1f\x7f]+)+", path) or {".", ".."} & set(path.split("/")):
            remedy = "Write the path as the refusal names it, such as /etc/nginx/conf.d/rocketchat.conf"
            problems.add_once("rocketchat_adopt", path, "is not the absolute path of a file or directory", remedy)
    return paths
