# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What Docker's answer about one container says: which faults are its own, and which something else may explain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..container_drift import the_first_of
from .model import Need, Symptom

# It runs, but not with what was planned for it; it may serve all the same.
DRIFT_WORDS = {"image", "environment", "hosts", "drift"}
# Somebody did it to the container: no other part being away explains that.
STANDS_STILL = {"absent", "stopped", "paused"}
OF_ITS_OWN = {*STANDS_STILL, "oom_killed", "hostname", *DRIFT_WORDS}


def container_symptoms(entry: Mapping[str, Any] | None, needs: tuple[Need, ...]) -> list[Symptom]:
    """``needs``: what would explain that it crashes or does not get well."""
    if entry is None:
        return []
    symptoms = []
    fault = entry["fault"]
    if fault:
        own = fault in OF_ITS_OWN
        symptoms.append(Symptom(f"container.{fault}", entry["diagnosis"], () if own else needs))
    if entry.get("drift") and fault not in OF_ITS_OWN:
        # It crashes, or seems well, but it does not run with what was planned for it.
        symptoms.append(Symptom("container.drift", the_first_of(entry["drift"])))
    return symptoms
