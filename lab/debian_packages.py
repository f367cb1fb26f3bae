# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages of other releases of Debian than the machine's own, fetched with apt from the machine's mirrors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lab.command import LabError, run
from lab.machine import mirrors

LIBC = re.compile(r"libc6 \(>= (\d+)\.(\d+)")


@dataclass(frozen=True)
class Package:
    """A version of a package, and the oldest C library that its programs run with."""

    name: str
    version: str
    libc: tuple[int, int]

    @property
    def upstream(self) -> str:
        """The version that its makers gave it."""
        [digits] = re.findall(r"^(?:\d+:)?(\d+(?:\.\d+)*)", self.version)
        return str(digits)


class Release:
    """The packages of one release that are in `wanted`; its lists are fetched when they are first asked for."""

    def __init__(self, name: str, wanted: Iterable[str], scratch: Path) -> None:
        self._name = name
        self._wanted = sorted(wanted)
        self._folder = scratch / name

    @cached_property
    def packages(self) -> dict[str, Package]:
        """By name, each in the newest version."""
        for folder in ("state/lists/partial", "cache/archives/partial"):
            (self._folder / folder).mkdir(parents=True)
        (self._folder / "status").touch()
        (self._folder / "sources.list").write_text(f"deb {mirrors().main} {self._name} main\n")
        self._apt("apt-get", "update")
        stanzas = self._apt("apt-cache", "show", "--no-all-versions", *self._wanted).strip().split("\n\n")
        return {package.name: package for package in map(read, stanzas)}

    def unpacked(self, name: str) -> Path:
        """Where the content of a package lies."""
        target = self._folder / name
        if not target.exists():
            self._apt("apt-get", "download", name, cwd=self._folder)
            [archive] = self._folder.glob(f"{name}_*.deb")
            run("dpkg-deb", "--extract", archive, target, timeout=120)
            archive.unlink()
        return target

    def _apt(self, program: str, *words: str, cwd: Path | None = None) -> str:
        # nothing of the machine's own packages, sources and preferences counts
        options = {
            "Dir::State": self._folder / "state",
            "Dir::State::Status": self._folder / "status",
            "Dir::Cache": self._folder / "cache",
            "Dir::Etc::SourceList": self._folder / "sources.list",
            "Dir::Etc::SourceParts": "-",
            "Dir::Etc::Preferences": "-",
            "Dir::Etc::PreferencesParts": "-",
            "Acquire::Languages": "none",
            "APT::Sandbox::User": "root",
        }
        return run(
            program, *(word for key, value in options.items() for word in ("-o", f"{key}={value}")), *words,
            timeout=300,
            cwd=cwd,
            remedy="Check that the machine's Debian mirrors answer (`apt-get update`), then run the lab command again.",
        )  # fmt: skip


def newest(name: str, releases: Iterable[Release], libc: tuple[int, int]) -> Release:
    """Of releases in this order, the first whose version of a package runs with a C library."""
    for release in releases:
        if release.packages[name].libc <= libc:
            return release
    raise LabError(f"No release of Debian that lab/versions.yml names has a {name} for C library {libc[0]}.{libc[1]}.")


def read(stanza: str) -> Package:
    """One stanza of what apt-cache shows."""
    fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line and not line.startswith(" "))
    needed = LIBC.search(fields.get("Depends", ""))
    return Package(fields["Package"], fields["Version"], (int(needed[1]), int(needed[2])) if needed else (0, 0))
