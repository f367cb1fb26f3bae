# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers of an upstream that nobody new is sent to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ansible_collections.rocketops.rocketchat.plugins.module_utils.effects.upstreams import down, until_left, without
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.network import connections_to
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.desired import desired_state
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.distributions import DISTRIBUTIONS

from tests.unit.plan_inventories import single, typed_plan

FIRST, SECOND = "172.31.250.254:3000", "172.31.250.252:3000"
# proc(5), "/proc/net/tcp": 172.31.250.254 in the byte order of most machines, once open and once about to be
TABLE = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 01FA1FAC:C350 FEFA1FAC:0BB8 01 00000000:00000000 00:00000000 00000000    33        0 1001 1
   1: 01FA1FAC:C351 FEFA1FAC:0BB8 02 00000000:00000000 00:00000000 00000000    33        0 1002 1
   2: 0100007F:0016 FEFA1FAC:0BB9 01 00000000:00000000 00:00000000 00000000     0        0 1003 1
"""


def site(**replicas: int) -> str:
    [state] = [typed_plan(single(rocketchat_replicas=replicas)).hosts["chat"]]
    [file] = [f for f in desired_state(state, DISTRIBUTIONS[-1])["nginx"].files if f.path == layout.NGINX_SITE]
    return str(file.content)


def downs(text: str) -> list[str]:
    """As nginx reads it, and as the module does."""
    found = [line.split()[1] for line in text.splitlines() if line.strip().startswith("server ") and " down " in line]
    assert down(text) == set(found)
    return found


def test_one_of_two_is_down_and_back() -> None:
    planned = site(rocketchat=2, ddp_streamer=2)
    [first, second] = [line.split()[1] for line in planned.splitlines() if "max_fails" in line][:2]
    away = without(planned, [first])
    assert downs(away) == [first]
    assert downs(without(away, [second])) == [second]
    assert without(away, []) == planned


def test_the_only_one_stays() -> None:
    planned = site(rocketchat=1, ddp_streamer=2)
    only = next(line.split()[1] for line in planned.splitlines() if "max_fails" in line)
    assert without(planned, [only]) == planned
    assert downs(planned) == []


def test_all_of_them_stay() -> None:
    planned = site(rocketchat=2)
    both = [line.split()[1] for line in planned.splitlines() if "max_fails" in line]
    assert without(planned, both) == planned


def test_connections_are_counted(tmp_path: Path) -> None:
    (tmp_path / "tcp").write_text(TABLE)
    assert connections_to([FIRST], str(tmp_path / "tcp")) == 1
    assert connections_to([SECOND], str(tmp_path / "tcp")) == 0


def test_what_is_under_way_is_waited_for() -> None:
    left: Iterator[int] = iter([2, 1, 0])
    assert until_left(lambda: next(left), 10) == 0
    assert until_left(lambda: 3, 0) == 3
