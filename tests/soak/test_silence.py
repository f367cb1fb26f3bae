# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client that says nothing for ten minutes."""

from __future__ import annotations

from tests.deployment import Deployment
from tests.e2e.test_silent_clients import stays_silent


def test_ten_minutes_of_silence(deployment: Deployment) -> None:
    stays_silent(deployment, 600)
