# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module that removes what it is handed, on files of this machine's."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.ledger import EMPTY, read
from ansible_collections.rocketops.rocketchat.plugins.module_utils.teardown import paths
from ansible_collections.rocketops.rocketchat.plugins.modules import host_removal

from tests.unit.modules.running import run

Remove = Callable[..., dict[str, Any]]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "rocketops" / "ledger.json"
    path.parent.mkdir()
    resources = {"file /a": "made", "file /b": "made"}
    path.write_text(json.dumps({**EMPTY, "resources": resources, "pending": {"nginx.service": "reload"}}))
    return path


@pytest.fixture
def remove(ledger: Path) -> Remove:
    return partial(run, host_removal.main, ledger=str(ledger))


def test_removes_what_it_is_handed_once(remove: Remove, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "compose.yaml").write_text("")
    wanted = [str(folder / "compose.yaml"), str(folder)]
    assert remove(files=wanted, check=True)["changed"] and folder.exists()
    assert remove(files=wanted)["removed"] == wanted
    assert not folder.exists()
    assert not remove(files=wanted)["changed"]


def test_what_came_into_a_directory_since_stays(remove: Remove, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    assert not remove(files=[str(folder)])["changed"]
    assert (folder / "notes.txt").exists()


def test_link_goes_and_not_what_it_leads_to(remove: Remove, tmp_path: Path) -> None:
    folder, link = tmp_path / "theirs", tmp_path / "link"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    link.symlink_to(folder)
    assert remove(trees=[str(link)])["removed"] == []
    assert remove(files=[str(link)])["removed"] == [str(link)]
    assert (folder / "notes.txt").exists()


def test_tree_goes_with_all_that_is_in_it(remove: Remove, tmp_path: Path) -> None:
    folder = tmp_path / "mongodb"
    (folder / "journal").mkdir(parents=True)
    (folder / "journal" / "1").write_text("")
    assert remove(trees=[str(folder)], check=True)["changed"] and folder.exists()
    assert remove(trees=[str(folder)])["removed"] == [str(folder)]
    assert not folder.exists() and tmp_path.exists()


def test_newest_copy_takes_its_place_again(remove: Remove, tmp_path: Path) -> None:
    path = tmp_path / "nginx.conf"
    path.write_text("# Managed by us")
    for name, text in (("9.2026-01-02@00:00:00~", "former"), ("10.2025-12-31@00:00:00~", "older"), ("old~", "no copy")):
        (tmp_path / f"nginx.conf.{name}").write_text(text)
    there = paths.state(str(path), "Managed by us")
    assert there and there["marked"]
    assert remove(put_back=[{"path": str(path), "copy": there["copy"]}])["removed"] == [str(path)]
    assert path.read_text() == "former"


def test_what_is_in_a_directory_is_told_unless_these_are_data(tmp_path: Path) -> None:
    (tmp_path / "uploads" / "a").mkdir(parents=True)
    (tmp_path / "uploads" / "a" / "b").write_text("")
    there = paths.state(str(tmp_path / "uploads"), "mark")
    assert there and there["holds"] == [str(tmp_path / "uploads" / "a"), str(tmp_path / "uploads" / "a" / "b")]
    data = paths.state(str(tmp_path / "uploads"), "mark", data=True)
    assert data and data["directory"] and data["holds"] == []
    assert paths.state(str(tmp_path / "gone"), "mark") is None


def test_settings_are_taken_out_and_no_copy_is_left(remove: Remove, tmp_path: Path) -> None:
    path = tmp_path / "daemon.json"
    path.write_text('{"debug": true, "log-opts": {"max-size": "50m", "tag": "theirs"}}')
    path.chmod(0o640)
    one = {"path": str(path), "remove": ["log-opts/max-size", "live-restore"]}
    assert remove(settings=[one])["changed"]
    assert json.loads(path.read_text()) == {"debug": True, "log-opts": {"tag": "theirs"}}
    assert path.stat().st_mode & 0o777 == 0o640
    assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == ["daemon.json"]
    assert not remove(settings=[one, {**one, "path": str(tmp_path / "gone.json")}])["changed"]


def test_ledger_forgets_and_ends(remove: Remove, ledger: Path) -> None:
    assert remove(forgets=["file /a"])["changed"]
    assert read(str(ledger))["content"]["resources"] == {"file /b": "made"}
    assert remove(ends=True)["changed"]
    assert read(str(ledger))["content"]["pending"] == {}
    assert remove(forgets=["file /b"], ends=True, check=True)["changed"] and ledger.exists()
    assert remove(forgets=["file /b"], ends=True)["changed"]
    assert not ledger.parent.exists()
    assert not remove(forgets=["file /b"], ends=True)["changed"]


def test_ledger_stays_with_the_note_about_data(remove: Remove, ledger: Path, tmp_path: Path) -> None:
    content = json.loads(ledger.read_text())
    ledger.write_text(json.dumps({**content, "data": {"/var/lib/mongodb": {"mount": "/", "device": ""}}}))
    remove(forgets=["file /a", "file /b"], ends=True)
    assert read(str(ledger))["content"]["data"] == {"/var/lib/mongodb": {"mount": "/", "device": ""}}
    remove(forgets_data=["/var/lib/mongodb"], ends=True)
    assert not ledger.exists()
