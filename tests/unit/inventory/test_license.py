# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the plan makes of the licence given: what the operator reads, word for word, and what is handed on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.role_variables import read_inventory
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.planner import make_plan
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.problems import Problem
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.license_texts import claims, license_text, sealed
from tests.unit.plan_inventories import NOW, SECRETS, complaints, message, plan, single

TWO = {"rocketchat_replicas": {"account": 2, "ddp_streamer": 3}}
LACKING = license_text("auditing")
ELSEWHERE = license_text(servers=(("url", "chat.example.com"), ("url", "s3cret.example.com")))
EXPIRED = license_text(ends="2026-11-26T21:59:59Z")
EARLY = license_text(starts="2026-12-01T08:00:00Z")
UNKNOWN = ("LAB-LICENSE-scalability", "RCV3_a.b.c", sealed(claims() | {"grantedModules": None}))

OR_ITS_OWN = ", or write rocketchat_license_in_workspace: true if the workspace has a valid one of its own."
NO_MODULE = (
    "rocketchat_license: the licence given lacks the module scalability, which upstream requires for more than one of "
    "a service (3 of ddp_streamer, 2 of account). Set one that has it, or deploy one of each service."
)
WRONG_ADDRESS = (
    "rocketchat_license: the licence given was issued for another address than rocketchat_root_url. Correct "
    "rocketchat_root_url if it is wrong (name, port and path count, the scheme does not), or ask Rocket.Chat for a "
    "licence for it."
)
TOO_LATE = "rocketchat_license: the licence given expired on 2026-11-26 21:59 UTC. Set the renewed one."
TOO_EARLY = (
    "rocketchat_license: the licence given is valid from 2026-12-01 08:00 UTC on only. Set one that is valid now, or "
    "wait until then."
)
PROBLEMS: list[tuple[dict[str, Any], list[str]]] = [
    ({"rocketchat_license": LACKING, **TWO}, [NO_MODULE]),
    ({"rocketchat_license": EXPIRED}, [TOO_LATE]),
    ({"rocketchat_license": EARLY}, [TOO_EARLY]),
    ({"rocketchat_license": ELSEWHERE}, [WRONG_ADDRESS]),
    ({"rocketchat_license": license_text(), "rocketchat_root_url": "https://chat.example.com:8443"}, [WRONG_ADDRESS]),
    ({"rocketchat_license": license_text(), "rocketchat_root_url": "https://chat.example.com/team/"}, [WRONG_ADDRESS]),
    (
        {"rocketchat_license": license_text(), "rocketchat_settings": {"Site_Url": "https://talk.example.com"}},
        [WRONG_ADDRESS.replace("rocketchat_root_url", "rocketchat_settings.Site_Url")],
    ),
    (
        {
            "rocketchat_license": license_text("abac", servers=(("url", "x"),), ends="2026-11-26T21:59:59.999Z"),
            **TWO,
        },
        [TOO_LATE, WRONG_ADDRESS, NO_MODULE],
    ),
]


def test_one_that_can_be_installed_no_more_is_of_no_use_and_may_run() -> None:
    """Rocket.Chat takes the one given for new at each start until it is stored."""
    claimed = claims()
    claimed["validation"]["validPeriods"] = [
        {"validUntil": "2026-11-26T21:59:59Z", "invalidBehavior": "prevent_installation"},
        {"validUntil": "2026-11-26T21:59:59Z", "invalidBehavior": "disable_modules", "modules": ["auditing"]},
    ]
    inventory = single(rocketchat_license=sealed(claimed))
    planned = plan(inventory)
    assert [str(Problem(**problem)) for problem in planned["license_problems"]] == with_remedy([TOO_LATE])
    assert planned["license"]["modules"] == ("scalability",)
    read, met = read_inventory(inventory["groups"], inventory["hosts"])
    running = make_plan(read, SECRETS, met, now=NOW, deploy=False)
    assert running.warnings == [] and running.license and running.license.ends is None


def test_without_the_module_at_this_time_more_than_one_is_of_no_use() -> None:
    claimed = claims()
    period = {"validUntil": "2026-11-26T21:59:59Z", "invalidBehavior": "disable_modules", "modules": ["scalability"]}
    claimed["validation"]["validPeriods"] = [period]
    planned = plan(single(rocketchat_license=sealed(claimed), **TWO))
    assert [str(Problem(**problem)) for problem in planned["license_problems"]] == with_remedy([NO_MODULE])


def test_a_missing_licence_is_no_reason_not_to_ask_about_health() -> None:
    inventory = single(rocketchat_license="", **TWO)
    read, met = read_inventory(inventory["groups"], inventory["hosts"])
    [warning] = make_plan(read, SECRETS, met, now=NOW, deploy=False).warnings
    assert message(warning) == complaints(inventory)
    assert warning.startswith("rocketchat_license = '': is empty, and without it surplus replicas shut down")


def with_remedy(problems: list[str]) -> list[str]:
    """As they are told where the operator has not said that the workspace has its own."""
    return [problem.removesuffix(".") + OR_ITS_OWN for problem in problems]


@pytest.mark.parametrize(("variables", "problems"), PROBLEMS)
def test_a_licence_that_is_of_no_use_is_for_the_gate_to_refuse(variables: dict[str, Any], problems: list[str]) -> None:
    planned = plan(single(**variables))
    assert [str(Problem(**problem)) for problem in planned["license_problems"]] == with_remedy(problems)
    assert planned["warnings"] == []


@pytest.mark.parametrize(("variables", "problems"), PROBLEMS)
def test_it_is_told_with_the_other_mistakes(variables: dict[str, Any], problems: list[str]) -> None:
    found = complaints(single(**variables, rocketchat_expected_users=-1))
    assert found[1].startswith("1. rocketchat_expected_users")
    assert found == message(found[1].removeprefix("1. "), *with_remedy(problems))


@pytest.mark.parametrize(("variables", "problems"), PROBLEMS)
def test_beside_the_workspaces_own_it_is_a_warning(variables: dict[str, Any], problems: list[str]) -> None:
    planned = plan(single(**variables, rocketchat_license_in_workspace=True))
    assert planned["license_problems"] == []
    assert planned["warnings"] == [
        f"{problem} The workspace's own, which rocketchat_license_in_workspace promises, wins while it is valid."
        for problem in problems
    ]


@pytest.mark.parametrize(
    "variables",
    [
        {"rocketchat_license": license_text(), **TWO},
        {"rocketchat_license": license_text(), "rocketchat_root_url": "http://CHAT.example.com/"},
        {"rocketchat_license": license_text(ends="2026-11-26T22:00:00Z")},
        # of what cannot be compared nothing is said
        {"rocketchat_license": license_text(servers=(("hash", "$2b$10$x"), ("regex", "(chat|talk).example.com")))},
        {
            "rocketchat_license": license_text(),
            "rocketchat_root_url": "https://198.18.0.11",
            "rocketchat_settings": {"Site_Url": "https://chat.example.com"},
        },
        *({"rocketchat_license": text, **TWO} for text in UNKNOWN),
        {"rocketchat_license": "", "rocketchat_license_in_workspace": True, **TWO},
        {"rocketchat_license": "", "rocketchat_license_in_workspace": True},
    ],
)
def test_a_licence_of_which_nothing_is_said(variables: dict[str, Any]) -> None:
    assert plan(single(**variables))["warnings"] == []


def test_without_the_module_single_instances_are_a_warning() -> None:
    assert plan(single(rocketchat_license=LACKING))["warnings"] == [
        "rocketchat_license: the licence given lacks the module scalability, which upstream requires for "
        "microservices. Deploy no more than one of each service."
    ]


def test_an_address_that_cannot_be_read_is_told_by_itself() -> None:
    found = complaints(single(rocketchat_license=license_text(), rocketchat_root_url="chat.example.com"))
    assert len(found) == 2 and found[1].startswith("1. rocketchat_root_url")


@pytest.mark.parametrize("text", ["", *UNKNOWN])
def test_what_cannot_be_read_is_not_handed_on(text: str) -> None:
    planned = plan(single(rocketchat_license=text))
    assert planned["license"] is None and planned["license_in_workspace"] is False


def test_what_is_handed_on() -> None:
    planned = plan(single(rocketchat_license=license_text(), rocketchat_license_in_workspace=True))
    assert planned["license_in_workspace"] is True
    assert planned["license"] == {
        "source": "given",
        "modules": ("auditing", "scalability"),
        "starts": None,
        "ends": "2027-11-26T00:00:00+00:00",
        "address_matches": True,
        "auto_renew": False,
    }


SERVERS = st.sampled_from([("url", "chat.example.com"), ("url", "s3cret.example.com"), ("regex", "*.s3cret.com")])


@given(
    st.lists(st.sampled_from(["scalability", "S3CRET-module"]), min_size=1, max_size=2),
    st.lists(SERVERS, max_size=2),
    st.sampled_from([None, "2026-01-01", "2027-01-01"]),
    st.sampled_from([None, "2026-06-01", "2028-01-01"]),
    st.booleans(),
)
@examples(times=0.5)
def test_no_message_quotes_it(
    modules: list[str], servers: list[tuple[str, str]], starts: str | None, ends: str | None, stored: bool
) -> None:
    text = license_text(*modules, servers=tuple(servers), starts=starts, ends=ends)
    inventory = single(rocketchat_license=text, rocketchat_license_in_workspace=stored, **TWO)
    told = complaints(inventory)
    if not told:
        planned = plan(inventory)
        shown = {**planned["license"], "modules": (), "problems": planned["license_problems"]}
        told = [*planned["warnings"], json.dumps(shown)]
    assert not any(part in line for line in told for part in ("s3cret", "S3CRET", *text.split(".")))


@pytest.mark.parametrize(("variables", "problems"), PROBLEMS)
def test_a_deployment_that_runs_is_asked_about_its_health_all_the_same(
    variables: dict[str, Any], problems: list[str]
) -> None:
    read, met = read_inventory(single(**variables)["groups"], single(**variables)["hosts"])
    planned = make_plan(read, SECRETS, met, now=NOW, deploy=False)
    assert (planned.warnings, planned.license_problems) == (with_remedy(problems), [])
