# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A signed apt repository with mongodb-org-server, built around the real mongod of a Python wheel."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from email.utils import formatdate
from pathlib import Path

from lab import keys
from lab.command import run
from lab.docker import fingerprint
from lab.names import HOME, SOURCES, VERSIONS
from lab.wheels import program

RECIPE = SOURCES / "images" / "mongodb-org-server"
PUBLISHED = HOME / "apt"
CONTROL = """\
Package: mongodb-org-server
Version: {version}
Architecture: amd64
Section: database
Priority: optional
Maintainer: rocketops lab <lab@depot.lab.internal>
Depends: libc6, libcurl4t64 | libcurl4, libssl3t64 | libssl3, liblzma5, adduser, tzdata
Description: MongoDB database server, repackaged for the lab
 The real mongod, as found in a Python wheel, laid out like MongoDB's own package.
"""


def ensure() -> None:
    """Have the repository below PUBLISHED, made anew if its inputs have changed."""
    version = fingerprint([str(VERSIONS["mongodb"]), VERSIONS["debian_suite"], CONTROL], RECIPE)
    note = PUBLISHED / "mongodb" / ".inputs"
    if note.exists() and note.read_text() == version:
        return
    with tempfile.TemporaryDirectory(dir=HOME, prefix="apt-") as folder:
        repository = Path(folder) / "mongodb"
        package = repository / "pool" / "main" / f"mongodb-org-server_{VERSIONS['mongodb']['version']}_amd64.deb"
        package.parent.mkdir(parents=True)
        _build_package(Path(folder) / "tree", package)
        _write_index(repository, package)
        keys.gpg("--armor", "--output", Path(folder) / "mongodb.asc", "--export", keys.SIGNER)
        (repository / ".inputs").write_text(version)
        PUBLISHED.mkdir(exist_ok=True)
        shutil.rmtree(PUBLISHED / "mongodb", ignore_errors=True)
        repository.rename(PUBLISHED / "mongodb")
        (Path(folder) / "mongodb.asc").rename(PUBLISHED / "mongodb.asc")


def _build_package(tree: Path, package: Path) -> None:
    shutil.copytree(RECIPE, tree)
    control = CONTROL.format(version=VERSIONS["mongodb"]["version"])
    (tree / "DEBIAN" / "control").write_text(control)
    (tree / "usr" / "bin").mkdir()
    os.link(program(VERSIONS["mongodb"]["wheel"], "mongod"), tree / "usr" / "bin" / "mongod")
    # a fast compression: it is made once and unpacked once per host
    run("dpkg-deb", "--root-owner-group", "-Zzstd", "-z3", "--build", tree, package, timeout=120)


def _write_index(repository: Path, package: Path) -> None:
    """Write Packages and its signed Release."""
    suite = VERSIONS["debian_suite"]
    release_folder = repository / "dists" / suite
    index = release_folder / "main" / "binary-amd64" / "Packages"
    index.parent.mkdir(parents=True)
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    control = run("dpkg-deb", "--field", package).strip()
    place = package.relative_to(repository)
    index.write_text(f"{control}\nFilename: {place}\nSize: {package.stat().st_size}\nSHA256: {digest}\n")

    content = index.read_bytes()
    release = release_folder / "Release"
    release.write_text(
        f"Origin: rocketops lab\nSuite: {suite}\nCodename: {suite}\nDate: {formatdate(time.time(), usegmt=True)}\n"
        "Architectures: amd64\nComponents: main\nSHA256:\n"
        f" {hashlib.sha256(content).hexdigest()} {len(content)} {index.relative_to(release_folder)}\n"
    )
    keys.gpg("--output", release_folder / "InRelease", "--clearsign", release)
    keys.gpg("--output", release_folder / "Release.gpg", "--armor", "--detach-sign", release)
