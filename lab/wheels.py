# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs taken out of Python wheels, fetched with the machine's own pip configuration."""

from __future__ import annotations

import fcntl
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

from lab.command import run
from lab.names import HOME


def unpacked(pin: str) -> Path:
    """Return the folder in which the wheel of a pin (`name==version`) lies unpacked."""
    folder = HOME / "wheels" / pin.replace("==", "-")
    folder.parent.mkdir(parents=True, exist_ok=True)
    # unit tests run in several processes, of which one fetches
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _fetch(pin, folder)
    return folder


def _fetch(pin: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        run(
            sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
            "--dest", scratch, pin,
            timeout=300,
            remedy="Check that pip reaches its package index, then run the lab command again.",
        )  # fmt: skip
        [wheel] = Path(scratch).glob("*.whl")
        contents = Path(scratch) / "contents"
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(contents)
        shutil.move(contents, folder)


def program(pin: str, name: str) -> Path:
    """Return one program of a wheel, executable."""
    [path] = [path for path in unpacked(pin).rglob(name) if path.is_file() and path.parent.name in ("bin", "scripts")]
    path.chmod(0o755)
    return path
