# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate about the workspace: what the database says stops the run or warns, and in which words."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
import yaml
from ansible_collections.rocketops.rocketchat.plugins.module_utils.workspace.license import LicenseState, read_license
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.judge import Verdict, judge
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.registered import FACTS

from tests.deployment import ROOT
from tests.unit.license_texts import license_text
from tests.unit.plan_inventories import NOW as PLANNED_AT
from tests.unit.plan_inventories import Inventory, plan, single
from tests.unit.preflight.hosts import BARE, ENGINE, NOW, before_a_run_of, converged, with_facts

URL = "mongodb://rocketchat:S3cret@db1.example.com:27018/talk?replicaSet=rs0"
UNLOCKED = {"version": 335, "locked": False, "locked_at": 1_795_400_000.0, "locked_seconds": None}
READ: dict[str, Any] = {
    "reason": None,
    "mongodb_version": "8.0.16",
    "new": False,
    "migrations": UNLOCKED,
    "license": None,
    "license_status": None,
    "custom_oauth": [],
    "site_url": "https://chat.example.com",
    "asks_identity": False,
    "user_fault": None,
    "user_reason": None,
}


def external(**variables: Any) -> dict[str, Any]:
    """A plan with a MongoDB of the operator's own."""
    inventory: Inventory = single(rocketchat_mongodb_url=URL, **variables)
    inventory["groups"]["mongodb"] = []
    return plan(inventory, mongodb_password="", mongodb_admin_password="", mongodb_keyfile="")


def verdict(planned: dict[str, Any], **workspace: Any) -> Verdict:
    """Of a converged host whose database said this."""
    host = converged(planned) if planned["mongodb_version"] else _without_mongodb(planned)
    return judge(planned, [with_facts(host, workspace={**READ, **workspace})])


def _without_mongodb(planned: dict[str, Any], **facts: Any) -> Host:
    """A mongod that somebody installed there all the same says nothing of the one that is used."""
    nothing = {"packages": {"mongodb-org-server": "5.0.9"}, "units": {}, "mongod": None, "data": BARE["data"]}
    return before_a_run_of(planned, converged(plan(single()), **nothing, **facts))


def problems(found: Verdict) -> list[str]:
    return [str(problem) for problem in found.problems]


OURS = plan(single())


def test_nothing_is_said_of_a_workspace_that_is_well() -> None:
    assert verdict(OURS) == Verdict([], [])
    assert verdict(external()) == Verdict([], [])


def test_nothing_is_said_of_a_database_that_nobody_asked() -> None:
    assert judge(OURS, [converged(OURS)]) == Verdict([], [])


LOCKED = {"version": 330, "locked": True, "locked_at": 1_795_400_000.0, "locked_seconds": 725.4}


def test_locked_migrations_stop_the_run_with_what_to_type() -> None:
    assert problems(verdict(OURS, migrations=LOCKED)) == [
        "migrations of the database: are locked since 2026-11-23 02:13:20 UTC, 12 minutes ago, at version 330: a "
        "monolith migrates, or it was killed or failed while it did. On host chat, `sudo docker logs --timestamps "
        "rocketchat-1 2>&1 | grep -i migrat | tail -n 20` shows whether one still runs; then wait, as a second "
        "monolith or a restart would corrupt the database. If none does, as after an error or without a new line for"
        " long, stop the monoliths and, in mongosh (package mongodb-mongosh), "
        "db.getSiblingDB('rocketchat').migrations.find({_id: 'control'}) shows the lock, and "
        "db.getSiblingDB('rocketchat').migrations.updateOne({_id: 'control'}, {$set: {locked: false}}) removes it."
    ]


@pytest.mark.parametrize("seconds", [0.0, 59.9])
def test_a_young_lock_stops_the_run_as_well(seconds: float) -> None:
    [problem] = problems(verdict(OURS, migrations={**LOCKED, "locked_seconds": seconds}))
    assert "0 minutes ago" in problem


def test_a_lock_without_a_time() -> None:
    [problem] = problems(verdict(OURS, migrations={**LOCKED, "locked_at": None, "locked_seconds": None}))
    assert problem.startswith("migrations of the database: are locked for an unknown time, at version 330:")


def test_the_database_is_called_by_its_name() -> None:
    [problem] = problems(verdict(external(), migrations=LOCKED))
    assert "db.getSiblingDB('talk').migrations" in problem
    assert "S3cret" not in problem


def test_the_gate_reads_what_the_playbook_registers() -> None:
    [play] = yaml.safe_load((ROOT / "playbooks" / "not-public" / "preflight.yml").read_text(encoding="utf-8"))
    registered = {action: task["register"] for task in play["tasks"] for action in task if "register" in task}
    assert registered["rocketops.rocketchat.deployment_facts"] == FACTS


# -- a MongoDB of the operator's own -----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["6.0.5", "6.0"])
def test_external_mongodb_that_is_too_old(version: str) -> None:
    new = _without_mongodb(external(), docker=ENGINE, texts={})
    assert problems(judge(external(), [with_facts(new, workspace={**READ, "mongodb_version": version})])) == [
        "rocketchat_version = '8.9.1': is not made for MongoDB 6.0 of rocketchat_mongodb_url. Give it MongoDB 8.0."
    ]


def test_deployment_that_runs_is_not_refused_because_of_its_external_mongodb() -> None:
    """8.3-dev's server/startup/serverRunning.ts warns below 8.0 and ends below 7.0; no run of site changes that."""
    assert verdict(external(), mongodb_version="7.0.14") == Verdict(
        [],
        [
            "MongoDB 7.0 of rocketchat_mongodb_url is none that Rocket.Chat 8.9.1 is made for. It is deployed "
            "with it already, so the run goes on. Give it MongoDB 8.0."
        ],
    )


def test_deployment_that_would_not_start_again_with_its_external_mongodb_is_refused() -> None:
    """As when the setting is taken away with which it started."""
    assert problems(verdict(external(), mongodb_version="6.0.5")) == [
        "rocketchat_version = '8.9.1': is not made for MongoDB 6.0 of rocketchat_mongodb_url. Give it MongoDB 8.0."
    ]


@pytest.mark.parametrize("bypass", [{}, {"rocketchat_environment": {"BYPASS_MONGO_VALIDATION": "yes"}}])
@pytest.mark.parametrize(
    ("version", "warning"),
    [
        (
            "8.2.1",
            "MongoDB 8.2 of rocketchat_mongodb_url: Rocket.Chat 8.9.1 was tested with MongoDB 8.0 and probably works "
            "with this one, too; MongoDB has no way back from it.",
        ),
        (
            "9.0.0",
            "MongoDB 9.0 of rocketchat_mongodb_url is newer than any that Rocket.Chat 8.9.1 was tested with (8.0): "
            "whether they work together was not checked.",
        ),
    ],
)
def test_external_mongodb_that_was_not_tested(version: str, warning: str, bypass: dict[str, Any]) -> None:
    assert verdict(external(**bypass), mongodb_version=version) == Verdict([], [warning])


def test_external_mongodb_has_its_steps_on_the_way_of_an_upgrade() -> None:
    docker = converged(plan(single(rocketchat_version="7.9.3", mongodb_version="6.0"))).facts["docker"]
    host = _without_mongodb(external(), docker=docker, last_backup=int(NOW))
    found = judge(external(), [with_facts(host, workspace={**READ, "mongodb_version": "6.0.5"})])
    assert problems(found) == [
        "rocketchat_version = '8.9.1': is not made for MongoDB 6.0 of rocketchat_mongodb_url. Go by 7.13.9, MongoDB "
        "7.0, MongoDB 8.0, 8.9.1 and raise MongoDB's featureCompatibilityVersion after each of its steps. First write "
        "rocketchat_version: 7.13.9."
    ]


@pytest.mark.parametrize("version", ["8.0.16", "8.0", None])
def test_external_mongodb_that_serves_or_is_not_known(version: str | None) -> None:
    assert problems(verdict(external(), mongodb_version=version)) == []


def test_version_of_a_mongodb_that_is_ours_is_judged_by_its_packages() -> None:
    assert verdict(OURS, mongodb_version="6.0.5") == Verdict([], [])


def test_operator_may_let_rocketchat_start_all_the_same() -> None:
    bypassed = external(rocketchat_environment={"BYPASS_MONGO_VALIDATION": True})
    assert verdict(bypassed, mongodb_version="6.0.5") == Verdict(
        [],
        [
            "Rocket.Chat 8.9.1 is not made for MongoDB 6.0.5 of rocketchat_mongodb_url, and starts there only because "
            "of BYPASS_MONGO_VALIDATION."
        ],
    )
    assert verdict(bypassed) == Verdict([], [])


@pytest.mark.parametrize(
    ("variables", "bypasses"),
    [
        ({}, False),
        ({"rocketchat_environment": {"BYPASS_MONGO_VALIDATION": "true"}}, True),
        ({"rocketchat_environment": {"BYPASS_MONGO_VALIDATION": "YES"}}, True),
        ({"rocketchat_environment": {"BYPASS_MONGO_VALIDATION": "1"}}, False),
        ({"rocketchat_environment": {"BYPASS_MONGO_VALIDATION": ""}}, False),
        # the services do not look at it
        ({"rocketchat_service_environment": {"account": {"BYPASS_MONGO_VALIDATION": "yes"}}}, False),
        ({"rocketchat_service_environment": {"rocketchat": {"BYPASS_MONGO_VALIDATION": "yes"}}}, True),
        (
            {
                "rocketchat_environment": {"BYPASS_MONGO_VALIDATION": "yes"},
                "rocketchat_service_environment": {"rocketchat": {"BYPASS_MONGO_VALIDATION": "no"}},
            },
            False,
        ),
    ],
)
def test_values_that_upstream_takes(variables: dict[str, Any], bypasses: bool) -> None:
    assert plan(single(**variables))["bypasses_mongodb_validation"] is bypasses


def test_external_mongodb_that_cannot_be_read_is_told() -> None:
    assert verdict(external(), **{**dict.fromkeys(READ), "reason": "Connection refused: nothing listens."}) == Verdict(
        [],
        [
            "the MongoDB of rocketchat_mongodb_url could not be read from host chat, so nobody knows whether its "
            "migrations are locked. Connection refused: nothing listens."
        ],
    )


def test_mongodb_of_ours_that_cannot_be_read_will_be_started() -> None:
    assert verdict(OURS, **{**dict.fromkeys(READ), "reason": "Connection refused: nothing listens."}) == Verdict([], [])


# -- licences ----------------------------------------------------------------------------------------------------------


def stored(text: str, status: str = "Valid") -> dict[str, Any]:
    """What the database says of a stored licence."""
    read = read_license(text)
    state = asdict(LicenseState.of(read, "stored", "https://chat.example.com", PLANNED_AT)) if read else None
    return {"license": state, "license_status": status}


NONE_STORED = {"license": None, "license_status": None}
SCALES = stored(license_text("scalability"))
UNREADABLE = stored("of-an-older-kind")
EXPIRED = stored(license_text("scalability", ends="2026-11-01T00:00:00Z"))
OTHER_ADDRESS = stored(license_text("scalability", servers=(("url", "other.example.com"),)), status="")
EARLY = stored(license_text("scalability", starts="2026-12-24T00:00:00Z"), status="")
DENIED = stored(license_text("scalability"), status="Invalid")

NO_LICENSE = plan(single(rocketchat_license=""))
EMPTY = "rocketchat_license is empty: upstream requires an Enterprise licence with the scalability module for "
IN_WORKSPACE = plan(
    single(rocketchat_license="", rocketchat_license_in_workspace=True, rocketchat_replicas={"account": 2})
)


def test_the_licence_that_is_missing_in_the_inventory_is_in_the_workspace() -> None:
    assert NO_LICENSE["warnings"]
    assert verdict(NO_LICENSE, **SCALES) == Verdict([], [])
    assert verdict(NO_LICENSE, **UNREADABLE) == Verdict([], [])


def test_what_rocketchat_calls_valid_was_issued_for_its_address() -> None:
    """Its Site_Url may not be what is found here."""
    assert verdict(IN_WORKSPACE, **{**OTHER_ADDRESS, "license_status": "Valid"}) == Verdict([], [])


@pytest.mark.parametrize("workspace", [NONE_STORED, EXPIRED, OTHER_ADDRESS, EARLY, DENIED, {"reason": "No answer."}])
def test_what_the_plan_says_of_the_licence_given_is_told_where_none_in_the_workspace_serves(
    workspace: dict[str, Any],
) -> None:
    [warning] = verdict(NO_LICENSE, **workspace).warnings
    assert warning.startswith(EMPTY)


def test_it_is_told_where_nobody_asked_the_database() -> None:
    [warning] = judge(NO_LICENSE, [converged(NO_LICENSE)]).warnings
    assert warning.startswith(EMPTY)


@pytest.mark.parametrize("workspace", [SCALES, UNREADABLE, stored("of-an-older-kind", status=""), {"reason": "Away."}])
def test_workspace_with_a_licence_of_its_own(workspace: dict[str, Any]) -> None:
    assert problems(verdict(IN_WORKSPACE, **workspace)) == []


@pytest.mark.parametrize(
    ("workspace", "reason"),
    [
        (NONE_STORED, "none is stored"),
        (EXPIRED, "the stored one expired on 2026-11-01T00:00:00+00:00"),
        (OTHER_ADDRESS, "the stored one was issued for another address"),
        (dict(OTHER_ADDRESS, license_status="Invalid"), "the stored one was issued for another address"),
        (EARLY, "the stored one is not valid before 2026-12-24T00:00:00+00:00"),
        (DENIED, "Rocket.Chat calls the stored one invalid"),
        (stored("of-an-older-kind", status="Invalid"), "Rocket.Chat calls the stored one invalid"),
    ],
)
def test_workspace_without_the_licence_that_the_operator_says_it_has(workspace: dict[str, Any], reason: str) -> None:
    assert problems(verdict(IN_WORKSPACE, **workspace)) == [
        f"rocketchat_license_in_workspace = True: the workspace has no valid licence of its own: {reason}. Enter one "
        f"in Rocket.Chat's administration{'' if workspace['license'] else ', or set rocketchat_license'}."
    ]


@pytest.mark.parametrize(
    ("replicas", "new"),
    # a first deployment gets its licence once it runs
    [({}, False), ({"account": 2}, True)],
)
def test_its_absence_is_a_warning_where_nothing_needs_it_yet(replicas: dict[str, int], new: bool) -> None:
    planned = external(rocketchat_license="", rocketchat_license_in_workspace=True, rocketchat_replicas=replicas)
    assert verdict(planned, new=new, **NONE_STORED) == Verdict(
        [],
        [
            "rocketchat_license_in_workspace = True: the workspace has no valid licence of its own: none is stored. "
            "Enter one in Rocket.Chat's administration, or set rocketchat_license."
        ],
    )


@pytest.mark.parametrize("workspace", [EXPIRED, OTHER_ADDRESS, DENIED])
def test_stored_licence_that_is_not_valid_keeps_the_one_given_from_its_effect(workspace: dict[str, Any]) -> None:
    text = license_text("scalability")
    two = plan(single(rocketchat_license=text, rocketchat_replicas={"account": 2}))
    [problem] = problems(verdict(two, **workspace))
    assert problem.startswith("rocketchat_license: ")
    assert problem.endswith(
        ", and Rocket.Chat looks at no other while it is stored, so surplus replicas shut down after 40 s (2 of "
        "account). Enter a valid one in Rocket.Chat's administration, or deploy one of each service."
    )
    assert problems(verdict(plan(single(rocketchat_license=text)), **workspace)) == []


@pytest.mark.parametrize("text", [license_text("scalability"), "of-an-older-kind"])
def test_workspace_that_will_take_the_licence_given(text: str) -> None:
    both = plan(single(rocketchat_license=text, rocketchat_license_in_workspace=True))
    assert problems(verdict(both, **NONE_STORED)) == []


def test_stored_licence_that_does_not_allow_a_second_replica_wins() -> None:
    """The one given has the module, and no effect."""
    two = plan(single(rocketchat_license=license_text("scalability"), rocketchat_replicas={"account": 2}))
    assert problems(verdict(two, **stored(license_text("auditing")))) == [
        "rocketchat_license: the one stored in the workspace wins, and lacks the module scalability, "
        "which upstream requires for more than one of a service (2 of account). Enter one that has it in Rocket.Chat's "
        "administration, or deploy one of each service."
    ]
    assert problems(verdict(two, **SCALES)) == []
    assert problems(verdict(OURS, **stored(license_text("auditing")))) == []


STALE = plan(single(rocketchat_license=license_text("scalability", ends="2026-11-01T00:00:00Z")))
STALE_REMEDY = (
    "rocketchat_license: the licence given expired on 2026-11-01 00:00 UTC. Set the renewed one, or write "
    "rocketchat_license_in_workspace: true if the workspace has a valid one of its own."
)


def test_a_licence_given_that_is_of_no_use_counts_only_without_a_valid_stored_one() -> None:
    assert verdict(STALE, **SCALES) == Verdict([], [])
    assert verdict(STALE, **UNREADABLE) == Verdict([], [])


@pytest.mark.parametrize(
    "workspace", [NONE_STORED, EXPIRED, DENIED, stored("of-an-older-kind", status=""), {"reason": "No answer."}]
)
def test_it_is_refused_where_no_valid_one_is_known(workspace: dict[str, Any]) -> None:
    assert problems(verdict(STALE, **workspace)) == [STALE_REMEDY]


def test_it_is_refused_where_nobody_asked_the_database() -> None:
    assert problems(judge(STALE, [converged(STALE)])) == [STALE_REMEDY]


# -- a given one and the stored Site_Url -------------------------------------------------------------------------------

OLD = "https://old.example.com"
MOVED = "the licence given was issued for another address than"


def test_a_licence_given_for_the_stored_site_url_works() -> None:
    planned = plan(single(rocketchat_license=license_text("scalability", servers=(("url", "old.example.com"),))))
    assert verdict(planned, site_url=OLD, **NONE_STORED) == Verdict(
        [],
        [
            f"rocketchat_license: {MOVED} the planned one, and works because Rocket.Chat compares it with the "
            f"workspace's Site_Url, which still is {OLD}."
        ],
    )
    assert verdict(planned, site_url=OLD, **SCALES) == Verdict([], [])
    [problem] = problems(verdict(planned, **NONE_STORED))
    assert problem.startswith(f"rocketchat_license: {MOVED} rocketchat_root_url.")


def test_a_licence_given_for_the_root_url_does_not_fit_another_stored_site_url() -> None:
    assert verdict(OURS, site_url=OLD, **NONE_STORED) == Verdict([], [])
    text = license_text("scalability")
    sentence = (
        f"rocketchat_license: {MOVED} {OLD}, which the workspace's Site_Url still is and Rocket.Chat compares it with. "
        "Correct Site_Url in Rocket.Chat's administration, or fix it in rocketchat_settings."
    )
    alone, two = (plan(single(rocketchat_license=text, rocketchat_replicas={"account": n})) for n in (1, 2))
    assert verdict(alone, site_url=OLD, **NONE_STORED) == Verdict([], [sentence])
    refused = verdict(two, site_url=OLD, **NONE_STORED)
    assert (problems(refused), refused.warnings) == ([sentence], [])
    for planned in (alone, two):
        assert verdict(planned, site_url=OLD, **SCALES) == Verdict([], [])
    both = plan(single(rocketchat_license=text, rocketchat_license_in_workspace=True))
    assert problems(verdict(both, site_url=OLD, **SCALES)) == []
    [warning] = verdict(both, site_url=OLD, **NONE_STORED).warnings
    assert warning.startswith("rocketchat_license_in_workspace = True: the workspace has no valid licence")


NINE = {"rocketchat_version": "9.0.0"}
OAUTH = license_text("scalability", "oauth-enterprise")
WITHOUT = license_text("scalability")


@pytest.mark.parametrize(
    ("variables", "workspace", "warns"),
    [
        ({**NINE, "rocketchat_license": WITHOUT}, NONE_STORED, True),
        ({**NINE, "rocketchat_license": OAUTH}, NONE_STORED, False),
        ({**NINE, "rocketchat_license": OAUTH}, stored(WITHOUT), True),
        ({**NINE, "rocketchat_license": WITHOUT}, stored(OAUTH), False),
        ({**NINE, "rocketchat_license": OAUTH}, EXPIRED, True),
        ({**NINE, "rocketchat_license": "of-an-older-kind"}, NONE_STORED, False),
        ({**NINE, "rocketchat_license": WITHOUT}, UNREADABLE, False),
        ({**NINE, "rocketchat_license": ""}, NONE_STORED, True),
        ({"rocketchat_version": "8.9.1", "rocketchat_license": WITHOUT}, NONE_STORED, False),
    ],
)
def test_custom_oauth_needs_a_module_from_nine_on(
    variables: dict[str, Any], workspace: dict[str, Any], warns: bool
) -> None:
    warning = (
        "people log in with Custom OAuth here (Keycloak), for which Rocket.Chat 9.0.0 needs a licence with the module "
        "oauth-enterprise, and the workspace's has none: such logins will not work."
    )
    planned = plan(single(**variables))
    assert (warning in verdict(planned, custom_oauth=["Keycloak"], **workspace).warnings) is warns
    assert warning not in verdict(planned, **workspace).warnings


# -- its identity ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asks", [True, False, None])
def test_a_question_to_administrators_is_told(asks: bool | None) -> None:
    warnings = verdict(plan(single()), asks_identity=asks).warnings
    assert any("whether this is a new workspace" in warning for warning in warnings) is bool(asks)


# -- Rocket.Chat's user ------------------------------------------------------------------------------------------------

LACKING = {
    "user_fault": "privilege_missing",
    "user_reason": "The user 'chat' lacks insert on the database talk. An administrator types in mongosh grant(it).",
}
WIDE = {
    "user_fault": "privilege_wide",
    "user_reason": "The user 'chat' may administer users. An administrator types it.",
}


def test_external_user_with_whom_nothing_would_work_is_refused_with_what_to_type() -> None:
    assert problems(verdict(external(), **LACKING)) == [
        "rocketchat_mongodb_url: does not let Rocket.Chat work. The user 'chat' lacks insert on the database talk. "
        "An administrator types in mongosh grant(it)."
    ]


def test_external_user_who_may_too_much_is_told_of() -> None:
    assert verdict(external(), **WIDE) == Verdict(
        [], [f"of the MongoDB of rocketchat_mongodb_url: {WIDE['user_reason']}"]
    )


@pytest.mark.parametrize("told", [LACKING, WIDE])
def test_user_of_ours_is_not_judged_by_what_the_run_is_about_to_mend(told: dict[str, Any]) -> None:
    assert verdict(OURS, **told) == Verdict([], [])
