# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Rocket.Chat's database says of the workspace, from real mongods, and what is told of one that cannot be read."""

from __future__ import annotations

import base64
import json
import re
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb import login as mongodb_login
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb import series as mongodb_series
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb import url as mongodb_url
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.series import series_of
from ansible_collections.rocketops.rocketchat.plugins.module_utils.probing.fault import Fault
from ansible_collections.rocketops.rocketchat.plugins.module_utils.workspace import probe as workspace
from ansible_collections.rocketops.rocketchat.plugins.module_utils.workspace.probe import Workspace
from ansible_collections.rocketops.rocketchat.plugins.modules import workspace_facts
from bson.datetime_ms import DatetimeMS

from tests.unit import probe_servers
from tests.unit.mongodb import servers as mongod_servers
from tests.unit.mongodb.servers import DATABASE, PASSWORD, USER, ReplicaSet
from tests.unit.tls_authority import Authority
from tests.waiting import within

ROOT_URL = "https://chat.example.com"
NEW = Workspace(
    mongodb_version="6.0.5",
    new=True,
    custom_oauth=[],
    site_url=ROOT_URL,
    signed_in=False,
    asks_identity=False,
)


@pytest.fixture(scope="module")
def single() -> Iterator[ReplicaSet]:
    with (
        tempfile.TemporaryDirectory(prefix="mongod-") as directory,
        mongod_servers.replica_set(Path(directory)) as found,
    ):
        yield found


@pytest.fixture
def database(single: ReplicaSet) -> Iterator[Any]:
    """Rocket.Chat's, empty."""
    with single.members[0].admin() as client:
        client.drop_database(DATABASE)
        yield client[DATABASE]


def url(single: ReplicaSet, password: str = PASSWORD, replica_set: str = "rs0") -> str:
    return f"mongodb://{USER}:{password}@{single.names[0]}/{DATABASE}?replicaSet={replica_set}&authSource=admin"


def ask(text: str, timeout: float = 5, site_url: str = "") -> Workspace:
    return workspace.ask(mongodb_url.parse(text), ROOT_URL, site_url, timeout)


def license_text(*modules: str, address: str = "chat.example.com", days: int = 30) -> str:
    """One of version 3, with a signature that is none."""
    ends = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    claims = {
        "validation": {
            "serverUrls": [{"type": "url", "value": address}],
            "validPeriods": [{"validUntil": ends, "invalidBehavior": "invalidate_license"}],
        },
        "grantedModules": [{"module": module} for module in modules],
    }
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256"}, claims)]
    encoded = [base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, b"signature-of-nobody")]
    return f"RCV3_{'.'.join(encoded)}"


# -- what the database says --------------------------------------------------------------------------------------------


def test_an_empty_database_is_new(single: ReplicaSet, database: Any) -> None:
    told = ask(url(single))
    assert told == Workspace(
        mongodb_version="6.0.5", new=True, custom_oauth=[], site_url=ROOT_URL, signed_in=False, asks_identity=False
    )


@pytest.mark.parametrize(
    ("name", "roles", "fault"),
    [
        ("reads", [{"role": "read", "db": DATABASE}], "privilege_missing"),
        ("enough", [{"role": "readWrite", "db": DATABASE}], None),
        ("as_documented", [{"role": "readWrite", "db": DATABASE}, "clusterMonitor"], "privilege_wide"),
        ("oplog", [{"role": "readWrite", "db": DATABASE}, {"role": "read", "db": "local"}], "privilege_wide"),
        ("root", ["root"], "privilege_wide"),
    ],
)
def test_external_user_is_judged_with_commands_that_mend_it(
    single: ReplicaSet, database: Any, name: str, roles: list[Any], fault: str | None
) -> None:
    """Typed as they are told, nothing is left to tell."""
    single.create_user(name, "pw", roles)
    as_it = url(single, "pw").replace(USER, name, 1)
    told = ask(as_it)
    assert told.user_fault == fault
    assert "playbook" not in (told.user_reason or "")
    if name == "as_documented":
        assert (
            "may read the database config and local, which has the oplog, read MongoDB's log, see what others ask, "
            "which Rocket.Chat does not need"
        ) in (told.user_reason or "")
    assert ("createRole({role: 'rocketchatStatus'" in (told.user_reason or "")) is (fault == "privilege_wide")
    if fault:
        [(command, named)] = re.findall(rf"\.(\w+)\('{name}', (.+)\)\.$", str(told.user_reason))
        given = [{"role": role, "db": db} for role, db in re.findall(r"role: '(\w+)', db: '(\w+)'", named)]
        with single.members[0].admin() as client:
            client.admin.command(command, name, roles=given)
        assert ask(as_it).user_fault is None


def test_a_database_is_new_until_the_first_start_has_come_to_its_end(single: ReplicaSet, database: Any) -> None:
    database.migrations.insert_one({"_id": "control", "version": 0, "locked": False})
    assert ask(url(single)).new is True
    database.migrations.update_one({"_id": "control"}, {"$set": {"version": 335}})
    assert ask(url(single)).new is False


def test_migrations_that_are_not_locked(single: ReplicaSet, database: Any) -> None:
    """The time of the last lock stays in the document."""
    locked_at = datetime(2026, 11, 26, 12, tzinfo=UTC)
    database.migrations.insert_one({"_id": "control", "version": 335, "locked": False, "lockedAt": locked_at})
    assert ask(url(single)).migrations == {
        "version": 335,
        "locked": False,
        "locked_at": locked_at.timestamp(),
        "locked_seconds": None,
    }


def test_locked_migrations(single: ReplicaSet, database: Any) -> None:
    locked_at = datetime.now(UTC) - timedelta(minutes=10)
    database.migrations.insert_one({"_id": "control", "version": 330, "locked": True, "lockedAt": locked_at})
    told = ask(url(single)).migrations
    assert told
    assert (told["version"], told["locked"]) == (330, True)
    assert told["locked_seconds"] == pytest.approx(600, abs=5)


@pytest.mark.parametrize("since", [None, "2026-11-26T12:00:00Z"])
def test_a_lock_without_a_time(single: ReplicaSet, database: Any, since: str | None) -> None:
    database.migrations.insert_one({"_id": "control", "version": 330, "locked": True, "lockedAt": since})
    told = ask(url(single)).migrations
    assert told == {"version": 330, "locked": True, "locked_at": None, "locked_seconds": None}


def test_the_stored_licence_without_its_text(single: ReplicaSet, database: Any) -> None:
    text = license_text("scalability", "oauth-enterprise")
    settings = [{"_id": "Enterprise_License", "value": text}, {"_id": "Enterprise_License_Status", "value": "Valid"}]
    database.rocketchat_settings.insert_many(settings)
    told = ask(url(single))
    assert told.license
    assert (told.license["source"], told.license["address_matches"]) == ("stored", True)
    assert told.license["modules"] == ("oauth-enterprise", "scalability")
    assert told.license_status == "Valid"
    assert text[5:40] not in str(told)


def test_a_licence_for_another_address(single: ReplicaSet, database: Any) -> None:
    text = license_text("scalability", address="other.example.com")
    database.rocketchat_settings.insert_one({"_id": "Enterprise_License", "value": text})
    told = ask(url(single))
    assert told.license
    assert told.license["address_matches"] is False
    assert told.license_status == ""


@pytest.mark.parametrize(
    ("in_database", "fixed", "compared", "matches"),
    [
        ("https://other.example.com", "", "https://other.example.com", True),
        (ROOT_URL, "https://other.example.com/", "https://other.example.com/", True),
        ("https://other.example.com", ROOT_URL, ROOT_URL, False),
        # before the first start there is none
        ("", "", ROOT_URL, False),
        (None, "", ROOT_URL, False),
    ],
)
def test_a_licence_meets_site_url(
    single: ReplicaSet, database: Any, in_database: str | None, fixed: str, compared: str, matches: bool
) -> None:
    text = license_text("scalability", address="other.example.com")
    settings = [{"_id": "Enterprise_License", "value": text}, {"_id": "Site_Url", "value": in_database}]
    database.rocketchat_settings.insert_many(settings)
    told = ask(url(single), site_url=fixed)
    assert told.site_url == compared
    assert told.license and told.license["address_matches"] is matches


@pytest.mark.parametrize("value", ["of-an-older-kind", "", None])
def test_a_licence_that_is_none_or_cannot_be_read(single: ReplicaSet, database: Any, value: str | None) -> None:
    database.rocketchat_settings.insert_one({"_id": "Enterprise_License", "value": value})
    database.rocketchat_settings.insert_one({"_id": "Enterprise_License_Status", "value": "Valid"})
    told = ask(url(single))
    assert (told.license, told.license_status) == (None, "Valid" if value else None)


def test_custom_oauth_services_that_are_switched_on(single: ReplicaSet, database: Any) -> None:
    switches = {"Keycloak": True, "Keycloak-merge_users": True, "Old": False, "Azure_ad": True, "Old-merge_users": True}
    settings = [{"_id": f"Accounts_OAuth_Custom-{name}", "value": value} for name, value in switches.items()]
    database.rocketchat_settings.insert_many([*settings, {"_id": "Accounts_OAuth_Google", "value": True}])
    assert ask(url(single)).custom_oauth == ["Azure_ad", "Keycloak"]


@pytest.mark.parametrize(("value", "asks"), [(False, True), (True, False), (None, False)])
def test_rocketchat_asks_whether_the_workspace_is_a_new_one(
    single: ReplicaSet, database: Any, value: bool | None, asks: bool
) -> None:
    database.rocketchat_settings.insert_one({"_id": "Deployment_FingerPrint_Verified", "value": value})
    assert ask(url(single)).asks_identity is asks


# -- a database that cannot be read ------------------------------------------------------------------------------------


def test_whether_anybody_has_signed_in(single: ReplicaSet, database: Any) -> None:
    database.users.insert_many([{"_id": "rocket.cat", "type": "bot"}, {"_id": "a", "lastLogin": None}])
    assert ask(url(single)).signed_in is False
    database.users.update_one({"_id": "a"}, {"$set": {"lastLogin": datetime.now(UTC)}})
    assert ask(url(single)).signed_in is True


def test_a_refused_login_still_tells_the_series(single: ReplicaSet) -> None:
    told = ask(url(single, password="wr0ng-one"))
    reason = "MongoDB refuses Rocket.Chat's user: Authentication failed."
    assert told == Workspace(fault="refused", reason=reason, mongodb_version="6.0")


def test_a_user_without_a_privilege(single: ReplicaSet) -> None:
    single.create_user("guest", PASSWORD, [])
    told = ask(url(single).replace(USER, "guest", 1))
    assert (told.mongodb_version, told.migrations) == ("6.0.5", None)
    assert "not authorized on" in str(told.reason)


def test_a_document_that_python_cannot_hold(single: ReplicaSet, database: Any) -> None:
    database.migrations.insert_one({"_id": "control", "version": 330, "locked": True, "lockedAt": DatetimeMS(10**15)})
    told = ask(url(single))
    assert (told.fault, told.mongodb_version) == ("driver", "6.0.5")
    assert "pymongo on this host cannot ask this MongoDB" in str(told.reason)


def test_another_set_than_the_url_names(single: ReplicaSet) -> None:
    told = within(1 + 1, lambda: ask(url(single, replica_set="rs1"), timeout=1))
    assert told.reason == "No member of the MongoDB serves within the time: is there a primary?"


def test_nothing_that_listens_costs_no_time() -> None:
    port = probe_servers.free_port()
    told = within(0.5, lambda: ask(f"mongodb://rocketchat:S3cret@127.0.0.1:{port}/rocketchat?replicaSet=rs0"))
    assert told == Workspace(fault="refused", reason=f"Connection refused: nothing listens on 127.0.0.1:{port}.")


def test_a_hung_mongod(single: ReplicaSet) -> None:
    with single.members[0].hung():
        told = within(1 + 1, lambda: ask(url(single), timeout=1))
    assert told.reason == f"{single.names[0]} accepts connections but does not answer."


def test_the_next_member_is_asked(single: ReplicaSet, database: Any) -> None:
    first = f"127.0.0.1:{probe_servers.free_port()}"
    assert ask(url(single).replace(single.names[0], f"{first},{single.names[0]}")).mongodb_version == "6.0.5"


@pytest.fixture(scope="module")
def guarded() -> Iterator[tuple[ReplicaSet, Authority]]:
    """One with TLS that also demands a certificate of its clients."""
    with tempfile.TemporaryDirectory(prefix="mongod-") as name:
        authority = Authority(Path(name))
        files = ["--tlsCertificateKeyFile", str(authority.certificate()), "--tlsCAFile", str(authority.ca)]
        with mongod_servers.lone(Path(name), "--tlsMode", "allowTLS", *files) as found:
            yield ReplicaSet([found]), authority


def with_tls(guarded: tuple[ReplicaSet, Authority], *files: str) -> str:
    return f"mongodb://{guarded[0].names[0]}/{DATABASE}?tls=true&directConnection=true&{'&'.join(files)}"


def test_a_certificate_is_demanded_of_clients(guarded: tuple[ReplicaSet, Authority]) -> None:
    authority = guarded[1]
    files = (f"tlsCAFile={authority.ca}", f"tlsCertificateKeyFile={authority.certificate()}")
    told = ask(with_tls(guarded, *files))
    assert told == Workspace(
        mongodb_version="6.0.5", new=True, custom_oauth=[], site_url=ROOT_URL, signed_in=False, asks_identity=False
    )


def test_the_authority_of_the_certificate_is_not_known(guarded: tuple[ReplicaSet, Authority]) -> None:
    told = ask(with_tls(guarded, f"tlsCertificateKeyFile={guarded[1].certificate()}"), timeout=2)
    assert told.fault == "certificate_ca"
    assert str(told.reason).startswith(
        "This host does not accept the certificate of the MongoDB (self-signed certificate"
    )
    assert str(told.reason).endswith("in a file on this host that rocketchat_mongodb_url names with tlsCAFile.")


def test_the_certificate_is_made_out_for_another_name(guarded: tuple[ReplicaSet, Authority]) -> None:
    authority = guarded[1]
    files = (f"tlsCAFile={authority.ca}", f"tlsCertificateKeyFile={authority.certificate()}")
    told = ask(with_tls(guarded, *files).replace("127.0.0.1", "localhost"), timeout=2)
    assert told.fault == "certificate"
    assert "ismatch" in str(told.reason) and "tlsCAFile" not in str(told.reason)


def test_the_file_of_the_authority_is_in_the_containers_alone(guarded: tuple[ReplicaSet, Authority]) -> None:
    told = ask(with_tls(guarded, "tlsCAFile=/etc/rc/ca.pem"), timeout=2)
    assert (told.fault, told.reason) == (
        "tls_file",
        "This host cannot read /etc/rc/ca.pem, which rocketchat_mongodb_url names: the files for TLS have to be on it, "
        "too, and not only in the containers.",
    )


def test_a_member_whose_name_only_others_know() -> None:
    with pytest.raises(Fault) as raised, mongodb_login.open_url("mongodb://db1.invalid/chat", 1) as client:
        client.admin.command("ping")
    assert raised.value.kind == "resolve"
    assert raised.value.sentence.startswith("The name db1.invalid of a member of the MongoDB does not resolve on this ")


def test_without_pymongo_the_series_is_known(single: ReplicaSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongodb_login, "MongoClient", None)
    assert ask(url(single)) == Workspace(fault="library", reason=mongodb_login.NO_PYMONGO, mongodb_version="6.0")


@pytest.mark.parametrize(
    ("behave", "fault", "sentence"),
    [
        (
            probe_servers.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
            "protocol",
            "What listens on {} is not mongod.",
        ),
        (probe_servers.say("{}"), "closed", "{} closes connections without an answer: does it demand TLS?"),
        (probe_servers.hang_up, "closed", "{} closes connections without an answer: does it demand TLS?"),
        (probe_servers.hang, "silent", "{} accepts connections but does not answer."),
    ],
)
def test_what_is_no_mongod(behave: Callable[[socket.socket, threading.Event], None], fault: str, sentence: str) -> None:
    with probe_servers.raw_server(behave) as port:
        told = ask(f"mongodb://127.0.0.1:{port}/rocketchat?replicaSet=rs0", timeout=1)
    assert told == Workspace(fault=fault, reason=sentence.format(f"127.0.0.1:{port}"))


# -- the URL -----------------------------------------------------------------------------------------------------------


def test_url_with_everything() -> None:
    read = mongodb_url.parse("mongodb://u%40x:p%2Fw@a:27018,b.example,[::1]:27019/chat?replicaSet=rs0&TLS=True")
    assert [(member.peer, member.tls) for member in read.members] == [
        ("a:27018", True),
        ("b.example:27017", True),
        ("[::1]:27019", True),
    ]
    assert read.database == "chat"
    assert read.without_password("p%2Fw and p/w") == "******** and ********"


def test_url_whose_members_only_dns_knows() -> None:
    read = mongodb_url.parse("mongodb+srv://rocketchat:S3cret@cluster.example.com/rocketchat")
    assert (read.members, read.database) == ((), "rocketchat")


def test_url_without_a_user_or_a_database() -> None:
    read = mongodb_url.parse("mongodb://db1")
    assert (read.database, read.without_password("a sentence")) == ("test", "a sentence")


@pytest.mark.parametrize("text", ["postgres://u:S3cret@h/d", "mongodb://u:S3cret@h h:x/d", "mongodb://", "S3cret"])
def test_bad_url_is_not_quoted(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with patch_module_args({"url": text, "root_url": ROOT_URL}), pytest.raises(SystemExit):
        workspace_facts.main()
    said = json.loads(capsys.readouterr().out)
    assert said["failed"]
    assert said["msg"].startswith("url ")
    assert "S3cret" not in said["msg"]


def test_module_answers_without_a_secret(capsys: pytest.CaptureFixture[str]) -> None:
    text = f"mongodb://rocketchat:S3cret@127.0.0.1:{probe_servers.free_port()}/rocketchat?replicaSet=rs0"
    with patch_module_args({"url": text, "root_url": ROOT_URL}), pytest.raises(SystemExit):
        workspace_facts.main()
    out = capsys.readouterr().out
    assert not json.loads(out).get("failed")
    assert "Connection refused" in json.loads(out)["reason"]
    assert "S3cret" not in out


def test_series_needs_a_member_that_answers() -> None:
    dead = mongodb_url.parse(f"mongodb://127.0.0.1:{probe_servers.free_port()}").members
    with pytest.raises(Fault):
        series_of(dead, 0.5)


@pytest.mark.parametrize(("wire", "series"), [(0, "4.2"), (8, "4.2"), (9, "4.4"), (25, "8.0"), (99, None)])
def test_series_of_what_a_mongod_speaks(monkeypatch: pytest.MonkeyPatch, wire: int, series: str | None) -> None:
    monkeypatch.setattr(mongodb_series, "_wire_version", lambda _member, _until: wire)
    assert series_of(mongodb_url.parse("mongodb://db1").members, 0.5) == series
