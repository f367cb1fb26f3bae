# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reverse proxy answers for the deployment's name alone, and nobody is harmed by what others send to it."""

from __future__ import annotations

import json
import re
import socket
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.bench.clients.ddp import trusting
from tests.deployment import Deployment
from tests.e2e.malformed import FRAMES, ODD, SMUGGLING, UPGRADE, mutated
from tests.e2e.talk import people_talking, talk
from tests.waiting import wait_until

ANOTHER = "www.example.com"
RESTARTS = "docker inspect --format '{{.Name}} {{.RestartCount}} {{.State.StartedAt}}' $(docker ps --all --quiet)"
WORKERS = "pgrep --parent $(cat /run/nginx.pid) | sort"
# From an address of its own, as it is then kept off for a while.
LOGINS = (
    "curl --silent --insecure --interface 127.0.7.8 --parallel --parallel-max 20 --data '{{}}' --output /dev/null "
    "--write-out '%{{http_code}}\\n' --header 'Content-Type: application/json' --connect-to ::127.0.0.1: '{url}'"
)


def answers(deployment: Deployment, sent: bytes, name: str | None = None, within: float = 5.0) -> bytes:
    """All that comes, until nothing does for a moment."""
    came = b""
    with (
        socket.create_connection((deployment.address, 443), within) as plain,
        trusting().wrap_socket(plain, server_hostname=name) as client,
    ):
        try:
            client.sendall(sent.replace(b"HOST", deployment.address.encode()))
            while part := client.recv(65536):
                came += part
                client.settimeout(0.3)
        except OSError:
            pass
    return came


def statuses(came: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"(?:^|\n)HTTP/1\.1 ([0-9]{3}) ", came)]


@pytest.mark.parametrize(
    ("line", "host", "name", "status"),
    [
        ("/", "HOST", None, 200),
        ("/", "HOST:443", None, 200),
        ("https://HOST/", "HOST", None, 200),
        ("/", ANOTHER, None, 421),
        ("/", "127.0.0.1", None, 421),
        ("/", "HOST.example.com", None, 421),
        ("/websocket", ANOTHER, None, 421),
        ("/", "HOST", ANOTHER, 421),
        ("/", ANOTHER, ANOTHER, 421),
        # nginx goes by the first line, and Rocket.Chat by Host
        ("https://HOST/", ANOTHER, None, 421),
        (f"https://{ANOTHER}/", "HOST", None, 421),
        ("/", f"{ANOTHER}|HOST", None, 421),
        ("/", "HOST\r\nHost: www.example.com", None, 400),
    ],
)
def test_names(deployment: Deployment, line: str, host: str, name: str | None, status: int) -> None:
    request = f"GET {line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    assert statuses(answers(deployment, request.encode(), name)) == [status]


def test_no_name(deployment: Deployment) -> None:
    assert statuses(answers(deployment, b"GET / HTTP/1.0\r\n\r\n")) == [421]


def test_another_name_without_tls(deployment: Deployment) -> None:
    """Its answer is that of whatever else nginx has there, such as the page that comes with it."""
    ask = f"curl --silent --output /dev/null --write-out '%{{http_code}} %{{redirect_url}}' http://{deployment.address}"
    assert deployment.run(f"{ask} --header 'Host: {ANOTHER}'") in {"200 ", "421 "}
    assert deployment.run(ask) == f"301 https://{deployment.address}/"


@pytest.mark.parametrize("path", ["/metrics", "/%6detrics", "//metrics", "/a/../metrics", "/livez/", "/Health?a"])
def test_what_is_for_operators(deployment: Deployment, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n"
    came = answers(deployment, request.encode())
    assert statuses(came) == [404] and b"nginx" in came


def test_logins_of_one_address(deployment: Deployment) -> None:
    """Others go on to log in."""
    url = f"{deployment.root_url}/api/v1/login?[1-700]"
    came = Counter(deployment.run(LOGINS.format(url=url)).split())
    assert set(came) <= {"401", "400", "429"} and came["429"] >= 100 and came["401"] + came["400"] >= 300
    other = LOGINS.format(url=f"{deployment.root_url}/api/v1/login").replace("127.0.7.8", "127.0.7.9")
    assert deployment.run(other).strip() in {"400", "401"}
    kept_off = LOGINS.format(url=f"{deployment.root_url}/api/info").replace("--data '{}' ", "")
    assert deployment.run(kept_off).strip() == "200"


@pytest.mark.parametrize("name", SMUGGLING)
def test_requests_do_not_hide_in_others(deployment: Deployment, name: str) -> None:
    """Of a connection to Rocket.Chat that nginx uses again, the next one would get the answer to a hidden request."""
    came = statuses(answers(deployment, SMUGGLING[name].encode("latin-1")))
    # nginx may see two requests in it, each of which it passes on for itself
    assert len(came) <= 2
    for _client in range(4):
        with urllib.request.urlopen(f"{deployment.root_url}/api/info", timeout=10, context=trusting()) as answer:
            assert json.load(answer)["version"].startswith(deployment.version.rpartition(".")[0])


def test_people_are_told_while_nothing_runs_behind(deployment: Deployment) -> None:
    ask = f"curl --silent --insecure --include {deployment.root_url}/channel/general"
    deployment.run("docker stop rocketchat-1")
    came = deployment.run(ask)
    deployment.run("docker start rocketchat-1")
    head, _line, page = came.partition("\n\n")
    assert " 503" in head.splitlines()[0] and "retry-after: 5" in head.lower() and "no-store" in head
    assert 'http-equiv="refresh"' in page
    wait_until(lambda: " 503" not in deployment.run(ask).splitlines()[0], 60, "the monolith")
    wait_until(lambda: talk(deployment, 3).ok, 60, "the conversation")


def harms_nobody(deployment: Deployment, sent: list[bytes]) -> None:
    before = deployment.run(RESTARTS), deployment.run(WORKERS)
    with people_talking(deployment) as problems, ThreadPoolExecutor(16) as others:
        for _answer in others.map(lambda one: answers(deployment, one, within=2), sent):
            pass
        wait_until(lambda: bool(problems), 60, "the end of a conversation")
    assert set(problems) == {""}
    assert (deployment.run(RESTARTS), deployment.run(WORKERS)) == before


def test_what_nobody_sends_harms_nobody(deployment: Deployment) -> None:
    whole = [text.encode("latin-1") for text in ODD.values()]
    whole += [f"{UPGRADE}\r\n".encode() + frame for frame in FRAMES.values()]
    harms_nobody(deployment, [*whole, *mutated(seed=1, count=400)])
