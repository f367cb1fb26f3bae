# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles' READMEs say what their argument specs say."""

from __future__ import annotations

import pytest

from tools import role_readmes


@pytest.mark.parametrize("role", role_readmes.ROLES)
def test_the_readme_is_up_to_date(role: str) -> None:
    written = role_readmes.readme(role).read_text(encoding="utf-8")
    assert written == role_readmes.render(role), "run tools/role_readmes.py --write"
