# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""MongoDB's repository: mongodb-org-server, built around the real mongod of a Python wheel."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from lab import apt_repository
from lab.apt_repository import PUBLISHED, Suite
from lab.docker import fingerprint
from lab.names import HOME, SOURCES, VERSIONS
from lab.wheels import program

RECIPE = SOURCES / "images" / "mongodb-org-server"
VERSION: str = VERSIONS["mongodb"]["version"]
SERIES = VERSION.rpartition(".")[0]
ROOT = PUBLISHED / "mongodb"
KEY = ROOT / f"server-{SERIES}.asc"
CONTROL = f"""\
Package: mongodb-org-server
Version: {VERSION}
Architecture: amd64
Section: database
Priority: optional
Maintainer: rocketops lab <lab@mirror.lab.internal>
Depends: libc6, libcurl4t64 | libcurl4, libssl3t64 | libssl3, liblzma5, adduser, tzdata
Description: MongoDB database server, repackaged for the lab
 The real mongod, as found in a Python wheel, laid out like MongoDB's own package.
"""


def _suite(vendor: str, release: str, component: str) -> Suite:
    """A suite laid out like MongoDB's own: packages lie beside their index."""
    return Suite(
        repository=ROOT / "apt" / vendor,
        name=f"{release}/mongodb-org/{SERIES}",
        codename=f"{release}/mongodb-org",
        component=component,
        pool=f"{component}/binary-amd64",
        origin="mongodb",
    )


SUITES = (_suite("debian", "bookworm", "main"), _suite("ubuntu", "noble", "multiverse"))


def ensure() -> None:
    """Have the repository, made anew if its inputs have changed."""
    inputs = fingerprint([str(VERSIONS["mongodb"]), CONTROL, repr(SUITES)], RECIPE)
    if all(suite.is_made_of(inputs) for suite in SUITES):
        return
    with tempfile.TemporaryDirectory(dir=HOME, prefix="mongodb-") as folder:
        package = Path(folder) / f"mongodb-org-server_{VERSION}_amd64.deb"
        _build(Path(folder) / "tree", package)
        apt_repository.publish_key(KEY)
        for suite in SUITES:
            # one package, of which every suite has its own name
            linked = Path(folder) / suite.codename.replace("/", "-") / package.name
            linked.parent.mkdir()
            os.link(package, linked)
            suite.publish([linked], inputs)


def _build(tree: Path, package: Path) -> None:
    shutil.copytree(RECIPE, tree)
    (tree / "usr" / "bin").mkdir()
    os.link(program(VERSIONS["mongodb"]["wheel"], "mongod"), tree / "usr" / "bin" / "mongod")
    apt_repository.build_package(tree, CONTROL, package)
