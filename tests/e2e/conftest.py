# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two deployments to disturb at the same time, as half of what these tests take is waiting."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from lab.names import HOSTS
from tests.deployment import ROOT, Deployment

# The host of the second process; the first one takes the inventory that it is given.
SECOND = "molecule2"
GROUPS = ("mongodb", "nats", "rocketchat", "nginx")


@pytest.fixture(scope="session")
def deployment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    given = Path(request.config.getoption("--inventory"))
    if os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0":
        yield Deployment.of(str(given))
        return
    lab = [sys.executable, "-m", "lab"]
    for command in (["down", SECOND], ["up", SECOND]):
        subprocess.run([*lab, *command], cwd=ROOT, check=True, timeout=300, capture_output=True)
    another = Deployment.of(str(beside(given, tmp_path_factory.mktemp("second"))))
    another.playbook("site")
    yield another
    subprocess.run([*lab, "down", SECOND], cwd=ROOT, check=True, timeout=120, capture_output=True)


def beside(given: Path, directory: Path, host: str = SECOND) -> Path:
    """An inventory with the same settings for another host."""
    (directory / "group_vars").symlink_to((given / "group_vars").resolve())
    hosts = {
        "hosts": {host: {"ansible_host": HOSTS[host]}},
        "children": {group: {"hosts": {host: {}}} for group in GROUPS},
    }
    (directory / "hosts.yml").write_text(yaml.safe_dump({"all": hosts}))
    return directory
