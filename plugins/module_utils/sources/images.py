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
from dataclasses import dataclass

from ..containers.docker_api import greet
from ..probing.clock import halfway, remaining
from ..probing.fault import Fault
from . import registry
from .credentials import login
from .reference import DOCKER_HUB, Reference, parse
from .way import Way


@dataclass(frozen=True)
class Told:
    """``faults``: what is wrong with those that cannot be pulled. ``digests``: of the others, where that is known."""

    faults: list[dict[str, str]]
    digests: dict[str, str]


def ask(images: Sequence[str], architecture: str, way: Way, socket: str, timeout: float) -> Told:
    """``socket``: of an engine that runs, "" without one."""
    found: dict[str, Fault | str] = {}
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
    told = {image: found[image] for image in images if image in found}
    faults = [
        {"image": image, "registry": parse(image).registry, "kind": fault.kind, "sentence": fault.sentence}
        for image, fault in told.items()
        if isinstance(fault, Fault) and fault.kind != "unknown"
    ]
    return Told(faults, {image: digest for image, digest in told.items() if isinstance(digest, str) and digest})


def _ask(image: str, architecture: str, way: Way, socket: str, until: float, found: dict[str, Fault | str]) -> None:
    reference = parse(image)
    try:
        found[image] = registry.Question(reference, architecture, way, halfway(until) if socket else until).ask()
    except Fault as fault:
        # An engine that runs may know a way that it does not tell, as with a password in the URL of a proxy.
        by_engine = socket and fault.kind not in ("login", "platform")
        digest = _engine_finds(reference, architecture, socket, until) if by_engine else None
        found[image] = fault if digest is None else digest


def _engine_finds(reference: Reference, architecture: str, socket: str, until: float) -> str | None:
    """The digest, None where it does not find it either."""
    try:
        digest, platforms = greet(socket, until).in_registry(reference.familiar, _header(reference), until)
        registry.check_architecture(registry.architectures(platforms), registry.ARCHITECTURES.get(architecture))
    except Fault:
        return None
    return digest


def _header(reference: Reference) -> str:
    """X-Registry-Auth (docs.docker.com/reference/api/engine, "Authentication")."""
    known = login(reference.registry)
    if not known.user:
        return ""
    server = "https://index.docker.io/v1/" if reference.registry == DOCKER_HUB else reference.registry
    entry = {"username": known.user, "password": known.password, "serveraddress": server}
    return base64.urlsafe_b64encode(json.dumps(entry).encode()).decode()
