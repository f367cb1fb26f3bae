# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator's own certificate: what clients get is what the files hold, and a renewed one takes its place."""

from __future__ import annotations

import re
import ssl
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.certificates import make_certificate, make_key
from tests.deployment import ROOT, Deployment

# `make` installs it there.
SSLYZE = [str(ROOT / ".cache" / "sslyze" / "bin" / "python"), "-m", "sslyze", "--mozilla_config", "intermediate"]
SERVED_FILES = "stat -c '%a %U %n' /etc/nginx/rocketchat/*"


@pytest.fixture
def own_certificate(deployment: Deployment) -> Iterator[None]:
    """Afterwards the deployment has the certificate of its inventory again."""
    yield
    deployment.playbook("site", "--tags", "nginx")


def install(deployment: Deployment, directory: Path) -> str:
    """Make a certificate, have nginx serve it, and give it back."""
    key, pem = make_key()
    now = datetime.now(UTC)
    certificate = make_certificate(key, [ip_address(deployment.address)], now - timedelta(1), now + timedelta(30))
    (directory / "chat.pem").write_bytes(certificate)
    (directory / "chat.key").write_bytes(pem)
    output = deployment.playbook(
        "site", "--tags", "nginx", "--diff", "-vvv",
        "-e", "nginx_certificate=files",
        "-e", f"nginx_certificate_file={directory}/chat.pem",
        "-e", f"nginx_certificate_key_file={directory}/chat.key",
    ).stdout  # fmt: skip
    assert pem.decode().splitlines()[1] not in output, "the key is shown"
    return certificate.decode()


@pytest.mark.usefixtures("own_certificate")
def test_certificate_files_are_served_and_renewed(deployment: Deployment, tmp_path: Path) -> None:
    for _installed in range(2):
        certificate = install(deployment, tmp_path)
        assert ssl.get_server_certificate((deployment.address, 443)) == certificate
    assert deployment.run(SERVED_FILES).splitlines() == [
        "644 root /etc/nginx/rocketchat/certificate.pem",
        "600 root /etc/nginx/rocketchat/key.pem",
    ]


@pytest.mark.usefixtures("own_certificate")
def test_tls_is_what_mozilla_recommends(deployment: Deployment, tmp_path: Path) -> None:
    """But for who signed the certificate, which is the lab itself."""
    install(deployment, tmp_path)
    scan = subprocess.run([*SSLYZE, f"{deployment.address}:443"], capture_output=True, text=True, check=False)
    assert 'Checking results against Mozilla\'s "intermediate" configuration' in scan.stdout, scan.stderr
    assert re.findall(r"^ +\* (\w+): ", scan.stdout.partition("COMPLIANCE")[2], re.MULTILINE) == [
        "certificate_path_validation"
    ]
