# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What host_facts makes of a replica set: what it is, what is in it, and who may be asked for that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts import mongodb
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.login import Refused, User
from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.state import SetState

from tests.unit.mongodb.test_steps import NEW, REFUSED, WANTED, WELL

ALL = {
    "listDatabases": {"databases": [{"name": name} for name in ("rocketchat", "admin", "config", "local", "old")]},
    "getParameter": {"featureCompatibilityVersion": {"version": "6.0"}},
    "usersInfo": {
        "users": [
            {"user": "admin", "roles": [{"role": "root", "db": "admin"}]},
            {"user": "former", "roles": [{"role": "readWrite", "db": "rocketchat"}]},
        ]
    },
}


class Server:
    """Notes who logs in, and answers all but what is refused."""

    def __init__(self, *refused: str) -> None:
        self.refused = refused
        self.logins: list[str] = []
        self.visible: dict[str, list[str]] = {}

    def command(self, name: str, **_parameters: Any) -> dict[str, Any]:
        if name in self.refused:
            raise Refused(13, "not authorized")
        if name == "listDatabases" and self.logins[-1] in self.visible:
            return {"databases": [{"name": one} for one in self.visible[self.logins[-1]]]}
        return ALL[name]

    @contextmanager
    def log_in(self, _where: str, user: User, _timeout: float, _tls: None) -> Iterator[Server]:
        self.logins.append(user.name)
        yield self


def ask(monkeypatch: pytest.MonkeyPatch, state: SetState, server: Server | None = None, first: bool = True) -> Any:
    monkeypatch.setattr(mongodb, "read", lambda *_arguments: state)
    monkeypatch.setattr(mongodb, "rehearse", lambda *_arguments: None)
    monkeypatch.setattr(mongodb, "log_in", (server or Server()).log_in)
    return mongodb.ask(WANTED, first)


def test_set_that_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server()
    assert ask(monkeypatch, WELL, server) == {
        "steps": [],
        "fault": None,
        "reason": None,
        "set": {
            "initiated": True,
            "valid": True,
            "name": "rs0",
            "members": ["chat1:27017"],
            "primary": "chat1:27017",
            "primary_here": True,
        },
        "feature_compatibility_version": "6.0",
        "databases": ["old", "rocketchat"],
        "users": {"rocketchat": ["rocketchat"]},
    }
    assert server.logins == ["rocketchat"]


def test_what_it_lacks_is_told_on_one_host(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(ask(monkeypatch, NEW)["steps"]) == 4
    assert ask(monkeypatch, NEW, first=False)["steps"] == []
    assert ask(monkeypatch, NEW)["set"]["initiated"] is False
    away = SetState(fault="refused", reason="Nothing listens.")
    for first in (True, False):
        assert ask(monkeypatch, away, first=first)["fault"] == "refused"


def test_administrator_tells_all_users_where_the_planned_one_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server()
    state = replace(REFUSED, admin_login="ok", user_exists=False, user_roles=[])
    assert ask(monkeypatch, state, server)["users"] == {"admin": [], "former": ["rocketchat"]}
    assert server.logins == ["admin"]


def test_administrator_lists_databases_where_the_planned_one_is_none_of_the_users(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As while it is being renamed: the user may use the former one alone."""
    server = Server()
    server.visible = {"rocketchat": ["old"]}
    assert ask(monkeypatch, WELL, server)["databases"] == ["old", "rocketchat"]
    assert server.logins == ["rocketchat", "admin"]


def test_nothing_is_known_where_nobody_may_log_in(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server()
    found = ask(monkeypatch, REFUSED, server)
    assert (found["databases"], found["users"], server.logins) == (None, None, [])


def test_user_who_may_not_list_databases_hides_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ask(monkeypatch, WELL, Server("listDatabases"))
    assert (found["databases"], found["users"]) == (None, {"rocketchat": ["rocketchat"]})
    assert found["feature_compatibility_version"] == "6.0"
