# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real mongod that demands TLS, with certificates as they are planned: set up, asked, and read."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb import probe
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.checks import Limits
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.login import User
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.roles import PRIVILEGES, ROLE, OwnRole
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.setup import bring_about
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.state import read
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.steps import Wanted
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.tls import Tls, planned, spoken_by
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.url import parse
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.wire import say_hello
from ansible_collections.rocketops.rocketchat.plugins.module_utils.probing.fault import Fault
from ansible_collections.rocketops.rocketchat.plugins.module_utils.workspace.probe import ask
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.internal_authority import (
    Pair,
    renewed,
    sign,
)

from tests.unit.mongodb import servers
from tests.unit.mongodb.servers import ADMIN, ADMIN_PASSWORD, PASSWORD, REPLICA_SET, RIGHT_ROLES, USER, Mongod
from tests.unit.probe_servers import free_port

OWN_ROLE = OwnRole(ROLE, tuple(PRIVILEGES))
ROLES = tuple((role["role"], role["db"]) for role in RIGHT_ROLES)
# certificates are shown to a real server, by the real time
NOW = datetime.now(UTC)
AUTHORITY, OTHER = renewed(Pair("", ""), NOW), renewed(Pair("", ""), NOW)
TLS = Tls(AUTHORITY.certificate)


@pytest.fixture(scope="module")
def directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mongod-") as path:
        yield Path(path)


@pytest.fixture(scope="module")
def mongod(directory: Path) -> Iterator[Mongod]:
    """By a name whose certificate is verified. Its set and users were made by us."""
    certificate, authority = directory / "certificate.pem", directory / "authority.pem"
    certificate.write_text(sign(AUTHORITY, ["localhost", "127.0.0.1"], NOW))
    authority.write_text(AUTHORITY.certificate)
    tls = ["--tlsMode", "requireTLS", "--tlsCertificateKeyFile", str(certificate), "--tlsCAFile", str(authority)]
    options = ["--replSet", REPLICA_SET, "--oplogSize", "1", "--tlsAllowConnectionsWithoutCertificates", *tls]
    found = Mongod(directory / "member", *options, *servers.keyfile(directory), host="localhost")
    try:
        found.start()
        found.wait()
        set_of = (found.port, REPLICA_SET, (found.name,))
        wanted = Wanted(*set_of, User(USER, PASSWORD), ROLES, ADMIN_PASSWORD, own_role=OWN_ROLE, tls=TLS)
        steps = [step.kind for step in bring_about(wanted, 20, check_mode=False).steps]
        assert {"initiate", "create_administrator", "create_user"} <= set(steps)
        yield found
    finally:
        found.stop()


@pytest.fixture(scope="module")
def in_plain(directory: Path) -> Iterator[Mongod]:
    with servers.lone(directory) as found:
        yield found


def health(mongod: Mongod, tls: Tls | None) -> probe.SetHealth:
    limits = Limits(maximum_lag=30, minimum_oplog_hours=0)
    user = User(USER, PASSWORD)
    return probe.wait(probe.Target([mongod.name], REPLICA_SET, user, 5, limits, "rocketchat", tls=tls), 0)


def test_a_set_that_speaks_it_is_well(mongod: Mongod) -> None:
    told = health(mongod, TLS)
    assert (told.fault, told.tls_mode) == (None, "requireTLS")


@pytest.mark.parametrize(("tls", "fault"), [(None, "closed"), (Tls(OTHER.certificate), "certificate")])
def test_whom_it_is_refused(mongod: Mongod, tls: Tls | None, fault: str) -> None:
    assert health(mongod, tls).fault == fault


def test_one_that_does_not_speak_it_is_told(in_plain: Mongod) -> None:
    for name in (in_plain.name, in_plain.name.replace("127.0.0.1", "localhost")):
        [hello] = say_hello([name], 5, TLS)
        assert hello.fault
        assert hello.fault.kind == "tls_off"


def test_a_member_is_read_as_it_speaks_now(mongod: Mongod, in_plain: Mongod) -> None:
    """Before a run that switches, that is not as planned: neither way."""
    until = time.monotonic() + 20
    for authorities in (AUTHORITY.certificate, OTHER.certificate, ""):
        assert spoken_by(mongod.port, authorities, until) == Tls(authorities)
        assert spoken_by(in_plain.port, authorities, until) is None
    with pytest.raises(Fault):
        spoken_by(free_port(), "", until)
    state = read(mongod.port, User(USER, PASSWORD), User(ADMIN, ADMIN_PASSWORD), until, tls=Tls())
    assert (state.fault, state.user_login) == (None, "ok")


def test_the_workspace_is_read(mongod: Mongod) -> None:
    url = parse(f"mongodb://{USER}:{PASSWORD}@{mongod.name}/rocketchat?replicaSet={REPLICA_SET}&authSource=admin")
    found = [ask(url, "https://chat.example.com", "", 5, tls) for tls in (TLS, Tls())]
    assert [(one.fault, one.new) for one in found] == [(None, True)] * 2
    refused = ask(url, "https://chat.example.com", "", 2, replace(TLS, authorities=OTHER.certificate))
    assert refused.fault in ("certificate", "certificate_ca")


def test_authorities_that_are_none() -> None:
    assert planned("") is None
    with pytest.raises(ValueError, match="no PEM certificates"):
        planned("none")
