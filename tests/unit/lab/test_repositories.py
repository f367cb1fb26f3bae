# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab against the table of distributions: its hosts find what they are told to install."""

from __future__ import annotations

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.distributions import (
    DISTRIBUTIONS,
    docker_repository,
    mongodb_repository,
)

from lab import docker_packages, mongodb_packages
from lab.debian_packages import Package, read
from lab.names import DISGUISES, DOCKER_NAME, HOSTS, SOURCES, system

BY_CODENAME = {known.codename: known for known in DISTRIBUTIONS}
SYSTEMS = sorted({system(host) for host in HOSTS})


def test_every_tested_distribution_is_a_host_of_the_lab() -> None:
    assert {known.codename for known in DISTRIBUTIONS if known.tested} == set(SYSTEMS) - set(DISGUISES)


@pytest.mark.parametrize("codename", SYSTEMS)
def test_the_mirror_has_dockers_repository_under_its_own_address(codename: str) -> None:
    wanted, suite = docker_repository(BY_CODENAME[codename]), docker_packages.suite(codename)
    assert wanted.url == f"https://{DOCKER_NAME}/{suite.repository.relative_to(docker_packages.ROOT.parent)}"
    assert (wanted.suite, wanted.component) == (suite.name, suite.component)
    packages = BY_CODENAME[codename].docker_packages("docker") or ()
    assert set(docker_packages.PACKAGES) <= set(packages)


@pytest.mark.parametrize("codename", SYSTEMS)
def test_the_mirror_has_the_suite_of_mongodb(codename: str) -> None:
    wanted = mongodb_repository(BY_CODENAME[codename], mongodb_packages.SERIES)
    found = {(suite.repository.name, suite.name, suite.component) for suite in mongodb_packages.SUITES}
    assert (BY_CODENAME[codename].vendor.id, wanted.suite, wanted.component) in found


@pytest.mark.parametrize("codename", DISGUISES)
def test_a_disguise_says_what_the_table_knows(codename: str) -> None:
    lines = (SOURCES / "images" / codename / "os-release").read_text().splitlines()
    said = {name: value.strip('"') for name, _, value in (line.partition("=") for line in lines)}
    known = BY_CODENAME[codename]
    assert (said["ID"], said["VERSION_ID"], said["VERSION_CODENAME"]) == (known.vendor.id, known.version, codename)


@pytest.mark.parametrize(
    ("stanza", "package", "upstream"),
    [
        (
            "Package: runc\nVersion: 1.3.6+ds1-1\nDepends: libc6 (>= 2.38), libseccomp2 (>= 2.5.0)\n",
            Package("runc", "1.3.6+ds1-1", (2, 38)),
            "1.3.6",
        ),
        (
            "Package: docker.io\nVersion: 28.5.2+dfsg4-5\nDepends: systemd | x, libc6 (>= 2.34), libsystemd0\n",
            Package("docker.io", "28.5.2+dfsg4-5", (2, 34)),
            "28.5.2",
        ),
        ("Package: all\nVersion: 2:4.0~rc1-1\nDescription: a\n b: c\n", Package("all", "2:4.0~rc1-1", (0, 0)), "4.0"),
    ],
)
def test_what_apt_says_of_a_package(stanza: str, package: Package, upstream: str) -> None:
    assert read(stanza) == package
    assert package.upstream == upstream
