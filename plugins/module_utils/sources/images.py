# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether images can be pulled, all of them asked for at the same time. Only reads."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Sequence

from ..containers.docker_api import greet
from ..probing.clock import halfway, remaining
from ..probing.fault import Fault
from . import registry
from .credentials import login
from .reference import DOCKER_HUB, Reference, parse
from .way import Way


def faults(images: Sequence[str], architecture: str, way: Way, socket: str, timeout: float) -> list[dict[str, str]]:
    """What is wrong with those that cannot be pulled. ``socket``: of an engine that runs, "" without one."""
    found: dict[str, Fault] = {}
    until = time.monotonic() + timeout
    # a resolver cannot be interrupted: what it is still asking when the time is up ends with the module
    threads = [
        threading.Thread(target=_ask, args=(image, architecture, way, socket, until, found), daemon=True)
        for image in images
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(remaining(until))
    late = Fault("unreachable", f"its registry does not answer within {timeout:.0f} s")
    for image, thread in zip(images, threads):
        if thread.is_alive():
            found.setdefault(image, late)
    told = [(image, found[image]) for image in images if image in found and found[image].kind != "unknown"]
    return [
        {"image": image, "registry": parse(image).registry, "kind": fault.kind, "sentence": fault.sentence}
        for image, fault in told
    ]


def _ask(image: str, architecture: str, way: Way, socket: str, until: float, found: dict[str, Fault]) -> None:
    reference = parse(image)
    try:
        registry.Question(reference, architecture, way, halfway(until) if socket else until).ask()
    except Fault as fault:
        # An engine that runs may know a way that it does not tell, as with a password in the URL of a proxy.
        if (
            not socket
            or fault.kind in ("login", "platform")
            or not _engine_finds(reference, architecture, socket, until)
        ):
            found[image] = fault


def _engine_finds(reference: Reference, architecture: str, socket: str, until: float) -> bool:
    try:
        platforms = greet(socket, until).architectures_in_registry(reference.familiar, _header(reference), until)
        registry.check_architecture(registry.architectures(platforms), registry.ARCHITECTURES.get(architecture))
    except Fault:
        return False
    return True


def _header(reference: Reference) -> str:
    """X-Registry-Auth (docs.docker.com/reference/api/engine, "Authentication")."""
    known = login(reference.registry)
    if not known.user:
        return ""
    server = "https://index.docker.io/v1/" if reference.registry == DOCKER_HUB else reference.registry
    entry = {"username": known.user, "password": known.password, "serveraddress": server}
    return base64.urlsafe_b64encode(json.dumps(entry).encode()).decode()
