"""Take the lab down: some hosts, or everything that carries its label."""

from __future__ import annotations

import shutil
from pathlib import Path

from lab import engine
from lab.docker import docker, exists, reachable
from lab.names import HOME, LABEL, PREFIX, host_container
from lab.progress import Progress
from lab.waiting import wait_for

CGROUPS = [Path("/sys/fs/cgroup/unified/rocketops-lab"), Path("/sys/fs/cgroup/rocketops-lab")]


def remove_hosts(names: list[str], progress: Progress) -> None:
    """Remove these hosts and their disks."""
    for name in names:
        with progress.step(f"remove {name}"):
            if reachable() and exists("container", host_container(name)):
                docker("rm", "--force", "--volumes", host_container(name))
            for folder in CGROUPS:
                _remove_cgroups(folder / name)


def remove_everything(progress: Progress) -> None:
    """Leave nothing of the lab on the machine, except the Debian packages it installed."""
    if reachable():
        with progress.step("remove containers, network, images"):
            _remove_labelled()
    with progress.step("stop the engine, if it is the lab's"):
        engine.stop()
    with progress.step(f"remove {HOME}"):
        for folder in CGROUPS:
            _remove_cgroups(folder)
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


def _remove_cgroups(folder: Path) -> None:
    """Remove a tree of control groups once the last process in it is gone."""
    wait_for(
        lambda: not folder.exists() or "populated 0" in (folder / "cgroup.events").read_text(),
        seconds=10,
        failure=lambda: f"Processes still run in {folder}: end them, then run the lab command again.",
    )
    inner = sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True)
    for group in [*inner, folder]:
        if group.exists():
            group.rmdir()
