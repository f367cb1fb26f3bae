# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the gate says of the rules on a host, and what is done where they are not wanted any more."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.ledger import EMPTY, updated
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.application import role_plan
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import host_differences, told
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.firewall import (
    firewall_problems,
    firewall_warnings,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.question import question
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout

from tests.unit.plan_inventories import plan, single, typed_plan
from tests.unit.preflight.hosts import OTHER, asked, before_a_run_of, converged, origin, owned, with_facts

PLAN = plan(single())
OWN = plan(single(rocketchat_firewall="own"))
MANAGED = converged(PLAN)


def firewall(rules: str, supported: bool = True) -> dict[str, Any]:
    return {"firewall": {"supported": supported, "rules": rules}}


def problems(host: Host) -> list[str]:
    return [str(problem) for problem in firewall_problems(host)]


# -- what is refused and warned of -------------------------------------------------------------------------------------


def test_a_kernel_without_nftables_is_refused_with_what_to_set() -> None:
    assert problems(asked(PLAN, **firewall("unknown", supported=False))) == [
        "rocketchat_firewall = 'managed': needs nftables, which the kernel of host chat does not have, or does not let "
        "root use. Close the ports by other means, and write rocketchat_firewall: own for this host."
    ]
    assert problems(asked(OWN, **firewall("unknown", supported=False))) == []


@pytest.mark.parametrize("rules", ["as_written", "others", "unknown"])
def test_a_table_of_somebody_elses_is_refused(rules: str) -> None:
    assert problems(asked(PLAN, **firewall(rules))) == [
        "table inet rocketops of nftables on host chat: is there already, and this collection did not make it. Give it "
        "another name, or remove it: nft delete table inet rocketops."
    ]


def test_our_own_is_not() -> None:
    assert problems(asked(PLAN)) == problems(MANAGED) == problems(with_facts(MANAGED, **firewall("others"))) == []
    # the record is lost, and the file says whose the table is
    unknown = {"state": "absent", "collection": "", "content": EMPTY}
    assert problems(with_facts(MANAGED, ledger=unknown)) == []
    files = {**MANAGED.facts["files"], layout.FIREWALL: {**MANAGED.facts["files"][layout.FIREWALL], "digest": OTHER}}
    origins = {**MANAGED.facts["origins"], layout.FIREWALL: origin()}
    assert len(problems(with_facts(MANAGED, ledger=unknown, files=files, origins=origins))) == 1


def test_rules_of_which_nothing_is_known_are_told() -> None:
    assert [*firewall_warnings(MANAGED), *firewall_warnings(asked(PLAN, **firewall("unknown")))] == []
    [warning] = firewall_warnings(with_facts(MANAGED, **firewall("unknown")))
    assert warning.startswith("whether the rules of the firewall on host chat are those of /etc/rocketops/firewall.nft")


# -- no longer wanted --------------------------------------------------------------------------------------------------


def test_what_an_earlier_run_made_is_taken_away() -> None:
    host = before_a_run_of(OWN, MANAGED)
    differences = host_differences(host)
    assert list(differences) == ["firewall"]
    assert [sentence for _role, sentence in told(differences)] == [
        "will take away its rules about which machines reach the ports of this deployment"
    ]
    plan_of_role = role_plan(host, "firewall", differences["firewall"])
    left = plan_of_role["leftovers"]
    assert plan_of_role["unit"] is None and plan_of_role["files"] == []
    assert left["units"] == [layout.FIREWALL_UNIT]
    planned = {file.path for file in MANAGED.desired["firewall"].files}
    assert {*left["files"], *left["directories"]} == planned
    content = updated(host.ledger, {"resources": left["resources"]})
    assert not [path for path in planned if f"file {path}" in content["resources"]]


def test_what_somebody_else_made_there_stays() -> None:
    file = {"kind": "file", "mode": "0644", **owned("root"), "digest": OTHER}
    host = converged(OWN, files={**converged(OWN).facts["files"], layout.FIREWALL: file})
    assert host_differences(host) == {}


def test_nothing_is_left_after_that_run() -> None:
    assert host_differences(converged(OWN)) == {}
    assert role_plan(converged(OWN), "firewall", [])["leftovers"]["files"] == []


def test_a_host_is_asked_for_what_may_be_left() -> None:
    asked_for = question("https://chat.example.com", typed_plan(single(rocketchat_firewall="own")).hosts["chat"], False)
    assert {layout.FIREWALL, f"{layout.UNITS}/{layout.FIREWALL_UNIT}"} <= set(asked_for["files"])
    assert layout.FIREWALL_UNIT in asked_for["units"]
    assert asked_for["firewall"] == {"table": "rocketops", "path": layout.FIREWALL}
