# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take the lab down: some hosts, or everything that carries its label."""

from __future__ import annotations

import shutil

from lab import engine, machine
from lab.docker import docker, exists, reachable
from lab.names import HOME, LABEL, PREFIX, host_container
from lab.progress import Progress


def remove_hosts(names: list[str], progress: Progress) -> None:
    """Remove these hosts and their disks."""
    if engine.DATA_ROOT.exists() and not reachable():
        # after a restart of the machine the hosts are there, and the engine that can remove them is not
        with progress.step("Docker Engine"):
            machine.install_missing()
            engine.ensure()
    for name in names:
        with progress.step(f"remove {name}"):
            if reachable() and exists("container", host_container(name)):
                docker("rm", "--force", "--volumes", host_container(name))


def remove_everything(progress: Progress) -> None:
    """Leave nothing of the lab on the machine, except the Debian packages it installed."""
    if reachable():
        with progress.step("remove containers, network, images"):
            _remove_labelled()
    with progress.step("stop the engine, if it is the lab's"):
        engine.stop()
    with progress.step(f"remove {HOME}"):
        if HOME.exists():
            shutil.rmtree(HOME)


def _remove_labelled() -> None:
    label = f"label={LABEL}"
    if containers := docker("ps", "--all", "--quiet", "--filter", label).split():
        docker("rm", "--force", "--volumes", *containers, timeout=120)
    if networks := docker("network", "ls", "--quiet", "--filter", label).split():
        docker("network", "rm", *networks)
    # newest first, so that an image goes before the one it was made from
    if tags := docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", f"{PREFIX}/*").split():
        docker("image", "rm", *tags, timeout=120)
    docker("image", "prune", "--force", "--filter", label, timeout=120)
