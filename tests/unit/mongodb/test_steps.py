# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a replica set lacks, decided from what was read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.login import User
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.roles import OwnRole, grants
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.state import SetState
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.steps import (
    PERMANENT,
    Wanted,
    decide,
    described,
    projected,
)
from hypothesis import given
from hypothesis import strategies as st

ROLES = (("readWrite", "rocketchat"), ("status", "admin"))
ROLE = OwnRole("status", ({"resource": {"cluster": True}, "actions": ["serverStatus", "getParameter"]},))
WANTED = Wanted(
    port=27017,
    replica_set="rs0",
    members=("chat1:27017",),
    user=User("rocketchat", "S3cret-of-the-test"),
    roles=ROLES,
    admin_password="Adm1n-of-the-test",
    own_role=ROLE,
)
WELL = SetState(
    initiated=True,
    valid=True,
    name="rs0",
    members=["chat1:27017"],
    primary="chat1:27017",
    primary_here=True,
    any_user=True,
    user_login="ok",
    user_exists=True,
    user_roles=sorted(ROLES),
    role_exists=True,
    role_grants=ROLE.grants,
)
UNKNOWN: dict[str, Any] = {"user_exists": None, "user_roles": None, "role_exists": None, "role_grants": None}
REFUSED = replace(WELL, user_login="refused", admin_login="refused", **UNKNOWN)
NEW = SetState(initiated=False, any_user=False, user_exists=False, role_exists=False)


def sentences(state: SetState) -> list[str]:
    decision = decide(state, WANTED)
    assert decision.fault is None
    return [step.sentence for step in decision.steps]


def test_nothing_is_missing_when_all_is_well() -> None:
    assert sentences(WELL) == []


def test_a_new_set_lacks_everything() -> None:
    assert sentences(NEW) == [
        "initiate the replica set rs0 with chat1:27017",
        "create the administrator admin with root on admin",
        "create the role status, which allows getParameter, serverStatus on the cluster",
        "create the user rocketchat with readWrite on rocketchat, status on admin",
    ]


def test_users_without_a_set_are_kept() -> None:
    assert sentences(SetState(initiated=False, any_user=True, admin_login="ok")) == [sentences(NEW)[0]]


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ((ROLES[1],), "give the user rocketchat readWrite on rocketchat"),
        ((*ROLES, ("root", "admin")), "take root on admin from the user rocketchat"),
        (
            (ROLES[0], ("root", "admin")),
            "give the user rocketchat status on admin and take root on admin from it",
        ),
    ],
)
def test_roles_are_given_and_taken(found: tuple[tuple[str, str], ...], sentence: str) -> None:
    assert sentences(replace(WELL, user_roles=list(found))) == [sentence]


@given(st.lists(st.tuples(st.sampled_from(["readWrite", "root", "status"]), st.sampled_from(["admin", "x"]))))
def test_roles_differ_exactly_when_their_sets_do(roles: list[tuple[str, str]]) -> None:
    assert bool(sentences(replace(WELL, user_roles=roles))) == (set(roles) != set(ROLES))


@given(st.sets(st.sampled_from(["find", "serverStatus", "getParameter"])), st.booleans())
def test_role_is_mended_exactly_when_it_allows_something_else(actions: set[str], inherits: bool) -> None:
    """In whatever order, and as however many privileges, MongoDB tells them."""
    privileges = [{"resource": {"cluster": True}, "actions": [action]} for action in sorted(actions, reverse=True)]
    found = grants(privileges, [{"role": "read", "db": "local"}] if inherits else [])
    as_wanted = actions == {"serverStatus", "getParameter"} and not inherits
    told = sentences(replace(WELL, role_grants=found))
    assert told == (
        [] if as_wanted else ["have the role status allow getParameter, serverStatus on the cluster, and nothing else"]
    )


def test_a_refused_login_is_of_a_user_who_is_missing_or_has_another_password() -> None:
    known = replace(REFUSED, admin_login="ok")
    assert sentences(replace(known, user_exists=False))[0].startswith("create the user rocketchat")
    there = replace(known, user_exists=True, user_roles=sorted(ROLES))
    assert sentences(there) == ["set the password of the user rocketchat"]


@pytest.mark.parametrize(
    ("state", "kind", "part"),
    [
        (SetState("silent", "It hangs."), "silent", "It hangs."),
        (replace(WELL, name="rs1"), "wrong_set", "'rs1'"),
        (replace(WELL, primary=None, any_user=True), "no_primary", "rs0"),
        (REFUSED, "administrator", "Authentication failed"),
        (replace(REFUSED, admin_login="denied"), "administrator", "it may not see users"),
        (replace(REFUSED, any_user=False, primary_here=False), "first_user_elsewhere", "is chat1:27017, not this"),
        (SetState(valid=False, any_user=True, admin_login="refused"), "administrator", "Authentication failed"),
        (SetState(initiated=True, valid=False, any_user=False), "not_a_member", "not named rs0"),
        (SetState(initiated=True, valid=False, name="rs1", admin_login="ok"), "wrong_set", "'rs1'"),
        (SetState(initiated=True, valid=False, name="rs0", members=["a:1"], admin_login="ok"), "not_a_member", "(a:1)"),
        (replace(WELL, any_user=None, **UNKNOWN), "unclear", "port 27017"),
    ],
)
def test_what_stands_in_the_way(state: SetState, kind: str, part: str) -> None:
    decision = decide(state, WANTED)
    assert decision.fault is not None
    assert (decision.fault.kind, decision.steps) == (kind, ())
    assert part in decision.fault.sentence


def test_only_what_no_waiting_mends_is_permanent() -> None:
    assert not PERMANENT & {"refused", "silent", "closed", "no_primary", "members_away", "unclear"}


def test_a_difference_holds_what_is_known_and_no_password() -> None:
    assert described(replace(WELL, **UNKNOWN)) == {"replica_set": "rs0"}
    before = described(replace(WELL, user_login="refused", user_roles=[], role_grants=[]))
    after = projected(before, WANTED)
    assert before == {"replica_set": "rs0", "role": "nothing", "user": {"roles": [], "password": "another"}}
    roles = ["readWrite on rocketchat", "status on admin"]
    allowed = "getParameter, serverStatus on the cluster"
    assert after == {"replica_set": "rs0", "role": allowed, "user": {"roles": roles, "password": "as planned"}}
    assert described(WELL) == after
