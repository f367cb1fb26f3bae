# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data that a host had and has no more stop a run; those that are only elsewhere do not."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.data import unhealthy_data
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import host_differences
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.judge import judge

from tests.unit.plan_inventories import cluster, plan, single
from tests.unit.preflight.hosts import asked, converged, place, replica_set, with_facts

DATA, UPLOADS = "/var/lib/mongodb", "/srv/rocketchat/uploads"
PLAN = plan(single(mongodb_version="8.0"))
WITH_UPLOADS = plan(
    single(rocketchat_file_upload_storage="directory", rocketchat_file_upload_directory=UPLOADS, mongodb_version="8.0")
)
DISK = {"mount": DATA, "device": "0c5e"}
GONE = "data of MongoDB on host chat: are not there: "
NOT_INITIATED = {"initiated": False, "valid": None, "name": None, "members": [], "primary": None, "primary_here": False}


def noted(host: Host, **data: Any) -> Host:
    """With these notes of where data lie, and none without."""
    ledger = host.facts["ledger"]
    return with_facts(host, ledger={**ledger, "content": {**ledger["content"], "data": data}})


def data(host: Host, path: str = DATA, **facts: Any) -> Host:
    return with_facts(host, data={**host.facts["data"], path: place(**facts)})


def of_set(host: Host, **facts: Any) -> Host:
    """What mongod says of the set; None in place of an answer."""
    found = host.facts["mongodb"]
    return with_facts(host, mongodb={**found, "set": {**found["set"], **facts}})


def stopped(host: Host) -> Host:
    return of_set(host, initiated=None, valid=None, name=None, members=[], primary=None)


def problems(*hosts: Host, planned: dict[str, Any] = PLAN) -> list[str]:
    return [str(problem) for problem in judge(planned, list(hosts)).problems]


HAD = converged(PLAN)
OLDER = noted(HAD)
ON_A_DISK = noted(HAD, **{DATA: DISK})

LOST: dict[str, tuple[Host, str]] = {
    "an empty directory": (data(stopped(HAD)), "/var/lib/mongodb has no database, and this host had one"),
    "no directory": (data(stopped(HAD), found=False), "/var/lib/mongodb has no database, and this host had one"),
    "an empty directory, of a version that noted nothing": (
        data(stopped(OLDER)),
        "/var/lib/mongodb has no database, and this host had one",
    ),
    "a mongod that began anew": (
        data(of_set(HAD, **NOT_INITIATED), empty=False, database=True),
        "mongod has begun anew in /var/lib/mongodb, and this host had a replica set",
    ),
    "a mongod that began anew, of a version that noted nothing": (
        data(of_set(OLDER, **NOT_INITIATED), empty=False, database=True),
        "mongod has begun anew in /var/lib/mongodb, and this host had a replica set",
    ),
    "a lost mount": (
        data(stopped(ON_A_DISK), empty=False, database=True),
        "they were on the file system of /var/lib/mongodb (0c5e), and /var/lib/mongodb is on the file system of / now",
    ),
}


@pytest.mark.parametrize(("host", "reason"), LOST.values(), ids=list(LOST))
def test_data_that_are_not_there_stop_the_run(host: Host, reason: str) -> None:
    assert problems(host) == [
        f"{GONE}{reason}. Mount the disk with them there (`findmnt --verify`, `lsblk -f`), restart mongod and run the "
        "playbook again. If they are lost for good and a new, empty database is to be made, as for a backup to be "
        "restored into, stop mongod, remove /etc/mongod.keyfile and empty /var/lib/mongodb."
    ]
    [(kind, sentence)] = unhealthy_data([host])["chat"]
    assert (kind, sentence[:46]) == ("mongodb.data_missing", "Its data are not there: " + reason[:22])


@pytest.mark.parametrize("host", [asked(PLAN), HAD, of_set(HAD, **NOT_INITIATED)], ids=["bare", "had", "anew"])
def test_what_fstab_mounts_has_to_be_mounted(host: Host) -> None:
    """A new host, too, would hide its first data below the disk."""
    facts = {"database": bool(host.facts["mongod"]), "unmounted": DATA}
    [problem] = problems(data(host, **facts))
    assert "are not where they belong: /etc/fstab has a file system for /var/lib/mongodb, and none is" in problem
    assert "or take that line out of /etc/fstab if there is no such disk any more" in problem


def test_disk_that_may_be_another_is_asked_for_before_it_is_used() -> None:
    there = {"empty": False, "database": True, "mount": DATA, "device": "77aa"}
    host = data(stopped(ON_A_DISK), **there)
    assert unhealthy_data([host]) == {}, "that mongod does not answer is told by itself"
    [problem] = problems(host)
    assert problem.startswith(
        "data of MongoDB on host chat: are on the file system of /var/lib/mongodb (77aa) and were on the file system "
        "of /var/lib/mongodb (0c5e), and mongod, which could tell whether they are the same, does not answer. "
    )
    assert problems(data(stopped(ON_A_DISK), **{**there, "device": ""})) == [], "nobody knows its identity"


@pytest.mark.parametrize("facts", [{"mount": "/"}, {"mount": DATA, "device": "77aa"}], ids=["same disk", "new disk"])
def test_data_that_were_moved_are_noted_where_mongod_serves_them(facts: dict[str, str]) -> None:
    host = data(ON_A_DISK, empty=False, database=True, **facts)
    assert problems(host) == []
    lies = f"{facts['mount']} (77aa)" if "device" in facts else "/"
    [difference] = host_differences(host)["mongodb"]
    assert difference.sentence == f"will note that the data in /var/lib/mongodb lie on the file system of {lies}"


def test_older_version_is_noted_once_and_then_no_more() -> None:
    assert [d.kind for d in host_differences(OLDER)["mongodb"]] == ["ledger"]
    assert host_differences(HAD) == {}
    assert "mongodb" not in host_differences(stopped(OLDER)), "not while nobody knows what they are"


def without_keyfile(host: Host) -> Host:
    return with_facts(host, files={**host.facts["files"], "/etc/mongod.keyfile": None})


def pending(host: Host) -> Host:
    ledger = host.facts["ledger"]
    content = {**ledger["content"], "data": {}, "pending": {"mongod.service": "restart"}}
    return with_facts(host, ledger={**ledger, "content": content})


NEVER_HAD = {
    "removed on purpose": without_keyfile(data(stopped(HAD))),
    "removed on purpose, and begun anew": without_keyfile(data(of_set(HAD, **NOT_INITIATED), database=True)),
    "a first run that ended before mongod started": pending(data(stopped(HAD), found=False)),
    "a first run that ended before the set was made": with_facts(
        data(of_set(OLDER, **NOT_INITIATED), empty=False, database=True),
        texts={key: text for key, text in HAD.facts["texts"].items() if "compose" not in key},
    ),
}


@pytest.mark.parametrize("host", NEVER_HAD.values(), ids=list(NEVER_HAD))
def test_new_host_is_not_taken_for_one_that_lost_data(host: Host) -> None:
    assert problems(host) == []


# -- a member of a set -------------------------------------------------------------------------------------------------

THREE = plan(cluster("one", "two", "three", mongodb_version="8.0"))
HOSTS = {name: converged(THREE, name) for name in ("one", "two", "three")}


@pytest.mark.parametrize("name", HOSTS)
@pytest.mark.parametrize("runs", [True, False])
def test_member_without_data_gets_them_back_where_the_set_says_so(name: str, runs: bool) -> None:
    wiped = data(of_set(HOSTS[name], **NOT_INITIATED) if runs else stopped(HOSTS[name]), database=runs)
    others = [of_set(host, primary="two.mongodb.internal:27017") for key, host in HOSTS.items() if key != name]
    if name == "two":
        others = [of_set(host, primary="three.mongodb.internal:27017") for host in others]
    found = judge(THREE, [wiped, *others])
    assert found.problems == []
    primary = "three" if name == "two" else "two"
    assert found.warnings == [
        f"MongoDB of host {name} has no data any more. The replica set, whose primary is {primary}.mongodb.internal:"
        "27017, still has it as a member, and gives it a copy of them all, which takes its time."
    ]


def test_member_whose_disk_is_missing_does_not_fill_another() -> None:
    wiped = noted(data(stopped(HOSTS["three"])), **{DATA: DISK})
    assert "data of MongoDB on host three" in problems(HOSTS["one"], HOSTS["two"], wiped, planned=THREE)[0]


def test_member_without_data_is_refused_where_no_set_can_give_them() -> None:
    wiped = data(stopped(HOSTS["three"]))
    others = [of_set(HOSTS[name], primary=None) for name in ("one", "two")]
    assert "data of MongoDB on host three" in problems(*others, wiped, planned=THREE)[0]
    assert problems(wiped, planned=THREE), "with --limit nobody else is asked"


def test_host_that_is_to_join_a_set_has_lost_nothing() -> None:
    two = ["one.mongodb.internal:27017", "two.mongodb.internal:27017"]
    others = [of_set(HOSTS[name], members=two) for name in ("one", "two")]
    new = data(of_set(HOSTS["three"], **NOT_INITIATED), empty=False, database=True)
    assert problems(*others, new, planned=THREE) == []


# -- uploads -----------------------------------------------------------------------------------------------------------

ON_ANOTHER = {"mount": "/srv", "device": "5151"}
UPLOADED = noted(converged(WITH_UPLOADS), **{DATA: {"mount": "/", "device": ""}, UPLOADS: ON_ANOTHER})


@pytest.mark.parametrize("empty", [True, False])
def test_uploads_that_lost_their_mount_stop_the_run(empty: bool) -> None:
    host = data(UPLOADED, UPLOADS, empty=empty)
    assert problems(host, planned=WITH_UPLOADS) == [
        f"rocketchat_file_upload_directory = '{UPLOADS}': is not where the uploads of host chat are: they were on the "
        f"file system of /srv (5151), and {UPLOADS} is on the file system of / now. Mount their disk there (`findmnt "
        "--verify`, `lsblk -f`). If they were moved on purpose, move /var/lib/rocketops/ledger.json away, which is "
        "then begun anew."
    ]
    [(kind, sentence)] = unhealthy_data([host])["chat"]
    assert kind == "uploads.missing"
    assert sentence.startswith(f"{UPLOADS} is not where the uploads of host chat are: ")


def test_uploads_have_to_be_mounted_where_fstab_says_so() -> None:
    [problem] = problems(data(asked(WITH_UPLOADS), UPLOADS, unmounted="/srv"), planned=WITH_UPLOADS)
    assert "/etc/fstab has a file system for /srv, and none is mounted there" in problem


def test_uploads_on_another_empty_file_system_are_told() -> None:
    found = judge(WITH_UPLOADS, [data(UPLOADED, UPLOADS, mount="/srv", device="99")])
    assert found.problems == []
    assert found.warnings == [
        f"{UPLOADS} of host chat is on another file system than before (the file system of /srv (99)), and empty: what "
        "people have uploaded so far is not there."
    ]
    assert judge(WITH_UPLOADS, [data(UPLOADED, UPLOADS, empty=False, mount="/srv", device="99")]).warnings == []
    assert judge(WITH_UPLOADS, [data(UPLOADED, UPLOADS, **ON_ANOTHER)]).warnings == []


def test_note_of_uploads_is_brought_up_to_date() -> None:
    host = data(UPLOADED, UPLOADS, empty=False, mount="/srv", device="99")
    [difference] = host_differences(host)["rocketchat"]
    assert difference.sentence == f"will note that the data in {UPLOADS} lie on the file system of /srv (99)"


def test_set_that_did_not_answer_is_no_proof() -> None:
    assert replica_set("8.0")["set"]["initiated"] is True, "in these tests it answers unless said otherwise"
    assert problems(data(with_facts(ON_A_DISK, mongodb=None), empty=False, database=True)) != []
