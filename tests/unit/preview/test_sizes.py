# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the preview says of sizes: what hosts need against what they have, where that is known."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.plan_inventories import cluster, plan, single
from tests.unit.preview.previews import AWAY, preview, there


def verdict(planned: dict[str, Any], answer: dict[str, Any]) -> tuple[bool | None, str, list[str]]:
    found = preview(planned, chat=answer)
    [size] = found["sizes"]
    return size["enough"], size["unknown"], [one for one in found["warnings"] if one.startswith("host ")]


@pytest.mark.parametrize(
    ("answer", "enough"),
    [
        (there(1, 1844), True),
        # sold with 2 GiB: a tenth is what firmware and kernel may take before they count
        (there(1, 1843), False),
        (there(1, 512), False),
    ],
)
def test_without_a_number_of_users(answer: dict[str, Any], enough: bool) -> None:
    assert verdict(plan(single()), answer) == (enough, "", [])


@pytest.mark.parametrize(
    ("cores", "memory_mb", "enough"), [(6, 8192, True), (5, 8192, False), (6, 8191, False), (32, 65536, True)]
)
def test_for_a_number_of_users(cores: int, memory_mb: int, enough: bool) -> None:
    planned = plan(single(rocketchat_expected_users=500))
    found = preview(planned, chat=there(cores, memory_mb))
    assert found["sizes"] == [
        {
            "host": "chat",
            "needed": {"cores": 6, "memory_mb": 8192},
            "there": {"cores": cores, "memory_mb": memory_mb},
            "enough": enough,
            "unknown": "",
        }
    ]
    told = [
        f"host chat has {cores} cores and {memory_mb} MiB of memory, and rocketchat_expected_users = 500 needs 6 cores "
        "and 8192 MiB there."
    ]
    assert [one for one in found["warnings"] if one.startswith("host ")] == ([] if enough else told)


def test_monoliths_want_a_core_more_than_they_are() -> None:
    planned = plan(single(rocketchat_replicas={"rocketchat": 3}))
    assert preview(planned)["sizes"][0]["needed"] == {"cores": 4, "memory_mb": 2048}
    assert verdict(planned, there(4))[0] is True
    enough, _unknown, warnings = verdict(planned, there(3))
    assert enough is False and len(warnings) == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (AWAY, "cannot be reached"),
        ({"facts": None, "unknown": "was not asked"}, "was not asked"),
        (there(None), "could not be asked, see -v"),
        (there(4, None), "could not be asked, see -v"),
    ],
)
def test_what_is_not_known_is_no_mistake(answer: dict[str, Any], why: str) -> None:
    assert verdict(plan(single(rocketchat_expected_users=5000)), answer) == (None, why, [])


def test_a_host_that_only_proxies_needs_nothing_that_upstream_says() -> None:
    groups = {"mongodb": ["a"], "nats": ["a"], "rocketchat": ["a"], "nginx": ["b"]}
    sizes = preview(plan(cluster("a", "b", groups=groups)), b=there(1, 256))["sizes"]
    [proxy] = [size for size in sizes if size["host"] == "b"]
    assert proxy["needed"] == {"cores": 0, "memory_mb": 0} and proxy["enough"] is True
