# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each resource of a host changed by hand in each way, alone."""

from __future__ import annotations

from pathlib import Path

from tests.deployment import Deployment
from tests.e2e.drift import drifts, shown_and_mended


def test_each_drift_alone(deployment: Deployment, tmp_path: Path) -> None:
    """Of all that fails, the report is one list; a resource that stays as it was made is the next one's, too."""
    failed = []
    for drift in list(drifts(deployment)):
        print(drift)
        try:
            shown_and_mended(deployment, tmp_path, [drift])
        except AssertionError as error:
            failed.append((drift, error))
            deployment.playbook("site")
    assert not failed
