# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole range of ports of every address of a deployed host and of its containers, from another machine."""

from __future__ import annotations

from tests.deployment import Deployment
from tests.e2e.neighbour import neighbour
from tests.e2e.test_reachability import only_the_ways_in


def test_nothing_but_nginx_on_any_port(deployment: Deployment) -> None:
    with neighbour(deployment) as other:
        only_the_ways_in(deployment, other, range(1, 65536))
