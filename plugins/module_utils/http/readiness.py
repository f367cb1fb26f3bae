# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Rocket.Chat's /readyz says of a monolith, in a sentence.

Read in apps/meteor/server/routes/health.ts (8.3-dev; there since 7.11, pull request 36955): 200 or 503 with
``{"status": "ok" or "unavailable", "checks": {"memory": {...}, "eventLoop": {...}, "mongo": {...}}}``. Each check has a
``status`` of its own; beside it, the share of the heap in use is ``percentile``, the lag ``lagMs``, and MongoDB's
``error`` is told. It waits for MongoDB as long as the driver does, 30 seconds, before it says that it has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..probing.decoding import decoded
from ..probing.fault import Fault
from ..probing.fetching import Answer, describe, quote, sanitized

LAGGING = "lagging"
# A monolith that is only short of something serves all the same, if slowly: a warning, and no wait or failure.
DEGRADED = (LAGGING, "short_of_memory")
# Every answer resets the measurement, and the first after a start counts the whole start: only lag that is there in
# all of these short spans is told. In seconds, together no more than 2.
PAUSES = (0.3, 0.6, 0.9)


def check_readiness(answer: Answer) -> Fault | None:
    body = _body(answer)
    if answer.status == 200 and body.get("status") == "ok":
        return None
    checks = body.get("checks")
    if answer.status != 503 or not isinstance(checks, dict):
        sentence = f"It {describe(answer)} instead of whether it is ready{quote(answer)}."
        return Fault("body" if answer.status == 200 else "status", sentence)
    failed = {name: check for name, check in checks.items() if _field(check, "status") != "ok"}
    kind, why = _kind(set(failed)), "; ".join(_sentences(failed)) or "it does not say why"
    return Fault(kind, f"It {'serves, but calls itself' if kind in DEGRADED else 'is'} not ready: {why}.")


def _kind(failed: set[str]) -> str:
    if failed == {"eventLoop"}:
        return LAGGING
    return "short_of_memory" if failed and failed <= {"eventLoop", "memory"} else "not_ready"


def waiting(fault: Fault) -> Fault:
    """A timeout of /readyz tells more than that of a page."""
    if fault.kind != "read_timeout":
        return fault
    return Fault(fault.kind, f"{fault.sentence} It says whether it is ready only when MongoDB has answered it.")


def _body(answer: Answer) -> dict[str, Any]:
    try:
        body = decoded(answer.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _sentences(failed: Mapping[str, Any]) -> Iterator[str]:
    for name, check in failed.items():
        if name == "mongo":
            error = _field(check, "error")
            yield f"MongoDB does not answer it ({sanitized(str(error))})" if error else "MongoDB does not answer it"
        elif name == "memory":
            yield f"{_number(check, 'percentile')} % of its heap are in use (the limit is HEAP_USAGE_PERCENT)"
        elif name == "eventLoop":
            lag = _number(check, "lagMs")
            yield f"its event loop lags by {lag} ms, time and again (the limit is EVENT_LOOP_LAG_MS, 70 unless set)"
        else:
            yield f"its check {sanitized(name)} failed"


def _number(check: Any, field: str) -> str:
    found = _field(check, field)
    return str(found) if isinstance(found, (int, float)) else "?"


def _field(check: Any, field: str) -> Any:
    return check.get(field) if isinstance(check, dict) else None
