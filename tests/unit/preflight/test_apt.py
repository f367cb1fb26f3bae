# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of somebody else's for a repository that is planned: used, or refused before apt refuses everything."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.application import (
    ledger_entries,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.apt import with_provided
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import host_differences
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.judge import judge
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.packages import packages_plan

from tests.unit.plan_inventories import plan, single
from tests.unit.preflight.hosts import KEYS, OTHER, asked, converged, origin, owned, with_facts

PLAN = plan(single())
SOURCE, KEY = "/etc/apt/sources.list.d/docker.sources", "/etc/apt/keyrings/docker.asc"
ENTRY = {
    "file": "/etc/apt/sources.list.d/docker.list",
    "uri": "https://download.docker.com/linux/debian/",
    "suite": "trixie",
    "components": ["stable"],
    "signed_by": "/usr/share/keyrings/docker.gpg",
    "architectures": ["amd64"],
}


def host(*entries: dict[str, Any], **facts: Any) -> Host:
    return with_provided(asked(PLAN, repositories=list(entries), **facts))


def problems(host: Host) -> list[str]:
    return [str(problem) for problem in judge(PLAN, [host]).problems]


def provides(host: Host) -> bool:
    return host.desired["docker"].repository is None


def test_entry_of_somebody_else_is_used() -> None:
    """Whatever its key, and nothing of ours is put beside it."""
    there = host(ENTRY)
    assert problems(there) == []
    found = host_differences(there)
    assert KEY not in [file["path"] for file in packages_plan(there, found, KEYS)["files"]]
    noted = ledger_entries(there, found, KEYS)["resources"]
    assert not {f"file {SOURCE}", f"file {KEY}"} & set(noted)
    assert there.desired["mongodb"].repository is not None


def test_entry_at_the_place_of_ours_is_used() -> None:
    """As Docker's own manual has people write it."""
    found = {"kind": "file", "mode": "0644", **owned("root"), "digest": OTHER}
    facts: dict[str, Any] = {"files": {SOURCE: found, KEY: found}, "origins": {SOURCE: origin(), KEY: origin()}}
    manual = {**ENTRY, "file": SOURCE, "signed_by": KEY}
    assert problems(host(manual, **facts)) == []
    assert provides(host(manual, **facts))
    other = host({**manual, "suite": "bookworm"}, **facts)
    assert [text.partition(" ")[0] for text in problems(other)] == [SOURCE], "it would be replaced"


@pytest.mark.parametrize(
    "change",
    [
        {"uri": "http://download.docker.com/linux/debian"},
        {"uri": "https://download.docker.com/linux/ubuntu"},
        {"suite": "bookworm"},
        {"signed_by": KEY, "components": ["test"]},
        {"signed_by": KEY, "architectures": ["arm64"]},
        {"signed_by": "", "components": ["test"]},
    ],
    ids=lambda change: str(list(change.values())[-1]),
)
def test_other_entry_may_be_there_beside_ours(change: dict[str, Any]) -> None:
    there = host({**ENTRY, **change})
    assert problems(there) == []
    assert not provides(there)


@pytest.mark.parametrize("change", [{"components": ["test"]}, {"architectures": ["arm64"]}])
def test_entry_that_does_not_do_and_excludes_ours(change: dict[str, Any]) -> None:
    assert problems(host({**ENTRY, **change})) == [
        "/etc/apt/sources.list.d/docker.list on host chat: names https://download.docker.com/linux/debian trixie with "
        "/usr/share/keyrings/docker.gpg, and /etc/apt/sources.list.d/docker.sources names it with "
        "/etc/apt/keyrings/docker.asc: apt refuses to work with both. Have it name stable for amd64, too, and it is "
        "used; or remove it."
    ]


def test_entry_that_came_after_ours() -> None:
    both = with_facts(converged(PLAN), repositories=[{**ENTRY, "file": SOURCE, "signed_by": KEY}, ENTRY])
    [problem] = problems(with_provided(both))
    assert problem.startswith("/etc/apt/sources.list.d/docker.list on host chat: names https://download.docker.com/")
    assert problem.endswith(
        "apt refuses to work with both. Remove one of them; without /etc/apt/sources.list.d/docker.sources, the other "
        "is used."
    )
    same_key = with_facts(converged(PLAN), repositories=[{**ENTRY, "signed_by": KEY}])
    assert problems(with_provided(same_key)) == []
    assert host_differences(with_provided(same_key)) == {}
