# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for the diagnosis of any plan with any faults."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.advice import (
    AT_A_SERVICE,
    ON_THE_CONTROLLER,
    ON_THE_HOST,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.diagnosis import diagnose
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.model import (
    AFFECTED,
    HEALTHY,
    UNHEALTHY,
    Diagnosis,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.health import answers as ill
from tests.unit.health.answers import Answers, Fault, healthy, registered, together
from tests.unit.plan_inventories import cluster, plan

HOSTS = ("a", "b", "c")
SERVICES = ("rocketchat-1", "ddp-streamer-1", "authorization-1", "account-1", "presence-1")
DEPLOYMENTS = {
    "everything on every host": plan(cluster(*HOSTS, rocketchat_version="8.9.1")),
    "MongoDB on one host": plan(cluster(*HOSTS, groups={"mongodb": ["b"]}, rocketchat_version="8.9.1")),
    "two hosts of each": plan(
        cluster(
            *HOSTS, groups={"nats": ["a", "b"], "nginx": ["c"], "rocketchat": ["a", "b"]}, rocketchat_version="8.9.1"
        )
    ),
}
CHECKS = ("sockjs_info", "websocket", "ddp_ping", "monolith")

hosts = st.sampled_from(HOSTS)
names = st.sampled_from(SERVICES)


def words(text: str) -> st.SearchStrategy[str]:
    return st.sampled_from(text.split())


def where_it_runs(fault: Fault) -> Fault:
    """A fault of something that this deployment may not have on that host; then there is none."""

    def apply(answers: Answers) -> None:
        before = copy.deepcopy(answers)
        try:
            fault(answers)
        except (AttributeError, KeyError, TypeError, StopIteration):
            answers.update(before)

    return apply


CONTAINER_FAULTS = words(
    "absent stopped paused image hostname network hosts environment inspect oom_killed license node_id_conflict resolve"
    " nats_auth nats_unreachable mongodb_auth mongodb_privilege mongodb out_of_memory crash_loop crash_silent unhealthy"
    " starting"
)
answered = st.lists(
    st.one_of(
        st.builds(ill.container, hosts, st.one_of(names, st.just("nats")), CONTAINER_FAULTS),
        st.builds(ill.gone, hosts, names),
        st.builds(ill.no_port, hosts, names, fault=words("closed status read_timeout refused")),
        st.builds(ill.off_the_bus, hosts, names, fault=words("missing refused namespace slow")),
        st.builds(ill.nats_silent, hosts),
        st.builds(ill.nats, hosts, words("slow routes_missing")),
        st.builds(ill.login, hosts, words("auth_refused auth_off slow")),
        st.builds(ill.unexpected_client, hosts, words("stray-7 a-account-1-7")),
        st.builds(
            ill.unplanned, hosts, st.just("hub"), words("stray a-account-1"), words("second_stream_hub hostname")
        ),
        st.builds(ill.mongodb_set, words("no_primary auth silent lag"), words("a.mongodb.internal:27017")),
        st.builds(ill.mongodb_set, words("no_primary auth silent")),
        st.builds(
            ill.mongodb_member,
            words("a.mongodb.internal:27017 b.mongodb.internal:27017"),
            words("refused silent member_down"),
        ),
        st.builds(
            ill.mongodb_check, hosts, words("change_stream privileges disk"), words("change_stream disk_full auth")
        ),
        st.builds(
            lambda host, check, fault: ill.proxy(host, (check, fault)),
            hosts,
            st.sampled_from(CHECKS),
            words("refused upstream_down upstream_silent split_missing upgrade_stripped silent_timeout status"),
        ),
        st.builds(ill.certificate, hosts, words("certificate_expired certificate_early")),
        st.builds(ill.engine, hosts, words("stopped silent denied")),
        st.builds(ill.clock, hosts, st.integers(-200, 200)),
        st.builds(ill.locked, st.sampled_from([None, 10.0, 900.0])),
        st.builds(ill.database_unread),
    ).map(where_it_runs),
    max_size=5,
)
# Questions that were not answered come last: they take away what was wrong with the answers.
silences = st.lists(
    st.one_of(
        st.builds(ill.unreachable, hosts),
        st.builds(ill.not_asked, hosts),
        st.builds(ill.failed, hosts, words("containers mongodb services workspace nats ddp")),
    ).map(where_it_runs),
    max_size=2,
)
faults = st.tuples(answered, silences).map(lambda both: [*both[0], *both[1]])
deployments = st.sampled_from(list(DEPLOYMENTS))


def found(planned: dict[str, Any], *several: Fault) -> Diagnosis:
    answers = healthy(planned)
    together(*several)(answers)
    return diagnose(planned, registered(answers))


@examples(times=3)
@given(deployments, faults)
def test_every_part_that_is_not_healthy_has_a_cause_that_is_told(deployment: str, several: list[Fault]) -> None:
    diagnosis = found(DEPLOYMENTS[deployment], *several)
    findings = {finding.number: finding for finding in diagnosis.findings}
    assert list(findings) == list(range(1, len(findings) + 1))
    for part in diagnosis.parts:
        own = [
            findings[number]
            for number in part.causes
            if (findings[number].host, findings[number].component) == (part.host, part.name)
        ]
        assert bool(part.causes) == (part.state != HEALTHY)
        assert (len(own) == 1 == len(part.causes)) == (part.state == UNHEALTHY)
        assert {number for number, finding in findings.items() if part.id in finding.affected} == (
            set(part.causes) if part.state == AFFECTED else set()
        )
    for finding in diagnosis.findings:
        assert finding.sentence and finding.next.command
        assert finding.next.where in (*HOSTS, "controller")
        # no placeholder is left, but for the templates of docker
        assert not re.search(r"{\w*}", re.sub("{{.*?}}", "", finding.next.command))


@given(deployments, faults)
def test_healthy_is_who_has_no_finding(deployment: str, several: list[Fault]) -> None:
    diagnosis = found(DEPLOYMENTS[deployment], *several)
    assert diagnosis.healthy == (not diagnosis.findings)
    if any(part.state != HEALTHY for part in diagnosis.parts):
        assert not diagnosis.healthy


@given(deployments, faults)
def test_the_answer_is_the_same_each_time_and_in_the_order_of_the_plan(deployment: str, several: list[Fault]) -> None:
    planned = DEPLOYMENTS[deployment]
    answers = healthy(planned)
    together(*several)(answers)
    shuffled = {host: dict(reversed(answers[host].items())) for host in reversed(answers)}
    first = diagnose(planned, registered(answers))
    assert first == diagnose(planned, registered(answers)) == diagnose(planned, registered(shuffled))
    assert [part.id for part in first.parts] == [part.id for part in found(planned).parts]


@given(faults)
def test_a_healthy_host_that_has_nothing_to_do_with_it_changes_nothing(several: list[Fault]) -> None:
    groups = {
        "mongodb": ["a", "b", "c"],
        "nats": ["a", "b", "c"],
        "rocketchat": ["a", "b", "c"],
        "nginx": ["a", "b", "c"],
    }
    small = plan(cluster(*HOSTS, groups=groups, rocketchat_version="8.9.1"))
    # one that only leads to the others
    large = plan(cluster(*HOSTS, "z", groups={**groups, "nginx": ["a", "b", "c", "z"]}, rocketchat_version="8.9.1"))
    before, after = found(small, *several), found(large, *several)
    assert [(f.kind, f.host, f.component) for f in after.findings if f.host != "z"] == [
        (f.kind, f.host, f.component) for f in before.findings
    ]
    assert {part.id: part.state for part in after.parts if part.host != "z"} == {
        part.id: part.state for part in before.parts
    }
    assert all(part.state == HEALTHY for part in after.parts if part.host == "z")


FAMILIES = (
    "host question clock engine container unplanned http bus license nats mongodb member ddp page websocket login"
    " certificate migrations firewall"
)


@pytest.mark.parametrize("family", FAMILIES.split())
def test_there_is_advice_for_every_family_of_findings(family: str) -> None:
    told = {*ON_THE_CONTROLLER, *AT_A_SERVICE, *ON_THE_HOST}
    assert family in told or any(word.startswith(f"{family}.") for word in told)
