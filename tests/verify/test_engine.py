# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Docker's CIS benchmark, chapters 2 and 3, for an engine that the deployment has set up. What is left out, and why, is
in docs/security.md.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.deployment import Deployment

FILES = {
    "$(systemctl show --property FragmentPath --value docker.service)": "644 root root",
    "$(systemctl show --property FragmentPath --value docker.socket)": "644 root root",
    "/etc/docker": "755 root root",
    "/etc/docker/daemon.json": "644 root root",
    "/run/docker.sock": "660 root docker",
    "/run/containerd/containerd.sock": "660 root root",
}


@pytest.fixture(scope="module")
def engine(deployment: Deployment) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(deployment.run("docker info --format '{{json .}}'"))
    return found


def test_settings(engine: dict[str, Any]) -> None:
    assert engine["LiveRestoreEnabled"] and not engine["ExperimentalBuild"]
    assert engine["Driver"] not in {"aufs", "devicemapper"}
    assert engine["LoggingDriver"] == "json-file"
    assert "name=seccomp,profile=unconfined" not in engine["SecurityOptions"]


def test_registries_are_asked_over_tls(engine: dict[str, Any]) -> None:
    registries = engine["RegistryConfig"]
    # the engine's own defaults
    assert set(registries["InsecureRegistryCIDRs"]) <= {"127.0.0.0/8", "::1/128"}
    assert all(index["Secure"] for index in registries["IndexConfigs"].values())


def test_nobody_asks_the_engine_over_a_network(deployment: Deployment) -> None:
    listening = deployment.run("ss -Htlnp")
    assert '"dockerd"' not in listening and '"containerd"' not in listening.replace("127.0.0.1", "")


@pytest.mark.parametrize(("path", "wanted"), FILES.items())
def test_files_are_roots(deployment: Deployment, path: str, wanted: str) -> None:
    assert deployment.run(f"stat --format '%a %U %G' {path}").strip() == wanted


def test_certificates_of_registries_are_roots(deployment: Deployment) -> None:
    others = "! -user root -o ! -group root -o -perm /022"
    assert deployment.run(f"! test -e /etc/docker/certs.d || find /etc/docker/certs.d {others}") == ""
