# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that some releases have and others have not: the catalogue's word is enough."""

from __future__ import annotations

from itertools import pairwise

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.services import read_replicas
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.catalogue import (
    MAX_REPLICAS,
    METRICS_PORT_DISTANCE,
    SERVICES,
    Service,
    services_of,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.problems import Problems
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.versions import Version

from tests.unit.plan_inventories import every_container, plan, single

FIRST, GONE = Version(8, 5, 0), Version(9, 0, 0)


@pytest.fixture
def ferry(monkeypatch: pytest.MonkeyPatch) -> Service:
    """One that the releases of a year have, and of which there is one there unless more are wanted."""
    service = Service("ferry", "rocketchat/ferry-service", 3900, since=FIRST, until=GONE)
    monkeypatch.setitem(SERVICES, "ferry", service)
    return service


@pytest.mark.parametrize(
    ("version", "has_it"),
    [
        (Version(8, 4, 9), False),
        (FIRST, True),
        (Version(8, 9, 1), True),
        (GONE, False),
        # could not be read: nothing is said of what only some releases have
        (None, False),
    ],
)
def test_releases_that_have_a_service(ferry: Service, version: Version | None, has_it: bool) -> None:
    assert ("ferry" in services_of(version)) is has_it
    assert "account" in services_of(version)


@pytest.mark.parametrize(
    ("version", "problem"),
    [
        (
            Version(8, 4, 9),
            "rocketchat_replicas.ferry = 1: Rocket.Chat 8.4.9 has no ferry yet: its image begins with 8.5.0. "
            "Remove the line, or choose rocketchat_version 8.5.0 or newer.",
        ),
        (
            Version(9, 0, 1),
            "rocketchat_replicas.ferry = 1: Rocket.Chat 9.0.1 has no ferry: its image ended with 9.0.0. "
            "Remove the line, or choose a rocketchat_version before 9.0.0.",
        ),
    ],
)
def test_replicas_of_what_a_release_has_not(ferry: Service, version: Version, problem: str) -> None:
    problems = Problems()
    assert "ferry" not in read_replicas(problems, "chat", {"ferry": 1}, version, {})
    assert list(map(str, problems.found)) == [problem]


@pytest.mark.parametrize("version", [None, FIRST])
def test_replicas_of_what_a_release_has_or_may_have(ferry: Service, version: Version | None) -> None:
    problems = Problems()
    assert read_replicas(problems, "chat", {"ferry": 2}, version, {})["ferry"] == 2
    assert problems.found == []


@pytest.mark.parametrize(("version", "containers"), [("8.4.9", 0), ("8.5.0", 1), ("9.0.0", 0)])
def test_it_is_planned_where_it_exists_and_missed_nowhere(ferry: Service, version: str, containers: int) -> None:
    found = every_container(plan(single(rocketchat_version=version)))
    assert sum(container["container_name"] == "ferry-1" for container in found.values()) == containers


def test_ports_of_services_do_not_meet() -> None:
    """However many replicas there are of each, and with their metrics."""
    first = sorted(
        port for service in SERVICES.values() for port in (service.port, service.port + METRICS_PORT_DISTANCE)
    )
    assert all(following - port > MAX_REPLICAS for port, following in pairwise(first))
