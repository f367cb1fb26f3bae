# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds containers that are not planned and disturb planned ones. No Ansible here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..probing.fault import Fault
from .docker_api import AT_ONCE, Engine
from .model import Expected, Unplanned

_UNPLANNED_MAX = 50
_SERVICE_LABEL = "io.rocketops.service"
_STREAM_HUB = "rocketchat/stream-hub-service"


def find_unplanned(
    engine: Engine,
    expected: Sequence[Expected],
    found: Sequence[dict[str, Any]],
    listed: list[dict[str, Any]],
    until: float,
) -> Iterator[Unplanned]:
    """Unplanned containers on the deployment's networks; those on networks of their own do not concern us."""
    names = {f"/{one.name}" for one in expected}
    networks = {name for one in found for name in one["NetworkSettings"]["Networks"]}
    others = [
        entry
        for entry in listed
        if not names.intersection(entry["Names"])
        and entry["State"] in ("running", "restarting", "paused")
        and networks.intersection((entry.get("NetworkSettings") or {}).get("Networks") or {})
    ]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        inspected = list(pool.map(lambda entry: _inspected(engine, entry["Id"], until), others[:_UNPLANNED_MAX]))
    for one in filter(None, inspected):
        yield from _disturbing(expected, one)


def _inspected(engine: Engine, identity: str, until: float) -> dict[str, Any] | None:
    """Nothing where the engine fails at that: it was asked about the planned ones."""
    try:
        return engine.inspect(identity, until)
    except Fault:
        return None


def _disturbing(expected: Sequence[Expected], found: dict[str, Any]) -> Iterator[Unplanned]:
    image, hostname = found["Config"]["Image"], found["Config"]["Hostname"]
    service = _service(expected, image, found["Config"].get("Labels") or {})
    taken = next((one.name for one in expected if one.hostname == hostname), None)
    if taken:
        fault = "hostname"
        sentence = (
            f"It is no container of the plan and has the hostname of {taken}, so that one of the two always ends."
        )
    elif service == "stream_hub":
        fault = "second_stream_hub"
        sentence = (
            "It is a stream-hub that is not in the plan: beside the planned one it makes every event arrive twice."
        )
    elif service:
        fault = "unplanned"
        sentence = (
            f"It is no container of the plan, is on this deployment's network and runs {service.replace('_', '-')}: "
            "left over, or started by hand."
        )
    else:
        return
    name = found["Name"].lstrip("/")
    yield Unplanned(name, image, hostname, service, found["State"]["Status"], fault, sentence)


def _service(expected: Sequence[Expected], image: str, labels: Mapping[str, str]) -> str | None:
    """By our label, or by an image that a planned service has, whatever its registry and tag."""
    repository = _repository(image)
    if repository.endswith(_STREAM_HUB):
        return "stream_hub"
    same = (one.service for one in expected if _repository(one.image).split("/")[-2:] == repository.split("/")[-2:])
    return labels.get(_SERVICE_LABEL) or next(same, None)


def _repository(image: str) -> str:
    path, _slash, last = image.rpartition("/")
    return f"{path}/{last.partition(':')[0].partition('@')[0]}".lstrip("/")
