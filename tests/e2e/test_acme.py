# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate that an ACME server issues: the first one, and renewals without Ansible, while people are connected."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
from collections.abc import Iterator

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.server_certificate import alternative_names
from cryptography import x509
from websockets.sync.client import ClientConnection, connect

from lab.names import host_container
from tests.bench.clients.ddp import trusting
from tests.deployment import Deployment
from tests.e2e.acme_server import ADDRESS, DIRECTORY, NAME, PORT, AcmeServer, acme_server, docker
from tests.e2e.ddp_client import DdpClient
from tests.waiting import wait_until

CHAT, TALK = "chat.internal", "talk.internal"
UNIT = "rocketops-acme.service"
SERVED_FILES = "stat -c '%a %U %n' /etc/nginx/rocketchat/* && ls -A /etc/nginx/rocketchat | wc -l"
# What certbot keeps says when it is time to renew.
DUE = "sed -i 's/^.*renew_before_expiry.*/renew_before_expiry = 3650 days/' /etc/rocketops-acme/*/renewal/*.conf"
NOT_DUE = DUE.replace("3650", "1")
# The timer has a run to make up for when the host starts again, and does that at once.
AT_ONCE = "/etc/systemd/system/rocketops-acme.timer.d"
MISSED = (
    f"mkdir -p {AT_ONCE} && printf '[Timer]\\nRandomizedDelaySec=0\\n' > {AT_ONCE}/test.conf && "
    "touch -d '3 days ago' /var/lib/systemd/timers/stamp-rocketops-acme.timer"
)


def site(deployment: Deployment, server: AcmeServer, *options: str) -> subprocess.CompletedProcess[str]:
    """Of the reverse proxy alone: the containers keep their address, which `health` tells."""
    settings = {
        "rocketchat_root_url": f"https://{CHAT}",
        "nginx_certificate": "acme",
        "nginx_acme_directory": DIRECTORY,
        "nginx_acme_names": [TALK],
        "nginx_acme_authority": str(server.authority),
    }
    return deployment.playbook("site", "--tags", "nginx", "-e", json.dumps(settings), *options, check=False)


def shown(deployment: Deployment, name: str = CHAT) -> x509.Certificate:
    """What a client gets."""
    with (
        socket.create_connection((deployment.address, 443), 10) as plain,
        trusting().wrap_socket(plain, server_hostname=name) as client,
    ):
        return x509.load_der_x509_certificate(client.getpeercert(binary_form=True) or b"")


def shows_another_than(deployment: Deployment, former: x509.Certificate) -> None:
    """A reload is a signal: workers of before may answer for a moment."""
    wait_until(lambda: shown(deployment) != former, 15, "another certificate")


def websocket(deployment: Deployment) -> ClientConnection:
    context = trusting()
    # as in ddp_client.py
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    plain = socket.create_connection((deployment.address, 443), 10)
    return connect(f"wss://{CHAT}/websocket", sock=plain, ssl=context, server_hostname=CHAT, proxy=None)


def come_back(server: AcmeServer, deployment: Deployment) -> None:
    """The host may take a moment to see it."""
    server.come_back()
    reach = f"timeout 2 bash -c '</dev/tcp/{ADDRESS}/{PORT}'"
    wait_until(lambda: deployment.attempt(reach).returncode == 0, 30, "the way to the ACME server")


@pytest.fixture(scope="module")
def server(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AcmeServer]:
    container = host_container(deployment.host)
    image = docker("inspect", "--format", "{{.Config.Image}}", container).strip()
    # stands for DNS
    deployment.run(f"echo '{ADDRESS} {NAME}' >> /etc/hosts && echo '{deployment.address} {CHAT} {TALK}' >> /etc/hosts")
    with acme_server(image, tmp_path_factory.mktemp("acme"), CHAT, TALK, at=deployment.address) as running:
        yield running
    deployment.run(f"rm -rf {AT_ONCE}")
    deployment.playbook("site", "--tags", "nginx")
    deployment.run(
        f"grep -v -e '{NAME}$' -e ' {CHAT} ' /etc/hosts > /tmp/hosts && cat /tmp/hosts > /etc/hosts && "
        "rm -r /tmp/hosts /etc/rocketops-acme /var/lib/rocketops/acme /var/log/rocketops-acme"
    )


@pytest.fixture(scope="module")
def issued(deployment: Deployment, server: AcmeServer) -> x509.Certificate:
    """By the run after one that did not find the server."""
    server.leave()
    failed = site(deployment, server)
    assert failed.returncode != 0
    assert f"No certificate for {CHAT}, {TALK} is in place. certbot and nginx said:" in failed.stdout
    itself = shown(deployment)
    assert itself.issuer == itself.subject
    come_back(server, deployment)
    output = site(deployment, server).stdout
    assert f"will have a certificate for {CHAT}, {TALK} issued by {NAME}" in output
    key = deployment.run("cat /etc/nginx/rocketchat/key.pem").splitlines()[1]
    assert key not in output
    return shown(deployment)


def test_the_first_one(deployment: Deployment, issued: x509.Certificate) -> None:
    assert sorted(alternative_names(issued)) == [CHAT, TALK]
    assert "Pebble" in issued.issuer.rfc4514_string()
    assert deployment.run(SERVED_FILES).splitlines() == [
        "644 root /etc/nginx/rocketchat/certificate.pem",
        "600 root /etc/nginx/rocketchat/key.pem",
        "2",
    ]
    assert shown(deployment, TALK) == issued


def test_a_renewal_keeps_sockets(deployment: Deployment, server: AcmeServer, issued: x509.Certificate) -> None:
    deployment.run(DUE)
    with websocket(deployment) as connection:
        client = DdpClient(connection, sockjs=False, timeout=30)
        client.shake_hands()
        deployment.run(f"systemctl start {UNIT}")
        shows_another_than(deployment, issued)
        connection.send(json.dumps({"msg": "ping"}))
        client.wait_for(lambda message: message.get("msg") == "pong")
    assert "Nothing to change." in site(deployment, server, "--check").stdout


def test_a_server_that_is_away(deployment: Deployment, server: AcmeServer, issued: x509.Certificate) -> None:
    """It is not asked while enough is left."""
    before = shown(deployment)
    server.leave()
    failed = deployment.attempt(f"{DUE} && systemctl start {UNIT}")
    assert failed.returncode != 0
    assert shown(deployment) == before != issued
    deployment.run(f"{NOT_DUE} && systemctl start {UNIT}")
    come_back(server, deployment)


def test_what_nginx_does_not_accept_is_not_installed(deployment: Deployment, issued: x509.Certificate) -> None:
    """And is, once it does."""
    before = shown(deployment)
    foreign = "/etc/nginx/conf.d/of-somebody-else.conf"
    deployment.run(f"echo 'nonsense;' > {foreign} && {DUE}")
    failed = deployment.attempt(f"systemctl start {UNIT}")
    kept = deployment.run(SERVED_FILES).splitlines()[-1]
    deployment.run(f"rm {foreign} && {NOT_DUE} && nginx -t -q && systemctl reload nginx.service")
    assert failed.returncode != 0 and kept == "2"
    assert shown(deployment) == before != issued
    deployment.run(f"systemctl start {UNIT}")
    shows_another_than(deployment, before)


def test_the_timer_renews_after_a_restart_of_the_host(deployment: Deployment, issued: x509.Certificate) -> None:
    before = shown(deployment)
    deployment.run(f"{DUE} && {MISSED}")
    docker("restart", "--time", "20", host_container(deployment.host))

    def is_renewed() -> bool:
        try:
            return shown(deployment) not in (before, issued)
        except OSError:
            return False

    wait_until(is_renewed, 90, "another certificate after the restart")
