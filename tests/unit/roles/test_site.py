# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps one client of the reverse proxy from taking what is for all."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.desired import desired_state
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.distributions import DISTRIBUTIONS

from tests.unit.plan_inventories import single, typed_plan


def site(**variables: Any) -> str:
    state = desired_state(typed_plan(single(**variables)).hosts["chat"], DISTRIBUTIONS[-1])["nginx"]
    [content] = [file.content for file in state.files if file.path == layout.NGINX_SITE]
    return str(content)


@pytest.mark.parametrize(
    ("variables", "bound"),
    [
        ({}, 1000),
        ({"rocketchat_expected_users": 1200}, 2400),
        ({"rocketchat_replicas": {"ddp_streamer": 3}}, 3000),
        ({"rocketchat_expected_users": 100_000, "rocketchat_network_subnet": "172.31.248.0/21"}, 65535),
        ({"nginx_connections_per_address": 50}, 50),
    ],
)
def test_one_address_has_as_many_connections_as_all_expected_users(variables: dict[str, Any], bound: int) -> None:
    assert f"limit_conn rocketchat_clients {bound};" in site(**variables)
    assert "limit_conn_zone $binary_remote_addr zone=rocketchat_clients:" in site(**variables)


def test_a_proxy_in_front_is_one_address_for_all() -> None:
    text = site(nginx_trusted_proxies=["10.0.0.7"], rocketchat_extra_proxies=1, nginx_connections_per_address=50)
    assert "limit_conn" not in text


def test_bodies_of_anybody_are_small_and_kept_nowhere() -> None:
    [location] = re.findall(r"location ~ \S+/\(sockjs\|websocket\) \{(.*?)\n    \}", site(), re.DOTALL)
    assert "client_max_body_size 1m;" in location
    assert "proxy_request_buffering off;" in location


def test_slow_clients_are_given_up() -> None:
    assert {"client_header_timeout 15s;", "client_body_timeout 30s;"} <= {line.strip() for line in site().split("\n")}
