# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the gate says of the rules on a host, and what is done where they are not wanted any more."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.ledger import EMPTY, updated
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.nftables import NO_OTHERS
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.application import role_plan
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import host_differences, told
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.firewall import (
    firewall_problems,
    firewall_warnings,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.question import question
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout

from tests.unit.plan_inventories import cluster, plan, single, typed_plan
from tests.unit.preflight.hosts import OTHER, asked, before_a_run_of, converged, origin, owned, with_facts

PLAN = plan(single())
OWN = plan(single(rocketchat_firewall="own"))
MANAGED = converged(PLAN)


def firewall(rules: str, supported: bool = True) -> dict[str, Any]:
    return {"firewall": {"supported": supported, "rules": rules, "others": NO_OTHERS}}


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


# -- firewalls of others -----------------------------------------------------------------------------------------------


def warnings(planned: dict[str, Any], host: str = "chat", **others: Any) -> list[str]:
    told = {"firewall": "nftables", "hooks": ["input"], "ports": [], "networks": [], **others}
    return list(firewall_warnings(asked(planned, host, firewall={**MANAGED.facts["firewall"], "others": told})))


def test_what_another_firewall_does_not_name_is_told_with_the_rules_to_add() -> None:
    [warning] = warnings(PLAN, ports=[22, 80])
    assert warning == (
        "nftables on host chat drops what it has no rule for, and it has none for this: sudo nft insert rule inet "
        "filter input ip saddr 172.31.250.0/24 ip daddr 172.31.250.1 tcp dport 27017 accept; sudo nft insert rule inet "
        "filter input tcp dport 443 accept."
    )
    assert "sudo ufw allow 443/tcp" in warnings(PLAN, firewall="ufw")[0]
    # whoever has the rules about the ports of ours
    assert warnings(OWN, ports=[22, 80]) == [warning]


def test_of_several_hosts_each_other_one_is_let_in() -> None:
    [warning] = warnings(plan(cluster("one", "two", "three")), "one", firewall="ufw", ports=[80, 443])
    assert warning.endswith(
        "sudo ufw allow proto tcp from 172.31.250.0/24 to 198.18.0.11 port 27017; "
        "sudo ufw allow proto tcp from 198.18.0.12 to 198.18.0.11 port 27017; "
        "sudo ufw allow proto tcp from 198.18.0.13 to 198.18.0.11 port 27017."
    )


def test_what_it_names_is_not_told_again() -> None:
    assert warnings(PLAN, ports=[80, 443, 27017]) == []
    assert warnings(PLAN, hooks=[]) == []


def test_what_is_forwarded_to_containers_and_nothing_names() -> None:
    [warning] = warnings(PLAN, hooks=["forward"])
    assert "none names the containers' network 172.31.250.0/24: accept" in warning
    assert warnings(PLAN, hooks=["forward"], networks=["172.31.250.0/24"]) == []


# -- no longer wanted --------------------------------------------------------------------------------------------------


def test_what_an_earlier_run_made_is_taken_away() -> None:
    host = before_a_run_of(OWN, MANAGED)
    differences = host_differences(host)
    assert list(differences) == ["firewall"]
    assert [sentence for _role, sentence in told(differences)] == [
        "will take away its rules about who reaches the ports of this deployment, and what its containers reach"
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
