# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What files say of data and names becomes a finding, and no advice to take away what has the data."""

from __future__ import annotations

from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.diagnosis import diagnose
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.model import CONTROLLER, UNHEALTHY

from tests.unit.health.answers import Answers, healthy, mongodb_set, one_host, registered, three_hosts

LOST = "Its data are not there: /var/lib/mongodb has no database, and this host had one."


def test_lost_data_say_more_than_what_mongod_says() -> None:
    planned = one_host()
    answers = healthy(planned)
    mongodb_set("not_initiated")(answers)
    found = diagnose(planned, registered(answers), refused={"chat": [("mongodb.data_missing", LOST)]})
    [finding] = found.findings
    assert (finding.component, finding.kind, finding.sentence) == ("mongodb", "mongodb.data_missing", LOST)
    assert finding.next.where == "chat"
    assert finding.next.command.startswith("findmnt --verify; lsblk -f; sudo ls -lA /var/lib/mongodb")


def test_data_elsewhere_are_a_fault_although_all_parts_are_well() -> None:
    found = diagnose(
        one_host(), registered(healthy(one_host())), refused={"chat": [("mongodb.renamed", "The inventory.")]}
    )
    assert [finding.kind for finding in found.findings] == ["mongodb.renamed"]
    assert [part.name for part in found.parts if part.state == UNHEALTHY] == ["mongodb"]


def test_lost_uploads_are_a_fault_of_their_own() -> None:
    refused = {"b": [("uploads.missing", "/srv/uploads is not where the uploads of host b are.")]}
    found = diagnose(three_hosts(), registered(healthy(three_hosts())), refused=refused)
    [finding] = found.findings
    assert (finding.component, finding.host, finding.next.where) == ("uploads", "b", "b")
    assert {part.state for part in found.parts} == {"healthy"}
    assert finding.next.where != CONTROLLER


def former(answers: Answers, planned_fault: str | None) -> None:
    """A member that the plan does not have, beside the planned one."""
    view = answers["chat"]["mongodb"]
    view["members"][0]["fault"] = planned_fault
    view["members"][0]["diagnosis"] = "Its name does not resolve." if planned_fault else None
    away = {"name": "talk.mongodb.internal:27017", "role": "unknown", "state": "unhealthy", "fault": "resolve"}
    view["members"].append({**away, "diagnosis": "Its name does not resolve."})
    view.update(healthy=False, fault="resolve", diagnosis="Its name does not resolve.")


def sentence_of_the_former(planned_fault: str | None) -> str:
    answers = healthy(one_host())
    former(answers, planned_fault)
    found = diagnose(one_host(), registered(answers)).findings
    return next(finding.sentence for finding in found if finding.component == "talk.mongodb.internal:27017")


def test_only_member_with_data_is_not_to_be_taken_out() -> None:
    """As after a host was renamed in the inventory."""
    sentence = sentence_of_the_former("resolve")
    assert "write mongodb_member_name: talk.mongodb.internal in its variables. Do not take this member out." in sentence
    assert "rs.remove" not in sentence
    assert "rs.remove('talk.mongodb.internal:27017')" in sentence_of_the_former(None)
