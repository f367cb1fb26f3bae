# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The few things the lab asks of the Docker command line."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from lab.command import run, succeeds
from lab.names import HOME, LABEL, PREFIX

# The classic builder: it is in every engine, also where the command line has no buildx.
CLASSIC_BUILDER = {"DOCKER_BUILDKIT": "0"}


def docker(*words: str | Path, timeout: float = 60) -> str:
    """Run a docker command and return what it says."""
    return run("docker", *words, timeout=timeout, env=CLASSIC_BUILDER).strip()


def reachable() -> bool:
    """Tell whether an engine answers."""
    return succeeds("docker", "info", timeout=20)


def exists(kind: str, name: str) -> bool:
    """Tell whether a container, image or network exists."""
    return succeeds("docker", kind, "inspect", name, timeout=20)


def running(container: str) -> bool:
    """Tell whether a container exists and runs."""
    listed = docker("ps", "--quiet", "--filter", f"name=^/{container}$", "--filter", f"label={LABEL}")
    return bool(listed)


def fingerprint(inputs: Iterable[str], *folders: Path) -> str:
    """A short digest of strings and of every file below some folders."""
    digest = hashlib.sha256()
    for text in inputs:
        digest.update(text.encode() + b"\0")
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                digest.update(f"{path.relative_to(folder)} {path.stat().st_mode:o}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def build(
    name: str,
    recipe: Path,
    *,
    arguments: Mapping[str, str] | None = None,
    inputs: Iterable[str] = (),
    fill: Callable[[Path], None] | None = None,
) -> str:
    """Build rocketops-lab/<name> from a recipe folder, unless the same inputs built it before; return its tag.

    `fill` adds to the build context what is too large or too local to be in the recipe; `inputs` must tell when
    that changes.
    """
    arguments = arguments or {}
    version = fingerprint([*inputs, *(f"{key}={value}" for key, value in sorted(arguments.items()))], recipe)
    tag = f"{PREFIX}/{name}:{version}"
    if exists("image", tag):
        return tag
    with tempfile.TemporaryDirectory(dir=HOME, prefix=f"build-{name}-") as folder:
        context = Path(folder)
        shutil.copytree(recipe, context, dirs_exist_ok=True)
        if fill is not None:
            fill(context)
        options = [word for key, value in arguments.items() for word in ("--build-arg", f"{key}={value}")]
        docker("build", "--force-rm", "--label", LABEL, "--tag", tag, *options, context, timeout=420)
    forget_other_versions(name, tag)
    return tag


def forget_other_versions(name: str, tag: str) -> None:
    """Drop what earlier recipes built; an image that a container still uses stays until that is gone."""
    for other in docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", f"{PREFIX}/{name}").splitlines():
        if other != tag:
            succeeds("docker", "image", "rm", other)
