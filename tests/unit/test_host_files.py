"""The module host_files on this machine's own file system, run as Ansible runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.deployment import ansible

MODULE = "rocketops.rocketchat.host_files"


def write(*files: dict[str, Any], options: tuple[str, ...] = (), check: bool = True) -> dict[str, Any]:
    """The module's result."""
    owned = [{"mode": "0640", **file} for file in files]
    arguments = ["localhost", "-c", "local", "-m", MODULE, "-a", json.dumps({"files": owned}), *options]
    output = ansible("ansible", "-i", "localhost,", *arguments, result_format="json", check=check).stdout
    return dict(json.loads(output.split(" => ", 1)[1]))


def test_writes_once(tmp_path: Path) -> None:
    folder, file = tmp_path / "etc", tmp_path / "etc" / "nats.conf"
    entries = [{"path": str(folder), "mode": "0750"}, {"path": str(file), "content": "listen\n"}]
    assert write(*entries)["changed"]
    assert (file.read_text(), oct(file.stat().st_mode & 0o777)) == ("listen\n", "0o640")
    assert oct(folder.stat().st_mode & 0o777) == "0o750"
    assert not write(*entries)["changed"]


def test_check_mode_tells_and_leaves_alone(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old\n")
    result = write({"path": str(file), "content": "new\n"}, options=("--check", "--diff"))
    assert result["changed"]
    assert file.read_text() == "old\n"


def test_what_is_not_valid_is_not_put_in_place(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old\n")
    entry = {"path": str(file), "content": "new\n", "validate": "grep -q old %s"}
    assert "its new content is not valid" in write(entry, check=False)["msg"]
    assert file.read_text() == "old\n"


def test_backup_is_kept_of_what_is_replaced_and_only_then(tmp_path: Path) -> None:
    file = tmp_path / "daemon.json"
    file.write_text("{}\n")
    entry = {"path": str(file), "content": '{"debug": true}\n', "backup": True}
    (backup,) = write(entry)["backup_files"]
    assert Path(backup).read_text() == "{}\n"
    assert write(entry)["backup_files"] == []


def test_secret_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "env"
    result = write({"path": str(file), "secret_content": "hidden-here\n", "mode": "0600"}, options=("--diff", "-vvv"))
    assert "hidden-here" not in json.dumps(result)
    assert (file.read_text(), oct(file.stat().st_mode & 0o777)) == ("hidden-here\n", "0o600")
