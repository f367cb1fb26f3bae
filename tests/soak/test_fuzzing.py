# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten thousand requests that nobody sends."""

from __future__ import annotations

import pytest

from tests.deployment import Deployment
from tests.e2e.malformed import mutated
from tests.e2e.test_way_in import harms_nobody


@pytest.mark.parametrize("seed", range(2, 12))
def test_what_nobody_sends_harms_nobody(deployment: Deployment, seed: int) -> None:
    harms_nobody(deployment, list(mutated(seed, 1000)))
