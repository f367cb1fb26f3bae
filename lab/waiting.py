# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for a condition, never longer than said."""

from __future__ import annotations

import time
from collections.abc import Callable

from lab.command import LabError


def wait_for(condition: Callable[[], bool], *, seconds: float, failure: Callable[[], str]) -> None:
    """Return once the condition holds; otherwise raise with the sentence that `failure` makes."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise LabError(failure())
        time.sleep(0.2)
