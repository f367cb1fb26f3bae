# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The watch over every run of the e2e tests: what a role changes, the gate has said before."""

from __future__ import annotations

import pytest

from tests.deployment import changed_in_silence

TOLD = "Planned changes:\n  chat1: will change the site in nginx and reload it\n"
NOTHING = "Nothing to change.\n"
ROLE = "TASK [rocketops.rocketchat.nginx : Write the site] ****\n"
PLAYBOOK = "TASK [Report] ****\n"


@pytest.mark.parametrize(
    ("output", "silent"),
    [
        (TOLD + ROLE + "changed: [chat1]\n", []),
        (TOLD + ROLE + "changed: [chat1]\nchanged: [chat2]\n", ["chat2"]),
        (NOTHING + ROLE + "ok: [chat1]\n", []),
        (NOTHING + ROLE + "changed: [chat1] => {\n", ["chat1"]),
        (NOTHING + PLAYBOOK + "changed: [chat1]\n", []),
    ],
    ids=["told", "another host", "nothing changed", "with -v", "no role"],
)
def test_changes_that_were_not_told(output: str, silent: list[str]) -> None:
    assert changed_in_silence(output) == silent
