# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What apt would take away, as its own program tells it."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.teardown import packages

# By package, what needs it; and what came along with it.
APT = """#!/bin/sh
case "$*" in
*"--auto-remove autoremove"*) echo "Remv old-kernel [1]" ;;
*"--auto-remove purge nginx"*) printf 'Purg nginx [1]\\nPurg nginx-common [1]\\nRemv old-kernel [1]\\n' ;;
*"purge nginx python3-yaml"*) printf 'Purg nginx [1]\\nPurg ansible [1]\\nPurg python3-yaml [1]\\n' ;;
*"purge python3-yaml"*) printf 'Purg ansible [1]\\nPurg python3-yaml [1]\\n' ;;
*"purge nginx"*) printf 'Reading lists...\\nPurg nginx [1]\\n' ;;
*) echo "E: dpkg was interrupted" >&2; exit 100 ;;
esac
"""


@pytest.fixture(autouse=True)
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "apt-get"
    program.write_text(APT)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(packages, "changed_settings", lambda _names: {})


def test_what_others_need_stays_and_what_came_along_goes() -> None:
    assert packages.removal(["nginx", "python3-yaml"]) == {
        "goes": ["nginx"],
        "needed_by": {"python3-yaml": ["ansible"]},
        "along": ["nginx-common"],
        "changed_settings": {},
        "fault": "",
    }


def test_fault_is_told_in_its_words() -> None:
    told = packages.removal(["mongodb-org-server"])
    assert (told["goes"], told["fault"]) == ([], "E: dpkg was interrupted")
