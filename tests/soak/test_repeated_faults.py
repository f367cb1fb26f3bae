# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that the tests show of one service, of all others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deployment import Deployment
from tests.e2e.faults import ALL, REPEATED
from tests.e2e.report import named_and_mended


@pytest.mark.parametrize("name", REPEATED)
def test_the_cause_is_named_and_nothing_else(deployment: Deployment, tmp_path: Path, name: str) -> None:
    named_and_mended(deployment, tmp_path, ALL[name])
