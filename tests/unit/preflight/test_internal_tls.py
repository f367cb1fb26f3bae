# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told before TLS inside the deployment is switched on or off."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import host_differences, told
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.internal_tls import switch_problems
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.judge import judge

from tests.unit.plan_inventories import cluster, plan, single
from tests.unit.preflight.hosts import asked, before_a_run_of, converged

OFF, ON = plan(single()), plan(single(nats_tls=True))


def warnings(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    host = before_a_run_of(after, converged(before))
    return [one for one in judge(after, [host]).warnings if "TLS" in one]


@pytest.mark.parametrize(
    ("before", "after", "does"), [(OFF, ON, "will demand TLS"), (ON, OFF, "will speak TLS no more")]
)
def test_the_bus_is_away_while_it_is_switched(before: dict[str, Any], after: dict[str, Any], does: str) -> None:
    assert warnings(before, after) == [
        f"NATS of host chat {does}: services are without the bus from then until their containers are replaced, later "
        "in this run. Nobody can talk meanwhile."
    ]
    changes = [sentence for _role, sentence in told(host_differences(before_a_run_of(after, converged(before))))]
    assert [one for one in changes if "nats:" in one] == ["will replace nats: volumes changed"]
    assert "will replace account-1: environment (NODE_EXTRA_CA_CERTS) changed, volumes changed" in changes


@pytest.mark.parametrize(
    ("before", "after", "does"), [(False, True, "will demand TLS"), (True, False, "will speak TLS no more")]
)
def test_the_database_is_away_while_it_is_switched(before: bool, after: bool, does: str) -> None:
    was, becomes = plan(single(mongodb_tls=before)), plan(single(mongodb_tls=after))
    host = before_a_run_of(becomes, converged(was))
    [warning] = [one for one in judge(becomes, [host]).warnings if "TLS" in one]
    assert warning.startswith(f"MongoDB of host chat {does}: all its members are restarted at once, and Rocket.Chat is")
    assert not [one for one in judge(becomes, [converged(becomes)]).warnings if "TLS" in one]
    changes = [sentence for _role, sentence in told(host_differences(host))]
    assert "will change mongod's settings and restart it" in changes
    assert ("will change the certificates of mongod and restart it" in changes) is after


def test_nothing_is_told_of_what_stays_or_is_new() -> None:
    for planned in (OFF, ON):
        assert warnings(planned, planned) == []
        assert not [one for one in judge(planned, [asked(planned)]).warnings if "TLS" in one]
        assert host_differences(converged(planned)) == {}


def test_another_certificate_is_a_new_container_and_no_outage_beyond_its_restart() -> None:
    other = plan(single(nats_tls=True), nats_certificate_of_chat="another")
    assert warnings(ON, other) == []
    changes = [sentence for _role, sentence in told(host_differences(before_a_run_of(other, converged(ON))))]
    assert changes == ["will replace nats: configuration changed"]


def test_servers_and_clients_are_switched_together() -> None:
    """Or they would be apart when the run ends."""
    off, on = plan(cluster("a", "b", nats_tls=False, mongodb_tls=False)), plan(cluster("a", "b"))

    def told(names: str, roles: set[str], before: dict[str, Any] = off) -> list[str]:
        hosts = [before_a_run_of(on, converged(before, name)) for name in names]
        return [str(problem).partition(", and")[0] for problem in switch_problems(on, hosts, roles.__contains__)]

    everything = {"docker", "mongodb", "nats", "rocketchat", "nginx"}
    assert told("ab", everything) == []
    assert told("a", everything) == ["--limit: leaves out b"]
    assert told("ab", {"nats"}) == ["--tags: leaves out mongodb, rocketchat"]
    assert told("ab", everything - {"nginx"}) == []
    # what is as planned already may be run in parts
    assert told("a", {"nats"}, on) == []
