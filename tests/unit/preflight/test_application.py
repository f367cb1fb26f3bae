# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles are given, and what is noted before they begin."""

from __future__ import annotations

import json
from copy import deepcopy
from hashlib import sha256
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.application import (
    ledger_entries,
    role_plan,
    role_secrets,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import host_differences
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout
from hypothesis import given

from tests.examples import examples
from tests.unit.plan.test_properties import inventories, secrets
from tests.unit.plan_inventories import Inventory, plan, single
from tests.unit.preflight.hosts import BARE, KEYS, OTHER, asked, before_a_run_of, converged, owned

PLAN = plan(single())
ROLES = ["docker", "mongodb", "nats", "rocketchat", "nginx"]
NO_LEDGER = BARE["ledger"]


def given_to(host: Host, role: str) -> dict[str, Any]:
    return role_plan(host, role, host_differences(host).get(role, []))


def of_units(**states: bool) -> dict[str, Any]:
    """Which of them run."""
    return {f"{unit}.service": {"found": True, "active": active, "enabled": True} for unit, active in states.items()}


def changed(*paths: str) -> dict[str, Any]:
    """The files, these with another content."""
    files = converged(PLAN).facts["files"]
    return {**files, **{path: {**files[path], "digest": OTHER} for path in paths}}


@examples(times=0.4)
@given(inventories(), secrets)
def test_no_secret_is_in_what_may_be_shown(inventory: Inventory, given_secrets: dict[str, str]) -> None:
    planned = plan(inventory, **given_secrets)
    for name in planned["hosts"]:
        for host in (asked(planned, name), converged(planned, name)):
            for role in host.desired:
                assert "S3CRET" not in json.dumps(given_to(host, role))
                assert "S3CRET" not in json.dumps(ledger_entries(host, host_differences(host), KEYS))


def test_certificate_s_key_is_a_secret() -> None:
    variables = {
        "nginx_certificate": "files",
        "nginx_certificate_file": "/pki/chat.pem",
        "nginx_certificate_key_file": "/pki/key",
    }
    host = asked(plan(single(**variables), {"/pki/chat.pem": "public", "/pki/key": "PRIVATE"}))
    assert "PRIVATE" not in json.dumps(given_to(host, "nginx"))
    assert role_secrets(host, "nginx") == {"files": {layout.CERTIFICATE_KEY: "PRIVATE"}}


def test_secrets_of_a_role_are_what_it_needs() -> None:
    host = asked(PLAN)
    assert role_secrets(host, "docker") == {"files": {}}
    assert role_secrets(host, "mongodb") == {
        "files": {layout.KEYFILE: "keyfile/secret\n"},
        "admin_password": "root-secret",
        "user_password": "mongodb-secret",
        "former_admin_password": "",
    }
    assert list(role_secrets(host, "nats")["files"]) == ["/opt/nats/nats.conf"]
    assert list(role_secrets(host, "rocketchat")["files"]) == [
        "/opt/rocketchat/env/services.env",
        "/opt/rocketchat/env/rocketchat.env",
    ]


def test_every_file_has_one_content() -> None:
    host = converged(PLAN)
    for role, state in host.desired.items():
        shown = {file["path"]: file.get("content") for file in given_to(host, role)["files"]}
        hidden = role_secrets(host, role)["files"]
        assert {path: hidden.get(path, content) for path, content in shown.items()} == {
            file.path: file.content for file in state.files
        }
        assert not [path for path in hidden if shown[path] is not None]
        validated = {file["path"]: file.get("validate", "") for file in given_to(host, role)["files"]}
        assert validated == {file.path: file.validate for file in state.files}


@pytest.mark.parametrize(
    ("role", "facts", "state"),
    [
        ("nginx", {}, "started"),
        ("nginx", {"files": changed(layout.NGINX_SITE)}, "reloaded"),
        ("nginx", {"files": changed(layout.NGINX_SITE), "units": of_units(nginx=False)}, "started"),
        ("mongodb", {"files": changed(layout.MONGOD_SETTINGS)}, "restarted"),
        ("mongodb", {"files": changed(layout.MONGOD_SETTINGS), "units": of_units(mongod=False)}, "started"),
        ("docker", {"settings": {}}, "restarted"),
        ("docker", {"files": changed("/etc/apt/keyrings/docker.asc")}, "started"),
        ("docker", {"units": of_units(docker=False)}, "started"),
    ],
)
def test_what_a_unit_has_to_do(role: str, facts: dict[str, Any], state: str) -> None:
    assert given_to(converged(PLAN, **facts), role)["unit"]["state"] == state


@pytest.mark.parametrize(("role", "state"), [("docker", "started"), ("mongodb", "restarted"), ("nginx", "reloaded")])
def test_what_a_unit_has_to_do_that_its_package_brings(role: str, state: str) -> None:
    """A package starts mongod and nginx with settings of its own; those of the engine are there before it."""
    assert given_to(asked(PLAN), role)["unit"]["state"] == state


def test_what_an_earlier_run_left_pending_is_done() -> None:
    ledger = deepcopy(converged(PLAN).facts["ledger"])
    ledger["content"]["pending"] = {layout.NGINX_UNIT: "reload", layout.MONGODB_UNIT: "restart"}
    host = converged(PLAN, ledger=ledger)
    assert given_to(host, "nginx")["unit"]["state"] == "reloaded"
    assert given_to(host, "mongodb")["unit"]["state"] == "restarted"
    assert ledger_entries(host, host_differences(host), KEYS)["pending"] == ledger["content"]["pending"]
    assert given_to(host, "nginx")["took_up"] and given_to(host, "mongodb")["took_up"]


@pytest.mark.parametrize(
    ("host", "units"),
    [
        (asked(PLAN), {layout.FIREWALL_UNIT, layout.MONGODB_UNIT, layout.NGINX_UNIT}),
        (converged(PLAN), set()),
        (converged(PLAN, settings={}), {layout.DOCKER_UNIT}),
    ],
)
def test_what_a_unit_has_to_take_up_is_noted_before(host: Host, units: set[str]) -> None:
    assert set(ledger_entries(host, host_differences(host), KEYS)["pending"]) == units


def test_what_is_read_as_it_is_installed_is_not_written_twice() -> None:
    """The role packages writes it before."""
    bare, there = given_to(asked(PLAN), "docker"), given_to(converged(PLAN), "docker")
    assert (bare["settings"]["written"], there["settings"]["written"]) == (True, False)
    early = {file.path for file in asked(PLAN).desired["docker"].files if file.before_packages}
    assert early and not early & {file["path"] for file in bare["files"]}
    assert early <= {file["path"] for file in there["files"]}


def containers(**changes: dict[str, Any]) -> dict[str, Any]:
    engine = deepcopy(converged(PLAN).facts["docker"])
    for container in engine["containers"]:
        container |= changes.get(container["name"].replace("-", "_"), {})
    return dict(engine)


def test_a_container_without_our_label_is_not_removed() -> None:
    """Somebody else's Compose project may have the name of ours, and a service of the same name."""
    engine = containers(nats={"labels": {}, "name": "nats-nats-1"})
    assert given_to(converged(PLAN, docker=engine), "nats")["makes_anew"] == []


def test_containers_that_compose_would_leave_as_they_are_are_made_anew() -> None:
    """By the name they have now, and those alone."""
    settings = {"restart": "no", "memory": 0, "nano_cpus": 0, "pids": 0, "limits": {}, "limited": [], "networks": {}}
    engine = containers(
        account_1={"name": "other"},
        presence_1={"settings": settings},
        nats={"labels": {}},
        ddp_streamer_1={"state": "exited"},
    )
    host = converged(PLAN, docker=engine)
    given_to_role = given_to(host, "rocketchat")
    assert given_to_role["makes_anew"] == []
    assert [turn["makes_anew"] for turn in given_to_role["turns"]] == [[], ["other", "presence-1"]]
    assert given_to(host, "nats")["makes_anew"] == []
    assert given_to(host, "nginx")["makes_anew"] == []


def test_all_containers_are_made_anew_with_their_network() -> None:
    moved = plan(single(rocketchat_network_subnet="172.31.251.0/24"))
    host = before_a_run_of(moved, converged(PLAN))
    assert given_to(host, "nats")["makes_anew"] == ["nats"]
    assert given_to(host, "rocketchat")["makes_anew"] == list(host.desired["rocketchat"].project.containers)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("facts", "changes"),
    [
        ({}, False),
        ({"files": changed("/opt/rocketchat/compose.yaml")}, False),
        ({"docker": containers(account_1={"state": "exited"})}, True),
    ],
)
def test_whether_a_monolith_goes_first(facts: dict[str, Any], changes: bool) -> None:
    assert given_to(converged(PLAN, **facts), "rocketchat")["changes_containers"] is changes


# -- the ledger --------------------------------------------------------------------------------------------------------


def noted(host: Host, *roles: str) -> dict[str, Any]:
    """For a run of these roles, or of those that differ."""
    found = host_differences(host)
    return ledger_entries(host, {role: found.get(role, []) for role in roles or found}, KEYS)


def test_everything_is_made_on_a_bare_host() -> None:
    entries = noted(asked(PLAN))
    assert set(entries["resources"].values()) == {"made"}
    assert set(entries["resources"]) == set(converged(PLAN).ledger["resources"])
    assert entries["pending"] == {
        layout.FIREWALL_UNIT: "reload",
        layout.MONGODB_UNIT: "restart",
        layout.NGINX_UNIT: "reload",
    }
    keys = [one for state in asked(PLAN).desired.values() for one in state.keys]
    assert entries["generated"] == {
        key.path: {"digest": sha256(KEYS[key.path].encode()).hexdigest(), "recipe": key.recipe} for key in keys
    }


def test_what_is_there_before_the_first_run_is_found() -> None:
    """As on a host of somebody who has had an engine and a web server for long."""
    theirs = {"kind": "file", "mode": "0644", **owned("root"), "digest": OTHER}
    files = {layout.DAEMON_SETTINGS: theirs, layout.NGINX_SITE: theirs}
    network = {"name": "rocketchat", "interface": "br-1", "subnets": [], "gateways": [], "options": {}, "ours": False}
    docker = {**BARE["docker"], "state": "running", "networks": [network]}
    host = asked(PLAN, packages={"nginx": "1.26"}, files=files, docker=docker)
    found = {name for name, whose in noted(host)["resources"].items() if whose == "found"}
    assert found == {"package nginx", "network rocketchat", *(f"file {path}" for path in files)}


def test_nothing_is_noted_twice() -> None:
    nothing: dict[str, Any] = {key: {} for key in ("resources", "pending", "generated", "containers", "settings")} | {
        "left": []
    }
    assert noted(converged(PLAN), *ROLES) == nothing


def test_a_role_that_comes_later_makes_its_project() -> None:
    ledger = deepcopy(converged(PLAN).facts["ledger"])
    resources = ledger["content"]["resources"]
    ledger["content"]["resources"] = {name: whose for name, whose in resources.items() if "/opt/rocketchat" not in name}
    files = {path: file for path, file in converged(PLAN).facts["files"].items() if "/opt/rocketchat" not in path}
    host = converged(PLAN, ledger=ledger, files=files)
    assert noted(host)["resources"]["project /opt/rocketchat"] == "made"


OLDER = {
    "by its containers": {},
    "by its network": {"docker": {**converged(PLAN).facts["docker"], "containers": []}},
    "by its block in /etc/hosts": {"docker": BARE["docker"]},
    "by its site": {"docker": BARE["docker"], "texts": {}},
}


@pytest.mark.parametrize("facts", OLDER.values(), ids=OLDER)
@pytest.mark.parametrize("roles", [ROLES, ["nginx"]])
def test_what_a_version_without_a_ledger_made_is_recognised(facts: dict[str, Any], roles: list[str]) -> None:
    """Also of roles that are not chosen this time; it did not note which packages were there before it."""
    host = converged(PLAN, ledger=NO_LEDGER, **facts)
    entries = noted(host, *roles)
    files = {name: whose for name, whose in entries["resources"].items() if name.startswith(("file", "project"))}
    packages = {name: whose for name, whose in entries["resources"].items() if name.startswith("package")}
    assert set(files.values()) == {"made"}
    assert set(packages.values()) == {"found"}
    assert {*entries["resources"], "network rocketchat"} == set(converged(PLAN).ledger["resources"])
    assert entries["generated"] == converged(PLAN).ledger["generated"]


def test_settings_that_will_be_taken_up_are_pending() -> None:
    host = converged(PLAN, files=changed(layout.NGINX_SITE, layout.MONGOD_SETTINGS, "/opt/nats/nats.conf"))
    assert noted(host)["pending"] == {layout.NGINX_UNIT: "reload", layout.MONGODB_UNIT: "restart"}


def test_a_container_that_is_to_be_made_anew_is_so_until_it_was() -> None:
    """The run that wrote its files may end before it gets there, and what is on the host then looks right."""
    edited = converged(PLAN, files=changed(f"{layout.NATS_DIRECTORY}/nats.conf"))
    assert ledger_entries(edited, host_differences(edited), KEYS)["containers"] == {"nats": ""}
    ledger = deepcopy(converged(PLAN).facts["ledger"])
    ledger["content"]["containers"]["nats"] = ""
    left = converged(PLAN, ledger=ledger)
    [found] = host_differences(left)["nats"]
    assert (found.sentence, found.replaces) == ("will replace nats: an earlier run ended before it did", True)


def test_what_has_taken_up_its_settings_is_noted_where_something_differed() -> None:
    """Else nothing was done, and a run of all roles changes nothing."""
    assert [given_to(converged(PLAN), role)["took_up"] for role in ROLES] == [{}] * 5
    taken_up = {role: given_to(asked(PLAN), role)["took_up"] for role in ROLES}
    assert taken_up == {
        "docker": {"docker.service": []},
        "mongodb": {
            "mongod.service": [
                *(layout.MONGOD_SETTINGS, layout.MONGOD_UNIT_SETTINGS),
                *(layout.KEYFILE, layout.MONGOD_KERNEL_UNIT),
            ]
        },
        "nats": {"nats": [layout.NATS_SETTINGS]},
        "rocketchat": {},
        "nginx": {
            "nginx.service": [layout.CERTIFICATE, layout.CERTIFICATE_KEY, layout.NGINX_CONFIGURATION, layout.NGINX_SITE]
        },
    }
    assert given_to(asked(PLAN), "nats")["nats_url"] == "container://nats:8222"
