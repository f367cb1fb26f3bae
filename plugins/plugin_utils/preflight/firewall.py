# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges whether the rules of the firewall can be ours alone on a host, and in force."""

from __future__ import annotations

from collections.abc import Iterator

from ..plan.probes import LOOPBACK
from ..plan.reach import MONGODB
from ..rocketchat import layout
from ..rocketchat.firewalls import allowing
from ..rocketchat.problems import Problem
from .hosts import Host
from .ownership import is_known

_VARIABLE = "rocketchat_firewall"


def firewall_problems(host: Host) -> Iterator[Problem]:
    state = host.desired.get("firewall")
    if state is None or not state.rules:
        return
    found = host.facts["firewall"]
    if not found["supported"]:
        reason = f"needs nftables, which the kernel of host {host.name} does not have, or does not let root use"
        remedy = f"Close the ports by other means, and write {_VARIABLE}: own for this host"
        yield Problem(_VARIABLE, "managed", reason, remedy)
    elif found["rules"] != "absent" and not is_known(host, layout.FIREWALL):
        table = f"table inet {layout.FIREWALL_TABLE} of nftables on host {host.name}"
        yield Problem(
            table,
            None,
            "is there already, and this collection did not make it",
            f"Give it another name, or remove it: nft delete table inet {layout.FIREWALL_TABLE}",
        )


def firewall_warnings(host: Host) -> Iterator[str]:
    state = host.desired.get("firewall")
    if state and state.rules and host.unit_is_active(state.unit) and host.facts["firewall"]["rules"] == "unknown":
        yield (
            f"whether the rules of the firewall on host {host.name} are those of {layout.FIREWALL} cannot be told: "
            "see what `nft --check --file` says of it, and whether `unshare --net` works."
        )
    yield from _closed_by_others(host)


def _closed_by_others(host: Host) -> Iterator[str]:
    """What a firewall of the operator's drops by default, and no rule of it names. That it lets it in is not known."""
    others, subnet = host.facts["firewall"]["others"], host.plan["firewall"]["subnet"]
    rules = list(dict.fromkeys(_missing(host))) if "input" in others["hooks"] else []
    if rules:
        yield (
            f"{others['firewall']} on host {host.name} drops what it has no rule for, and it has none for this: "
            f"{'; '.join(rules)}."
        )
    if subnet and "forward" in others["hooks"] and subnet not in others["networks"]:
        yield (
            f"{others['firewall']} on host {host.name} drops what is forwarded and it has no rule for, and none names "
            f"the containers' network {subnet}: accept what comes from there, what goes there, and answers."
        )


def _missing(host: Host) -> Iterator[str]:
    """Commands for what listens on the host itself; of what containers publish, Docker's own rules let in."""
    others, firewall = host.facts["firewall"]["others"], host.plan["firewall"]
    for listener in firewall["listeners"]:
        address, port = listener["address"], listener["port"]
        if port in others["ports"]:
            continue
        if listener["clients"] is None:
            yield allowing(others["firewall"], port)
        elif listener["part"] == MONGODB and address != LOOPBACK:
            containers = [firewall["subnet"]] if host.plan["rocketchat"] else []
            for source in (*containers, *listener["clients"]):
                yield allowing(others["firewall"], port, source, address)
