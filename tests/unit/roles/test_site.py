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
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.distributions import (
    DISTRIBUTIONS,
    Distribution,
)

from tests.unit.plan_inventories import single, typed_plan


def site(on: Distribution = DISTRIBUTIONS[-1], **variables: Any) -> str:
    state = desired_state(typed_plan(single(**variables)).hosts["chat"], on)["nginx"]
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


def test_behind_a_proxy_it_is_the_clients_own_address_that_counts() -> None:
    text = site(nginx_trusted_proxies=["10.0.0.7", "10.1.0.0/16"], rocketchat_extra_proxies=1)
    lines = {line.strip() for line in text.split("\n")}
    assert {"set_real_ip_from 10.0.0.7/32;", "set_real_ip_from 10.1.0.0/16;", "real_ip_recursive on;"} <= lines
    # whom to believe is decided by who sends, not by whom he names
    assert "geo $realip_remote_addr $rocketchat_trusts {" in lines
    assert "set_real_ip_from" not in site()


@pytest.mark.parametrize(
    ("variables", "rate"),
    [({}, 300), ({"rocketchat_expected_users": 4000}, 1000), ({"nginx_logins_per_minute": 20}, 20)],
)
def test_logins_of_one_address_are_bounded(variables: dict[str, Any], rate: int) -> None:
    text = site(**variables)
    assert f"limit_req_zone $rocketchat_logs_in zone=rocketchat_logins:10m rate={rate}r/m;" in text
    assert f"limit_req zone=rocketchat_logins burst={rate} nodelay;" in text


def pattern(text: str, begins: str) -> re.Pattern[str]:
    """Of the first location or entry of a map, as PCRE and Python read it alike."""
    found, *_later = re.findall(rf'{re.escape(begins)}\s*"?~\*?\s*(\^[^\n]*?)"? (?:\{{|\$)', text)
    return re.compile(found, re.IGNORECASE)


@pytest.mark.parametrize("path", ["", "/team/b.c"])
@pytest.mark.parametrize(
    ("asked", "counts"),
    [
        ("/api/v1/login", True),
        ("/API/v1/login/", True),
        ("/api/v1/users.register", True),
        ("/api/v1/users.forgotPassword", True),
        ("/api/v1/method.callAnon/login", True),
        ("/api/v1/method.callAnon/sendForgotPasswordEmail", True),
        ("/api/v1/method.callAnon/loadLocale", False),
        ("/api/v1/usersXregister", False),
        ("/api/v1/login.status", False),
        ("/login", False),
    ],
)
def test_what_takes_a_password_is_counted(path: str, asked: str, counts: bool) -> None:
    text = site(rocketchat_root_url=f"https://chat.example.com{path}")
    matched = pattern(text, 'map $uri $rocketchat_logs_in {\n    default "";\n    ')
    assert bool(matched.match(f"{path}{asked}")) is counts
    assert not path or not matched.match(asked)
    assert not matched.match(f"/teamXb.c{asked}") or path != "/team/b.c"


@pytest.mark.parametrize("path", ["", "/team/b.c"])
@pytest.mark.parametrize(
    ("asked", "hidden"),
    [
        ("/metrics", True),
        ("/Metrics", True),
        ("/health", True),
        ("/livez", True),
        ("/readyz/", True),
        ("/metrics/x", True),
        ("/healthcheck", False),
        ("/channel/health", False),
    ],
)
def test_what_is_for_operators_is_not_public(path: str, asked: str, hidden: bool) -> None:
    text = site(rocketchat_root_url=f"https://chat.example.com{path}")
    assert bool(pattern(text, "location").match(f"{path}{asked}")) is hidden


def test_http2_where_the_site_can_have_it_for_itself() -> None:
    by_name = {known.name: known for known in DISTRIBUTIONS}
    assert "http2 on;" in site(on=by_name["Debian 13"])
    old = site(on=by_name["Debian 12"])
    assert "http2 on;" not in old
    assert "listen 443 ssl http2 reuseport" in old
    assert "http2" not in site(rocketchat_root_url="http://chat.example.com")


def test_browsers_are_bound_to_https_only_where_that_is_wanted() -> None:
    assert "Strict-Transport-Security" not in site()
    bound = site(nginx_hsts_max_age=15768000)
    assert 'add_header Strict-Transport-Security "max-age=15768000" always;' in bound
    assert "Strict-Transport" not in site(rocketchat_root_url="http://chat.example.com", nginx_hsts_max_age=15768000)


def test_bodies_of_anybody_are_small_and_kept_nowhere() -> None:
    [location] = re.findall(r"location ~ \S+/\(sockjs\|websocket\) \{(.*?)\n    \}", site(), re.DOTALL)
    assert "client_max_body_size 1m;" in location
    assert "proxy_request_buffering off;" in location


def test_slow_clients_are_given_up() -> None:
    assert {"client_header_timeout 15s;", "client_body_timeout 30s;"} <= {line.strip() for line in site().split("\n")}


@pytest.mark.parametrize(
    ("host", "name", "asked"),
    [
        ("chat.example.com", "chat.example.com", True),
        ("Chat.example.com.:8443", "chat.example.com", True),
        ("[fd00::1]:8443", "[fd00::1]", True),
        ("www.example.com", "chat.example.com", False),
        ("chat.example.com.evil.com", "chat.example.com", False),
        ("", "chat.example.com", False),
        ("chat.example.com|chat.example.com", "chat.example.com", False),
    ],
)
def test_a_request_is_for_one_name(host: str, name: str, asked: bool) -> None:
    """``name``: what nginx goes by, which is that of the first line where that has one."""
    text = site()
    matched = pattern(text, 'map "$http_host|$host" $rocketchat_host {\n    default "";\n    ')
    assert bool(matched.search(f"{host}|{name}")) is asked


def test_people_are_told_while_nothing_runs_behind() -> None:
    text = site()
    assert "error_page 502 504 = @rocketchat_is_away;" in text and "return 503 '<!DOCTYPE html>" in text
    # what a location adds is instead of what the server adds
    assert site(nginx_hsts_max_age=86400).count('add_header Strict-Transport-Security "max-age=86400" always;') == 2
