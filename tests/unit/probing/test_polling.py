# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wait ends as soon as nothing is left to wait for."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ansible_collections.rocketops.rocketchat.plugins.module_utils.probing.polling import Timeouts, poll

TIMEOUTS = Timeouts(timeout=60, interval=0.05)


@dataclass
class Answer:
    healthy: bool
    permanent: bool = False
    timed_out: bool = False


def test_what_does_not_pass_ends_the_wait() -> None:
    answers = iter([Answer(False), Answer(False, permanent=True), Answer(True)])
    started = time.monotonic()
    polled = poll([lambda _stop: next(answers)], TIMEOUTS)[0]
    assert (polled.answer, polled.attempts) == (Answer(False, permanent=True), 2)
    assert time.monotonic() - started < 30


def test_the_others_are_waited_for_all_the_same() -> None:
    answers = iter([Answer(False), Answer(False), Answer(True)])
    permanent, transient = poll([lambda _stop: Answer(False, permanent=True), lambda _stop: next(answers)], TIMEOUTS)
    assert (permanent.attempts, transient.attempts, transient.answer.healthy) == (1, 3, True)
