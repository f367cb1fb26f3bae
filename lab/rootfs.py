# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bare Debian that every lab machine starts from, made by mmdebstrap from the machine's own mirrors."""

from __future__ import annotations

from pathlib import Path

from lab.command import run
from lab.docker import fingerprint
from lab.machine import mirrors
from lab.names import HOME

PACKAGES = [
    "systemd", "systemd-sysv", "dbus", "python3", "python3-apt", "iproute2",
    "ca-certificates", "sudo", "curl", "procps", "openssh-server",
]  # fmt: skip
# What a cloud image has and nothing here needs; left out for size and speed, in later installations too.
EXCLUDED = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*"]


def ensure(suite: str) -> Path:
    """Return the tar archive of the root file system of a release, making it if its inputs have changed."""
    sources = mirrors().sources(suite)
    archive = HOME / f"debian-{suite}-{fingerprint([suite, *PACKAGES, *EXCLUDED, *sources])}.tar"
    if archive.exists():
        return archive
    unfinished = archive.with_suffix(".part.tar")
    run(
        "mmdebstrap", "--mode=root", "--variant=minbase", f"--include={','.join(PACKAGES)}",
        "--dpkgopt=force-unsafe-io", '--aptopt=Acquire::Languages "none"',
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in EXCLUDED),
        suite, unfinished, *sources,
        timeout=420,
        # not /tmp: it may be small, or forbid programs
        env={"TMPDIR": str(HOME)},
        remedy="Check that the machine's Debian mirrors answer (`apt-get update`), then run the lab command again.",
    )  # fmt: skip
    unfinished.rename(archive)
    return archive
