"""Take the lab down: some hosts, or everything that carries its label."""

from __future__ import annotations

import shutil
from pathlib import Path

from lab import engine
from lab.docker import docker, exists, reachable
from lab.names import HOME, HOSTS, LABEL, host_container
from lab.progress import Progress

CGROUPS = [Path("/sys/fs/cgroup/unified/rocketops-lab"), Path("/sys/fs/cgroup/rocketops-lab")]


def remove_hosts(names: list[str], progress: Progress) -> None:
    """Remove these hosts and their disks."""
    for name in names:
        with progress.step(f"remove {name}"):
            if reachable() and exists("container", host_container(name)):
                docker("rm", "--force", "--volumes", host_container(name))
            _remove_cgroups(name)


def remove_everything(progress: Progress) -> None:
    """Leave nothing of the lab on the machine, except the Debian packages it installed."""
    if reachable():
        with progress.step("remove containers, network, images"):
            _remove_labelled()
    with progress.step("stop the engine, if it is the lab's"):
        engine.stop()
    with progress.step(f"remove {HOME}"):
        for name in HOSTS:
            _remove_cgroups(name)
        for folder in CGROUPS:
            if folder.exists():
                folder.rmdir()
        if HOME.exists():
            shutil.rmtree(HOME)


def _remove_labelled() -> None:
    label = f"label={LABEL}"
    if containers := docker("ps", "--all", "--quiet", "--filter", label).split():
        docker("rm", "--force", "--volumes", *containers, timeout=120)
    if networks := docker("network", "ls", "--quiet", "--filter", label).split():
        docker("network", "rm", *networks)
    tags = docker("image", "ls", "--filter", label, "--format", "{{.Repository}}:{{.Tag}}").split()
    if tags:
        docker("image", "rm", "--force", *tags, timeout=120)


def _remove_cgroups(name: str) -> None:
    """Remove a host's control groups, the inner ones first; they are empty once the host is gone."""
    for folder in (root / name for root in CGROUPS):
        for inner in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
            inner.rmdir()
        if folder.exists():
            folder.rmdir()
