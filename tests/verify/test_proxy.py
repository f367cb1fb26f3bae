# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""nginx, seen from outside: the split, the size of uploads, the client's own address, and TLS."""

from __future__ import annotations

import http.client
import json
import socket
import ssl

import pytest

from tests.deployment import Deployment
from tests.e2e.ddp_client import ddp_session

MEBIBYTE = 1024 * 1024


def connection(deployment: Deployment, timeout: float = 30) -> http.client.HTTPSConnection:
    context = ssl._create_unverified_context()  # the lab's certificate is self-signed
    return http.client.HTTPSConnection(deployment.address, timeout=timeout, context=context)


def get(deployment: Deployment, path: str) -> tuple[int, bytes]:
    client = connection(deployment)
    client.request("GET", path)
    answer = client.getresponse()
    return answer.status, answer.read()


def test_sockjs_is_answered_by_ddp_streamer(deployment: Deployment) -> None:
    status, body = get(deployment, "/sockjs/info")
    assert status == 200
    assert json.loads(body)["ms"] is True


def test_everything_else_is_answered_by_the_monolith(deployment: Deployment) -> None:
    status, body = get(deployment, "/api/info")
    assert status == 200
    # no more than that is for people who are not logged in: getServerInfo.ts of the monolith
    assert json.loads(body)["version"] == deployment.version.rpartition(".")[0]


def test_an_upload_of_far_over_nginx_own_limit_arrives_whole(deployment: Deployment) -> None:
    client = connection(deployment, timeout=120)
    client.request("POST", "/api/v1/rooms.media/GENERAL", body=bytes(100 * MEBIBYTE))
    answer = client.getresponse()
    assert answer.status == 200, answer.read()
    assert json.loads(answer.read())["size"] == 100 * MEBIBYTE


def test_an_upload_over_the_limit_is_refused(deployment: Deployment) -> None:
    client = connection(deployment)
    client.putrequest("POST", "/api/v1/rooms.media/GENERAL")
    client.putheader("Content-Length", str(201 * MEBIBYTE))
    client.endheaders()
    assert client.getresponse().status == 413


def test_ddp_streamer_sees_the_client_and_not_the_proxy(deployment: Deployment) -> None:
    with socket.create_connection((deployment.address, 443), timeout=10) as own:
        own_address = own.getsockname()[0]
    with ddp_session(deployment.root_url, "/websocket", ssl._create_unverified_context(), timeout=10) as client:
        assert client.call("lab:clientAddress") == own_address


def test_a_forged_address_is_not_believed(deployment: Deployment) -> None:
    context, forged = ssl._create_unverified_context(), {"X-Forwarded-For": "192.0.2.66"}
    with ddp_session(deployment.root_url, "/websocket", context, timeout=10, headers=forged) as client:
        assert client.call("lab:clientAddress") != "192.0.2.66"


def test_plain_http_leads_to_https(deployment: Deployment) -> None:
    client = http.client.HTTPConnection(deployment.address, timeout=10)
    client.request("GET", "/channel/general", headers={"Host": deployment.address})
    answer = client.getresponse()
    assert (answer.status, answer.getheader("Location")) == (301, f"https://{deployment.address}/channel/general")


def test_old_tls_is_refused(deployment: Deployment) -> None:
    context = ssl._create_unverified_context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection((deployment.address, 443), timeout=10) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain)
