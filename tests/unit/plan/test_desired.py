# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host is to have, resource by resource."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.resources import RoleState
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.distributions import DOCKER_PACKAGES, HELD

from tests.unit.plan_inventories import plan, single
from tests.unit.preflight.hosts import asked

AUTHORITY = "PUBLIC-CERTIFICATE"
FILES = {
    "firewall": """
        /etc/rocketops 0755 root
        /etc/systemd/system/nftables.service.d 0755 root
        /etc/rocketops/firewall.nft 0644 root reload
        /etc/systemd/system/rocketops-firewall.service 0644 root reload
        /etc/systemd/system/rocketops-firewall-reload.service 0644 root reload
        /etc/systemd/system/nftables.service.d/rocketops.conf 0644 root reload
    """,
    "docker": """
        /etc/apt/sources.list.d/docker.sources 0644 root
        /etc/apt/apt.conf.d/52rocketops-docker 0644 root
        /etc/docker 0755 root
        /etc/docker/certs.d/registry.example.com:5000 0755 root
        /etc/docker/certs.d/registry.example.com:5000/ca.crt 0644 root
    """,
    "mongodb": """
        /etc/apt/sources.list.d/mongodb.sources 0644 root
        /etc/mongod.conf 0644 root restart
        /etc/systemd/system/mongod.service.d 0755 root
        /etc/systemd/system/mongod.service.d/rocketops.conf 0644 root restart
        /etc/mongod.keyfile 0400 mongodb restart secret
        /etc/mongod.members 0644 root
        /etc/logrotate.d/mongod 0644 root
        /etc/systemd/system/rocketops-mongod-kernel.service 0644 root restart
        /etc/apt/apt.conf.d/52rocketops-mongodb 0644 root
    """,
    "nats": """
        /opt/nats 0750 root
        /opt/nats/nats.conf 0400 65532 secret
        /opt/nats/compose.yaml 0640 root
    """,
    "rocketchat": """
        /opt/rocketchat 0750 root
        /opt/rocketchat/env 0750 root
        /opt/rocketchat/env/services.env 0600 root secret
        /opt/rocketchat/env/rocketchat.env 0600 root secret
        /opt/rocketchat/compose.yaml 0640 root
    """,
    "nginx": """
        /etc/nginx/rocketchat 0700 root
        /etc/nginx/rocketchat/certificate.pem 0644 root reload
        /etc/nginx/rocketchat/key.pem 0600 root reload secret
        /etc/nginx/nginx.conf 0644 root reload
        /etc/nginx/conf.d/rocketchat.conf 0644 root reload
    """,
}


def written(state: RoleState) -> list[str]:
    return [
        " ".join(filter(None, (file.path, file.mode, file.owner, file.effect, "secret" if file.secret else "")))
        for file in state.all_files
    ]


def test_files_of_a_host_by_role() -> None:
    """Each with its mode, its owner, and what has to take it up."""
    inventory = single(docker_registry_certificates={"registry.example.com:5000": "/pki/ca.pem"})
    desired = asked(plan(inventory, {"/pki/ca.pem": AUTHORITY})).desired
    assert {role: written(state) for role, state in desired.items()} == {
        role: [line.strip() for line in lines.strip().splitlines()] for role, lines in FILES.items()
    }
    [authority] = [file for file in desired["docker"].files if file.path.endswith("/ca.crt")]
    assert authority.content == AUTHORITY


def test_files_for_tls_inside() -> None:
    """A certificate that is not known, as nobody deployed it yet, is not compared with the host's."""
    desired = asked(plan(single(nats_tls=True))).desired["nats"]
    assert [line for line in written(desired) if ".pem" in line] == [
        "/opt/nats/certificate.pem 0400 65532 secret",
        "/opt/nats/authorities.pem 0644 root",
    ]
    [settings] = [file for file in desired.files if file.path == "/opt/nats/nats.conf"]
    for name in ("certificate", "authorities"):
        assert f" --volume /opt/nats/{name}.pem:/etc/nats/{name}.pem:ro " in settings.validate
    assert settings.validate.count("%s") == 1
    unknown = plan(single(nats_tls=True), nats_certificate_of_chat="", internal_authority="")
    assert not [line for line in written(asked(unknown).desired["nats"]) if ".pem" in line]


def held(role: str, planned: dict[str, Any]) -> str:
    """What apt is told there."""
    files = {file.path: file.content or "" for file in asked(planned).desired[role].files}
    return files.get(HELD.format(product=role), "")


def test_packages_of_the_vendors_are_kept_from_unattended_upgrades() -> None:
    """And those of the distribution are not: their security updates come in this way."""
    for role, packages in (("docker", DOCKER_PACKAGES), ("mongodb", ("mongodb-org-server",))):
        patterns = re.findall('^  "(.+)";$', held(role, plan(single())), re.MULTILINE)
        assert all(any(re.match(pattern, package) for pattern in patterns) for package in packages)
    assert held("docker", plan(single(docker_source="distribution"))) == ""


@pytest.mark.skipif(not shutil.which("apt-config"), reason="apt is not on this machine")
def test_apt_adds_them_to_the_operators_own(tmp_path: Path) -> None:
    files = {
        "50operator": 'Unattended-Upgrade::Package-Blacklist { "vim"; };\n',
        "52ours": held("docker", plan(single())),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    read = [word for name in files for word in ("-c", str(tmp_path / name))]
    shown = subprocess.run(["apt-config", *read, "dump"], check=True, capture_output=True, text=True).stdout
    found = re.findall(r'Package-Blacklist:: "(.+)";', shown)
    assert found == ["vim", *(f"^{package}$" for package in DOCKER_PACKAGES)]
