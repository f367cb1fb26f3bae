# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the machine itself must have: Debian packages, and the mirrors it is told to use."""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from lab import docker
from lab.command import LabError, run

TOOLS = {
    "mmdebstrap": "mmdebstrap",
    "openssl": "openssl",
    "ssh-keygen": "openssh-client",
    "gpg": "gnupg",
    "iptables": "iptables",
    "busybox": "busybox-static",
}
ENGINE = {"dockerd": "docker.io"}
APT_SOURCES = Path("/etc/apt")


@dataclass(frozen=True)
class Mirrors:
    """Where Debian comes from on this machine; `security` is empty when the machine has none."""

    main: str
    security: str

    def sources(self, suite: str) -> list[str]:
        """One-line apt sources for a suite."""
        lines = [f"deb {self.main} {name} main" for name in (suite, f"{suite}-updates")]
        if self.security:
            lines.append(f"deb {self.security} {suite}-security main")
        return lines


def require_supported() -> None:
    """Refuse early what cannot work."""
    if os.geteuid() != 0:
        raise LabError("The lab needs root: it runs a Docker Engine and builds Debian root file systems.")
    if platform.machine() != "x86_64":
        raise LabError(f"The lab runs on x86_64, not on {platform.machine()}: its mongod is built for nothing else.")
    if not Path("/etc/debian_version").exists():
        raise LabError("The lab needs Debian: it takes its programs and its mirrors from the machine's apt.")


def install_missing() -> None:
    """Install the Debian packages whose programs are not there yet; an engine only if none can be reached."""
    install(TOOLS if docker.reachable() else TOOLS | ENGINE)


def install(wanted: dict[str, str]) -> None:
    """Install the packages of those programs that are not there yet, from the machine's own mirrors."""
    packages = [package for program, package in wanted.items() if shutil.which(program) is None]
    if not packages:
        return
    remedy = "Check the machine's apt sources with `apt-get update`, then run the lab command again."
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", timeout=180, remedy=remedy)
    run("apt-get", "install", "-y", "--no-install-recommends", *packages, timeout=300, env=quiet, remedy=remedy)


def mirrors() -> Mirrors:
    """Read the machine's Debian mirrors from its apt sources, in both notations."""
    codename = _codename()
    main = security = ""
    for uri, suite in _configured_sources():
        if suite == codename:
            main = main or uri
        elif suite in (f"{codename}-security", f"{codename}/updates"):
            security = security or uri
    if not main:
        raise LabError(
            f"No Debian mirror for {codename} is in /etc/apt/sources.list or /etc/apt/sources.list.d: add one there."
        )
    return Mirrors(main, security)


def _codename() -> str:
    for line in Path("/etc/os-release").read_text().splitlines():
        name, _, value = line.partition("=")
        if name == "VERSION_CODENAME":
            return value.strip('"')
    raise LabError("/etc/os-release names no VERSION_CODENAME: the lab needs a released Debian.")


def _configured_sources() -> list[tuple[str, str]]:
    """Every (URI, suite) pair of the binary sources."""
    pairs: list[tuple[str, str]] = []
    for path in [APT_SOURCES / "sources.list", *sorted((APT_SOURCES / "sources.list.d").glob("*.list"))]:
        if path.exists():
            pairs += [pair for line in path.read_text().splitlines() if (pair := _one_line_source(line))]
    for path in sorted((APT_SOURCES / "sources.list.d").glob("*.sources")):
        for stanza in path.read_text().split("\n\n"):
            pairs += _deb822_source(stanza)
    return pairs


def _one_line_source(line: str) -> tuple[str, str] | None:
    """`deb [options] URI suite components`"""
    kind, _, rest = line.strip().partition(" ")
    if kind != "deb":
        return None
    rest = rest.strip()
    if rest.startswith("["):
        rest = rest.partition("]")[2]
    words = rest.split()
    return (words[0], words[1]) if len(words) >= 2 else None


def _deb822_source(stanza: str) -> list[tuple[str, str]]:
    fields: dict[str, list[str]] = {}
    for line in stanza.splitlines():
        name, colon, value = line.partition(":")
        if colon and not line.startswith(("#", " ")):
            fields[name.lower()] = value.split()
    if "deb" not in fields.get("types", []) or fields.get("enabled") == ["no"]:
        return []
    return [(uri, suite) for uri in fields.get("uris", []) for suite in fields.get("suites", [])]
