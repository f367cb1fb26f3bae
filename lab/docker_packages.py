# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Docker's repository: its packages, made of the engine and the Compose that Debian has."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lab import apt_repository
from lab.apt_repository import PUBLISHED, Suite
from lab.debian_packages import Release, newest
from lab.docker import fingerprint
from lab.names import HOME, SOURCES, VERSIONS

RELEASES: list[str] = VERSIONS["docker"]["debian_releases"]
ROOT = PUBLISHED / "docker" / "linux"
RECIPES = SOURCES / "images"


@dataclass(frozen=True)
class System:
    """What packages for a suite are made for; `libc` is that of the root file system that the lab's hosts have."""

    vendor: str
    version: str
    libc: tuple[int, int]


SYSTEMS = {
    "bookworm": System("debian", "12", (2, 36)),
    "trixie": System("debian", "13", (2, 41)),
    "noble": System("ubuntu", "24.04", (2, 41)),
}


@dataclass(frozen=True)
class Recipe:
    """One of Docker's packages: whose version it has, what it is related to, and its files out of Debian's packages."""

    versioned_as: str
    relations: str
    files: Mapping[str, tuple[str, str]]
    epoch: str = ""


# Names, relations and places as in docker/docker-ce-packaging (deb/common) and docker/containerd-packaging (debian).
PACKAGES = {
    "docker-ce": Recipe(
        versioned_as="docker.io",
        epoch="5:",
        relations="Depends: containerd.io, docker-ce-cli, iptables, nftables, libc6, libsystemd0\n"
        "Conflicts: docker.io\n",
        files={
            "usr/bin/dockerd": ("docker.io", "usr/sbin/dockerd"),
            "usr/bin/docker-proxy": ("docker.io", "usr/sbin/docker-proxy"),
        },
    ),
    "docker-ce-cli": Recipe(
        versioned_as="docker-cli",
        epoch="5:",
        relations="Depends: libc6\nConflicts: docker.io, docker-cli\n",
        files={"usr/bin/docker": ("docker-cli", "usr/bin/docker")},
    ),
    "containerd.io": Recipe(
        versioned_as="containerd",
        relations="Depends: libc6, libseccomp2\n"
        + "".join(f"{relation}: containerd, runc\n" for relation in ("Provides", "Conflicts", "Replaces")),
        files={
            "usr/bin/containerd": ("containerd", "usr/bin/containerd"),
            "usr/bin/containerd-shim-runc-v2": ("containerd", "usr/bin/containerd-shim-runc-v2"),
            "usr/bin/ctr": ("containerd", "usr/bin/ctr"),
            "usr/bin/runc": ("runc", "usr/sbin/runc"),
        },
    ),
    "docker-compose-plugin": Recipe(
        versioned_as="docker-compose",
        relations="Depends: libc6\nConflicts: docker-compose\nReplaces: docker-compose\n",
        files={
            "usr/libexec/docker/cli-plugins/docker-compose": (
                "docker-compose",
                "usr/libexec/docker/cli-plugins/docker-compose",
            )
        },
    ),
}


def ensure(codenames: Iterable[str]) -> None:
    """Have the suites of these distributions, made anew if their inputs have changed."""
    folders = [RECIPES / name for name in PACKAGES if (RECIPES / name).exists()]
    inputs = fingerprint([repr(RELEASES), repr(SYSTEMS), repr(PACKAGES), _control("", "", "")], *folders)
    missing = [codename for codename in sorted(set(codenames)) if not suite(codename).is_made_of(inputs)]
    if not missing:
        return
    wanted = {package for recipe in PACKAGES.values() for package, _ in recipe.files.values()}
    with tempfile.TemporaryDirectory(dir=HOME, prefix="docker-") as scratch:
        releases = [Release(name, wanted, Path(scratch)) for name in RELEASES]
        for codename in missing:
            packages = [_build(name, codename, releases, Path(scratch) / "made" / codename) for name in PACKAGES]
            suite(codename).publish(packages, inputs)
            apt_repository.publish_key(suite(codename).repository / "gpg")


def suite(codename: str) -> Suite:
    """A suite laid out like Docker's own."""
    repository = ROOT / SYSTEMS[codename].vendor
    return Suite(repository, codename, codename, component="stable", pool="pool/stable/amd64", origin="Docker")


def _build(name: str, codename: str, releases: list[Release], folder: Path) -> Path:
    """Make one of the packages for a suite, below a folder."""
    system, recipe = SYSTEMS[codename], PACKAGES[name]
    tree = folder / name
    if (RECIPES / name).exists():
        shutil.copytree(RECIPES / name, tree)
    for target, (source, path) in recipe.files.items():
        (tree / target).parent.mkdir(parents=True, exist_ok=True)
        os.link(newest(source, releases, system.libc).unpacked(source) / path, tree / target)
    named = newest(recipe.versioned_as, releases, system.libc).packages[recipe.versioned_as]
    version = f"{named.upstream}-1~{system.vendor}.{system.version}~{codename}"
    package = folder / f"{name}_{version}_amd64.deb"
    apt_repository.build_package(tree, _control(name, recipe.epoch + version, recipe.relations), package)
    return package


def _control(name: str, version: str, relations: str) -> str:
    return (
        f"Package: {name}\nVersion: {version}\nArchitecture: amd64\nSection: admin\nPriority: optional\n"
        f"Maintainer: rocketops lab <lab@mirror.lab.internal>\n{relations}"
        f"Description: {name}, repackaged for the lab\n Debian's programs, laid out like Docker's own package.\n"
    )
