# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the health report says of the licence: warned of its end, its end as a cause, and who was only cut off."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.workspace.license import LicenseState
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.answers import HostAnswers, read
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.diagnosis import diagnose
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.document import document
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.html import page
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.license import (
    expiry,
    license_in_use,
    warnings,
    was_cut_off,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.model import Diagnosis
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.table import as_text
from jsonschema import Draft202012Validator

from tests.deployment import ROOT
from tests.unit.health import answers as ill
from tests.unit.health.answers import Answers, Fault, healthy, registered, three_hosts, together
from tests.unit.license_texts import license_text
from tests.unit.plan_inventories import plan, single

ENDS = "2026-12-20T12:00:00Z"
IN_TIME = datetime(2026, 11, 20, 11, 59, tzinfo=UTC)
SOON = datetime(2026, 11, 26, 22, 0, tzinfo=UTC)
LATE = datetime(2026, 12, 20, 12, 1, tzinfo=UTC)

GIVEN_SOON = (
    "The licence given in rocketchat_license ends on 2026-12-20 12:00 UTC, in 23 days. Set the renewed one there, and "
    "enter it in Rocket.Chat's administration as well, as what is stored wins."
)
STORED_SOON = (
    "The licence stored in the workspace ends on 2026-12-20 12:00 UTC, in 23 days. Renew it in Rocket.Chat's cloud, or "
    "enter the renewed one in the administration."
)
GIVEN_LATE = (
    "The licence given in rocketchat_license expired on 2026-12-20 12:00 UTC: surplus replicas shut themselves down. "
    "Set the renewed one there, and enter it in Rocket.Chat's administration as well, as what is stored wins."
)


GIVEN_LATE_ALONE = (
    "The licence given in rocketchat_license expired on 2026-12-20 12:00 UTC. Single instances run without it; surplus "
    "replicas would shut themselves down. Set the renewed one there, and enter it in Rocket.Chat's administration as "
    "well, as what is stored wins."
)


def licensed(**variables: Any) -> dict[str, Any]:
    """Three hosts with the licence that ends then; the plan as it comes to the report, through JSON."""
    planned: dict[str, Any] = json.loads(
        json.dumps(three_hosts(**{"rocketchat_license": license_text(ends=ENDS), **variables}))
    )
    return planned


def state(source: str = "stored", ends: str | None = "2026-12-20T12:00:00+00:00", **more: Any) -> dict[str, Any]:
    given = {"source": source, "modules": ["scalability"], "starts": None, "ends": ends, "address_matches": True}
    return given | more


def knows(stored: dict[str, Any] | None) -> dict[str, HostAnswers]:
    """What workspace_facts said, on one host of several."""
    return {"a": HostAnswers(), "b": HostAnswers(given={"workspace": {"license": stored}})}


def found(planned: dict[str, Any], now: datetime | None, *faults: Fault) -> Diagnosis:
    answers = healthy(planned)
    together(*faults)(answers)
    return diagnose(planned, registered(answers), now=now)


def test_the_stored_one_is_in_use_where_there_is_one() -> None:
    in_workspace = licensed(rocketchat_license_in_workspace=True)
    for planned in (licensed(), in_workspace, three_hosts()):
        assert license_in_use(planned, knows(state(ends=None))) == LicenseState.from_dict(state(ends=None))
    assert license_in_use(licensed(), knows(None)) == LicenseState.from_dict(licensed()["license"])
    # one that cannot be read here wins as well
    unreadable = {"a": HostAnswers(given={"workspace": {"license": None, "license_status": "Valid"}})}
    assert license_in_use(licensed(), unreadable) is None
    # nobody knows the workspace's own
    assert license_in_use(in_workspace, knows(None)) is None
    assert license_in_use(three_hosts(), knows(None)) is None


@pytest.mark.parametrize(("source", "sentence"), [("given", GIVEN_SOON), ("stored", STORED_SOON)])
def test_a_month_before_the_end_there_is_a_warning(source: str, sentence: str) -> None:
    license_ = LicenseState.from_dict(state(source))
    [warning] = warnings(license_, SOON, surplus=True)
    assert (warning.kind, warning.sentence) == ("license.ends_soon", sentence)


def test_one_that_renews_itself_is_told_when_it_is_late() -> None:
    license_ = LicenseState.from_dict(state(auto_renew=True))
    assert list(warnings(license_, datetime(2026, 12, 13, 11, 59, tzinfo=UTC), surplus=True)) == []
    [warning] = warnings(license_, datetime(2026, 12, 13, 12, 1, tzinfo=UTC), surplus=True)
    assert warning.sentence == (
        "The licence stored in the workspace ends on 2026-12-20 12:00 UTC, in 6 days. Rocket.Chat's cloud renews it by "
        "itself. If it is late, sync it in the administration, under Subscription, or enter the renewed one there."
    )


@pytest.mark.parametrize(
    ("now", "when"),
    [
        (IN_TIME, None),
        (datetime(2026, 11, 20, 12, 0, tzinfo=UTC), "in 30 days"),
        (datetime(2026, 12, 18, 12, 1, tzinfo=UTC), "in 1 day."),
        (datetime(2026, 12, 19, 12, 1, tzinfo=UTC), "in less than a day"),
        (datetime(2026, 12, 20, 12, 0, tzinfo=UTC), "in less than a day"),
        (LATE, None),
        (None, None),
    ],
)
def test_when_the_warning_begins_and_ends(now: datetime | None, when: str | None) -> None:
    told = list(warnings(LicenseState.from_dict(state()), now, surplus=True))
    assert len(told) == (when is not None)
    assert all(when and when in warning.sentence for warning in told)


@pytest.mark.parametrize("license_", [None, LicenseState.from_dict(state(ends=None))])
def test_of_what_has_no_end_nothing_is_said(license_: LicenseState | None) -> None:
    assert not list(warnings(license_, LATE, surplus=False)) and expiry(license_, LATE) is None


def test_a_warning_is_no_fault_and_is_shown_everywhere() -> None:
    planned = licensed()
    diagnosis = found(planned, SOON)
    assert diagnosis.healthy and not diagnosis.findings
    text = as_text(diagnosis, planned)
    assert text.endswith(f": all healthy\n\nwarning: {GIVEN_SOON}")
    told = document(diagnosis, planned, read(planned, registered(healthy(planned))), "2026-11-26T22:00:00Z")
    schema = json.loads((ROOT / "docs" / "health.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(json.dumps(told)))
    assert told["warnings"] == [{"kind": "license.ends_soon", "sentence": GIVEN_SOON}]
    assert "<small>license.ends_soon</small>" in page(told) and "in 23 days." in page(told)
    told["warnings"][0].update(kind="<script>", sentence="<script>")
    assert "<script" not in page(told)


def test_its_end_is_a_cause() -> None:
    planned = licensed()
    diagnosis = found(planned, LATE)
    [finding] = diagnosis.findings
    assert diagnosis.warnings == []
    assert (finding.kind, finding.component, finding.host) == ("license.expired", "license", "a")
    assert finding.sentence == GIVEN_LATE
    for moment in (None, IN_TIME, datetime(2026, 12, 20, 12, 0, tzinfo=UTC)):
        assert found(planned, moment).healthy
    # the workspace's own may be valid
    assert found(licensed(rocketchat_license_in_workspace=True), LATE).healthy


def test_its_end_is_a_warning_where_nothing_needs_it() -> None:
    """Who is the only one of its service lives on without a licence."""
    alone = plan(single(rocketchat_license=license_text(ends=ENDS)))
    diagnosis = found(alone, LATE)
    assert diagnosis.healthy
    [warning] = diagnosis.warnings
    assert (warning.kind, warning.sentence) == ("license.expired", GIVEN_LATE_ALONE)


def test_replicas_that_end_are_affected_by_its_end() -> None:
    diagnosis = found(licensed(), LATE, ill.container("b", "account-1", "license"), ill.gone("b", "account-1"))
    assert [(finding.kind, finding.affected) for finding in diagnosis.findings] == [
        ("license.expired", ["b/account-1"])
    ]


def test_a_licence_for_another_address_is_named_where_replicas_end() -> None:
    planned = licensed(rocketchat_license=license_text(ends=ENDS))
    planned["license"]["address_matches"] = False
    [finding] = found(planned, IN_TIME, ill.container("b", "account-1", "license")).findings
    assert finding.kind == "license.invalid"
    assert finding.sentence.endswith(
        " The licence given in rocketchat_license was issued for another address than https://chat.example.com."
    )
    assert found(planned, IN_TIME).healthy


def test_the_address_that_a_stored_licence_was_compared_with_is_named() -> None:
    def apply(answers: Answers) -> None:
        stored_ = {"license": state(address_matches=False), "license_status": "", "site_url": "https://old.example.com"}
        answers["a"]["workspace"].update(stored_)

    planned = three_hosts()
    assert planned["hosts"]["a"]["probes"]["workspace"]
    [finding] = found(planned, IN_TIME, ill.container("b", "account-1", "license"), apply).findings
    assert finding.sentence.endswith(
        " The licence stored in the workspace was issued for another address than https://old.example.com."
    )


# -- who was only cut off ----------------------------------------------------------------------------------------------


def restarted(host: str, name: str, stamp: str) -> Fault:
    def apply(answers: Answers) -> None:
        entries = answers[host]["containers"]["containers"]
        next(entry for entry in entries if entry["name"] == name)["started_at"] = stamp

    return apply


FIRST_DEATH = together(
    ill.container("b", "account-1", "license"), restarted("b", "account-1", "2026-11-26T21:59:30.123456789Z")
)


@pytest.mark.parametrize(
    ("provider", "back", "findings"),
    [
        # a replica lives for 40 s without a licence: these were there before
        ("nats", "2026-11-26T21:58:50.0Z", ["license.invalid"]),
        ("rocketchat-1", "2026-11-26T21:58:50.0Z", ["license.invalid"]),
        ("nats", "2026-11-26T21:59:20.0Z", []),
        ("nats", "2026-11-26T21:59:50.0Z", []),
        ("rocketchat-1", "2026-11-26T21:59:00.0Z", []),
        # what the replica does not depend on says nothing
        ("presence-1", "2026-11-26T21:59:50.0Z", ["license.invalid"]),
    ],
)
def test_the_first_death_is_told_unless_it_was_an_outage(provider: str, back: str, findings: list[str]) -> None:
    diagnosis = found(three_hosts(), SOON, FIRST_DEATH, restarted("c", provider, back))
    assert [finding.kind for finding in diagnosis.findings] == findings


def test_who_does_not_answer_after_an_outage_is_a_cause_all_the_same() -> None:
    back = restarted("c", "nats", "2026-11-26T21:59:50.0Z")
    [finding] = found(three_hosts(), SOON, FIRST_DEATH, back, ill.no_port("b", "account-1")).findings
    assert (finding.kind, finding.component) == ("container.license", "account-1")


def test_without_moments_nobody_was_cut_off() -> None:
    entry = {"fault": "license", "started_at": "2026-11-26T21:59:30.0Z"}
    assert not was_cut_off(entry, []) and not was_cut_off({"fault": "license"}, [2e9]) and not was_cut_off(None, [2e9])
    assert was_cut_off(entry, [2e9]) and not was_cut_off({**entry, "fault": "crash_loop"}, [2e9])
