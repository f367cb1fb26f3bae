# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the distribution of a host decides: repositories, packages, and which MongoDB there is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.distributions import (
    DISTRIBUTIONS,
    Distribution,
    apt_source,
    distribution,
    docker_repository,
    mongodb_repository,
    nearest,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.versions import (
    NEWEST_KNOWN,
    accepted_mongodb,
    parse_series,
)

BY_CODENAME = {known.codename: known for known in DISTRIBUTIONS}
DEFAULT_MONGODB = accepted_mongodb(NEWEST_KNOWN)[0]


def system(identity: str, version: str, *family: str) -> dict[str, Any]:
    return {"id": identity, "version": version, "family": list(family or (identity,)), "name": f"{identity} {version}"}


@pytest.mark.parametrize(
    ("identity", "version", "codename"),
    [
        ("debian", "12", "bookworm"),
        ("debian", "13", "trixie"),
        ("debian", "13.2", "trixie"),
        ("ubuntu", "22.04", "jammy"),
        ("ubuntu", "24.04", "noble"),
        ("ubuntu", "26.04", "resolute"),
    ],
)
def test_a_known_release(identity: str, version: str, codename: str) -> None:
    assert distribution(system(identity, version)) is BY_CODENAME[codename]
    assert nearest(system(identity, version)) is BY_CODENAME[codename]


@pytest.mark.parametrize(
    ("told", "codename"),
    [
        (system("debian", "14"), "trixie"),
        (system("debian", ""), "trixie"),
        (system("ubuntu", "24.10"), "noble"),
        (system("ubuntu", "26.10"), "resolute"),
        (system("linuxmint", "22", "linuxmint", "ubuntu", "debian"), "resolute"),
        (system("kali", "2026.3", "kali", "debian"), "trixie"),
    ],
)
def test_one_that_was_never_tried_counts_as_the_closest(told: dict[str, Any], codename: str) -> None:
    assert distribution(told) is None
    assert nearest(told) is BY_CODENAME[codename]


@pytest.mark.parametrize(
    "told",
    [
        system("debian", "11"),
        system("debian", "1"),
        system("ubuntu", "20.04"),
        system("rocky", "9.6", "rocky", "rhel", "centos", "fedora"),
        system("", "", ""),
    ],
)
def test_older_and_foreign_systems_are_none_of_the_table(told: dict[str, Any]) -> None:
    assert distribution(told) is None
    assert nearest(told) is None


@pytest.mark.parametrize(
    ("codename", "url"),
    [
        ("bookworm", "https://download.docker.com/linux/debian"),
        ("trixie", "https://download.docker.com/linux/debian"),
        ("jammy", "https://download.docker.com/linux/ubuntu"),
        ("noble", "https://download.docker.com/linux/ubuntu"),
        ("resolute", "https://download.docker.com/linux/ubuntu"),
    ],
)
def test_dockers_repository(codename: str, url: str) -> None:
    repository = docker_repository(BY_CODENAME[codename])
    assert (repository.url, repository.key_url) == (url, f"{url}/gpg")
    assert (repository.suite, repository.component) == (codename, "stable")


def test_another_repository_laid_out_like_dockers() -> None:
    repository = docker_repository(BY_CODENAME["noble"], "https://mirror.example.com/docker/")
    assert repository.url == "https://mirror.example.com/docker"
    assert repository.key_url == "https://mirror.example.com/docker/gpg"
    assert (repository.suite, repository.component) == ("noble", "stable")


@pytest.mark.parametrize(
    ("codename", "series", "suite", "component", "url"),
    [
        ("bookworm", "7.0", "bookworm/mongodb-org/7.0", "main", "https://repo.mongodb.org/apt/debian"),
        ("trixie", "8.0", "bookworm/mongodb-org/8.0", "main", "https://repo.mongodb.org/apt/debian"),
        ("jammy", "6.0", "jammy/mongodb-org/6.0", "multiverse", "https://repo.mongodb.org/apt/ubuntu"),
        ("noble", "8.0", "noble/mongodb-org/8.0", "multiverse", "https://repo.mongodb.org/apt/ubuntu"),
        ("resolute", "8.2", "noble/mongodb-org/8.2", "multiverse", "https://repo.mongodb.org/apt/ubuntu"),
    ],
)
def test_mongodbs_repository(codename: str, series: str, suite: str, component: str, url: str) -> None:
    repository = mongodb_repository(BY_CODENAME[codename], series)
    assert (repository.url, repository.suite, repository.component) == (url, suite, component)
    assert repository.keyring == f"/etc/apt/keyrings/mongodb-{series}.asc"


@pytest.mark.parametrize(("series", "key"), [("6.0", "6.0"), ("7.0", "7.0"), ("8.0", "8.0"), ("8.2", "8.0")])
def test_the_key_of_a_series(series: str, key: str) -> None:
    repository = mongodb_repository(BY_CODENAME["bookworm"], series)
    assert repository.key_url == f"https://pgp.mongodb.com/server-{key}.asc"


def test_another_repository_of_mongodb() -> None:
    url, suite, key_url = "https://mirror.example.com/mongodb", "chat", "https://mirror.example.com/key.asc"
    repository = mongodb_repository(BY_CODENAME["noble"], "8.0", url=f"{url}/", suite=suite, key_url=key_url)
    assert (repository.url, repository.suite, repository.key_url) == (url, suite, key_url)
    assert repository.component == "multiverse"


def test_a_mirror_of_mongodbs_repository_keeps_its_suites_and_key() -> None:
    there = mongodb_repository(BY_CODENAME["trixie"], "8.0")
    mirror = mongodb_repository(BY_CODENAME["trixie"], "8.0", url="https://mirror.example.com/mongodb")
    assert (mirror.suite, mirror.key_url) == (there.suite, there.key_url)


@pytest.mark.parametrize("known", DISTRIBUTIONS, ids=lambda known: known.codename)
def test_every_distribution_has_the_mongodb_of_the_newest_rocketchat(known: Distribution) -> None:
    assert DEFAULT_MONGODB in known.mongodb_servers("x86_64")
    assert list(known.mongodb_series) == sorted(known.mongodb_series, key=lambda series: parse_series(series) or ())


@pytest.mark.parametrize(
    ("codename", "there"), [("bookworm", False), ("trixie", False), ("jammy", True), ("noble", True)]
)
def test_only_ubuntu_has_mongodb_for_arm(codename: str, there: bool) -> None:
    assert bool(BY_CODENAME[codename].mongodb_servers("aarch64")) is there
    assert BY_CODENAME[codename].mongodb_servers("riscv64") == ()


@pytest.mark.parametrize(
    ("codename", "packages"),
    [
        ("bookworm", None),
        ("trixie", ("docker.io", "docker-cli", "docker-compose", "python3-requests", "python3-yaml")),
        ("jammy", ("docker.io", "docker-compose-v2", "python3-requests", "python3-yaml")),
        ("resolute", ("docker.io", "docker-compose-v2", "python3-requests", "python3-yaml")),
    ],
)
def test_the_distributions_own_docker(codename: str, packages: tuple[str, ...] | None) -> None:
    assert BY_CODENAME[codename].docker_packages("distribution") == packages


@pytest.mark.parametrize("known", DISTRIBUTIONS, ids=lambda known: known.codename)
def test_dockers_own_packages_have_the_same_names_everywhere(known: Distribution) -> None:
    packages = (
        "docker-ce",
        "docker-ce-cli",
        "containerd.io",
        "docker-compose-plugin",
        "python3-requests",
        "python3-yaml",
    )
    assert known.docker_packages("docker") == packages


def test_the_file_for_apt() -> None:
    assert apt_source(docker_repository(BY_CODENAME["trixie"])) == (
        "Types: deb\n"
        "URIs: https://download.docker.com/linux/debian\n"
        "Suites: trixie\n"
        "Components: stable\n"
        "Signed-By: /etc/apt/keyrings/docker.asc\n"
    )


def test_every_key_of_a_vendor_is_known_by_its_fingerprint() -> None:
    """A series of the table without one would be installed with any key that comes from there."""
    for on in DISTRIBUTIONS:
        assert docker_repository(on).fingerprint == docker_repository(on, f"{on.vendor.docker_url}/").fingerprint
        assert re.fullmatch("[0-9A-F]{40}", docker_repository(on).fingerprint)
        for series in on.mongodb_series:
            known = mongodb_repository(on, series).fingerprint
            assert re.fullmatch("[0-9A-F]{40}", known)
            assert mongodb_repository(on, series, url="https://mirror.example.com/mongodb").fingerprint == known
    assert mongodb_repository(on, "8.2").fingerprint == mongodb_repository(on, "8.0").fingerprint


def test_another_key_is_the_operators_to_name() -> None:
    on, url = DISTRIBUTIONS[0], "https://mirror.example.com/key.asc"
    assert docker_repository(on, url).fingerprint == mongodb_repository(on, "8.0", key_url=url).fingerprint == ""
    named = "ab" * 4 + " " + "cd" * 16
    assert docker_repository(on, url, named).fingerprint == "AB" * 4 + "CD" * 16
    assert mongodb_repository(on, "8.0", fingerprint=named).fingerprint == "AB" * 4 + "CD" * 16
