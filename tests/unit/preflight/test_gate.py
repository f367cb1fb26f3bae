# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action of the gate: which roles are applied where, and what is printed."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.action import preflight
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import host_differences
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.registered import chosen

from tests.unit.plan_inventories import plan, single
from tests.unit.preflight.hosts import KEYS, asked, converged

PLAN = plan(single())
ROLES = ["firewall", "docker", "mongodb", "nats", "rocketchat", "nginx"]
WITHOUT_NGINX = converged(PLAN, packages={name: "1.0" for name in converged(PLAN).packages if name != "nginx"})


EVERY_TAG = {"ansible_run_tags": ["all"], "ansible_skip_tags": []}


def applied(host: Any, everything: bool = False, check_mode: bool = False) -> dict[str, Any]:
    differences = host_differences(host)
    roles = [] if check_mode else preflight._roles(host, differences, everything, EVERY_TAG)
    return preflight._applied(host, differences, roles, everything and not check_mode, KEYS)


def test_roles_that_differ_are_applied_and_told() -> None:
    gate = applied(WITHOUT_NGINX)
    assert (gate["apply"], list(gate["roles"])) == (["packages", "nginx"], ["packages", "nginx"])
    assert gate["changes"] == ["will install nginx"]
    assert set(gate["roles"]["nginx"]) == {"plan", "secrets"}


def test_packages_and_images_are_seen_to_before_any_role() -> None:
    assert applied(asked(PLAN))["apply"] == ["packages", "images", *ROLES]


def test_nothing_is_applied_where_nothing_differs() -> None:
    nothing: dict[str, Any] = {key: {} for key in ("resources", "pending", "generated", "containers", "settings")} | {
        "left": []
    }
    assert applied(converged(PLAN)) == {"apply": [], "ledger": nothing, "changes": [], "diff": [], "roles": {}}


def test_all_roles_are_applied_on_demand() -> None:
    gate = applied(WITHOUT_NGINX, everything=True)
    assert gate["apply"] == list(gate["roles"]) == ["packages", *ROLES]
    assert gate["changes"] == ["will install nginx"]


@pytest.mark.parametrize("everything", [False, True])
def test_check_mode_tells_and_applies_nothing(everything: bool) -> None:
    gate = applied(WITHOUT_NGINX, everything, check_mode=True)
    assert (gate["apply"], gate["roles"], gate["changes"]) == ([], {}, ["will install nginx"])
    assert gate["ledger"]["resources"] == {}


@pytest.mark.parametrize(
    ("tags", "skipped", "roles"),
    [
        (["all"], [], ROLES),
        (["nginx"], [], ["nginx"]),
        (["docker", "nats"], [], ["docker", "nats"]),
        (["tagged"], [], ROLES),
        (["untagged"], [], []),
        (["always"], [], []),
        (["all"], ["nginx", "mongodb"], ["firewall", "docker", "nats", "rocketchat"]),
        (["nginx"], ["nginx"], []),
        (["all"], ["tagged"], []),
    ],
)
def test_roles_that_tags_leave_out_are_not_told(tags: list[str], skipped: list[str], roles: list[str]) -> None:
    """As Ansible goes by them: a role that does not run changes nothing."""
    variables = {"ansible_run_tags": tags, "ansible_skip_tags": skipped}
    assert list(chosen(host_differences(asked(PLAN)), variables)) == roles


def test_what_is_printed() -> None:
    found = {"one": host_differences(converged(PLAN)), "two": host_differences(WITHOUT_NGINX)}
    assert preflight.as_text(found) == "Planned changes:\n  two: will install nginx"
    assert preflight.as_text({"one": {}}) == "Nothing to change."


def test_tags_choose_among_all_roles_too() -> None:
    tags = {"ansible_run_tags": ["nginx"], "ansible_skip_tags": []}
    assert preflight._roles(WITHOUT_NGINX, {}, True, tags) == ["nginx"]
