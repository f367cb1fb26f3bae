# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way to a replica set with its users, on a fake one: waiting, giving up, and going on where a run was cut off."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.login import Refused, User
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.roles import OwnRole
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.setup import Outcome, bring_about
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.steps import Wanted
from ansible_collections.rocketops.rocketchat.plugins.module_utils.probing.fault import Fault

from tests.unit.mongodb.fake_set import FIRST, SECOND, FakeSet
from tests.unit.mongodb.fake_set import fake as fake

HERE = "127.0.0.1:27017"
PRIVILEGES = [{"resource": {"cluster": True}, "actions": ["serverStatus"]}]
ROLES = [{"role": "readWrite", "db": "rocketchat"}, {"role": "status", "db": "admin"}]
ALONE = Wanted(
    port=27017,
    replica_set="rs0",
    members=(FIRST,),
    user=User("rocketchat", "S3cret-of-the-user"),
    roles=(("readWrite", "rocketchat"), ("status", "admin")),
    admin_password="S3cret-of-the-admin",
    own_role=OwnRole("status", tuple(PRIVILEGES)),
)
BOTH = replace(ALONE, members=(FIRST, SECOND))
ALL = ["replSetInitiate", "createUser", "createRole", "createUser"]


def converge(wanted: Wanted = ALONE, check_mode: bool = False, timeout: float = 60) -> Outcome:
    return bring_about(wanted, timeout, check_mode)


def refused(wanted: Wanted = ALONE, check_mode: bool = False, timeout: float = 60) -> Fault:
    with pytest.raises(Fault) as caught:
        converge(wanted, check_mode, timeout)
    return caught.value


def names(found: FakeSet) -> list[str]:
    return [name for _where, _user, name in found.commands]


@pytest.fixture
def served(fake: FakeSet) -> FakeSet:
    """A set of one with its users."""
    converge()
    fake.commands.clear()
    return fake


def test_first_run_initiates_and_creates_both_users(fake: FakeSet) -> None:
    outcome = converge()
    assert [step.kind for step in outcome.steps] == ["initiate", "create_administrator", "create_role", "create_user"]
    # through the localhost exception up to the first user, and as this afterwards
    assert fake.commands == [
        (HERE, None, "replSetInitiate"),
        (HERE, None, "createUser"),
        (HERE, "admin", "createRole"),
        (HERE, "admin", "createUser"),
    ]
    assert fake.roles == {"status": {"privileges": PRIVILEGES, "roles": []}}
    assert fake.users["admin"] == {"pwd": ALONE.admin_password, "roles": ["root"]}
    assert fake.users["rocketchat"] == {"pwd": ALONE.user.password, "roles": ROLES}
    assert outcome.before == {"replica_set": None, "administrator": None, "role": None, "user": None}
    assert outcome.primary == FIRST


def test_second_run_changes_nothing(served: FakeSet) -> None:
    assert (converge().steps, served.commands) == ([], [])


def test_check_mode_names_all_steps_and_takes_none(fake: FakeSet) -> None:
    assert [step.kind for step in converge(check_mode=True).steps] == [
        "initiate",
        "create_administrator",
        "create_role",
        "create_user",
    ]
    assert fake.commands == []


@pytest.mark.parametrize(
    ("there", "steps"),
    [
        ((), ["create_administrator", "create_role", "create_user"]),
        (("admin",), ["create_role", "create_user"]),
        (("admin", "status"), ["create_user"]),
    ],
)
def test_goes_on_where_a_run_was_cut_off(served: FakeSet, there: tuple[str, ...], steps: list[str]) -> None:
    served.users = {name: user for name, user in served.users.items() if name in there}
    served.roles = {name: role for name, role in served.roles.items() if name in there}
    assert [step.kind for step in converge().steps] == steps
    assert "replSetInitiate" not in names(served)


def test_waits_for_mongod_for_members_and_for_a_primary(fake: FakeSet) -> None:
    fake.away, fake.back_at, fake.election = {FIRST, SECOND}, fake.now + 20, 12
    assert len(converge(BOTH).steps) == 4
    assert names(fake) == ALL


def test_members_are_waited_for_no_longer_than_may_be(fake: FakeSet) -> None:
    fake.away, started = {SECOND}, fake.now
    fault = refused(BOTH, timeout=30)
    assert (fault.kind, fake.commands) == ("members_away", [])
    assert SECOND in fault.sentence
    assert fake.now - started == pytest.approx(30)


def test_no_waiting_for_a_primary_that_cannot_be_elected(fake: FakeSet) -> None:
    converge(BOTH)
    fake.away, started = {SECOND}, fake.now
    fake.primary = SECOND
    fault = refused(BOTH)
    assert fault.kind == "no_majority"
    assert f"1 of 2 voting members is up, 2 are needed to elect one. Bring back {SECOND}" in fault.sentence
    assert 10 < fake.now - started < 11


def test_a_member_that_comes_back_soon_is_waited_for(fake: FakeSet) -> None:
    converge(BOTH)
    fake.away, fake.primary, fake.back_at = {SECOND}, SECOND, fake.now + 9
    assert converge(BOTH).steps == []


def test_primary_elsewhere_is_where_the_user_is_corrected(fake: FakeSet) -> None:
    converge(BOTH)
    fake.commands.clear()
    fake.primary = SECOND
    fake.users["rocketchat"]["roles"] = []
    assert [step.kind for step in converge(BOTH).steps] == ["set_roles"]
    assert fake.commands == [(SECOND, "admin", "updateUser")]


def test_first_user_cannot_be_created_elsewhere(fake: FakeSet) -> None:
    fake.primary = SECOND
    started = fake.now
    fault = refused(BOTH)
    assert (fault.kind, names(fake)) == ("first_user_elsewhere", ["replSetInitiate"])
    assert f"which is {SECOND}, not this one" in fault.sentence
    assert 10 < fake.now - started < 11


@pytest.mark.parametrize(
    ("drift", "steps"),
    [
        ({"roles": ROLES[:1]}, ["set_roles"]),
        ({"roles": [*ROLES, {"role": "root", "db": "admin"}]}, ["set_roles"]),
        ({"roles": [{"role": "readWrite", "db": "other"}, ROLES[1]]}, ["set_roles"]),
        ({"pwd": "another"}, ["set_password"]),
        ({"pwd": "another", "roles": []}, ["set_roles", "set_password"]),
        (None, ["create_user"]),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_drift_of_the_user_is_corrected(
    served: FakeSet, drift: dict[str, Any] | None, steps: list[str], check_mode: bool
) -> None:
    if drift is None:
        del served.users["rocketchat"]
    else:
        served.users["rocketchat"].update(drift)
    assert [step.kind for step in converge(check_mode=check_mode).steps] == steps
    if check_mode:
        assert served.commands == []
    else:
        assert served.users["rocketchat"] == {"pwd": ALONE.user.password, "roles": ROLES}
        assert converge().steps == []


@pytest.mark.parametrize(
    ("drift", "steps"),
    [
        ({"privileges": []}, ["set_privileges"]),
        (
            {"privileges": [*PRIVILEGES, {"resource": {"db": "", "collection": ""}, "actions": ["find"]}]},
            ["set_privileges"],
        ),
        ({"roles": [{"role": "root", "db": "admin"}]}, ["set_privileges"]),
        # MongoDB takes it from everybody
        (None, ["create_role", "set_roles"]),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_drift_of_the_role_is_corrected(
    served: FakeSet, drift: dict[str, Any] | None, steps: list[str], check_mode: bool
) -> None:
    if drift is None:
        served.roles, served.users["rocketchat"]["roles"] = {}, ROLES[:1]
    else:
        served.roles["status"].update(drift)
    assert [step.kind for step in converge(check_mode=check_mode).steps] == steps
    if not check_mode:
        assert served.roles == {"status": {"privileges": PRIVILEGES, "roles": []}}
        assert served.users["rocketchat"]["roles"] == ROLES
        assert converge().steps == []


def test_user_of_an_older_version_gets_the_role_in_the_place_of_a_wider_one(served: FakeSet) -> None:
    served.roles, served.users["rocketchat"]["roles"] = {}, [ROLES[0], {"role": "clusterMonitor", "db": "admin"}]
    assert [step.sentence for step in converge(check_mode=True).steps] == [
        "create the role status, which allows serverStatus on the cluster",
        "give the user rocketchat status on admin and take clusterMonitor on admin from it",
    ]
    assert [step.kind for step in converge().steps] == ["create_role", "set_roles"]
    assert converge().steps == []


def test_rotation_comes_before_any_other_run_of_this_version(served: FakeSet) -> None:
    """The former user keeps what an older version gave it, until it goes."""
    served.roles, served.users["rocketchat"]["roles"] = {}, [ROLES[0], {"role": "clusterMonitor", "db": "admin"}]
    ahead = replace(ALONE, user=User("rocketchat_b", "N3w-of-the-user"))
    assert [step.kind for step in converge(ahead).steps] == ["create_role", "create_user"]
    assert served.users["rocketchat_b"]["roles"] == ROLES
    assert [step.kind for step in converge(replace(ahead, removed_user="rocketchat")).steps] == ["remove_user"]
    assert converge(ahead).steps == []


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("drift", [{"roles": []}, {"pwd": "another"}])
def test_wrong_administrator_is_told_at_once(served: FakeSet, drift: dict[str, Any], check_mode: bool) -> None:
    served.users["rocketchat"].update(drift)
    started = served.now
    fault = refused(replace(ALONE, admin_password="wrong"), check_mode)
    assert fault.sentence.startswith(
        "MongoDB's administrator could not set up the user rocketchat: Authentication failed. If the login is refused, "
        "mongodb_admin_password is not the password of the user admin in MongoDB: "
    )
    assert (served.now, served.commands) == (started, [])


def test_administrator_is_not_asked_for_when_all_is_well(served: FakeSet) -> None:
    assert converge(replace(ALONE, admin_password="wrong")).steps == []


def test_what_the_administrator_may_not_do_is_told_in_mongodbs_words(served: FakeSet) -> None:
    served.users["rocketchat"]["roles"] = []
    served.hidden_refusals["updateUser"] = Refused(31, "Could not find role: readWrit@rocketchat")
    assert "set up the user rocketchat: Could not find role: readWrit@rocketchat. If" in refused().sentence


def test_what_makes_no_difference_is_not_tried_again(served: FakeSet) -> None:
    served.users["rocketchat"]["pwd"] = "another"
    served.ineffective = {"updateUser"}
    assert refused().kind == "no_effect"
    assert names(served) == ["updateUser"]


def test_change_that_most_members_lack_is_not_done(served: FakeSet) -> None:
    served.users["rocketchat"]["roles"] = []
    served.without_majority = True
    fault = refused()
    assert (fault.kind, names(served)) == ("not_replicated", ["updateUser"])


@pytest.mark.parametrize("code", [23, 74])
def test_refusal_to_initiate_that_may_pass_is_waited_for(fake: FakeSet, code: int) -> None:
    fake.hidden_refusals["replSetInitiate"] = Refused(code, "not yet")
    assert len(converge().steps) == 4


def test_refusal_to_initiate_is_told_at_once(fake: FakeSet) -> None:
    fake.hidden_refusals["replSetInitiate"] = Refused(93, "Rejecting initiate with a set name that differs")
    fault = refused()
    assert (fault.kind, names(fake)) == ("initiate", ["replSetInitiate"])
    assert "initiate the replica set rs0: Rejecting initiate with a set name that differs. Compare" in fault.sentence


@pytest.mark.parametrize(("name", "kind"), [("rs0", "members_away"), ("other", "wrong_set")])
def test_no_set_is_initiated_with_a_member_of_another(
    fake: FakeSet, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    hello = fake.hello
    monkeypatch.setattr(fake, "hello", lambda member: {"setName": name} if member == SECOND else hello(member))
    fault = refused(BOTH, timeout=1)
    assert (fault.kind, fake.commands) == (kind, [])
    assert SECOND in fault.sentence


def test_another_name_is_told_at_once_with_both(served: FakeSet) -> None:
    started = served.now
    fault = refused(replace(ALONE, replica_set="rs1"))
    assert (fault.kind, served.now) == ("wrong_set", started)
    assert "'rs0'" in fault.sentence
    assert "'rs1'" in fault.sentence


def test_set_that_is_there_is_never_reconfigured(served: FakeSet) -> None:
    assert converge(BOTH).steps == []
    assert served.members == [FIRST]


# -- secrets that are rotated ------------------------------------------------------------------------------------------

SWITCHING = replace(
    ALONE,
    user=User("rocketchat_b", "N3w-of-the-user"),
    admin_password="N3w-of-the-admin",
    former_admin_password=ALONE.admin_password,
)
FINISHING = replace(SWITCHING, former_admin_password="", removed_user="rocketchat")


def test_a_new_user_and_password_of_the_administrator_come_beside_the_former_user(served: FakeSet) -> None:
    kinds = ["create_user", "set_admin_password"]
    assert [step.kind for step in converge(SWITCHING, check_mode=True).steps] == kinds
    assert served.commands == []
    assert [step.kind for step in converge(SWITCHING).steps] == kinds
    passwords = {name: user["pwd"] for name, user in served.users.items()}
    assert passwords == {
        "admin": "N3w-of-the-admin",
        "rocketchat": ALONE.user.password,
        "rocketchat_b": "N3w-of-the-user",
    }
    assert converge(SWITCHING).steps == []


def test_an_administrator_who_was_changed_before_the_run_ended_sets_up_the_user(served: FakeSet) -> None:
    served.users["admin"]["pwd"] = "N3w-of-the-admin"
    assert [step.kind for step in converge(SWITCHING).steps] == ["create_user"]


def test_the_former_user_is_removed(served: FakeSet) -> None:
    converge(SWITCHING)
    assert [step.kind for step in converge(FINISHING, check_mode=True).steps] == ["remove_user"]
    assert [step.kind for step in converge(FINISHING).steps] == ["remove_user"]
    assert set(served.users) == {"admin", "rocketchat_b"}
    assert converge(FINISHING).steps == []


@pytest.mark.parametrize("wanted", [SWITCHING, FINISHING], ids=["switching", "finishing"])
def test_an_administrator_whom_neither_password_lets_in_is_a_fault(served: FakeSet, wanted: Wanted) -> None:
    served.users["admin"]["pwd"] = "changed by hand"
    assert refused(wanted).kind == "administrator"
    assert served.commands == []
