# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Docker's answer about one container says: which faults are its own, and which something else may explain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils.containers.drift import the_first_of
from .model import Need, Symptom

# It runs, but not with what was planned for it; it may serve all the same.
DRIFT_WORDS = {"image", "environment", "hosts", "drift"}
# Done to the container by hand: no other part being away explains that.
STANDS_STILL = {"absent", "stopped", "paused"}
_OF_ITS_OWN = {*STANDS_STILL, "network", "oom_killed", "out_of_memory", "hostname", *DRIFT_WORDS}

_STARTING = "container.starting"

# What its log says decides what may explain it; where it says nothing of that, all may that it cannot do without.
_INDISPENSABLE = {"host", "engine", "nats", "mongodb", "way", "migrations", "service", "hostname"}
_EXPLAINED_BY = {
    "crash_silent": {"hostname"},
    "node_id_conflict": {"hostname"},
    "inspect": {"engine"},
    "license": {"nats", "service", "license"},
    "mongodb": {"mongodb", "way"},
    "mongodb_auth": {"mongodb"},
    "mongodb_privilege": {"mongodb"},
    "nats_auth": {"nats"},
    "nats_unreachable": {"nats"},
    # Docker's name server knows a container only while that runs
    "resolve": {"nats"},
}


def container_symptoms(entry: Mapping[str, Any] | None, needs: tuple[Need, ...]) -> list[Symptom]:
    """``needs``: what would explain that it crashes or does not get well."""
    if entry is None:
        return []
    symptoms = []
    fault = entry["fault"]
    if fault:
        symptoms.append(Symptom(f"container.{fault}", entry["diagnosis"], _explaining(fault, needs)))
    if entry.get("drift") and fault not in _OF_ITS_OWN:
        # It crashes, or seems well, but it does not run with what was planned for it.
        symptoms.append(Symptom("container.drift", the_first_of(entry["drift"])))
    return symptoms


def _explaining(fault: str, needs: tuple[Need, ...]) -> tuple[Need, ...]:
    if fault in _OF_ITS_OWN:
        return ()
    return tuple(need for need in needs if need.what in _EXPLAINED_BY.get(fault, _INDISPENSABLE))


def without_starting(symptoms: list[Symptom]) -> list[Symptom]:
    """Docker calls a container starting until its first healthcheck, also when all else shows that it is well."""
    return symptoms if any(symptom.kind != _STARTING for symptom in symptoms) else []
