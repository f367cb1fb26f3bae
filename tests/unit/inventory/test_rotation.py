# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets are rotated so that a run may end anywhere: nobody is refused, and the next one comes to the same end."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.rotation import (
    BEGIN,
    END,
    FINISH,
    KEPT,
    ROTATED,
    advanced,
    choice_problems,
    chosen,
    option_problems,
    told,
    unfinished,
    with_changes,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.settings import SECRET_VARIABLES, SWITCHING
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.plan_inventories import SECRETS, cluster, plan, single

ALL = list(ROTATED)
FIRST_FILE = {SECRET_VARIABLES[name]: value for name, value in SECRETS.items()}
INVENTORY = single()
OTHER_KEYS = {"rocketchat_admin_password": SECRETS["admin_password"]}


def planned(kept: dict[str, str]) -> dict[str, Any]:
    values = {name: kept[variable] for name, variable in SECRET_VARIABLES.items()}
    rotated = {name: kept[name] for name in KEPT if name in kept}
    host: dict[str, Any] = plan(INVENTORY, **values, **rotated)["hosts"]["chat"]
    return host


def credentials(url: str) -> tuple[str, str]:
    user, password = re.findall(r"//([^:]+):([^@]+)@", url)[0]
    return user, password


def environment(host: dict[str, Any]) -> dict[str, str]:
    text = host["rocketchat"]["env_files"]["/opt/rocketchat/env/services.env"]
    return dict(re.findall(r'(?m)^(\w+)="(.*)"$', text))


def nats_users(host: dict[str, Any]) -> set[tuple[str, str]]:
    authorization = json.loads(host["nats"]["config"])["authorization"]
    return {(one["user"], one["password"]) for one in authorization.get("users", [authorization])}


@dataclass
class World:
    """The secrets file, and what the hosts have of it: what servers take, and what clients log in with."""

    kept: dict[str, str] = field(default_factory=lambda: dict(FIRST_FILE))
    mongodb: dict[str, str] = field(default_factory=dict)
    nats: set[tuple[str, str]] = field(default_factory=set)
    keyfile: str = ""
    client: dict[str, str] = field(default_factory=dict)

    def site(self) -> Iterator[str]:
        """The site playbook, in the order of its plays; each yield is a moment at which it may end."""
        host = planned(self.kept)
        mongodb = host["mongodb"]
        former = mongodb["former"]
        assert self.keyfile in ("", mongodb["keyfile"], former["keyfile"]), "the gate refuses another one"
        self.keyfile = mongodb["keyfile"]
        yield "keyfile"
        admins = [mongodb["admin_password"], former["admin_password"]]
        assert not self.mongodb or self.mongodb["admin"] in admins, "nobody can set up users"
        self.mongodb.setdefault(mongodb["user"]["name"], mongodb["user"]["password"])
        assert self.mongodb[mongodb["user"]["name"]] == mongodb["user"]["password"], "a password in use would change"
        yield "user"
        self.mongodb["admin"] = mongodb["admin_password"]
        yield "administrator"
        self.mongodb.pop(former["removes_user"], None)
        yield "former user"
        self.nats = nats_users(host)
        yield "nats"
        self.client = environment(host)
        yield "clients"

    def rotate(self, names: list[str]) -> Iterator[str]:
        """The playbook rotate."""
        for step in (BEGIN, FINISH, END):
            self.kept = with_changes(self.kept, advanced(self.kept, step, names))
            yield step
            if step != END:
                yield from self.site()

    def nobody_is_refused(self) -> None:
        user, password = credentials(self.client["MONGO_URL"])
        assert self.mongodb.get(user) == password
        assert credentials(self.client["TRANSPORTER"]) in self.nats
        probed = planned(self.kept)["probes"]["workspace"]["url"]
        user, password = credentials(probed)
        assert self.mongodb.get(user) == password, "the gate reads the workspace"


def deployed() -> World:
    world = World()
    for _moment in world.site():
        pass
    world.nobody_is_refused()
    return world


LENGTH = len(list(deployed().rotate(ALL)))


def run(world: World, names: list[str], most: int = LENGTH) -> None:
    """Ends after so many moments."""
    for number, _moment in enumerate(world.rotate(names), 1):
        world.nobody_is_refused()
        if number >= most:
            return


@given(
    ends=st.lists(st.integers(1, LENGTH), max_size=4),
    names=st.lists(st.sampled_from(ALL), min_size=1, unique=True),
    by_site=st.booleans(),
)
@settings(max_examples=40)
def test_from_wherever_runs_ended_the_next_one_comes_to_the_end(
    ends: list[int], names: list[str], by_site: bool
) -> None:
    world = deployed()
    for most in ends:
        run(world, names, most)
        if by_site:
            for _moment in world.site():
                world.nobody_is_refused()
    began = dict(world.kept)
    run(world, names)
    for name, variable in SECRET_VARIABLES.items():
        assert (world.kept[variable] != SECRETS[name]) is (name in names)
        if unfinished(began):
            assert world.kept[variable] == began[variable], "what began is finished, and nothing new began"
    assert not unfinished(world.kept)
    assert not any(entry.startswith("former_") for entry in world.kept)
    host = planned(world.kept)
    assert world.nats == nats_users(host)
    assert len(world.nats) == 1
    assert set(world.mongodb) == {"admin", host["mongodb"]["user"]["name"]}
    assert world.keyfile == world.kept["mongodb_keyfile"]


def test_two_rotations_lead_back_to_the_first_users() -> None:
    world = deployed()
    run(world, ALL)
    assert set(world.mongodb) == {"admin", "rocketchat_b"}
    run(world, ALL)
    assert set(world.mongodb) == {"admin", "rocketchat"}
    assert set(world.kept) == set(FIRST_FILE), "the file has what it had"


def test_a_monolith_accepts_another_way_to_its_database_only_while_that_changes() -> None:
    def accepts(names: list[str]) -> list[bool]:
        found = []
        kept = dict(FIRST_FILE)
        for step in (BEGIN, FINISH, END):
            kept = with_changes(kept, advanced(kept, step, names))
            services = planned(kept)["rocketchat"]["compose"]["services"]
            found.append(services["rocketchat-1"]["environment"].get("AUTO_ACCEPT_FINGERPRINT") == "true")
            assert "AUTO_ACCEPT_FINGERPRINT" not in services["account-1"]["environment"]
        return found

    assert accepts(["mongodb_password"]) == [True, False, False]
    assert accepts(["nats_password"]) == [False, False, False]


def test_nats_servers_keep_their_own_secret_until_clients_are_through() -> None:
    passwords, kept = [], dict(FIRST_FILE)
    for step in ("", BEGIN, FINISH):
        kept = with_changes(kept, advanced(kept, step, ["nats_cluster_password"]))
        values = {name: kept[variable] for name, variable in SECRET_VARIABLES.items()}
        rotated = {name: kept[name] for name in KEPT if name in kept}
        host = plan(cluster("chat1", "chat2"), **values, **rotated)["hosts"]["chat1"]
        between = json.loads(host["nats"]["config"])["cluster"]
        passwords.append(between["authorization"]["password"])
        assert [credentials(route)[1] for route in between["routes"]] == passwords[-1:]
    assert passwords[0] == passwords[1] != passwords[2]


def test_what_the_operator_sets_is_not_rotated() -> None:
    mine = {"nats_password": "mine", "nats_cluster_password": "mine"}
    assert chosen(mine, []) == ["mongodb_password", "mongodb_admin_password", "mongodb_keyfile"]
    assert chosen({"rocketchat_mongodb_url": "mongodb://db/rocketchat"}, []) == [
        "nats_password",
        "nats_cluster_password",
    ]
    assert chosen({}, ["mongodb_keyfile"]) == ["mongodb_keyfile"]


@pytest.mark.parametrize(
    ("common", "wanted", "message"),
    [
        (
            {},
            ["nats_pasword"],
            "rocketchat_rotate = 'nats_pasword': is no secret that can be rotated. Did you mean nats_password? "
            "Known are rocketchat_mongodb_password, mongodb_admin_password, mongodb_keyfile, nats_password, "
            "nats_cluster_password.",
        ),
        (
            {"nats_password": "mine"},
            ["nats_password"],
            "rocketchat_rotate = 'nats_password': is set in the inventory, and only a secret that was generated can be "
            "rotated. Write another value there, and run the site playbook.",
        ),
        (
            {"rocketchat_nats_urls": ["nats://bus:4222"]},
            ["nats_password"],
            "rocketchat_rotate = 'nats_password': belongs to a server that this deployment does not run. Change it "
            "there, and then in the variable with the server's URL.",
        ),
        (
            {"rocketchat_nats_urls": ["nats://bus:4222"], "rocketchat_mongodb_url": "mongodb://db/rocketchat"},
            [],
            "rotate: finds no secret to rotate: all are set in the inventory, or belong to servers of your own. Write "
            "other values there, and run the site playbook.",
        ),
    ],
)
def test_what_cannot_be_rotated_is_told(common: dict[str, Any], wanted: list[str], message: str) -> None:
    assert [str(problem) for problem in choice_problems(common, FIRST_FILE, wanted)] == [message]


def test_nothing_is_rotated_before_the_first_deployment() -> None:
    [problem] = choice_problems({}, OTHER_KEYS, ["nats_password"])
    assert str(problem).startswith("nats_password: is neither set nor in the secrets file")


def test_a_part_of_the_deployment_is_not_rotated_alone() -> None:
    assert list(option_problems(["all"], [], None)) == []
    found = [str(problem) for problem in option_problems(["nats"], ["mongodb"], "chat1")]
    assert [one.split(":")[0] for one in found] == [
        "--tags = 'nats'",
        "--skip-tags = 'mongodb'",
        "--limit = 'chat1'",
    ]


def test_other_playbooks_tell_of_one_that_is_not_finished() -> None:
    kept = with_changes(FIRST_FILE, advanced(FIRST_FILE, BEGIN, ["nats_password"]))
    assert kept["rotation_stage"] == SWITCHING
    assert unfinished(FIRST_FILE) == ""
    assert unfinished(kept).startswith("the rotation of nats_password is not finished")
    assert "nats_password, which an earlier run did not finish" in told(kept, ALL)
    assert not {FIRST_FILE["nats_password"], kept["nats_password"]} & set(re.findall(r"\w+", told(kept, ALL)))
