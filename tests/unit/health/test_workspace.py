# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether nobody has signed in to the workspace, so that a run says where the password is; and what it asks people."""

from __future__ import annotations

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.answers import read
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.workspace import (
    is_unused,
    warnings,
)

from tests.unit.health.answers import healthy, registered, three_hosts


@pytest.mark.parametrize("signed_in", [True, False, None])
def test_only_a_workspace_that_says_so_is_unused(signed_in: bool | None) -> None:
    """One that cannot be asked may have people in it, who know the password, or have changed it."""
    planned = three_hosts()
    answers = healthy(planned)
    for answer in answers.values():
        if answer["workspace"]:
            answer["workspace"]["signed_in"] = signed_in
    assert is_unused(read(planned, registered(answers))) is (signed_in is False)


@pytest.mark.parametrize("asks", [True, False, None])
def test_a_question_about_its_identity_is_told_once(asks: bool | None) -> None:
    planned = three_hosts()
    answers = healthy(planned)
    for answer in answers.values():
        if answer["workspace"]:
            answer["workspace"]["asks_identity"] = asks
    told = list(warnings(read(planned, registered(answers))))
    assert [warning.kind for warning in told] == (["workspace.identity"] if asks else [])
