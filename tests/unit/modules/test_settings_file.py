# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module settings_file on this machine's own file system."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.rocketops.rocketchat.plugins.modules import settings_file

from tests.unit.modules.running import run

THEIRS = {"data-root": "/srv/docker", "proxies": {"http-proxy": "http://me:S3CRET@proxy"}}


def change(path: Path, check: bool = False, diff: bool = False, **options: Any) -> dict[str, Any]:
    return run(settings_file.main, check=check, diff=diff, path=str(path), **options)


def test_theirs_stay_and_the_file_of_before_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "daemon.json"
    file.write_text(json.dumps(THEIRS))
    file.chmod(0o600)
    result = change(file, diff=True, set={"live-restore": True, "log-opts/max-size": "1m"}, remove=["debug"])
    assert result["changed"]
    assert json.loads(file.read_text()) == {**THEIRS, "live-restore": True, "log-opts": {"max-size": "1m"}}
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    backup = Path(result["put_back"]["backup"])
    assert json.loads(backup.read_text()) == THEIRS and result["put_back"]["path"] == str(file)
    assert "S3CRET" not in json.dumps(result)


def test_file_that_is_as_wanted_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "daemon.json"
    file.write_text('{"live-restore":true}')
    result = change(file, set={"live-restore": True}, remove=["debug"])
    assert not result["changed"] and result["put_back"] is None
    assert file.read_text() == '{"live-restore":true}'
    assert [path.name for path in tmp_path.iterdir()] == ["daemon.json"]


def test_a_link_stays_one(tmp_path: Path) -> None:
    file, link = tmp_path / "managed.json", tmp_path / "daemon.json"
    file.write_text("{}")
    link.symlink_to(file)
    assert change(link, set={"debug": True})["put_back"]["path"] == str(file)
    assert link.is_symlink() and json.loads(file.read_text()) == {"debug": True}


def test_new_file(tmp_path: Path) -> None:
    file = tmp_path / "daemon.json"
    assert change(file, check=True, set={"debug": True})["changed"] and not file.exists()
    result = change(file, set={"debug": True}, mode="0640")
    assert result["put_back"] == {"path": str(file), "backup": ""}
    assert json.loads(file.read_text()) == {"debug": True}
    assert oct(file.stat().st_mode & 0o777) == "0o640"
    assert change(file, set={"debug": True}, mode="0644")["changed"], "its mode"


def test_what_would_not_be_valid_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "daemon.json"
    file.write_text("{}")
    result = change(file, set={"nosuch": True}, validate="grep -L nosuch %s -e nosuch --max-count=0 /no/such/file")
    assert result["failed"] and "was left as it is, as it would not be valid" in result["msg"]
    assert file.read_text() == "{}"
    assert not change(file, set={"nosuch": True}, validate="no-such-program %s").get("failed"), "not installed yet"


def test_what_cannot_be_read_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "daemon.json"
    file.write_text("{,}")
    assert "its settings cannot be read" in change(file, set={"debug": True})["msg"]
    assert file.read_text() == "{,}"
