# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The MongoDB probe against real mongods: well, stopped, hung, without a primary, locked out, on a full disk."""

from __future__ import annotations

import json
import re
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import bson
import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb import members as mongodb_members
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.checks import Check, Limits
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.disk import Disk, check_disk
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.login import User
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.members import Member
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.probe import SetHealth, Target, ask, wait
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.roles import PRIVILEGES, ROLE
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.wire import Hello, parse_member, say_hello
from ansible_collections.rocketops.rocketchat.plugins.modules import mongodb_health
from pymongo import WriteConcern
from pymongo.errors import PyMongoError

from tests.unit import probe_servers
from tests.unit.modules.running import run
from tests.unit.mongodb import servers as mongod_servers
from tests.unit.mongodb.servers import DATABASE, PASSWORD, REPLICA_SET, RIGHT_ROLES, USER, ReplicaSet, until
from tests.waiting import within

LIMITS = Limits(maximum_lag=30, minimum_oplog_hours=0)
QUICK = 0.5


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    """Unlike pytest's, it goes with the test: a mongod takes 300 MiB."""
    with tempfile.TemporaryDirectory(prefix="mongod-") as path:
        yield Path(path)


@pytest.fixture(scope="module")
def single(directory: Path) -> Iterator[ReplicaSet]:
    """A set of one. Tests leave it as they found it."""
    (directory / "single").mkdir()
    with mongod_servers.replica_set(directory / "single") as found:
        yield found


@pytest.fixture(scope="module")
def three(directory: Path) -> Iterator[ReplicaSet]:
    """Primary, secondary, and a hidden member that is an hour behind on purpose."""
    (directory / "three").mkdir()
    with mongod_servers.replica_set(directory / "three", members=3, delay=3600) as found:
        yield found


def target(members: Sequence[str], user: str = USER, password: str = PASSWORD, **options: Any) -> Target:
    defaults = {"request_timeout": 5, "limits": LIMITS, "database": DATABASE}
    return Target(list(members), REPLICA_SET, User(user, password), **{**defaults, **options})


def check_of(health: SetHealth, name: str) -> Check:
    [check] = [check for check in health.checks if check.name == name]
    return check


def member_faults(health: SetHealth) -> dict[str, str | None]:
    assert all((member.fault is None) == (member.state == "healthy") for member in health.members)
    assert all((member.fault is None) == (member.diagnosis is None) for member in health.members)
    return {member.name: member.fault for member in health.members}


def unwell(health: SetHealth) -> dict[str, str | None]:
    return {check.name: check.fault for check in health.checks if check.state == "unhealthy"}


# -- well --------------------------------------------------------------------------------------------------------------


def test_a_healthy_set_of_one(single: ReplicaSet, directory: Path) -> None:
    health = within(0.2, lambda: ask(target(single.names, disk=Disk(str(directory), 0, 0))))
    assert (health.healthy, health.fault, health.diagnosis) == (True, None, None)
    assert (health.primary, health.version, health.feature_compatibility_version) == (single.names[0], "6.0.5", "6.0")
    assert (health.tls_mode, health.lag_seconds) == ("disabled", None)
    assert [(member.role, member.state) for member in health.members] == [("primary", "healthy")]
    states = {check.name: check.state for check in health.checks}
    assert states.pop("replication_lag") == "skipped"
    assert set(states) == {
        *("login", "privileges", "change_stream", "oplog", "feature_compatibility_version", "authorization", "disk")
    }
    assert set(states.values()) == {"healthy"}
    assert 0 < (health.latency_ms or 0) < 10_000


def test_nothing_holds_up_the_end_of_the_program(single: ReplicaSet) -> None:
    spans = []
    for _look in range(3):
        ask(target(single.names))
        ended = time.monotonic()
        until(lambda: not [thread for thread in threading.enumerate() if "pymongo" in thread.name], "threads end")
        spans.append(time.monotonic() - ended)
    assert min(spans) < 0.2


def test_a_member_is_named_as_in_the_configuration(single: ReplicaSet) -> None:
    health = ask(target([f"localhost:{single.members[0].port}"]))
    assert member_faults(health) == {single.names[0]: None}
    assert health.healthy


def test_every_member_is_found_from_one_also_a_hidden_one(three: ReplicaSet) -> None:
    for known in three.names:
        health = ask(target([known]))
        assert health.healthy, health.diagnosis
        assert sorted(member_faults(health)) == sorted(three.names)
        assert sorted(member.role for member in health.members) == ["primary", "secondary", "secondary"]
    # who cannot log in learns of no hidden member, but may have been told
    assert member_faults(ask(target(three.names, password="wrong"))) == dict.fromkeys(three.names)


def test_without_a_database_only_the_rest_is_checked(single: ReplicaSet) -> None:
    health = ask(target(single.names, database=None))
    assert health.healthy
    assert check_of(health, "change_stream").state == check_of(health, "privileges").state == "skipped"
    assert check_of(health, "disk") == Check("disk", "skipped", diagnosis="Not checked: no data directory was given.")


# -- members -----------------------------------------------------------------------------------------------------------


def test_a_hung_mongod_is_not_a_stopped_one(single: ReplicaSet) -> None:
    with single.members[0].hung():
        health = within(QUICK + 0.4, lambda: ask(target(single.names, request_timeout=QUICK)))
    assert (health.healthy, health.fault, health.primary, health.latency_ms) == (False, "silent", None, None)
    said = f"{single.names[0]}: It accepts connections but does not answer in time: mongod hangs"
    assert (health.diagnosis or "").startswith(said)
    assert "ps -C mongod" in (health.diagnosis or "")
    assert member_faults(health) == {single.names[0]: "silent"}
    assert {check.state for check in health.checks if check.name not in ("authorization",)} == {"skipped"}


@pytest.mark.parametrize(("timeout", "least", "most"), [(2, 1.4, 2.4), (0, 1.4, 1.9)])
def test_a_wait_for_a_hung_mongod_ends_in_time(single: ReplicaSet, timeout: float, least: float, most: float) -> None:
    with single.members[0].hung():
        started = time.monotonic()
        health = within(most, lambda: wait(target(single.names, request_timeout=1.5), timeout))
        took = time.monotonic() - started
    assert health.fault == "silent"
    assert took > least


def test_a_set_that_is_stopped(single: ReplicaSet) -> None:
    nobody = f"127.0.0.1:{probe_servers.free_port()}"
    health = ask(target([nobody]))
    assert (health.fault, member_faults(health)) == ("refused", {nobody: "refused"})
    assert "systemctl start mongod" in (health.diagnosis or "")
    assert [member.role for member in health.members] == ["unknown"]


def test_a_name_that_does_not_resolve_is_no_stopped_mongod(single: ReplicaSet) -> None:
    health = ask(target([*single.names, "chat2.invalid:27017"]))
    assert member_faults(health) == {single.names[0]: None, "chat2.invalid:27017": "resolve"}
    assert (health.fault, health.primary) == ("resolve", single.names[0])
    assert "getent hosts chat2.invalid" in (health.diagnosis or "")


def test_a_name_in_the_configuration_must_resolve_here(tmp_path: Path, directory: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost member.invalid\n")
    (directory / "named").mkdir()
    with mongod_servers.replica_set(directory / "named", host="member.invalid", hosts=hosts) as found:
        health = ask(target([f"127.0.0.1:{found.members[0].port}"]))
    assert member_faults(health) == {found.names[0]: "resolve"}
    assert (health.healthy, health.fault) == (False, "resolve")


def test_a_name_that_leads_to_another_member() -> None:
    answer = {"setName": REPLICA_SET, "hosts": ["a:1", "b:1"], "me": "a:1", "isWritablePrimary": True}
    hellos = [Hello("a:1", answer), Hello("b:1", answer)]
    configured = mongodb_members.configured_names(hellos)
    assert not any(mongodb_members.is_alias(hello, configured) for hello in hellos)
    members = [mongodb_members.check_member(hello, REPLICA_SET, {}) for hello in hellos]
    assert [member.fault for member in members] == [None, "wrong_member"]
    assert (members[1].diagnosis or "").startswith("Under this name a:1 answers")


def test_a_member_that_the_others_cannot_reach() -> None:
    heartbeat = "Error connecting to b:1 :: caused by :: Could not find address"
    status = {"members": [{"name": "b:1", "health": 0, "stateStr": "DOWN", "lastHeartbeatMessage": heartbeat}]}
    hello = Hello("b:1", {"setName": REPLICA_SET, "me": "b:1", "secondary": True})
    member = mongodb_members.check_member(hello, REPLICA_SET, status)
    assert member.fault == "member_down"
    assert heartbeat in (member.diagnosis or "")


@pytest.mark.parametrize(
    ("behave", "fault"),
    [
        (probe_servers.hang, "silent"),
        (probe_servers.drip, "protocol"),
        (probe_servers.hang_up, "closed"),
        (probe_servers.say("HTTP/1.1 400 Bad Request\r\n\r\n"), "protocol"),
        (probe_servers.say("<html><title>Welcome to nginx!</title>"), "protocol"),
        (probe_servers.say('{"version":1,"status":"ok"}'), "protocol"),
        (probe_servers.say("\x40\0\0\0\1\0\0\0\1\0\0\0"), "closed"),
    ],
)
def test_what_is_no_mongod(behave: Any, fault: str) -> None:
    with probe_servers.raw_server(behave) as port:
        [hello] = within(QUICK + 0.4, lambda: say_hello([f"127.0.0.1:{port}"], QUICK))
    assert hello.fault is not None
    assert hello.fault.kind == fault


@pytest.mark.parametrize(
    "answer", [{}, {"ok": 0.0, "errmsg": "not supported"}, {"ok": 1.0}, {"status": "ok"}, {"hello": None}]
)
def test_what_speaks_as_mongod_and_is_none(answer: dict[str, Any]) -> None:
    def behave(sock: socket.socket, _over: threading.Event) -> None:
        while sock.recv(4096):
            body = b"\0\0\0\0\0" + bson.encode(answer)
            sock.sendall(struct.pack("<iiii", 16 + len(body), 1, 1, 2013) + body)

    with probe_servers.raw_server(behave) as port:
        [hello] = say_hello([f"127.0.0.1:{port}"], QUICK)
    assert hello.fault is not None
    assert hello.fault.kind == "protocol"


def test_members_behind_a_firewall_cost_one_timeout_together() -> None:
    with probe_servers.deaf_port() as port:
        hellos = within(QUICK + 0.4, lambda: say_hello([f"127.0.0.1:{port}"] * 4, QUICK))
    assert [hello.fault.kind for hello in hellos if hello.fault] == ["unreachable"] * 4


@pytest.mark.parametrize(
    "name", ["", ":27017", "chat1:", "chat1:0x1", "chat1:99999", "u:p@chat1:1", "chat1/x", "a b:1"]
)
def test_what_is_no_member(name: str) -> None:
    with pytest.raises(ValueError, match="A member must be host:port"):
        parse_member(name)


def test_a_port_may_be_left_out() -> None:
    assert [parse_member(name).peer for name in ("chat1", "[::1]:7")] == ["chat1:27017", "[::1]:7"]


def test_a_member_that_recovers(three: ReplicaSet) -> None:
    with three.members[1].admin() as client:
        client.admin.command("replSetMaintenance", True)
        try:
            until(lambda: not ask(target(three.names)).healthy, "the secondary is in maintenance")
            health = ask(target(three.names))
        finally:
            client.admin.command("replSetMaintenance", False)
    assert (health.fault, member_faults(health)[three.names[1]]) == ("not_serving", "not_serving")
    assert [member.role for member in health.members] == ["primary", "recovering", "secondary"]
    three.settle()


def test_lag_counts_on_top_of_a_configured_delay(three: ReplicaSet) -> None:
    strict = target(three.names, limits=Limits(maximum_lag=0.5, minimum_oplog_hours=0))
    with three.members[1].admin() as secondary, three.members[0].client(USER, PASSWORD) as primary:
        # by then the hidden member is more than a second behind, as it should be
        written = primary[DATABASE].get_collection("test", write_concern=WriteConcern(w=1))
        written.insert_one({})
        until(lambda: ask(strict).healthy, "the secondary has caught up")
        secondary.admin.command("fsync", lock=True)
        try:
            until(lambda: bool(written.insert_one({})) and not ask(strict).healthy, "lag is seen")
            health = ask(strict)
        finally:
            secondary.admin.command("fsyncUnlock")
    assert (health.fault, unwell(health)) == ("lag", {"replication_lag": "lag"})
    assert (health.lag_seconds or 0) >= 1
    assert three.names[1] in (health.diagnosis or "")
    assert three.names[2] not in (health.diagnosis or "")
    assert ask(target(three.names)).healthy


# -- no primary --------------------------------------------------------------------------------------------------------


def test_a_primary_that_stepped_down(single: ReplicaSet) -> None:
    with single.members[0].admin() as client:
        client.admin.command("replSetStepDown", 2, force=True)
    health = ask(target(single.names))
    assert (health.healthy, health.fault, health.primary) == (False, "no_primary", None)
    assert "although 1 of 1 voting members is up" in (health.diagnosis or "")
    assert (health.version, check_of(health, "change_stream").state) == ("6.0.5", "skipped")
    # it is elected again, and waiting ends as soon as it is
    assert wait(target(single.names), timeout=20).healthy


def test_a_hung_and_a_stopped_member_and_what_comes_of_it(three: ReplicaSet) -> None:
    first, second, third = three.members
    third.stop()
    with second.hung():
        health = within(QUICK + 0.6, lambda: ask(target(three.names, request_timeout=QUICK)))
        assert member_faults(health) == {first.name: None, second.name: "silent", third.name: "refused"}
        assert health.fault == "silent"
        assert (health.diagnosis or "").startswith(f"{second.name}: It accepts")

        until(lambda: not first.hello()["isWritablePrimary"], "the primary has stepped down")
        health = ask(target(three.names, request_timeout=QUICK))
        assert (health.fault, health.primary) == ("silent", None)
        assert (health.diagnosis or "").endswith("Meanwhile the set has no primary, so nothing can be written.")

    second.stop()
    for password in (PASSWORD, "wrong"):
        health = ask(target(three.names, password=password))
        assert (health.healthy, health.fault, health.primary) == (False, "no_primary", None)
        assert "1 of 3 voting members is up, 2 are needed" in (health.diagnosis or "")
        assert f"Bring back {second.name} or {third.name}" in (health.diagnosis or "")
        assert member_faults(health) == {first.name: None, second.name: "refused", third.name: "refused"}

    second.start()
    third.start()
    assert wait(target(three.names), timeout=20).healthy


# -- the user ----------------------------------------------------------------------------------------------------------


def test_a_wrong_password(single: ReplicaSet) -> None:
    started = time.monotonic()
    health = wait(target(single.names, password="Wr0ng-of-the-test"), timeout=60)
    assert time.monotonic() - started < 30, "no waiting mends a password"
    assert (health.fault, unwell(health)) == ("auth", {"login": "auth"})
    assert member_faults(health) == {single.names[0]: None}
    assert "user 'rocketchat' of the database admin" in (health.diagnosis or "")
    assert "Wr0ng-of-the-test" not in json.dumps(asdict(health))
    assert check_of(health, "privileges").diagnosis == "Not checked: it needs the login."


@pytest.mark.parametrize(
    ("name", "roles", "fault", "said"),
    [
        ("only_status", RIGHT_ROLES[1:], "privilege_missing", "lacks find, insert, update, remove"),
        ("reader", [{"role": "read", "db": DATABASE}, RIGHT_ROLES[1]], "privilege_missing", "lacks insert, update"),
        ("elsewhere", [{"role": "readWrite", "db": "other"}, RIGHT_ROLES[1]], "privilege_missing", "lacks find"),
        ("no_status", RIGHT_ROLES[:1], "privilege_missing", "lacks serverStatus, replSetGetStatus"),
        ("of_an_older_version", [RIGHT_ROLES[0], "clusterMonitor"], None, ""),
        ("root", ["root"], "privilege_wide", "may administer users, administer the server, write to every database"),
        ("any", ["readWriteAnyDatabase", RIGHT_ROLES[1]], "privilege_wide", "may write to every database"),
        ("reads_all", [*RIGHT_ROLES, "readAnyDatabase"], "privilege_wide", "may read every database"),
        (
            "other_too",
            [*RIGHT_ROLES, {"role": "readWrite", "db": "x"}],
            "privilege_wide",
            "may write to the database x",
        ),
        ("users", [*RIGHT_ROLES, "userAdminAnyDatabase"], "privilege_wide", "from userAdminAnyDatabase on admin"),
        ("owner", [*RIGHT_ROLES, {"role": "dbOwner", "db": DATABASE}], "privilege_wide", "may administer users, which"),
        ("cluster", [*RIGHT_ROLES, "clusterAdmin"], "privilege_wide", "may administer the server"),
        ("backup", [*RIGHT_ROLES, "backup"], "privilege_wide", "read every database"),
        ("oplog_reader", [*RIGHT_ROLES, {"role": "read", "db": "local"}], None, ""),
    ],
)
def test_privileges(single: ReplicaSet, name: str, roles: list[Any], fault: str | None, said: str) -> None:
    single.create_user(name, "pw", roles)
    health = ask(target(single.names, name, "pw"))
    assert health.fault == fault
    assert said in (health.diagnosis or "")
    assert check_of(health, "privileges").fault == fault
    can_read = "find" not in said.split(", ", maxsplit=1)[0]
    assert check_of(health, "change_stream").fault == (None if can_read else "change_stream")
    if fault:
        told = re.search(r"\)\.(?P<command>\w+)\('(?P<user>\w+)', ", str(health.diagnosis))
        assert told
        created = re.search(r"createRole\((\{.*\})\); db", str(health.diagnosis))
        # the test's set has it already
        assert bool(created) is ("rocketchatStatus" not in str(roles))
        named = re.findall(r"{role: '(\w+)', db: '(\w+)'}", str(health.diagnosis))
        with single.members[0].admin() as client:
            client.admin.command(told["command"], told["user"], roles=[{"role": r, "db": db} for r, db in named])
        assert ask(target(single.names, name, "pw")).fault != fault


def test_a_role_of_the_operators_own_counts_as_what_it_is(single: ReplicaSet) -> None:
    with single.members[0].admin() as client:
        client.admin.command("createRole", "chat", privileges=[], roles=RIGHT_ROLES)
    single.create_user("own_role", "pw", ["chat"])
    assert ask(target(single.names, "own_role", "pw")).healthy


def test_what_the_user_may_not_ask_is_skipped_with_a_reason(single: ReplicaSet) -> None:
    single.create_user("unprivileged", "pw", [])
    health = ask(target(single.names, "unprivileged", "pw", database=None))
    assert (health.fault, health.healthy) == ("privilege_missing", False)
    assert unwell(health) == {"privileges": "privilege_missing"}
    assert check_of(health, "oplog").diagnosis == (
        "Not checked: mongod says 'not authorized on admin'; the role rocketchatStatus on admin allows it."
    )
    assert (health.feature_compatibility_version, health.oplog_hours) == (None, None)


# -- how it is set up --------------------------------------------------------------------------------------------------


def test_a_standalone_without_passwords(directory: Path) -> None:
    with mongod_servers.lone(directory) as mongod:
        with mongod.client() as client:
            client.admin.command("createRole", ROLE, privileges=PRIVILEGES, roles=[])
            client.admin.command("createUser", USER, pwd=PASSWORD, roles=RIGHT_ROLES)
        health = ask(target([mongod.name]))
    assert (health.fault, member_faults(health)) == ("standalone", {mongod.name: "standalone"})
    assert unwell(health) == {"change_stream": "change_stream", "authorization": "auth_off"}
    assert "only supported on replica sets" in (check_of(health, "change_stream").diagnosis or "")
    assert mongod.name in (check_of(health, "authorization").diagnosis or "")


def test_a_set_that_was_never_initiated(directory: Path) -> None:
    with mongod_servers.lone(directory, "--replSet", REPLICA_SET, *mongod_servers.keyfile(directory)) as mongod:
        health = ask(target([mongod.name]))
    assert (health.fault, member_faults(health)) == ("not_initiated", {mongod.name: "not_initiated"})
    assert unwell(health) == {}


def test_a_set_of_another_name(single: ReplicaSet) -> None:
    health = ask(Target(single.names, "rs1", User(USER, PASSWORD), 5, LIMITS))
    assert (health.fault, member_faults(health)) == ("wrong_set", {single.names[0]: "wrong_set"})
    assert "'rs0' instead of 'rs1'" in (health.diagnosis or "")


def test_the_feature_compatibility_version_is_that_of_the_binary(single: ReplicaSet) -> None:
    with single.members[0].admin() as client:
        client.admin.command("setFeatureCompatibilityVersion", "5.0")
        try:
            health = ask(target(single.names))
        finally:
            client.admin.command("setFeatureCompatibilityVersion", "6.0")
    assert (health.fault, health.feature_compatibility_version) == ("fcv", "5.0")
    assert 'setFeatureCompatibilityVersion: "6.0"})' in (health.diagnosis or "")


def test_an_oplog_is_short_only_when_it_is_full(single: ReplicaSet) -> None:
    strict = target(single.names, limits=Limits(maximum_lag=30, minimum_oplog_hours=1))
    health = ask(strict)
    assert health.healthy, health.diagnosis
    assert 0 <= (health.oplog_hours or 0) < 1
    with single.members[0].client(USER, PASSWORD) as client:
        client[DATABASE]["test"].insert_many([{"text": "x" * 1024} for _number in range(2048)])
    health = ask(strict)
    assert (health.fault, unwell(health)) == ("oplog", {"oplog": "oplog"})
    assert "The oplog of 1 MiB is full" in (health.diagnosis or "")


# -- the disk ----------------------------------------------------------------------------------------------------------


def test_a_full_disk_is_the_cause_when_mongod_ends(directory: Path) -> None:
    """mongod takes 300 MiB at first; then the disk is filled up, and the first write ends mongod."""
    try:
        with mongod_servers.tmpfs(directory / "full", 330) as disk, mongod_servers.replica_set(disk) as found:
            room = Disk(str(disk), minimum_free_percent=5, minimum_free_bytes=1024 * 1024)
            assert ask(target(found.names, disk=room)).healthy
            subprocess.run(["dd", "if=/dev/zero", f"of={disk / 'filler'}", "bs=1M"], check=False, capture_output=True)
            with pytest.raises(PyMongoError), found.members[0].client(USER, PASSWORD) as client:
                client[DATABASE]["test"].insert_many([{"text": "x" * 65536} for _number in range(64)])
            until(found.members[0].ended_by_itself, "mongod has ended")
            health = ask(target(found.names, disk=room))
    except PermissionError:
        pytest.skip("no file system may be mounted here")
    assert (health.fault, member_faults(health)) == ("disk_full", {found.names[0]: "refused"})
    assert "has 0 MiB (0.0 %) left" in (health.diagnosis or "")
    assert f"reason why {found.names[0]} on this host is down" in (health.diagnosis or "")


def test_a_read_only_disk_comes_before_everything_else(directory: Path) -> None:
    nobody = f"127.0.0.1:{probe_servers.free_port()}"
    try:
        with mongod_servers.tmpfs(directory / "read_only", 8) as disk:
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            health = ask(target([nobody], disk=Disk(str(disk), 5, 1)))
    except PermissionError:
        pytest.skip("no file system may be mounted here")
    assert (health.fault, member_faults(health)) == ("disk_read_only", {nobody: "refused"})
    assert f"reason why {nobody} on this host is down" in (health.diagnosis or "")


def test_a_disk_that_is_not_there(single: ReplicaSet) -> None:
    health = ask(target(single.names, disk=Disk("/nowhere", 5, 1)))
    assert (health.fault, member_faults(health)) == ("disk_missing", {single.names[0]: None})
    assert "on this host is down" not in (health.diagnosis or "")


def test_a_disk_explains_only_members_on_its_own_host() -> None:
    # 192.0.2.0/24 is nobody's (RFC 5737), and nothing is sent there
    names = ["127.0.0.1:27017", "192.0.2.1:27017", "chat1.invalid:27017"]
    stopped = [Member(name, "unknown", "unhealthy", "refused", "Connection refused.") for name in names]
    assert " why 127.0.0.1:27017 on this host is down" in (check_disk(Disk("/nowhere", 5, 1), stopped).diagnosis or "")
    assert " is down" not in (check_disk(Disk("/nowhere", 5, 1), stopped[1:]).diagnosis or "")


@pytest.mark.parametrize(("percent", "size"), [(100.1, 0), (0, 1 << 60)])
def test_either_limit_makes_a_disk_full(single: ReplicaSet, directory: Path, percent: float, size: int) -> None:
    health = ask(target(single.names, disk=Disk(str(directory), percent, size)))
    assert (health.fault, unwell(health)) == ("disk_full", {"disk": "disk_full"})
    assert "on this host is down" not in (health.diagnosis or "")


# -- the module --------------------------------------------------------------------------------------------------------


def options(members: Sequence[str], **more: Any) -> dict[str, Any]:
    return {"members": members, "replica_set": REPLICA_SET, "username": USER, "password": PASSWORD, **more}


def test_the_module_says_all_of_it(three: ReplicaSet, directory: Path) -> None:
    more = {
        "database": DATABASE,
        "data_directory": str(directory),
        "minimum_free_bytes": "1M",
        "minimum_oplog_hours": 0,
    }
    answer = run(mongodb_health.main, check=True, **options(three.names, **more))
    assert (answer["healthy"], answer["changed"], answer["fault"]) == (True, False, None)
    assert [member["name"] for member in answer["members"]] == three.names
    assert [check["state"] for check in answer["checks"]] == ["healthy"] * 8
    assert PASSWORD not in json.dumps(answer)


def test_the_module_fails_without_telling_the_password(single: ReplicaSet) -> None:
    wrong = options(single.names, password="Wr0ng-of-the-test")
    answer = run(mongodb_health.main, check=True, **wrong)
    assert (answer["fault"], answer["msg"]) == ("auth", answer["diagnosis"])
    assert "Wr0ng-of-the-test" not in json.dumps(answer)
    answer = run(mongodb_health.main, **wrong, fail_on_unhealthy=False)
    assert ("msg" in answer, answer["changed"], answer["fault"]) == (False, False, "auth")


def test_the_module_refuses_what_is_no_member() -> None:
    answer = run(mongodb_health.main, **options(["chat1:99999"]))
    assert answer["msg"].startswith("A member must be host:port")
