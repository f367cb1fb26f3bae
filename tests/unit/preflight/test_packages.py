# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed at once for all roles of a host, and which images are fetched before any container changes."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight import images, packages
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import host_differences
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout

from tests.unit.plan_inventories import plan, single
from tests.unit.preflight.hosts import KEYS, OTHER, asked, converged

PLAN = plan(single())
KEY = "/etc/apt/keyrings/docker.asc"


def given_to(host: Host, *roles: str) -> dict[str, Any]:
    found = host_differences(host)
    return packages.packages_plan(host, {role: found.get(role, []) for role in roles or host.desired}, KEYS)


def without(*names: str) -> Host:
    return converged(PLAN, packages={name: "1.0" for name in converged(PLAN).packages if name not in names})


def paths(given: dict[str, Any]) -> list[str]:
    return [file["path"] for file in given["files"]]


def test_all_packages_of_a_bare_host_are_installed_at_once() -> None:
    host = asked(PLAN)
    assert given_to(host)["missing"] == [package for state in host.desired.values() for package in state.packages]


def test_only_what_is_missing_is_installed() -> None:
    assert given_to(converged(PLAN))["missing"] == []
    assert given_to(without("python3-websockets"))["missing"] == ["python3-websockets"]


def test_only_for_the_roles_that_are_chosen() -> None:
    given = given_to(asked(PLAN), "nginx")
    assert (given["missing"][0], given["right_keys"], given["files"]) == ("nginx", [], [])


def test_repositories_come_with_their_keys() -> None:
    given = given_to(asked(PLAN), "docker", "mongodb")
    keys = [KEY, "/etc/apt/keyrings/mongodb-8.0.asc"]
    assert [one["content"] for one in given["files"][:2]] == [KEYS[key] for key in keys]
    assert paths(given)[:4] == [
        *keys,
        "/etc/apt/sources.list.d/docker.sources",
        "/etc/apt/sources.list.d/mongodb.sources",
    ]


def test_an_engine_that_is_installed_finds_its_settings() -> None:
    given = given_to(asked(PLAN))
    assert [one["path"] for one in given["settings"]] == [layout.DAEMON_SETTINGS]
    assert given["settings"][0]["set"]["live-restore"] is True
    assert given_to(without("python3-requests"))["settings"] == []


@pytest.mark.parametrize(
    ("found", "written", "corrected"),
    [({}, [], []), ({"mode": "0600"}, [], [KEY]), ({"digest": OTHER}, [KEY], []), (None, [KEY], [])],
)
def test_key_of_a_repository_is_fetched_where_it_is_not_the_one(
    found: dict[str, Any] | None, written: list[str], corrected: list[str]
) -> None:
    """One that is right needs no network."""
    files = converged(PLAN).facts["files"]
    files = {**files, KEY: None if found is None else {**files[KEY], **found}}
    host = converged(PLAN, files=files)
    given = given_to(host)
    assert [path for path in paths(given) if path == KEY] == written
    assert [key["path"] for key in given["right_keys"]] == corrected
    assert list(packages.fetched_keys(host, host_differences(host), KEYS)) == written


def changed(path: str) -> Host:
    files = converged(PLAN).facts["files"]
    return converged(PLAN, files={**files, path: {**files[path], "mode": "0666"}})


@pytest.mark.parametrize(
    ("host", "differ"),
    [
        (asked(PLAN), True),
        (converged(PLAN), False),
        (without("nginx"), True),
        (without("python3-websockets"), True),
        (changed(KEY), True),
        (changed("/etc/apt/sources.list.d/docker.sources"), True),
        (changed(layout.DAEMON_SETTINGS), False),
    ],
)
def test_where_there_is_nothing_to_install_nothing_is_done(host: Host, differ: bool) -> None:
    assert packages.differ(host, host_differences(host)) is differ


def engine_with(stopped: str, lacking: str = "none") -> Host:
    """Where a container is stopped, and the image of a service is not there."""
    engine = deepcopy(converged(PLAN).facts["docker"])
    for container in engine["containers"]:
        container["state"] = "exited" if container["name"] == stopped else container["state"]
    there = [image for image in engine["images"] if lacking not in image]
    return converged(PLAN, docker={**engine, "images": there})


@pytest.mark.parametrize(
    ("host", "services"),
    [
        (converged(PLAN), []),
        (asked(PLAN), ["nats", *converged(PLAN).desired["rocketchat"].project.containers]),  # type: ignore[union-attr]
        (engine_with("nats"), []),
        (engine_with("nats", lacking="nats:"), ["nats"]),
        (engine_with("account-1", lacking="nats:"), []),
        (engine_with("account-1", lacking="presence"), ["presence-1"]),
        (changed("/opt/rocketchat/compose.yaml"), []),
    ],
)
def test_images_that_the_engine_lacks_are_fetched_of_projects_whose_containers_change(
    host: Host, services: list[str]
) -> None:
    found = images.images_plan(host, host_differences(host))["project"]["services"]
    assert sorted(found) == sorted(services)
    assert images.differ(host, host_differences(host)) is bool(services)
