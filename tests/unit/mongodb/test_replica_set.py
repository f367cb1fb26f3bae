# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The replica set and its users on a real mongod: what is read at every stage, and what is done about it."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb import wire
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.login import User
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.roles import PRIVILEGES, ROLE, OwnRole
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.setup import bring_about
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.state import (
    SetState,
    read,
    replica_set_state,
)
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.steps import Wanted
from ansible_collections.rocketops.rocketchat.plugins.module_utils.probing.fault import Fault
from ansible_collections.rocketops.rocketchat.plugins.modules.mongodb_replica_set import main, wanted_of
from pymongo.errors import OperationFailure

from tests.unit import probe_servers
from tests.unit.modules.running import run
from tests.unit.mongodb import servers
from tests.unit.mongodb.servers import (
    ADMIN,
    ADMIN_PASSWORD,
    DATABASE,
    PASSWORD,
    REPLICA_SET,
    RIGHT_ROLES,
    USER,
    Mongod,
)

OWN_ROLE = OwnRole(ROLE, tuple(PRIVILEGES))
ROLES = tuple((role["role"], role["db"]) for role in RIGHT_ROLES)
WRONG = User(ADMIN, "Wr0ng-of-the-test")


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    """Unlike pytest's, it goes with the test: a mongod takes 300 MiB."""
    with tempfile.TemporaryDirectory(prefix="mongod-") as path:
        yield Path(path)


@pytest.fixture(scope="module")
def stages(directory: Path) -> Iterator[tuple[Mongod, dict[str, SetState]]]:
    """A set of one with its users, made by us, and what was read on the way there."""
    mongod = Mongod(directory / "member", "--replSet", REPLICA_SET, "--oplogSize", "1", *servers.keyfile(directory))
    try:
        found = {"absent": look(mongod)}
        mongod.start()
        mongod.wait()
        found["new"] = look(mongod)
        with mongod.client() as client:
            members = [{"_id": 0, "host": mongod.name}]
            client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
        servers.until(lambda: bool(mongod.hello()["isWritablePrimary"]), "it is primary")
        found["initiated"] = look(mongod)
        steps = [step.kind for step in bring_about(wanted(mongod), 20, check_mode=False).steps]
        assert steps == ["create_administrator", "create_role", "create_user"]
        yield mongod, found
    finally:
        mongod.stop()


@pytest.fixture
def mongod(stages: tuple[Mongod, dict[str, SetState]]) -> Mongod:
    """Tests leave it as they found it."""
    return stages[0]


def wanted(mongod: Mongod) -> Wanted:
    set_of = (mongod.port, REPLICA_SET, (mongod.name,))
    return Wanted(*set_of, User(USER, PASSWORD), ROLES, ADMIN_PASSWORD, own_role=OWN_ROLE)


def look(mongod: Mongod, password: str = PASSWORD, admin: User | None = None) -> SetState:
    admin = admin or User(ADMIN, ADMIN_PASSWORD)
    return read(mongod.port, User(USER, password), admin, time.monotonic() + 5, role=ROLE)


def steps(mongod: Mongod, check_mode: bool = False) -> list[str]:
    return [step.kind for step in bring_about(wanted(mongod), 20, check_mode).steps]


def test_stages_are_told_apart(stages: tuple[Mongod, dict[str, SetState]]) -> None:
    mongod, found = stages
    assert found["absent"].fault == "refused"
    assert found["new"] == SetState(initiated=False, any_user=False, user_exists=False, role_exists=False)
    there = SetState(
        initiated=True,
        valid=True,
        name=REPLICA_SET,
        members=[mongod.name],
        primary=mongod.name,
        primary_here=True,
        any_user=False,
        user_exists=False,
        role_exists=False,
    )
    assert found["initiated"] == there
    known = {"any_user": True, "user_login": "ok", "user_exists": True, "user_roles": sorted(ROLES)}
    # which the user itself may see
    assert look(mongod) == replace(there, **known, role_exists=True, role_grants=OWN_ROLE.grants)
    assert steps(mongod) == []


def drop(command: Callable[..., Any]) -> None:
    command("dropUser", USER)


def change_password(command: Callable[..., Any]) -> None:
    command("updateUser", USER, pwd="An0ther-of-the-test")


def take_roles(command: Callable[..., Any]) -> None:
    command("updateUser", USER, roles=[])


def widen_the_role(command: Callable[..., Any]) -> None:
    command("grantRolesToRole", ROLE, roles=[{"role": "read", "db": "local"}])


def narrow_the_role(command: Callable[..., Any]) -> None:
    command("updateRole", ROLE, privileges=PRIVILEGES[:1])


def add_a_role(command: Callable[..., Any]) -> None:
    command("grantRolesToUser", USER, roles=[{"role": "root", "db": "admin"}])


@pytest.mark.parametrize(
    ("drift", "seen", "step"),
    [
        (drop, {"user_login": "refused", "user_exists": False, "user_roles": None}, "create_user"),
        (change_password, {"user_login": "refused", "user_exists": True}, "set_password"),
        (take_roles, {"user_login": "ok", "user_roles": []}, "set_roles"),
        (widen_the_role, {"user_login": "ok", "admin_login": None}, "set_privileges"),
        (narrow_the_role, {"user_login": "ok", "admin_login": None}, "set_privileges"),
        (add_a_role, {"user_login": "ok", "user_roles": sorted([*ROLES, ("root", "admin")])}, "set_roles"),
    ],
)
def test_drift_is_seen_and_corrected(
    mongod: Mongod, drift: Callable[..., None], seen: dict[str, Any], step: str
) -> None:
    with mongod.admin() as client:
        drift(client.admin.command)
    found = replica_set_state(mongod.port, User(USER, PASSWORD), User(ADMIN, ADMIN_PASSWORD), 5)
    assert {name: found[name] for name in seen} == seen
    assert steps(mongod, check_mode=True) == [step]
    with pytest.raises(Fault, match="mongodb_admin_password is not the password"):
        bring_about(replace(wanted(mongod), admin_password=WRONG.password), 20, check_mode=False)
    assert steps(mongod) == [step]
    assert steps(mongod) == []


def test_role_that_was_dropped_is_created_and_given_again(mongod: Mongod) -> None:
    with mongod.admin() as client:
        client.admin.command("dropRole", ROLE)
    found = look(mongod)
    assert (found.user_roles, found.role_exists, found.admin_login) == ([ROLES[0]], False, "ok")
    for check_mode in (True, False):
        assert steps(mongod, check_mode) == ["create_role", "set_roles"]
    assert steps(mongod) == []


def test_user_reads_no_oplog_no_log_and_no_other_database(mongod: Mongod) -> None:
    with mongod.admin() as client:
        client.shop.orders.insert_one({"secret": True})
    with mongod.client(USER, PASSWORD) as client:
        for refused in (
            lambda: client.local["oplog.rs"].find_one(),
            lambda: client.local["system.replset"].find_one(),
            lambda: client.config["system.sessions"].find_one(),
            lambda: client.admin["system.users"].find_one(),
            lambda: client.shop.orders.find_one(),
            lambda: client.shop.list_collection_names(),
            lambda: client.admin.command("getLog", "global"),
            lambda: client.admin.command("getCmdLineOpts"),
            lambda: client.admin.command("usersInfo", ADMIN),
            lambda: list(client.admin.aggregate([{"$currentOp": {"allUsers": True}}])),
            lambda: client.watch(),
        ):
            with pytest.raises(OperationFailure, match="not authorized"):
                refused()
        # what Rocket.Chat asks, and what is asked as its user
        assert client[DATABASE].command("serverStatus")["storageEngine"]["name"] == "wiredTiger"
        assert client.admin.command("replSetGetStatus")["ok"] == 1
        with client[DATABASE].watch(max_await_time_ms=1) as stream:
            assert stream.try_next() is None
        assert client.list_database_names() == [] or "shop" not in client.list_database_names()


def test_secrets_are_rotated_there_and_back(mongod: Mongod) -> None:
    present = wanted(mongod)
    other = replace(present, user=User(f"{USER}_b", "N3w-of-the-test"), admin_password="N3w-of-the-administrator")
    for ahead, behind in ((other, present), (present, other)):
        switching = replace(ahead, former_admin_password=behind.admin_password)
        finishing = replace(ahead, removed_user=behind.user.name)
        for stage, kinds in ((switching, ["create_user", "set_admin_password"]), (finishing, ["remove_user"])):
            assert [step.kind for step in bring_about(stage, 20, check_mode=True).steps] == kinds
            assert [step.kind for step in bring_about(stage, 20, check_mode=False).steps] == kinds
            assert bring_about(stage, 20, check_mode=False).steps == []
            both = read(mongod.port, behind.user, behind.admin, time.monotonic() + 5)
            assert both.user_login == ("ok" if stage is switching else "refused"), (
                "the former user is let in until then"
            )
    assert steps(mongod) == []


def test_a_refused_administrator_leaves_the_user_unknown(mongod: Mongod) -> None:
    found = look(mongod, "Wr0ng-of-the-test", WRONG)
    assert (found.user_login, found.admin_login, found.user_exists, found.any_user) == (
        "refused",
        "refused",
        None,
        True,
    )


def test_a_set_of_another_name_is_seen(mongod: Mongod) -> None:
    with pytest.raises(Fault, match="belongs to the replica set 'rs0'"):
        bring_about(replace(wanted(mongod), replica_set="rs1"), 20, check_mode=False)
    mongod.stop()
    other = Mongod(mongod.directory, "--replSet", "rs1", *servers.keyfile(mongod.directory.parent))
    other.port = mongod.port
    try:
        other.start()
        other.wait()
        found = look(other)
        assert (found.initiated, found.valid, found.name, found.members) == (True, False, "rs0", [mongod.name])
        assert look(other, admin=WRONG).admin_login == "refused"
    finally:
        other.stop()
        mongod.start()
        mongod.wait()
    assert steps(mongod) == []


def test_users_of_a_mongod_that_ran_alone_are_kept(directory: Path) -> None:
    mongod = Mongod(directory / "was_alone", *servers.keyfile(directory))
    try:
        mongod.start()
        mongod.wait()
        with mongod.client() as client:
            kept = {"w": 1, "j": True}
            client.admin.command("createUser", ADMIN, pwd=ADMIN_PASSWORD, roles=["root"], writeConcern=kept)
        mongod.stop()
        mongod.options = ("--replSet", REPLICA_SET, "--oplogSize", "1", *mongod.options)
        mongod.start()
        mongod.wait()
        assert look(mongod) == SetState(initiated=False, any_user=True, admin_login="ok")
        assert steps(mongod) == ["initiate", "create_role", "create_user"]
    finally:
        mongod.stop()


def test_without_passwords_or_without_a_set_says_so(directory: Path) -> None:
    with servers.lone(directory) as lone:
        assert look(lone).fault == "standalone"
    with servers.lone(directory, "--replSet", REPLICA_SET) as lone:
        with lone.client() as client:
            client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [{"_id": 0, "host": lone.name}]})
            servers.until(lambda: bool(client.admin.command("hello")["isWritablePrimary"]), "the set has a primary")
        assert look(lone).fault == "auth_off"


def test_without_pymongo_it_is_told_whether_anything_listens(mongod: Mongod, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "bson", None)
    assert look(mongod).fault == "library"
    monkeypatch.setattr(mongod, "port", probe_servers.free_port())
    assert look(mongod).fault == "refused"


def test_the_module_does_it_without_telling_a_password(mongod: Mongod) -> None:
    given = {
        "port": mongod.port,
        "replica_set": REPLICA_SET,
        "members": [mongod.name],
        "admin_password": ADMIN_PASSWORD,
        "role": {"name": ROLE, "privileges": PRIVILEGES},
        "user": {"name": USER, "roles": RIGHT_ROLES},
        "user_password": PASSWORD,
    }
    with mongod.admin() as client:
        take_roles(client.admin.command)
    sentence = "give the user rocketchat readWrite on rocketchat, rocketchatStatus on admin"
    answer = run(main, **given)
    assert (answer["changed"], answer["changes"], answer["primary"]) == (True, [sentence], mongod.name)
    wrong = {**given, "admin_password": WRONG.password, "user": {"name": "another", "roles": RIGHT_ROLES}}
    refused = run(main, check=True, **wrong)
    assert refused["fault"] == "administrator"
    for secret in (ADMIN_PASSWORD, PASSWORD, WRONG.password):
        assert secret not in json.dumps([answer, refused])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"members": []}, "members is empty: name at least one as host:port."),
        ({"members": ["chat1:99999"]}, "A member must be host:port"),
        ({"timeout": 0}, "timeout must be more than 0 seconds, but is 0."),
        ({"authorities": "none"}, "The authorities to trust are no PEM certificates"),
        ({"user_password": ""}, "user_password is empty, and MongoDB takes no user without a password."),
    ],
)
def test_the_module_refuses_bad_options(options: dict[str, Any], sentence: str) -> None:
    given = {
        "port": 27017,
        "replica_set": REPLICA_SET,
        "members": ["chat1:27017"],
        "admin_password": ADMIN_PASSWORD,
        "user": {"name": USER, "roles": RIGHT_ROLES},
        "user_password": PASSWORD,
        "former_admin_password": "",
        "removes_user": "",
        "authorities": "",
        "role": None,
        "timeout": 60.0,
    }
    assert wanted_of(given).roles == ROLES
    assert wanted_of({**given, "role": {"name": ROLE, "privileges": PRIVILEGES}}).own_role == OWN_ROLE
    with pytest.raises(ValueError, match=sentence):
        wanted_of({**given, **options})
