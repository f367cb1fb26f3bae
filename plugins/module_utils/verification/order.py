# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which order the parts of a deployment are asked, and how long each is waited for. No Ansible here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable

from .processes import answers_of

# Each needs those before it. The workspace is asked once a monolith had its time to start; facts need nobody.
PARTS = ("containers", "mongodb", "services", "workspace", "nats", "ddp", "facts")

# What an answer may take beyond the time for which it is waited to be healthy.
GRACE = 45.0


@dataclass(frozen=True)
class Asked:
    """``answer`` takes the seconds to wait for the part to become healthy; 0 asks once.

    ``waits``: whether it does; some only read.
    """

    answer: Callable[[float], dict[str, Any]]
    waits: bool = True


def ask(parts: Mapping[str, Asked], timeout: float, grace: float = GRACE) -> dict[str, dict[str, Any]]:
    """The answers, in the order of ``PARTS``.

    One after the other is waited for, all of them together for twice ``timeout`` at most. After one was waited for in
    vain, the others are asked once and side by side: they suffer from it. So are all when there is no time to wait.
    """
    names = [name for name in PARTS if name in parts]
    answers: dict[str, dict[str, Any]] = {}
    stop = time.monotonic() + 2 * timeout
    while names and timeout > 0:
        name = names.pop(0)
        seconds = timeout if parts[name].waits else 0
        answers |= answers_of({name: _asking(parts[name], seconds)}, seconds + grace)
        timeout = min(timeout, stop - time.monotonic()) if _is_well(answers[name]) else 0
    answers |= answers_of({name: _asking(parts[name], 0) for name in names}, grace)
    return answers


def _asking(part: Asked, seconds: float) -> Callable[[], dict[str, Any]]:
    return lambda: part.answer(seconds)


def _is_well(answer: Mapping[str, Any]) -> bool:
    """What only reads is neither healthy nor ill."""
    return bool(answer.get("healthy", not answer.get("failed")))
