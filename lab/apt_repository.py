# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A signed apt repository, of which every suite is one folder."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

from lab import keys
from lab.command import run
from lab.names import HOME

PUBLISHED = HOME / "apt"


@dataclass(frozen=True)
class Suite:
    """One suite with one component, for amd64.

    `repository` is the folder that the repository's URL stands for, `pool` the one for packages, below the suite's own.
    """

    repository: Path
    name: str
    codename: str
    component: str
    pool: str
    origin: str

    @property
    def folder(self) -> Path:
        return self.repository / "dists" / self.name

    def is_made_of(self, inputs: str) -> bool:
        """Tell whether these very inputs made what is published."""
        note = self.folder / ".inputs"
        return note.exists() and note.read_text() == inputs

    def publish(self, packages: list[Path], inputs: str) -> None:
        """Put packages, index and signature in the place of what was published before."""
        with tempfile.TemporaryDirectory(dir=HOME, prefix="apt-") as scratch:
            made = Path(scratch) / "suite"
            pool = made / self.pool
            pool.mkdir(parents=True)
            for package in packages:
                package.rename(pool / package.name)
            self._write_index(made)
            _sign(made)
            (made / ".inputs").write_text(inputs)
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            made.rename(self.folder)

    def _write_index(self, made: Path) -> None:
        """Write Packages and its Release."""
        index = made / self.component / "binary-amd64" / "Packages"
        index.parent.mkdir(parents=True, exist_ok=True)
        index.write_text("\n".join(self._entry(package) for package in sorted((made / self.pool).glob("*.deb"))))
        content = index.read_bytes()
        (made / "Release").write_text(
            f"Origin: {self.origin}\nLabel: {self.origin}\nSuite: {self.name.partition('/')[0]}\n"
            f"Codename: {self.codename}\nDate: {formatdate(time.time(), usegmt=True)}\n"
            f"Architectures: amd64\nComponents: {self.component}\nSHA256:\n"
            f" {hashlib.sha256(content).hexdigest()} {len(content)} {index.relative_to(made)}\n"
        )

    def _entry(self, package: Path) -> str:
        control = run("dpkg-deb", "--field", package).strip()
        with package.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        place = f"dists/{self.name}/{self.pool}/{package.name}"
        return f"{control}\nFilename: {place}\nSize: {package.stat().st_size}\nSHA256: {digest}\n"


def _sign(suite: Path) -> None:
    release = suite / "Release"
    keys.gpg("--output", suite / "InRelease", "--clearsign", release)
    keys.gpg("--output", suite / "Release.gpg", "--armor", "--detach-sign", release)


def publish_key(place: Path) -> None:
    """Put the key of the signatures there, as text."""
    place.parent.mkdir(parents=True, exist_ok=True)
    keys.gpg("--armor", "--output", place, "--export", keys.SIGNER)


def build_package(tree: Path, control: str, target: Path) -> None:
    """Make a package of a tree, which may have scripts in its DEBIAN."""
    scripts = tree / "DEBIAN"
    scripts.mkdir(exist_ok=True)
    (scripts / "control").write_text(control)
    # a fast compression: it is made once and unpacked once per host
    run("dpkg-deb", "--root-owner-group", "-Zzstd", "-z3", "--build", tree, target, timeout=120)
