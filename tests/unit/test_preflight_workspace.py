"""The gate about the workspace: what the database says stops the run or warns, and in which words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.preflight.judge import Verdict, judge

from tests.unit.plan_inventories import Inventory, plan, single
from tests.unit.preflight_hosts import converged

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
}


def external(**variables: Any) -> dict[str, Any]:
    """A plan with a MongoDB of the operator's own."""
    inventory: Inventory = single(rocketchat_mongodb_url=URL, **variables)
    inventory["groups"]["mongodb"] = []
    return plan(inventory, mongodb_password="", mongodb_admin_password="", mongodb_keyfile="")


def verdict(planned: dict[str, Any], **workspace: Any) -> Verdict:
    """Of a converged host whose database said this."""
    host = converged(planned) if planned["mongodb_version"] else _without_mongodb(planned)
    return judge(planned, [replace(host, workspace={**READ, **workspace})])


def _without_mongodb(planned: dict[str, Any]) -> Any:
    ours = plan(single())
    host = converged(ours)
    return replace(host, plan=planned["hosts"]["chat"])


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
        "monolith or a restart would corrupt the database. If none does, as after an error or without a new line for long, stop "
        "the monoliths and, in mongosh (package mongodb-mongosh), db.getSiblingDB('rocketchat').migrations.find({_id: "
        "'control'}) shows the lock, and db.getSiblingDB('rocketchat').migrations.updateOne({_id: 'control'}, {$set: "
        "{locked: false}}) removes it."
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


# -- a MongoDB of the operator's own -----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["6.0.5", "6.0"])
def test_external_mongodb_that_is_too_old(version: str) -> None:
    assert problems(verdict(external(), mongodb_version=version)) == [
        "rocketchat_version = '8.9.1': is not made for MongoDB 6.0 of rocketchat_mongodb_url. Give it MongoDB 8.0."
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
