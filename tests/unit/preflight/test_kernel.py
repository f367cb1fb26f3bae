# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What mongod wants of the kernel, by its series, and what is said of a host where it is otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.judge import judge
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.kernel import otherwise, wanted

from tests.unit.plan_inventories import cluster, plan, single
from tests.unit.preflight.hosts import OTHER, asked, converged, kernel

PLAN = plan(single(mongodb_version="8.0"))
KERNEL = PLAN["hosts"]["chat"]["mongodb"]["kernel"]
SETTINGS = {"/proc/sys/vm/max_map_count": "1048576", "/proc/sys/vm/swappiness": "1"}
PAGES = "/sys/kernel/mm/transparent_hugepage"


@pytest.mark.parametrize("series", ["4.4", "5.0", "6.0", "7.0"])
def test_huge_pages_are_off_up_to_seven(series: str) -> None:
    assert wanted(series)["files"] == {**SETTINGS, f"{PAGES}/enabled": "never"}
    assert not wanted(series)["frees_rseq"]


@pytest.mark.parametrize("series", ["8.0", "8.2", "10.0"])
def test_huge_pages_are_on_from_eight(series: str) -> None:
    assert wanted(series)["files"] == {
        **SETTINGS,
        f"{PAGES}/enabled": "always",
        f"{PAGES}/defrag": "defer+madvise",
        f"{PAGES}/khugepaged/max_ptes_none": "0",
    }
    assert wanted(series)["frees_rseq"]


@pytest.mark.parametrize(
    ("series", "path", "content", "told"),
    [
        ("8.0", "/proc/sys/vm/swappiness", "60\n", "/proc/sys/vm/swappiness is 60, not 1"),
        ("8.0", "/proc/sys/vm/swappiness", "0\n", ""),
        ("8.0", "/proc/sys/vm/max_map_count", "65530\n", "/proc/sys/vm/max_map_count is 65530, not 1048576"),
        ("8.0", "/proc/sys/vm/max_map_count", "2147483642\n", ""),
        ("8.0", f"{PAGES}/enabled", "always [madvise] never\n", f"{PAGES}/enabled is madvise, not always"),
        ("8.0", f"{PAGES}/enabled", "[always] madvise never\n", ""),
        ("8.0", f"{PAGES}/khugepaged/max_ptes_none", "511\n", f"{PAGES}/khugepaged/max_ptes_none is 511, not 0"),
        ("7.0", f"{PAGES}/enabled", "[always] madvise never\n", f"{PAGES}/enabled is always, not never"),
        ("7.0", f"{PAGES}/enabled", "always [madvise] never\n", ""),
        ("7.0", f"{PAGES}/khugepaged/max_ptes_none", "511\n", ""),
        ("8.0", "/proc/sys/vm/swappiness", "", ""),
    ],
)
def test_what_mongod_warns_of(series: str, path: str, content: str, told: str) -> None:
    assert otherwise(wanted(series), {path: content}) == ([told] if told else [])
    assert otherwise(wanted(series), dict.fromkeys(wanted(series)["files"])) == []


# -- the gate ----------------------------------------------------------------------------------------------------------


def warnings(**facts: Any) -> list[str]:
    return judge(PLAN, [converged(PLAN, **facts)]).warnings


def test_nothing_is_said_of_a_kernel_that_is_as_mongod_wants_it() -> None:
    assert warnings() == []


def test_container_is_told_that_its_kernel_is_anothers() -> None:
    [told] = warnings(kernel={**kernel(KERNEL, swappiness="60"), "of_container": True})
    where = "/proc/sys/vm/swappiness is 60, not 1"
    assert told.startswith(f"host chat is a container and has the kernel of its machine, where {where}. mongod works")


def test_kernel_that_somebody_set_otherwise_is_told_with_what_to_type() -> None:
    [told] = warnings(kernel=kernel(KERNEL, enabled="never [madvise] always"))
    assert f"{PAGES}/enabled is madvise, not always" in told
    assert told.endswith("`sudo systemctl start rocketops-mongod-kernel.service`.")


@pytest.mark.parametrize(("most", "warns"), [(20000, True), (63999, True), (64000, False), (None, False)])
def test_mongod_that_may_open_too_few_files_is_told(most: int | None, warns: bool) -> None:
    told = [one for one in warnings(open_files=most) if one.startswith("mongod on host chat may open ")]
    assert told == (
        [
            f"mongod on host chat may open {most} files, and wants 64000: with many connections, it refuses some. "
            "Raise what process 1 of the host may open; of a container, its machine decides."
        ]
        if warns
        else []
    )


def test_host_that_is_about_to_get_the_settings_is_not_told_of_them() -> None:
    facts = {"kernel": kernel(KERNEL, swappiness="60")}
    assert [one for one in judge(PLAN, [asked(PLAN, **facts)]).warnings if "swappiness" in one] == []
    files = converged(PLAN).facts["files"]
    other = {**files[layout.MONGOD_KERNEL_UNIT], "digest": OTHER}
    assert warnings(**facts, files={**files, layout.MONGOD_KERNEL_UNIT: other}) == []


def test_host_without_mongodb_is_left_alone() -> None:
    groups = {"mongodb": ["db"], "nats": ["db"], "rocketchat": ["app"], "nginx": ["app"]}
    planned = plan(cluster("db", "app", groups=groups, mongodb_version="8.0"))
    host = converged(planned, "app")
    assert host.facts["kernel"] is None
    assert layout.MONGOD_KERNEL_UNIT not in [file.path for state in host.desired.values() for file in state.files]
