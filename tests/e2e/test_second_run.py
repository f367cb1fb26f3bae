# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that has nothing to do does nothing, says so, and gives nothing away."""

from __future__ import annotations

import re

import pytest

from tests.deployment import Deployment

NOTHING_CHANGED = re.compile(r"changed=0\s+unreachable=0\s+failed=0")


@pytest.mark.parametrize("arguments", [(), ("--check", "--diff")], ids=["for real", "check mode"])
def test_nothing_changes(deployment: Deployment, arguments: tuple[str, ...]) -> None:
    output = deployment.playbook("site", *arguments).stdout
    assert NOTHING_CHANGED.search(output), output[-6000:]


def test_no_secret_is_printed_at_the_highest_verbosity_anybody_uses(deployment: Deployment) -> None:
    output = deployment.playbook("site", "-vvv", "--diff", "-e", "rocketchat_apply_all=true").stdout
    assert "TASK [rocketops.rocketchat.nats : Write the configuration" in output
    for name, value in deployment.secrets().items():
        assert value not in output, name


def test_rotated_secret_is_not_printed_when_its_files_change(deployment: Deployment) -> None:
    """A difference to show is where a secret would slip out."""
    output = deployment.playbook("site", "-vvv", "--diff", "--check", "-e", "nats_password=shown-nowhere-1").stdout
    assert "shown-nowhere-1" not in re.sub(r"(?m)^.*(ansible-playbook |nats_password=).*$", "", output)
