# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is changed by hand is listed by --check, told by health and mended by site: everything of a kind at once.

tests/soak does it with each thing alone.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deployment import Deployment
from tests.e2e.drift import drifts, shown_and_mended
from tests.e2e.state import state

# Kinds that can be there together.
BATCHES = {
    "settings": ("content", "unit disabled", "users"),
    "files": ("deleted", "unit stopped", "hosts"),
    "permissions": ("mode", "container"),
    "owners": ("owner", "network", "rules"),
    "processes": ("put back",),
}
APPLY_ALL = ("-e", "rocketchat_apply_all=true")


@pytest.mark.parametrize("batch", BATCHES)
def test_what_was_changed_by_hand_is_told_and_mended(deployment: Deployment, tmp_path: Path, batch: str) -> None:
    found = [drift for drift in drifts(deployment) if drift.kind in BATCHES[batch]]
    assert found
    shown_and_mended(deployment, tmp_path, found)


def test_all_roles_applied_to_a_converged_host_change_nothing(deployment: Deployment) -> None:
    output = deployment.playbook("site", *APPLY_ALL).stdout
    assert "changed=0 " in output, output[-4000:]
    assert "TASK [rocketops.rocketchat.nginx" in output


def test_roles_without_a_difference_may_be_left_out(deployment: Deployment) -> None:
    """A run of those with one ends in the same state as a run of all."""
    kinds = ("content", "mode", "unit disabled", "users", "hosts", "network")
    found = sorted((one for one in drifts(deployment) if one.kind in kinds), key=lambda one: kinds.index(one.kind))
    ends = []
    for options in ((), APPLY_ALL):
        for one in found:
            deployment.run(one.command)
        deployment.playbook("site", *options)
        ends.append(state(deployment))
    assert ends[0] == ends[1]
