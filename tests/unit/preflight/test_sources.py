# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host is asked about packages and images: those that it lacks; and what becomes of its answers."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
import yaml
from ansible_collections.rocketops.rocketchat.plugins.module_utils.sources.question import OPTIONS
from ansible_collections.rocketops.rocketchat.plugins.module_utils.sources.words import NOT_SIGNED, THROUGH_PROXY
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import host_differences
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.registered import SOURCES
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.sources import (
    source_problems,
    sources_question,
)

from tests.deployment import ROOT
from tests.unit.plan_inventories import cluster, plan, single
from tests.unit.preflight.hosts import ENGINE, asked, before_a_run_of, converged
from tests.unit.rocketchat.package_keys import FIRST, FIRST_KEY, SECOND, TWO_KEYS

PLAN = plan(single())
NATS = "nats:2.12-alpine"


def question(host: Host, *roles: str) -> dict[str, Any] | None:
    """For a run of these roles, or of all that differ."""
    found = host_differences(host)
    return sources_question(host, {role: found[role] for role in found if not roles or role in roles})


def without_images(*images: str) -> dict[str, Any]:
    engine = deepcopy(converged(PLAN).facts["docker"])
    engine["images"] = [image for image in engine["images"] if image not in images]
    return dict(engine)


def test_a_host_that_has_everything_is_not_asked() -> None:
    assert question(converged(PLAN)) is None
    off = {"found": True, "active": False, "enabled": True}
    stopped = converged(PLAN, units={**converged(PLAN).facts["units"], "nginx.service": off})
    assert host_differences(stopped)
    assert question(stopped) is None


def test_a_bare_host_is_asked_for_all() -> None:
    asked_for = question(asked(PLAN))
    assert asked_for
    assert set(asked_for) <= set(OPTIONS)
    assert set(asked_for["packages"]) == set(converged(PLAN).packages)
    assert set(asked_for["images"]) == set(converged(PLAN).facts["docker"]["images"])
    assert [repository["path"] for repository in asked_for["repositories"]] == [
        "/etc/apt/sources.list.d/docker.sources",
        "/etc/apt/sources.list.d/mongodb.sources",
    ]
    assert asked_for["docker_socket"] == ""


def test_an_upgrade_is_asked_for_its_images_alone() -> None:
    host = before_a_run_of(plan(single(rocketchat_version="9.0.0")), converged(PLAN))
    asked_for = question(host)
    assert asked_for
    assert asked_for["packages"] == []
    assert len(asked_for["images"]) == 5
    assert all(image.endswith(":9.0.0") for image in asked_for["images"])
    assert asked_for["docker_socket"]


def test_an_engine_that_does_not_say_what_it_has_is_not_asked_for_more() -> None:
    for state in ("stopped", "silent"):
        engine = {**ENGINE, "state": state}
        assert question(converged(PLAN, docker=engine)) is None


def test_roles_that_do_not_run_need_nothing() -> None:
    """As with --tags docker, after which somebody can log in to a registry."""
    asked_for = question(asked(PLAN), "docker")
    assert asked_for
    assert asked_for["images"] == []
    assert question(converged(PLAN, docker=without_images(*converged(PLAN).facts["docker"]["images"]))) is None, (
        "containers run that were made from them"
    )


def test_the_way_is_the_planned_one() -> None:
    files = {"/ca.pem": "authority\n"}
    given = {
        "docker_registry_certificates": {"mirror:5000": "/ca.pem"},
        "docker_daemon_options": {"proxies": {"no-proxy": ".lab"}},
    }
    asked_for = question(asked(plan(single(**given), files)))
    assert asked_for
    assert asked_for["certificates"] == {"mirror:5000": "authority\n"}
    assert asked_for["docker_settings"]["proxies/no-proxy"] == ".lab"


def test_what_others_have_in_daemon_json_counts_unless_it_goes() -> None:
    """The host itself adds what is in the file to what is set there."""
    ours = plan(single(docker_daemon_options={"registry-mirrors": ["https://ours.example.com"]}))
    host = before_a_run_of(plan(single(rocketchat_version="9.0.0")), converged(ours))
    asked_for = question(host)
    assert asked_for
    assert asked_for["docker_settings_removed"] == ["registry-mirrors"]
    assert asked_for["docker_socket"] == "", "as it is now, the engine still goes the other way"


# -- answers -----------------------------------------------------------------------------------------------------------


def problems(**answers: dict[str, Any]) -> list[str]:
    planned = plan(cluster("one", "two"))
    return [str(problem) for problem in source_problems([asked(planned, "one"), asked(planned, "two")], answers)]


def missing(*images: str, kind: str = "missing") -> dict[str, Any]:
    said = {"registry": "mirror:5000", "kind": kind, "sentence": "mirror:5000 does not have this"}
    return {"images": [{"image": image, **said} for image in images], "packages": []}


def test_what_is_said_of_several_is_one_problem() -> None:
    images = ("mirror:5000/rocket.chat:9", "mirror:5000/account-service:9")
    assert problems(one=missing(*images), two=missing(images[0])) == [
        "images mirror:5000/rocket.chat:9, mirror:5000/account-service:9: mirror:5000 does not have this "
        "(hosts one, two). Correct rocketchat_version, rocketchat_image_registry or rocketchat_images, or push it "
        "there."
    ]


def test_the_image_of_nats_has_a_variable_of_its_own() -> None:
    image = asked(plan(cluster("one", "two")), "one").desired["nats"].project.containers["nats"].image  # type: ignore[union-attr]
    [problem] = problems(one=missing(image))
    assert problem.endswith("(host one). Correct nats_image, or push it there.")


@pytest.mark.parametrize("certificate", ["former authority\n", "authority\n"])
def test_a_login_needs_an_engine_that_trusts_the_registry(certificate: str) -> None:
    def host_of(text: str) -> Host:
        given = {"docker_registry_certificates": {"mirror:5000": "/ca.pem"}}
        return converged(plan(single(**given), {"/ca.pem": text}))

    planned, found = host_of("authority\n"), host_of(certificate)
    host = replace(planned, facts=found.facts)
    [problem] = source_problems([host], {host.name: missing("mirror:5000/other:1", kind="denied")})
    first = "" if certificate == "authority\n" else " after a run with --tags docker"
    assert f"(sudo docker login mirror:5000{first})" in str(problem)


@pytest.mark.parametrize(
    "kind", ["missing", "denied", "login", "refused", "platform", "certificate", "proxy", "unreachable"]
)
def test_every_fault_has_a_remedy(kind: str) -> None:
    [problem] = problems(one=missing("mirror:5000/other:1", kind=kind))
    assert "{" not in problem
    assert problem.count("mirror:5000") >= 1


@pytest.mark.parametrize(
    ("sentence", "begins", "remedy"),
    [
        (
            "Failed to fetch https://download.docker.com/linux/debian/x",
            "packages of Docker Engine",
            "docker_repository_url",
        ),
        ("Unable to locate package mongodb-org-server", "packages of MongoDB 8.0", "mongodb_repository_suite"),
        (
            "the key https://pgp.mongodb.com/server-8.0.asc cannot be",
            "packages of MongoDB 8.0",
            "mongodb_repository_url",
        ),
        (
            f"https://repo.mongodb.org/apt/debian bookworm/mongodb-org/8.0 InRelease {NOT_SIGNED}: NO_PUBKEY 41",
            "packages of MongoDB 8.0",
            "Correct mongodb_repository_key_url, or remove /etc/apt/keyrings/mongodb-8.0.asc there",
        ),
        (
            f"https://download.docker.com/linux/debian trixie InRelease {NOT_SIGNED}: Missing key 9D",
            "packages of Docker Engine",
            "Correct docker_repository_url, or remove /",
        ),
        (
            f"Failed to fetch https://download.docker.com/linux/debian/x 407 ({THROUGH_PROXY} http://p:1)",
            "packages of Docker Engine",
            "reach that repository through a proxy that lets it, with Acquire::http::Proxy in /etc/apt/apt.conf.d",
        ),
        ("Unable to locate package nginx", "packages", "sudo apt-get update"),
        ("Failed to fetch http://mirror.example.org/debian", "packages", "sudo apt-get update"),
    ],
)
def test_what_apt_says_is_about_a_repository(sentence: str, begins: str, remedy: str) -> None:
    [problem] = problems(two={"images": [], "packages": [sentence]})
    assert problem.startswith(f"{begins}: apt says: {sentence} (host two). ")
    assert remedy in problem


def test_hosts_that_were_not_asked_have_no_problem() -> None:
    assert problems() == []
    assert problems(one={"changed": False}) == []


def test_the_gate_reads_what_the_playbook_registers() -> None:
    [play] = yaml.safe_load((ROOT / "playbooks" / "not-public" / "preflight.yml").read_text(encoding="utf-8"))
    registered = {action: task["register"] for task in play["tasks"] for action in task if "register" in task}
    assert registered["rocketops.rocketchat.deployment_sources"] == SOURCES


# -- keys of repositories ----------------------------------------------------------------------------------------------

PINNED = plan(single(docker_repository_key_fingerprint=FIRST.lower()))
KEY_URL = "https://download.docker.com/linux/debian/gpg"


def of_key(text: str, planned: dict[str, Any] = PINNED) -> list[str]:
    answer = {"keys": {"/etc/apt/keyrings/docker.asc": text}}
    return [str(problem) for problem in source_problems([asked(planned)], {"chat": answer})]


def test_the_right_key_is_taken() -> None:
    assert of_key(FIRST_KEY) == []


@pytest.mark.parametrize(
    ("planned", "text", "reason"),
    [
        (PINNED, TWO_KEYS, f"is not that of the key at {KEY_URL}, in which there is {SECOND}"),
        (
            PINNED,
            "<html>",
            f"cannot be told from what is at {KEY_URL}: it is not a single block of ASCII armor with public keys",
        ),
        (PLAN, FIRST_KEY, f"is not that of the key at {KEY_URL}, in which there is {FIRST}"),
    ],
)
def test_another_key_is_refused(planned: dict[str, Any], text: str, reason: str) -> None:
    pin = asked(planned).desired["docker"].repository
    assert pin
    assert of_key(text, planned) == [
        f"docker_repository_key_fingerprint = '{pin.fingerprint}': {reason} (host chat). Ask those who run the "
        "repository for the fingerprint of its key, and write that one."
    ]


def test_without_a_fingerprint_any_key_is_taken() -> None:
    own = plan(single(docker_repository_url="https://mirror.example.com/docker"))
    assert of_key("anything", own) == []


def test_a_key_is_fetched_anew_when_another_one_is_to_be_it() -> None:
    before = converged(PLAN)
    assert not host_differences(before)
    after = before_a_run_of(PINNED, before)
    [difference] = host_differences(after)["docker"]
    assert difference.sentence == "will fetch the key of Docker's package repository"
    asked_for = question(after)
    assert asked_for
    assert [one["key"]["fetches"] for one in asked_for["repositories"]] == [True]
