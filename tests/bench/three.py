# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run with nothing to do on a cluster of three hosts, against the same on one of them."""

from __future__ import annotations

import statistics

from tests.bench import hosts
from tests.bench.controller import Controller
from tests.bench.timing import Figure, Times, in_turns, spread

ROUNDS = 7
LIMIT = 1.3


def measured(controller: Controller, one: Times) -> list[Figure]:
    """``one``: times of ping and noop on one host. All hosts share the machine's cores, as the pings show, too."""
    print("A run with nothing to do on a cluster of three hosts", flush=True)
    hosts.make_anew(*hosts.ALL)
    cluster = hosts.inventory(controller.folder, *hosts.ALL)
    controller.playbook(cluster, "site")
    hosts.talk(hosts.OURS, hosts.admin_password(cluster))
    actions = {"ping": lambda: controller.ping(cluster), "noop": lambda: controller.nothing_to_do(cluster)}
    three = in_turns(actions, ROUNDS)
    grown = {name: statistics.median(three[name]) / statistics.median(one[name]) for name in actions}
    detail = f"noop {spread(three['noop'])}, ping {spread(three['ping'])}"
    return [Figure("noop_three_over_one_host", grown["noop"] / grown["ping"], LIMIT, detail)]
