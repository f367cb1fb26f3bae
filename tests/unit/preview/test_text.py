# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The preview in the terminal, word for word."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.preview.text import WIDTH, as_text

from tests.unit.plan_inventories import cluster, plan, single
from tests.unit.preview.previews import preview, there

ONE_HOST = """\
Rocket.Chat 7.9.3 at https://chat.example.com is planned as follows; nothing was changed.

part           chat
-------------  ----
docker         1
mongodb        1
nats           1
rocketchat     1
ddp-streamer   2
authorization  1
account        1
presence       1
stream-hub     1
nginx          1

Versions, and where hosts fetch them

part           version        from                                                          hosts
-------------  -------------  ------------------------------------------------------------  -----
rocketchat     7.9.3          image registry.rocket.chat/rocketchat/rocket.chat:7.9.3       chat
ddp-streamer   7.9.3          image docker.io/rocketchat/ddp-streamer-service:7.9.3         chat
authorization  7.9.3          image docker.io/rocketchat/authorization-service:7.9.3        chat
account        7.9.3          image docker.io/rocketchat/account-service:7.9.3              chat
presence       7.9.3          image docker.io/rocketchat/presence-service:7.9.3             chat
stream-hub     7.9.3          image docker.io/rocketchat/stream-hub-service:7.9.3           chat
NATS           2.12.8-alpine  image nats:2.12.8-alpine                                      chat
MongoDB        7.0            https://repo.mongodb.org/apt/debian bookworm/mongodb-org/7.0  chat
Docker         newest         https://download.docker.com/linux/debian trixie               chat
nginx          newest         the distribution                                              chat

Ports

port                 part                       reached by                    set with             hosts
-------------------  -------------------------  ----------------------------  -------------------  -----
127.0.0.1:27017      MongoDB                    this host                     mongodb_port         chat
172.31.250.1:27017   MongoDB                    its containers                mongodb_port         chat
nats:4222            nats                       its containers                nats_port            chat
172.31.250.254:3000  rocketchat-1               this host and its containers  -                    chat
172.31.250.252:3000  ddp-streamer-1             this host and its containers  -                    chat
172.31.250.232:3000  ddp-streamer-2             this host and its containers  -                    chat
172.31.250.250:3000  authorization-1            this host and its containers  -                    chat
172.31.250.248:3000  account-1                  this host and its containers  -                    chat
172.31.250.246:3000  presence-1                 this host and its containers  -                    chat
172.31.250.244:3000  stream-hub-1               this host and its containers  -                    chat
*:443                nginx                      everybody                     rocketchat_root_url  chat
*:80                 nginx's redirect to https  everybody                     -                    chat

Sizes; rocketchat_expected_users is not set, so this is upstream's least, for 25 users

host  cores  needed  memory    needed    verdict
----  -----  ------  --------  --------  ---------
chat  2      1       1100 MiB  2048 MiB  too small

site generates these secrets and keeps them in chat/.rocketchat_secrets.yml:
  nats_password, mongodb_keyfile

warning: It is unwise.

Next: ansible-playbook -i chat rocketops.rocketchat.site --check --diff"""


def lines(found: dict[str, Any], options: str = "") -> list[str]:
    return as_text(found, "chat/.rocketchat_secrets.yml", options).splitlines()


def test_one_host() -> None:
    planned = plan(single(rocketchat_version="7.9.3", rocketchat_replicas={"ddp_streamer": 2}))
    planned["warnings"] = ["It is unwise."]
    found = preview(planned, ("nats_password", "mongodb_keyfile"), chat=there(2, 1100))
    assert lines(found, "-i chat") == ONE_HOST.splitlines()


def test_several_hosts() -> None:
    groups = {"nginx": ["a"]}
    planned = plan(cluster("a", "b", "c", "d", rocketchat_version="7.9.3", rocketchat_metrics=True, groups=groups))
    told = [" ".join(line.split()) for line in lines(preview(planned))]
    for line in (
        "part a b c d",
        "stream-hub 1 - - -",
        "Ports; private is each host's rocketchat_private_address",
        "private:27017 MongoDB hosts that need it mongodb_port all",
        "private:6222 nats hosts that need it - all",
        "172.31.250.252:3000 ddp-streamer-1 this host and its containers - all",
        "private:3100 ddp-streamer-1 hosts that need it rocketchat_ports.ddp_streamer b, c, d",
        "198.18.0.11:13500 stream-hub-1 hosts that need it rocketchat_metrics_ports.stream_hub a",
        "*:443 nginx everybody rocketchat_root_url a",
        "d ? 1 ? 2048 MiB unknown: it cannot be reached",
        "Next: ansible-playbook rocketops.rocketchat.site --check --diff",
    ):
        assert line in told
    assert not [line for line in told if "generates" in line]


def test_the_users_that_are_expected() -> None:
    told = lines(preview(plan(single(rocketchat_expected_users=500)), chat=there(6, 8192)))
    assert "Sizes, for 500 users at the same time" in told
    assert "chat  6      6       8192 MiB  8192 MiB  enough" in told


@pytest.mark.parametrize("count", [1, 7, 40])
def test_no_line_is_wider_than_a_terminal(count: int) -> None:
    names = [f"chat-{number:02}.example.com" for number in range(1, count + 1)]
    planned = plan(cluster(*names, groups={"mongodb": names[:3], "nginx": names[:2]}))
    planned["warnings"] = ["What is allowed but unwise is told at some length. " * 5]
    told = lines(preview(planned, ("rocketchat_admin_password", "rocketchat_mongodb_password") * 3))
    beside = [line for line in told if line.startswith("part  ") and "chat-" in line]
    assert [word for line in beside for word in line.split() if word != "part"] == names
    assert max(map(len, told)) <= WIDTH


def test_many_hosts_are_counted() -> None:
    names = [f"h{number}" for number in range(1, 9)]
    others = names[:7]
    told = lines(preview(plan(cluster(*names, groups={"mongodb": names[:4], "nginx": names[:3], "nats": others}))))
    assert [line for line in told if line.startswith("*:443")][0].endswith("  h1, h2, h3")
    assert [line for line in told if line.startswith("private:27017")][0].endswith("  h1, h2, h3, h4")
    assert [line for line in told if line.startswith("private:4222")][0].endswith("  7 of 8")
    assert [line for line in told if line.startswith("172.31.250.248:3000")][0].endswith("  all")
