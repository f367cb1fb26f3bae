# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of an nginx that is there already cannot be beside Rocket.Chat's site."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.judge import judge
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preflight.nginx import BREAKING
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat import layout

from tests.unit.plan_inventories import plan, single
from tests.unit.preflight.hosts import asked, converged

PLAN = plan(single())
PLAIN = plan(single(rocketchat_root_url="http://chat.example.com"))
SHOP = "/etc/nginx/sites-enabled/shop"
EMPTY: dict[str, Any] = {"servers": [], "upstreams": [], "settings": [], "includes_site": True}


def problems(planned: dict[str, Any] = PLAN, **nginx: Any) -> list[str]:
    return [str(problem) for problem in judge(planned, [asked(planned, nginx={**EMPTY, **nginx})]).problems]


def server(
    *listens: tuple[Any, ...], names: tuple[str, ...] = ("shop.example.com",), file: str = SHOP, level: str = "http"
) -> Any:
    found = [{"address": address, "port": port, "options": list(options)} for address, port, *options in listens]
    return [{"file": file, "line": 3, "level": level, "names": list(names), "listens": found}]


def test_sites_that_can_be_beside_ours() -> None:
    """The first one is the default site of Debian's package."""
    for neighbour in (
        server(("", 80, "default_server"), ("[::]", 80, "default_server"), names=("_",), file="/etc/nginx/default"),
        server(("", 443, "ssl"), ("[::]", 443, "ssl")),
        server(("", 8080), ("198.18.0.11", 8443, "ssl", "proxy_protocol"), names=("chat.example.com",)),
        server(("127.0.0.1", 80), ("[::1]", 80), names=("localhost",)),
        server(("", 443, "quic"), ("", 443, "ssl")),
        server(("", 443, "udp"), ("", 5432), level="stream"),
        server(("unix:/run/nginx.sock", None), names=("chat.example.com",)),
        server(("", 443, "ssl"), names=("*.example.com",)),
    ):
        assert problems(servers=neighbour) == []
    assert problems(servers=server(("", 443, "ssl"), names=("chat.example.com",), file=layout.NGINX_SITE)) == []


def test_a_site_with_another_of_our_names() -> None:
    found = server(("", 80), names=("Talk.example.com",))
    named = plan(single(nginx_certificate="acme", nginx_acme_names=["talk.example.com"]))
    assert problems(servers=found) == []
    [problem] = problems(named, servers=found)
    assert "has a server on port 80 with the name talk.example.com, and of two" in problem


@pytest.mark.parametrize(
    ("found", "reason", "remedy"),
    [
        (
            server(("", 443, "ssl"), names=("www.example.com", "Chat.example.com")),
            "has a server on port 443 with the name chat.example.com, and of two of one name nginx takes the one that "
            "it reads first",
            "Give it another name, or",
        ),
        (
            server(names=("chat.example.com",)),
            "has a server on port 80 with the name chat.example.com, and of two of one name nginx takes the one that "
            "it reads first",
            "Give it another name, or",
        ),
        (
            server(("198.18.0.11", 443, "ssl")),
            "has a server on port 443 for the address 198.18.0.11 alone, and whoever comes to that one gets to no "
            "other server",
            "Have it listen on the port without an address, or",
        ),
        (
            server(("", 443)),
            "has a server on port 443 without ssl, and Rocket.Chat's site is with: nginx speaks one of the two on a "
            "port",
            "Have it listen elsewhere, or",
        ),
        (
            server(("", 443, "ssl", "proxy_protocol")),
            "has a server on port 443 with proxy_protocol, which is then of all servers on it",
            "Have it listen elsewhere, or",
        ),
        (
            server(("", 443), names=(), level="stream"),
            "has a server on port 443 in its block `stream`, which takes the port from all sites",
            "Have it listen elsewhere, or",
        ),
    ],
    ids=["name", "name without listen", "address", "ssl", "proxy_protocol", "stream"],
)
def test_site_that_cannot(found: Any, reason: str, remedy: str) -> None:
    assert problems(servers=found) == [
        f"{SHOP} line 3 on host chat: {reason}. {remedy} choose another address or port with rocketchat_root_url."
    ]


def test_one_socket_for_both_protocols_of_ip() -> None:
    [problem] = problems(servers=server(("[::]", 80, "ipv6only=off")))
    assert problem.endswith("Leave out ipv6only.")


def test_without_tls() -> None:
    assert problems(PLAIN, servers=server(("", 443))) == []
    assert len(problems(PLAIN, servers=server(("", 80, "ssl")))) == 1


def test_the_same_is_told_once() -> None:
    assert len(problems(servers=server(("", 443, "ssl"), ("[::]", 443, "ssl"), names=("chat.example.com",)))) == 1


@pytest.mark.parametrize("name", BREAKING)
def test_setting_of_all_sites(name: str) -> None:
    off = {"allow": "all", "proxy_pass_request_body": "on", "proxy_pass_request_headers": "on"}.get(name, "off")
    setting = {"file": "/etc/nginx/nginx.conf", "line": 9, "name": name, "value": "other"}
    assert problems(settings=[setting]) == [
        f"/etc/nginx/nginx.conf line 9 on host chat: has {name} for all sites, which {BREAKING[name]}. Move it into "
        "the servers that it is meant for."
    ]
    assert problems(settings=[{**setting, "value": off}]) == []


def test_upstream_of_the_same_name() -> None:
    other = {"file": SHOP, "line": 1, "name": "rocketchat"}
    assert problems(upstreams=[other]) == [
        f"{SHOP} line 1 on host chat: has an upstream rocketchat, as Rocket.Chat's site has: nginx takes no two of one "
        "name. Rename it there."
    ]
    assert problems(upstreams=[{**other, "name": "shop"}, {**other, "file": layout.NGINX_SITE}]) == []


def test_configuration_that_does_not_include_ours() -> None:
    assert problems(includes_site=False) == [
        "/etc/nginx/nginx.conf on host chat: does not include /etc/nginx/conf.d/rocketchat.conf, which would have no "
        "effect. Write `include /etc/nginx/conf.d/*.conf;` into its block `http`."
    ]


def test_a_host_without_a_proxy_of_ours_may_have_what_it_likes() -> None:
    assert judge(PLAN, [converged(PLAN, nginx=None)]).problems == []
