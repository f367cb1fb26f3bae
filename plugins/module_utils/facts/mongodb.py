# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What MongoDB on the host lacks of the planned replica set and its users. Only reads."""

from __future__ import annotations

import time
from typing import Any

from ..mongodb.login import Refused, log_in
from ..mongodb.setup import rehearse
from ..mongodb.state import SetState, read
from ..mongodb.steps import Wanted, decide
from ..probing.clock import remaining
from ..probing.fault import Fault

TIMEOUT = 5


def ask(wanted: Wanted) -> dict[str, Any]:
    """``steps``: what the role would do, as the rest of a sentence. ``fault``, ``reason``: why that is not known."""
    until = time.monotonic() + TIMEOUT
    state = read(wanted.port, wanted.user, wanted.admin, until)
    decision = decide(state, wanted)
    try:
        rehearse(decision.steps, state, wanted)
        fault = decision.fault
    except Fault as refused:
        fault = refused
    return {
        "steps": [step.sentence for step in decision.steps],
        "fault": fault.kind if fault else None,
        "reason": fault.sentence if fault else None,
        "feature_compatibility_version": _feature_compatibility(state, wanted, until),
    }


def _feature_compatibility(state: SetState, wanted: Wanted, until: float) -> str | None:
    """Of the data; None where the user of Rocket.Chat cannot be asked."""
    if state.user_login != "ok":
        return None
    try:
        with log_in(f"127.0.0.1:{wanted.port}", wanted.user, remaining(until)) as login:
            answer = login.command("getParameter", featureCompatibilityVersion=1)
    except (Fault, Refused):
        return None
    return str(answer["featureCompatibilityVersion"]["version"])
