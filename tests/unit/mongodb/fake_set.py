# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A replica set as the driver shows it to us, with a clock of its own: what a real one does only now and then."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb import setup, state
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.login import Refused, User
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.tls import Tls
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.wire import Hello
from ansible_collections.rocketops.rocketchat.plugins.module_utils.probing.fault import Fault

FIRST, SECOND = "chat1:27017", "chat2:27017"


@dataclass
class FakeSet:
    """`election` is how long after its initiation the set has a primary; `primary`, who that will be."""

    name: str | None = None
    members: list[str] = field(default_factory=list)
    primary: str = FIRST
    election: float = 0.0
    elected_at: float = 0.0
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    roles: dict[str, dict[str, Any]] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)
    back_at: float = float("inf")
    hidden_refusals: dict[str, Refused] = field(default_factory=dict)
    ineffective: set[str] = field(default_factory=set)
    without_majority: bool = False
    now: float = 1000.0
    commands: list[tuple[str, str | None, str]] = field(default_factory=list)

    # -- in place of time ----------------------------------------------------------------------------------------------

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    # -- in place of wire and login ------------------------------------------------------------------------------------

    def is_away(self, name: str) -> bool:
        return name in self.away and self.now < self.back_at

    def ask_without_login(
        self, name: str, until: float, *commands: dict[str, Any], tls: Tls | None
    ) -> list[dict[str, Any]]:
        if self.is_away(FIRST):
            raise Fault("refused", "Connection refused.")
        return [self.hello(FIRST), *(self._open(next(iter(command))) for command in commands)]

    def _open(self, command: str) -> dict[str, Any]:
        if command == "replSetGetStatus" and self.users:
            return {"ok": 0.0, "code": 13}
        if command == "replSetGetStatus" and self.name is None:
            return {"ok": 0.0, "code": 94}
        return {"ok": 1.0, "databases": []}

    def hello(self, member: str) -> dict[str, Any]:
        if self.name is None:
            return {"isreplicaset": True}
        elected = self.now >= self.elected_at and not self.is_away(self.primary)
        named = {"primary": self.primary} if elected else {}
        writable = elected and self.primary == member
        return {"setName": self.name, "hosts": self.members, "me": member, "isWritablePrimary": writable, **named}

    def say_hello(self, names: Any, _timeout: float, _tls: Tls | None) -> list[Hello]:
        fault = Fault("refused", "Connection refused.")
        return [Hello(name, fault=fault) if self.is_away(name) else Hello(name, self.hello(name)) for name in names]

    @contextlib.contextmanager
    def log_in(self, name: str, user: User | None, _timeout: float, _tls: Tls | None) -> Iterator[FakeLogin]:
        if user and self.users.get(user.name, {}).get("pwd") not in filter(None, (user.password, user.former)):
            raise Fault("auth", "refused")
        yield FakeLogin(self, name, user.name if user else None)

    def current(self, _name: str, user: User, _timeout: float, _tls: Tls | None) -> User:
        takes_former = bool(user.former) and self.users.get(user.name, {}).get("pwd") == user.former
        return User(user.name, user.former if takes_former else user.password)


@dataclass
class FakeLogin:
    fake: FakeSet
    where: str
    user: str | None

    def command(self, name: str) -> dict[str, Any]:
        return self.command_on("admin", name, 1)

    def command_on(self, _database: str, name: str, value: Any, **given: Any) -> dict[str, Any]:
        fake = self.fake
        if name not in ("usersInfo", "rolesInfo"):
            fake.commands.append((self.where, self.user, name))
        if name in fake.hidden_refusals:
            raise fake.hidden_refusals.pop(name)
        if name == "usersInfo":
            found = fake.users.get(value["user"])
            return {"users": [{"roles": found["roles"]}] if found else []}
        if name == "rolesInfo":
            known = fake.roles.get(value["role"])
            return {"roles": [known] if known else []}
        if name == "replSetInitiate":
            fake.name, fake.members = value["_id"], [member["host"] for member in value["members"]]
            fake.elected_at = fake.now + fake.election
        elif name == "dropUser":
            del fake.users[value]
        elif name not in fake.ineffective:
            given.pop("writeConcern")
            if name.endswith("Role"):
                fake.roles[value] = given
            else:
                fake.users[value] = {**fake.users.get(value, {}), **given}
        return {"ok": 1.0, **({"writeConcernError": {"code": 64}} if fake.without_majority else {})}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeSet:
    """A set that is not initiated."""
    made = FakeSet()
    monkeypatch.setattr(state, "ask_without_login", made.ask_without_login)
    for module in (state, setup):
        monkeypatch.setattr(module, "log_in", made.log_in)
    monkeypatch.setattr(state, "current", made.current)
    monkeypatch.setattr(setup, "say_hello", made.say_hello)
    monkeypatch.setattr(setup, "time", made)
    return made
