# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module repository_key, with what apt would fetch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.modules import repository_key

from tests.unit.modules.running import run


@pytest.fixture(autouse=True)
def repository(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What is at each address; the owner stays who runs the tests."""
    there = {"https://mirror/key.asc": "key\n"}

    def fetch(url: str, path: str, timeout: float) -> str:
        if url not in there:
            return "404 Not Found"
        Path(path).write_text(there[url])
        return ""

    monkeypatch.setattr(repository_key, "fetch", fetch)
    for name in ("set_owner_if_different", "set_group_if_different"):
        monkeypatch.setattr(repository_key.AnsibleModule, name, lambda self, path, who, changed, *rest: changed)
    return there


def have(path: Path, check: bool = False, url: str = "https://mirror/key.asc", **options: Any) -> dict[str, Any]:
    return run(repository_key.main, check=check, path=str(path), url=url, **options)


def test_a_key_is_fetched_once(tmp_path: Path) -> None:
    path = tmp_path / "key.asc"
    assert have(path, check=True)["changed"]
    assert not path.exists()
    assert have(path)["changed"]
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("key\n", 0o644)
    assert not have(path)["changed"]
    assert not have(path, check=True)["changed"]


def test_one_that_is_there_is_fetched_anew_where_that_is_asked_for(tmp_path: Path, repository: dict[str, str]) -> None:
    path = tmp_path / "key.asc"
    path.write_text("damaged\n")
    assert not have(path)["changed"]
    assert path.read_text() == "damaged\n"
    assert have(path, force=True)["changed"]
    assert path.read_text() == "key\n"
    assert not have(path, force=True)["changed"]


def test_permissions_are_corrected(tmp_path: Path) -> None:
    path = tmp_path / "key.asc"
    path.write_text("key\n")
    path.chmod(0o600)
    assert have(path)["changed"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_one_that_does_not_come_leaves_all_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "key.asc"
    path.write_text("former\n")
    failed = have(path, url="https://mirror/nosuch.asc", force=True)
    assert failed["failed"]
    assert failed["msg"] == "The key https://mirror/nosuch.asc cannot be fetched: 404 Not Found"
    assert path.read_text() == "former\n"
