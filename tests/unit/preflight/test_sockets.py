# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many connections nginx is planned to take, and what a host says of its limits."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.resources import File
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.hosts import Host
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.judge import judge
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.sockets import (
    Workers,
    held,
    planned_sockets,
    worker_connections,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.plan_inventories import plan, single
from tests.unit.preflight.hosts import OTHER, asked, origin, owned

ONE_EACH = {"rocketchat": 1, "ddp_streamer": 2}
PLAN = plan(single(rocketchat_expected_users=5000, rocketchat_replicas=ONE_EACH, mongodb_version="8.0"))
CONF = {"kind": "file", "mode": "0644", **owned("root"), "digest": OTHER}


def warnings(**facts: Any) -> list[str]:
    host = asked(PLAN, **{"cores": 32, "memory_mb": 65536, **facts})
    return [one for one in judge(PLAN, [host]).warnings if "socket" in one or "somaxconn" in one]


def configuration(host: Host) -> File | None:
    files = host.desired["nginx"].files
    return next((file for file in files if file.path == layout.NGINX_CONFIGURATION), None)


@given(st.integers(0, 1_000_000), st.integers(0, 99), st.integers(1, 256))
def test_all_planned_sockets_are_held(users: int, streamers: int, cores: int) -> None:
    sockets = planned_sockets(users, streamers)
    assert held(worker_connections(sockets, Workers(cores)), cores) >= sockets


@given(st.integers(0, 1_000_000), st.integers(1, 256), st.integers(1, 1_048_576))
def test_no_worker_is_given_more_files_than_it_may_open(users: int, cores: int, most: int) -> None:
    """It would be left with the limit that it has, which is lower (ngx_process_cycle.c, ngx_worker_process_init)."""
    connections = worker_connections(planned_sockets(users, 1), Workers(cores, most))
    assert connections >= 1 and (connections + 256 <= most or connections == 1)


@pytest.mark.parametrize(
    ("cores", "connections"),
    [(1, 30000), (2, 15000), (4, 7500), (32, 4096)],
)
def test_connections_are_shared_by_the_workers(cores: int, connections: int) -> None:
    file = configuration(asked(PLAN, cores=cores))
    assert file and f"worker_connections {connections};" in (file.content or "")
    assert f"worker_rlimit_nofile {connections + 256};" in (file.content or "")


def test_limit_is_the_lower_one_of_systemd_and_the_unit() -> None:
    units = {layout.NGINX_UNIT: {"found": True, "active": True, "enabled": True, "masked": False, "open_files": 9256}}
    for facts in ({"open_files": 9256}, {"units": units}):
        file = configuration(asked(PLAN, cores=2, **facts))
        assert file and "worker_connections 9000;" in (file.content or "")


def test_host_that_gives_too_few_files() -> None:
    assert warnings(cores=2) == []
    assert warnings(cores=2, open_files=10256) == [
        "nginx on host chat can hold 6666 sockets, and 10000 are planned for: each of its 2 workers may open 10256 "
        "files. Let systemd there open 15256, or put more hosts into [nginx]."
    ]
    assert warnings(cores=32, open_files=4096) == [
        "each ddp-streamer on host chat may open 4096 files, and 5000 sockets are planned for it. Raise "
        "rocketchat_replicas.ddp_streamer."
    ]


def test_short_queue() -> None:
    assert warnings(backlog=128) == [
        "net.core.somaxconn of host chat is 128: when many clients come back at once, those beyond it wait or are "
        "refused. Write net.core.somaxconn = 4096 into /etc/sysctl.d there."
    ]
    assert warnings(backlog=None, open_files=None) == []


@pytest.mark.parametrize(
    ("found", "writes"),
    [
        (origin(packaged=True), True),
        (origin("Managed by rocketops.rocketchat"), True),
        (origin(), False),
    ],
    ids=["as its package delivered it", "ours", "somebody's own"],
)
def test_configuration_that_somebody_has_settings_in_stays(found: dict[str, Any], writes: bool) -> None:
    there = {"files": {layout.NGINX_CONFIGURATION: CONF}, "origins": {layout.NGINX_CONFIGURATION: found}}
    assert bool(configuration(asked(PLAN, **there))) is writes
    nginx = {"servers": [], "upstreams": [], "settings": [], "includes_site": True, "worker_connections": 768}
    told = [
        "nginx on host chat can hold 512 sockets, and 10000 are planned for: /etc/nginx/nginx.conf, which somebody has "
        "settings in, gives 768 connections to a worker. Write worker_connections 15000 and worker_rlimit_nofile "
        "15256 there."
    ]
    assert warnings(cores=2, nginx=nginx, **there) == ([] if writes else told)
    adopting = plan(single(mongodb_version="8.0", rocketchat_adopt=[layout.NGINX_CONFIGURATION]))
    assert configuration(asked(adopting, **there))


@pytest.mark.parametrize(
    ("port", "option", "file", "own"),
    [
        (443, "ssl", "/etc/nginx/sites-enabled/shop", True),
        (443, "ipv6only=on", "/etc/nginx/sites-enabled/shop", False),
        (443, "reuseport", layout.NGINX_SITE, True),
        (8443, "backlog=10", "/etc/nginx/sites-enabled/shop", True),
    ],
)
def test_queues_of_their_own_where_no_other_site_has_options(port: int, option: str, file: str, own: bool) -> None:
    """nginx would refuse both together."""
    listen = {"address": "[::]", "port": port, "options": [option]}
    server = {"file": file, "line": 1, "level": "http", "names": ["shop.example.com"], "listens": [listen]}
    nginx = {"servers": [server], "upstreams": [], "settings": [], "includes_site": True, "worker_connections": 768}
    [site] = [one for one in asked(PLAN, nginx=nginx).desired["nginx"].files if one.path == layout.NGINX_SITE]
    assert ("listen 443 ssl reuseport backlog=4096;" in (site.content or "")) is own
    assert ("listen 443 ssl;" in (site.content or "")) is not own
