# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for programs: a JSON document, described in docs/health.schema.json, and what the page is made from.

A change that breaks a reader of it gives SCHEMA a new number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from ...module_utils.text import cleaned
from .answers import HostAnswers
from .containers import DRIFT_WORDS
from .database import set_view
from .model import Diagnosis
from .table import verdict

SCHEMA = 1

# Faults of a container that are a difference to the plan; that it was stopped is none.
_OTHERWISE = {"absent", "hostname", "network", *DRIFT_WORDS}


def document(
    diagnosis: Diagnosis, plan: Mapping[str, Any], answers: Mapping[str, HostAnswers], time: str
) -> dict[str, Any]:
    """``time``: when it was asked, in UTC as ISO 8601."""
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "time": time,
        "root_url": plan["root_url"],
        "healthy": diagnosis.healthy,
        "summary": verdict(diagnosis),
        "hosts": list(plan["hosts"]),
        "findings": [asdict(finding) for finding in diagnosis.findings],
        "warnings": [asdict(warning) for warning in diagnosis.warnings],
        "parts": [asdict(part) for part in diagnosis.parts],
        "versions": _versions(plan, answers),
        "changes": [asdict(change) for change in diagnosis.changes],
        "drift": [*_container_drift(answers), *_mongodb_drift(plan, answers)],
    }
    return {**told, **{key: cleaned(told[key]) for key in ("versions", "drift")}}


def _versions(plan: Mapping[str, Any], answers: Mapping[str, HostAnswers]) -> dict[str, Any]:
    view = _mongodb(plan, answers)
    return {
        "rocketchat": plan["version"],
        "mongodb": {
            "planned": plan["mongodb_version"],
            "running": view.get("version"),
            "feature_compatibility_version": view.get("feature_compatibility_version"),
        },
        "nats": {
            host: answers[host].get("nats").get("version") for host, planned in plan["hosts"].items() if planned["nats"]
        },
        "docker": {
            host: (answers[host].get("containers").get("engine") or {}).get("version")
            for host, planned in plan["hosts"].items()
            if planned["docker"]
        },
    }


def _mongodb(plan: Mapping[str, Any], answers: Mapping[str, HostAnswers]) -> dict[str, Any]:
    return set_view([host for host, planned in plan["hosts"].items() if planned["mongodb"]], answers)


def _container_drift(answers: Mapping[str, HostAnswers]) -> Iterator[dict[str, Any]]:
    """What runs otherwise than planned, or without being planned."""
    for host, answer in answers.items():
        for entry in answer.get("containers").get("containers") or []:
            sentences = entry.get("drift") or []
            if not sentences and entry["fault"] in _OTHERWISE:
                sentences = [entry["diagnosis"]]
            if sentences or entry.get("image") != entry.get("planned_image"):
                yield _drift(host, entry["name"], entry.get("planned_image"), entry.get("image"), sentences)
        for entry in answer.get("containers").get("unplanned") or []:
            sentence = entry["diagnosis"] or "Nobody planned it."
            yield _drift(host, entry["name"], None, entry["image"], [sentence])


def _mongodb_drift(plan: Mapping[str, Any], answers: Mapping[str, HostAnswers]) -> Iterator[dict[str, Any]]:
    running = _mongodb(plan, answers).get("version")
    if running and not running.startswith(f"{plan['mongodb_version']}."):
        host = [host for host, planned in plan["hosts"].items() if planned["mongodb"]][0]
        sentence = f"MongoDB {running} runs, and {plan['mongodb_version']} is planned."
        yield _drift(host, "mongodb", plan["mongodb_version"], running, [sentence])


def _drift(host: str, name: str, planned: str | None, running: str | None, sentences: list[str]) -> dict[str, Any]:
    return {"host": host, "name": name, "planned": planned, "running": running, "sentences": sentences}
