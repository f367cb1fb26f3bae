# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A MongoDB of somebody else's is refused as a whole, and one of ours is known again, whichever version made it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.judge import judge
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.mongod import is_ours

from tests.unit.plan_inventories import plan, single
from tests.unit.preflight.hosts import BARE, asked, converged, place, with_facts

PLAN = plan(single(mongodb_version="8.0"))
NO_SETTINGS = dict.fromkeys(
    ("dbPath", "port", "bindIp", "replSetName", "authorization", "keyFile", "certificateKeyFile"), ""
)
DEFAULT = {"dbPath": "/var/lib/mongodb", "port": "27017", "bindIp": "127.0.0.1"}
UNIT = {"found": True, "active": True, "enabled": True}


def settings(**changes: str) -> dict[str, Any]:
    return {"first_line": "# mongod.conf", "settings": {**NO_SETTINGS, **DEFAULT, **changes}}


def mongod(unit: str | None, port: int) -> dict[str, Any]:
    return {"address": "127.0.0.1", "port": port, "pid": 7, "process": "mongod", "unit": unit}


FOREIGN: dict[str, tuple[dict[str, Any], str]] = {
    "other data": (
        {
            "mongod": settings(dbPath="/srv/shop", replSetName="shop"),
            "data": {"/var/lib/mongodb": place(), "/srv/shop": place(empty=False, database=True)},
        },
        "/etc/mongod.conf has dbPath /srv/shop, replSetName shop; a database is in /srv/shop",
    ),
    "no passwords": (
        {
            "mongod": settings(),
            "data": {"/var/lib/mongodb": place(empty=False, database=True)},
            "units": {"mongod.service": UNIT},
        },
        "a database is in /var/lib/mongodb; mongod.service runs",
    ),
    "its own passwords": (
        {"mongod": settings(authorization="enabled", keyFile="/etc/shop.key")},
        "/etc/mongod.conf has keyFile /etc/shop.key, authorization enabled",
    ),
    "data alone": (
        {"data": {"/var/lib/mongodb": place(empty=False, database=True)}},
        "a database is in /var/lib/mongodb",
    ),
    "our port": ({"listening": [mongod("shop-db.service", 27017)]}, "shop-db.service listens on port 27017"),
    "our unit": ({"listening": [mongod("mongod.service", 27300)]}, "mongod.service listens on port 27300"),
}


@pytest.mark.parametrize(("facts", "traces"), FOREIGN.values(), ids=list(FOREIGN))
def test_mongodb_of_somebody_else_is_refused(facts: dict[str, Any], traces: str) -> None:
    [problem] = judge(PLAN, [asked(PLAN, **facts)]).problems
    assert str(problem) == (
        f"MongoDB of host chat: is somebody else's: {traces}. Take chat out of [mongodb], or leave that group empty "
        "and use this MongoDB with rocketchat_mongodb_url. If nobody needs it, stop and disable it there, and move its "
        "settings and data away. If it is this deployment's own, of a host that was set up anew, put the "
        "mongodb_keyfile of the secrets file back into /etc/mongod.keyfile, as one line."
    )


FREE: dict[str, dict[str, Any]] = {
    "a package that was never used": {
        "mongod": settings(authorization="disabled"),
        "packages": {"mongodb-org-server": "8.0.1"},
    },
    "another mongod beside ours": {"listening": [mongod("shop-db.service", 27300)]},
}


@pytest.mark.parametrize("facts", FREE.values(), ids=list(FREE))
def test_what_is_in_nobodys_way_is_not_told(facts: dict[str, Any]) -> None:
    assert judge(PLAN, [asked(PLAN, **facts)]).problems == []


def unmarked(host: Host, **facts: Any) -> Host:
    """Of a host of ours, no trace that says so, but for these."""
    nothing = {
        "ledger": BARE["ledger"],
        "mongod": settings(),
        "texts": {},
        "files": {**host.facts["files"], "/etc/mongod.keyfile": None},
    }
    return with_facts(host, **{**nothing, **facts})


OURS = converged(PLAN)
MARKS = {
    "the ledger": {"ledger": OURS.facts["ledger"]},
    "the first line": {"mongod": OURS.facts["mongod"]},
    "the block of 0.1.0 in /etc/hosts": {"texts": OURS.facts["texts"]},
    "the keyfile": {"files": OURS.facts["files"]},
}


@pytest.mark.parametrize("facts", MARKS.values(), ids=list(MARKS))
def test_mongodb_of_ours_is_known_again(facts: dict[str, Any]) -> None:
    assert is_ours(unmarked(OURS, **facts))
    assert not is_ours(unmarked(OURS))


def test_other_keyfile_of_ours_is_a_lost_secret() -> None:
    files = {
        **OURS.facts["files"],
        "/etc/mongod.keyfile": {**OURS.facts["files"]["/etc/mongod.keyfile"], "digest": "0"},
    }
    assert [problem.variable for problem in judge(PLAN, [with_facts(OURS, files=files)]).problems] == [
        "mongodb_keyfile"
    ]
    foreign = unmarked(OURS, files=files)
    assert [problem.variable for problem in judge(PLAN, [foreign]).problems] == ["MongoDB of host chat"]


def test_data_that_a_teardown_left_are_ours() -> None:
    ledger = {**BARE["ledger"], "state": "read"}
    ledger["content"] = {**ledger["content"], "data": {"/var/lib/mongodb": {"mount": "/", "device": ""}}}
    left = {"data": {"/var/lib/mongodb": place(empty=False, database=True)}}
    assert judge(PLAN, [asked(PLAN, **left, ledger=ledger)]).problems == []
    assert judge(PLAN, [asked(PLAN, **left)]).problems
