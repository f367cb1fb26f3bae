# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README's table of ports, and what the plan lets other machines reach."""

from __future__ import annotations

import re

import pytest

from tests.deployment import ROOT
from tests.unit.plan_inventories import cluster, plan, single

GROUPS = {"mongodb": ["m1", "m2", "m3"], "nats": ["n1", "n2"], "rocketchat": ["r1", "r2"], "nginx": ["p1", "p2"]}
HOSTS = [host for hosts in GROUPS.values() for host in hosts]
METRICS = 13000
ALL, NONE = {"everybody"}, set[str]()


def documented() -> dict[int, set[str]]:
    """By the first port of a row, the groups whose hosts reach it from elsewhere."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = re.search(r"\| Port \| Listens on \|.*\n\|---.*\n((?:\|.*\n)+)", text)
    assert table
    found = {}
    for row in table[1].splitlines():
        port, _address, _what, who = (cell.strip() for cell in row.strip("|").split("|"))
        groups = set(re.findall(r"\[(\w+)\]", who)) or (set(GROUPS) if "all hosts" in who else NONE)
        found |= {int(one): ALL if who == "all" else groups for one in re.findall(r"\d+", port)}
    return found


def planned() -> dict[int, set[str]]:
    """By port, and the one of the monolith for all services: the groups that those are of who reach it."""
    whole = plan(cluster(*HOSTS, groups=GROUPS, rocketchat_metrics=True))
    group_of = {f"198.18.0.{number}": name[0] for number, name in enumerate(HOSTS, 11)}
    letters = {group[0] if group != "nginx" else "p": group for group in GROUPS}
    found: dict[int, set[str]] = {}
    for host in whole["hosts"].values():
        for one in host["firewall"]["listeners"]:
            who = ALL if one["clients"] is None else {letters[group_of[client]] for client in one["clients"]}
            found.setdefault(one["port"], set()).update(who)
    return found


@pytest.mark.parametrize("port", [80, 443, 3000, 3100, 4222, 6222, 27017, METRICS])
def test_the_table_names_who_reaches_a_port(port: int) -> None:
    assert documented()[port] == planned()[port]


def test_the_table_has_every_port() -> None:
    first = {port for port in planned() if port < METRICS or port == 27017}
    assert {port for port in first if not 3000 <= port < 4000} <= set(documented())


def test_of_one_host_others_reach_nginx_alone() -> None:
    listeners = plan(single())["hosts"]["chat"]["firewall"]["listeners"]
    assert {one["port"] for one in listeners if one["clients"] != []} == {80, 443}
