# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One deployment on hosts of different distributions, each with what its repositories have."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.docker import exists
from lab.names import HOSTS, host_container
from tests.deployment import ROOT, Deployment
from tests.e2e.test_planned_changes import NOTHING

# Host -> vendor and release in the addresses of its repositories, and MongoDB's component there. MongoDB has no suites
# of Debian 13 with a server.
SYSTEMS = {
    "debian12": ("debian", "bookworm", "bookworm", "main"),
    "debian13": ("debian", "trixie", "bookworm", "main"),
    "ubuntu": ("ubuntu", "noble", "noble", "multiverse"),
}
MONGODB = "https://mirror.lab.internal/mongodb/apt"
VARIABLES = f"""\
rocketchat_root_url: https://{HOSTS["debian12"]}
rocketchat_private_address: "{{{{ ansible_host }}}}"
"""


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Deployment]:
    """Bare hosts of three distributions, with the inventory of the lab."""
    if used := [name for name in SYSTEMS if exists("container", host_container(name))]:
        pytest.skip(f"in use: {', '.join(used)}")
    lab = [sys.executable, "-m", "lab"]
    subprocess.run([*lab, "up", *SYSTEMS], cwd=ROOT, check=True, timeout=600, capture_output=True)
    variables = tmp_path / "group_vars"
    variables.mkdir()
    (variables / "all").symlink_to(ROOT / "inventories" / "lab" / "group_vars" / "all")
    (variables / "rocketchat.yml").write_text(VARIABLES)
    hosts = "".join(
        f"{name} ansible_host={HOSTS[name]} mongodb_repository_url={MONGODB}/{vendor}\n"
        for name, (vendor, *_) in SYSTEMS.items()
    )
    members = "".join(f"{name}\n" for name in SYSTEMS)
    groups = "".join(f"[{group}]\n{members}" for group in ("mongodb", "nats", "rocketchat", "nginx"))
    (tmp_path / "hosts").write_text(hosts + groups)
    yield Deployment.of(str(tmp_path))
    subprocess.run([*lab, "down", *SYSTEMS], cwd=ROOT, check=True, timeout=120, capture_output=True)


def test_one_deployment_on_three_distributions(three: Deployment) -> None:
    assert "all healthy" in three.playbook("site").stdout

    second = three.playbook("site").stdout
    assert NOTHING in second
    assert set(re.findall(r"changed=(\d+)", second)) == {"0"}
    for name, (vendor, release, suite, component) in SYSTEMS.items():
        policies = policy(name, "docker-ce", "mongodb-org-server")
        assert f"https://download.docker.com/linux/{vendor} {release}/stable amd64 Packages" in policies
        assert f"{MONGODB}/{vendor} {suite}/mongodb-org/6.0/{component} amd64 Packages" in policies
        assert "Installed: (none)" not in policies


def policy(host: str, *packages: str) -> str:
    """What is installed of these packages, and where apt gets them from."""
    words = ["docker", "exec", host_container(host), "apt-cache", "policy", *packages]
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout
