# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names under which data are kept: an inventory that has others is refused, or told what it leaves behind."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.application import ledger_entries
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host, asked_host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.identity import renamed_members
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.judge import Verdict, judge

from tests.unit.plan_inventories import Inventory, cluster, complaints, plan, single
from tests.unit.preflight.hosts import KEYS, before_a_run_of, converged, place, with_facts
from tests.unit.preflight.test_data import NOT_INITIATED, data, noted, of_set, stopped

DATA, UPLOADS = "/var/lib/mongodb", "/srv/rocketchat/uploads"
PLAN = plan(single(mongodb_version="8.0"))
HOST = converged(PLAN)


def other(host: Host = HOST, **variables: Any) -> Verdict:
    """Of the deployed host, before a run with these variables."""
    planned = plan(single(**{"mongodb_version": "8.0", **variables}))
    return judge(planned, [before_a_run_of(planned, host)])


def problems(found: Verdict) -> list[str]:
    return [str(problem) for problem in found.problems]


# -- the host's name ---------------------------------------------------------------------------------------------------


def renamed(inventory: Inventory, host: Host) -> tuple[dict[str, Any], Host]:
    """The inventory with ``talk`` in place of ``chat``, and the host under this name."""
    groups = {
        group: ["talk" if name == "chat" else name for name in names] for group, names in inventory["groups"].items()
    }
    hosts = {("talk" if name == "chat" else name): variables for name, variables in inventory["hosts"].items()}
    planned = plan({"groups": groups, "hosts": hosts})
    return planned, asked_host("talk", planned["hosts"]["talk"], host.facts, host.asked, host.address)


RENAMED = (
    "inventory host = 'talk': calls its MongoDB talk.mongodb.internal, and the replica set there calls its members "
    "chat.mongodb.internal, and keeps these names. Write mongodb_member_name: chat.mongodb.internal in the variables "
    "of talk, or give the host back the name it had in the inventory."
)


@pytest.mark.parametrize(
    "host", [HOST, stopped(HOST), with_facts(HOST, mongodb=None)], ids=["runs", "stopped", "unasked"]
)
def test_host_that_was_renamed_is_refused(host: Host) -> None:
    planned, talk = renamed(single(mongodb_version="8.0"), host)
    assert problems(judge(planned, [talk])) == [RENAMED]
    [(kind, sentence)] = renamed_members([talk])["talk"]
    assert (kind, sentence[:50]) == ("mongodb.renamed", "The inventory calls its MongoDB talk.mongodb.inter")


def test_renamed_host_may_keep_the_name_of_its_member() -> None:
    planned, talk = renamed(single(mongodb_version="8.0", mongodb_member_name="chat.mongodb.internal"), HOST)
    assert judge(planned, [talk]).problems == []
    assert planned["hosts"]["talk"]["mongodb"]["members"] == ["chat.mongodb.internal:27017"]
    assert "@chat.mongodb.internal:27017/" in planned["hosts"]["talk"]["probes"]["workspace"]["url"]


def test_one_of_three_that_was_renamed_is_the_one_that_is_told() -> None:
    inventory = cluster("chat", "two", "three", mongodb_version="8.0")
    before = plan(inventory)
    planned, talk = renamed(inventory, converged(before))
    others = [before_a_run_of(planned, converged(before, name)) for name in ("two", "three")]
    [problem] = problems(judge(planned, [talk, *others]))
    assert "Write mongodb_member_name: chat.mongodb.internal in the variables of talk" in problem


def test_host_that_is_to_join_was_not_renamed() -> None:
    before, planned = (plan(cluster(*names, mongodb_version="8.0")) for names in (("one",), ("one", "two")))
    joining = with_facts(converged(planned, "two"), mongodb=None)
    one = converged(planned, "one")
    assert judge(planned, [of_set(one, members=before["hosts"]["one"]["mongodb"]["members"]), joining]).problems == []
    alone = of_set(converged(planned, "two"), **NOT_INITIATED)
    assert renamed_members([alone]) == {}


@pytest.mark.parametrize(
    "name", ["chat", "Chat.mongodb.internal", "a b.c", "chat.mongodb.internal:27017", "-a.b", "a..b"]
)
def test_name_of_a_member_is_a_name_of_several_labels(name: str) -> None:
    assert "mongodb_member_name" in complaints(single(mongodb_member_name=name))[1]


def test_two_members_have_two_names() -> None:
    inventory = cluster("one", "two")
    inventory["hosts"]["two"]["mongodb_member_name"] = "one.mongodb.internal"
    assert complaints(inventory)[1:] == [
        "1. mongodb_member_name (host two) = 'one.mongodb.internal': is what the replica set calls its member on host "
        "one, too. Set it in the variables of one host alone, to the name of the member there."
    ]
    inventory["hosts"]["one"]["mongodb_member_name"] = "two.mongodb.internal"
    assert complaints(inventory) == [], "two hosts may even have exchanged their names"


# -- set, port, directory ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", [HOST, stopped(HOST)], ids=["runs", "stopped"])
def test_replica_set_keeps_its_name(host: Host) -> None:
    assert problems(other(host, mongodb_replica_set="rs7")) == [
        "mongodb_replica_set = 'rs7': is not the name rs0 of the replica set of MongoDB on host chat, which keeps its "
        "name. Write mongodb_replica_set: rs0."
    ]


def test_name_of_the_set_is_told_once() -> None:
    refused = {**HOST.facts["mongodb"], "fault": "wrong_set", "reason": "Write mongodb_replica_set: rs0."}
    assert len(problems(other(with_facts(HOST, mongodb=refused), mongodb_replica_set="rs7"))) == 1


def test_replica_set_keeps_its_port_while_mongod_is_stopped() -> None:
    assert problems(other(stopped(HOST), mongodb_port=27018)) == [
        "mongodb_port = 27018: is not the port 27017 with which the replica set on host chat was made. Write "
        "mongodb_port: 27017."
    ]


def test_data_that_somebody_moved_are_not_left_behind() -> None:
    mongod = HOST.facts["mongod"]
    settings = {**mongod, "settings": {**mongod["settings"], "dbPath": "/data/mongodb"}}
    host = data(with_facts(HOST, mongod=settings), "/data/mongodb", empty=False, database=True)
    assert problems(judge(PLAN, [host])) == [
        "data of MongoDB on host chat: are in /data/mongodb, as /etc/mongod.conf says, and are planned in "
        "/var/lib/mongodb. Stop mongod and move them there, or mount their file system or `mount --bind` /data/mongodb "
        "there, at every boot, too; then write dbPath: /var/lib/mongodb into /etc/mongod.conf and start mongod."
    ]


# -- database and users ------------------------------------------------------------------------------------------------


def test_workspace_keeps_its_database() -> None:
    assert problems(other(rocketchat_mongodb_database="talk")) == [
        "rocketchat_mongodb_database = 'talk': is no database of MongoDB on host chat, where the workspace is in "
        "rocketchat: Rocket.Chat would begin a new one. Write rocketchat_mongodb_database: rocketchat. To rename it, "
        "stop the monoliths, copy it with mongodump and mongorestore --nsFrom --nsTo (package "
        "mongodb-database-tools), and run the playbook then."
    ]


def test_copied_database_leaves_the_former_one() -> None:
    copied = with_facts(HOST, mongodb={**HOST.facts["mongodb"], "databases": ["rocketchat", "talk"]})
    assert other(copied, rocketchat_mongodb_database="talk") == Verdict(
        [],
        ["MongoDB of host chat keeps the database rocketchat, which Rocket.Chat used before talk; nothing removes it."],
    )


@pytest.mark.parametrize("facts", [{"databases": []}, {"databases": None}, {"users": None}])
def test_nothing_is_said_of_a_database_that_is_empty_or_not_known(facts: dict[str, Any]) -> None:
    host = with_facts(HOST, mongodb={**HOST.facts["mongodb"], **facts})
    assert other(host, rocketchat_mongodb_database="talk") == Verdict([], [])


def test_former_user_is_told() -> None:
    assert other(rocketchat_mongodb_username="rc") == Verdict(
        [],
        [
            "MongoDB of host chat keeps the user rocketchat, who may write to rocketchat, beside rc: an administrator "
            "takes it away in mongosh with db.getSiblingDB('admin').dropUser('rocketchat')."
        ],
    )


def test_the_user_whom_a_rotation_replaces_goes_with_it() -> None:
    rotated = {
        "rotation_stage": "switching",
        "former_rocketchat_mongodb_password": "before",
        "rocketchat_mongodb_username_suffix": "_b",
    }
    planned = plan(single(mongodb_version="8.0"), **rotated)
    assert planned["hosts"]["chat"]["mongodb"]["user"]["name"] == "rocketchat_b"
    assert judge(planned, [before_a_run_of(planned, HOST)]) == Verdict([], [])


def test_first_administrator_is_made_once() -> None:
    assert other(rocketchat_admin_username="boss").warnings == [
        "rocketchat_admin_username was admin and is boss: the workspace keeps the administrator it was made with. "
        "Rename the user in Rocket.Chat."
    ]


# -- MongoDB elsewhere -------------------------------------------------------------------------------------------------

URL = "mongodb://rocketchat:S3cret@db1.example.com:27018/talk?replicaSet=rs0"
WORKSPACE = {"fault": None, "reason": None, "mongodb_version": "8.0.1", "new": True, "migrations": None,
             "license": None, "license_status": None, "custom_oauth": [], "site_url": "",
             "user_fault": None, "user_reason": None}  # fmt: skip


def external(new: bool | None, **facts: Any) -> Verdict:
    inventory: Inventory = single(rocketchat_mongodb_url=URL)
    inventory["groups"]["mongodb"] = []
    planned = plan(inventory, mongodb_password="", mongodb_admin_password="", mongodb_keyfile="")
    host = with_facts(before_a_run_of(planned, HOST), workspace={**WORKSPACE, "new": new}, **facts)
    return judge(planned, [host])


LEFT = (
    "MongoDB is not planned on host chat any more: mongod, which runs, and /var/lib/mongodb will stay as it is. To end "
    "that: `sudo systemctl disable --now mongod.service` there, if nobody needs it."
)


def test_data_are_copied_before_another_mongodb_is_used() -> None:
    assert problems(external(new=True)) == [
        "rocketchat_mongodb_url: leads to a database without a workspace, and the data of this deployment are in "
        "/var/lib/mongodb of chat. Copy them there with mongodump and mongorestore (package mongodb-database-tools), "
        "or remove the variable. To begin with a new, empty database, stop and disable mongod there and move that "
        "directory away."
    ]
    assert external(new=False) == Verdict([], [LEFT])
    assert external(new=None) == Verdict([], [LEFT])


def test_data_that_were_moved_away_are_nobodys() -> None:
    away = {"data": {DATA: place(found=False)}, "units": {}}
    assert external(new=True, **away) == Verdict([], [])


def test_mongodb_is_not_moved_to_a_host_without_data() -> None:
    inventory = cluster("chat", "other", groups={"mongodb": ["chat"]}, mongodb_version="8.0")
    before = plan(inventory)
    moved = plan(cluster("chat", "other", groups={"mongodb": ["other"]}, mongodb_version="8.0"))
    hosts = [before_a_run_of(moved, converged(before, name)) for name in ("chat", "other")]
    assert problems(judge(moved, hosts)) == [
        "inventory group mongodb = 'other': has no host with data, and the data of this deployment are in "
        "/var/lib/mongodb of chat. Put chat back into the group, beside other if data are to be copied there. To begin "
        "with a new, empty database, stop and disable mongod there and move that directory away."
    ]
    copied = [hosts[0], data(hosts[1], empty=False, database=True)]
    assert not any("has no host with data" in problem for problem in problems(judge(moved, copied)))
    assert not any("has no host with data" in problem for problem in problems(judge(moved, hosts[:1]))), "--limit"


# -- uploads -----------------------------------------------------------------------------------------------------------

STORED = {"rocketchat_file_upload_storage": "directory", "rocketchat_file_upload_directory": UPLOADS}
UPLOADED = data(converged(plan(single(mongodb_version="8.0", **STORED))), UPLOADS, empty=False)


def test_uploads_are_not_left_behind() -> None:
    elsewhere = {**STORED, "rocketchat_file_upload_directory": "/mnt/new/uploads"}
    new = data(UPLOADED, "/mnt/new/uploads", found=False)
    assert problems(other(new, **elsewhere)) == [
        "rocketchat_file_upload_directory = '/mnt/new/uploads': leaves the uploads in /srv/rocketchat/uploads of host "
        "chat behind, where Rocket.Chat will not look any more. With the monolith stopped, move what is in it to "
        "/mnt/new/uploads, or move /srv/rocketchat/uploads away if nobody needs them."
    ]
    assert problems(other(data(new, "/mnt/new/uploads", empty=False), **elsewhere)) == [], "copied"
    assert problems(other(data(new, UPLOADS), **elsewhere)) == [], "moved"
    assert problems(other(UPLOADED, **STORED)) == []


def test_uploads_whose_disk_is_missing_are_not_left_behind_either() -> None:
    away = noted(data(UPLOADED, UPLOADS), **{UPLOADS: {"mount": "/srv", "device": "5151"}})
    [problem] = problems(other(away))
    assert problem.startswith("rocketchat_file_upload_storage: leaves the uploads in /srv/rocketchat/uploads of host")
    assert problem.endswith(
        "Write directory, or move /var/lib/rocketops/ledger.json away, as their file system is not mounted, if nobody "
        "needs them."
    )


def test_former_directory_of_uploads_is_forgotten() -> None:
    empty = data(UPLOADED, UPLOADS)
    planned = plan(single(mongodb_version="8.0"))
    host = before_a_run_of(planned, empty)
    assert ledger_entries(host, {"rocketchat": []}, KEYS)["left"] == [UPLOADS]
    assert ledger_entries(host, {"nginx": []}, KEYS)["left"] == []
    assert ledger_entries(empty, {"rocketchat": []}, KEYS)["left"] == []


def test_uploads_are_not_left_behind_by_another_storage() -> None:
    assert problems(other(UPLOADED)) == [
        "rocketchat_file_upload_storage: leaves the uploads in /srv/rocketchat/uploads of host chat behind, where "
        "Rocket.Chat will not look any more. Write directory, or move /srv/rocketchat/uploads away if nobody needs "
        "them."
    ]


# -- /etc/hosts --------------------------------------------------------------------------------------------------------


def test_hosts_file_that_is_written_at_every_boot_is_told() -> None:
    texts = HOST.facts["texts"]
    text = "# Your system has configured 'manage_etc_hosts' as True.\n" + texts["/etc/hosts"]
    assert judge(PLAN, [with_facts(HOST, texts={**texts, "/etc/hosts": text})]) == Verdict(
        [],
        [
            "cloud-init writes /etc/hosts of host chat anew at every boot (manage_etc_hosts). mongod puts the names of "
            "the replica set's members back as it starts; what else was added there is lost."
        ],
    )
