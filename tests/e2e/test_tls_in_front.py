# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy in front of nginx ends TLS: its requests are served, and nobody else can say that theirs came by https."""

from __future__ import annotations

import ipaddress
import json
import subprocess
from collections.abc import Iterator

import pytest

from lab.names import SUBNET
from tests.deployment import Deployment

# This machine, as hosts of the lab see it.
PROXY = str(next(ipaddress.ip_network(SUBNET).hosts()))
STATUS = "curl --silent --insecure --output /dev/null --write-out '%{http_code} %{redirect_url}' --max-time 20"
HTTPS = "--header 'X-Forwarded-Proto: https'"


@pytest.fixture
def behind(deployment: Deployment) -> Iterator[Deployment]:
    settings = json.dumps({"nginx_trusted_proxies": [PROXY], "rocketchat_extra_proxies": 1})
    # the containers still count no proxy, which `health` tells
    deployment.playbook("site", "--tags", "nginx", "-e", settings, check=False)
    yield deployment
    deployment.playbook("site", "--tags", "nginx")


def here(request: str) -> str:
    command = f"{STATUS} {request}"
    return subprocess.run(command, shell=True, check=True, capture_output=True, text=True, timeout=60).stdout.strip()


def test_requests_of_the_proxy_are_not_sent_to_https_again(behind: Deployment) -> None:
    address = f"http://{behind.address}/"
    redirected = f"301 https://{behind.address}/"
    assert here(f"{HTTPS} {address}") == "200"
    assert here(f"{HTTPS} {address}sockjs/info") == "200"
    assert here(address) == redirected
    # from the host itself, which is not the proxy
    assert behind.run(f"{STATUS} {HTTPS} {address}").strip() == redirected
    assert behind.run(f"{STATUS} https://{behind.address}/").strip() == "200"
