# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs is known to have the settings of its files, or not; where it has, nothing is restarted for nothing.

What is mended of each file is a drift (test_drifts.py).
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.application import role_plan
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.differences import host_differences, told
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout

from tests.unit.plan_inventories import plan, single
from tests.unit.preflight.hosts import NOW, OTHER, TAKEN_UP, Facts, converged, program, with_facts

HOST = converged(plan(single()))
FILES = [layout.NGINX_SITE, layout.MONGOD_SETTINGS, layout.DAEMON_SETTINGS, layout.NATS_SETTINGS]


def changed_at(moment: float, *paths: str, host: Host = HOST) -> Host:
    """The files, by whatever did not change their content."""
    files = {path: {**found, "changed": moment} for path, found in host.facts["files"].items() if path in paths}
    return with_facts(host, files={**host.facts["files"], **files})


def started_at(moment: float, host: Host = HOST) -> Host:
    """All programs anew, as after a boot."""
    again = {name: program(name, process="another", since=moment) for name in host.facts["programs"]}
    return with_facts(host, programs=again)


def without_notes(host: Host = HOST) -> Host:
    ledger = deepcopy(host.facts["ledger"])
    ledger["content"]["taken_up"] = {}
    return with_facts(host, ledger=ledger)


def sentences(host: Host) -> list[str]:
    return [sentence for _role, sentence in told(host_differences(host))]


@pytest.mark.parametrize(
    "host",
    [
        # what a role notes holds, whatever is then done to the files
        changed_at(NOW - 10, *FILES),
        # and whatever the clock was then
        changed_at(NOW - 10, *FILES, host=with_facts(HOST, clock={"epoch": NOW - 10**6, "synchronised": False})),
        started_at(NOW - 10),
        started_at(NOW - 10, changed_at(NOW - 60, *FILES)),
        # an older version noted nothing
        without_notes(),
        # a file is a moment older than the program that reads it, by clocks that are not finer
        started_at(NOW - 10, changed_at(NOW - 10 + 0.01, *FILES)),
        # by a clock that was wrong
        started_at(NOW - 10, changed_at(NOW + 3600, *FILES)),
    ],
)
def test_what_has_its_settings_is_left_alone(host: Host) -> None:
    assert host_differences(host) == {}


@pytest.mark.parametrize(
    "host",
    [
        started_at(NOW - 60, changed_at(NOW - 10, *FILES)),
        without_notes(changed_at(NOW - 10, *FILES)),
    ],
)
def test_what_may_have_others_is_told_with_what_is_done(host: Host) -> None:
    had = "runs with what it had before"
    assert sentences(host) == [
        f"will restart Docker, which {had} {layout.DAEMON_SETTINGS} was changed; containers keep running",
        f"will restart mongod, which {had} {layout.MONGOD_SETTINGS} was changed",
        f"will replace nats: it {had} {layout.NATS_SETTINGS} was changed",
        f"will reload nginx, which {had} {layout.NGINX_SITE} was changed",
    ]
    differences = host_differences(host)
    states = {
        role: role_plan(host, role, found)["unit"]["state"] for role, found in differences.items() if found[0].effect
    }
    assert states == {"docker": "restarted", "mongodb": "restarted", "nginx": "reloaded"}
    assert role_plan(host, "nats", differences["nats"])["makes_anew"] == ["nats"]


def test_a_file_that_is_written_is_told_once() -> None:
    """It is taken up in any case."""
    host = started_at(NOW - 60, changed_at(NOW - 10, layout.NGINX_SITE))
    files = {**host.facts["files"], layout.NGINX_SITE: {**host.facts["files"][layout.NGINX_SITE], "digest": OTHER}}
    assert sentences(with_facts(host, files=files)) == ["will change the site in nginx and reload it"]


def test_what_does_not_run_is_started() -> None:
    host = changed_at(NOW - 10, *FILES)
    stopped = {**host.facts["units"], layout.NGINX_UNIT: {**host.facts["units"][layout.NGINX_UNIT], "active": False}}
    programs = {**host.facts["programs"], layout.NGINX_UNIT: None}
    assert sentences(with_facts(host, units=stopped, programs=programs)) == ["will start nginx"]


def without_live_restore() -> Host:
    return converged(plan(single(docker_daemon_options={"live-restore": False})))


@pytest.mark.parametrize("since", [TAKEN_UP, NOW - 60])
def test_an_engine_that_would_end_containers_is_not_restarted_for_what_others_may_have_changed(since: float) -> None:
    host = changed_at(NOW - 10, layout.DAEMON_SETTINGS, host=without_live_restore())
    programs: Facts = {**host.facts["programs"], layout.DOCKER_UNIT: program("docker", process="another", since=since)}
    engine: dict[str, Any] = {
        **host.facts["docker"],
        "engine": {**host.facts["docker"]["engine"], "live_restore": False},
    }
    assert sentences(with_facts(host, programs=programs, docker=engine)) == []
