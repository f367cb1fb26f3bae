# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module host_files on this machine's own file system."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.effects.units import Refused, Unit
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts import ledger
from ansible_collections.rocketops.rocketchat.plugins.modules import host_files

from tests.unit.modules.running import run


def settle(files: list[dict[str, Any]], **options: Any) -> dict[str, Any]:
    """The module's result for files that belong together."""
    return run(host_files.main, files=[{"mode": "0640", **file} for file in files], **options)


def write(*files: dict[str, Any], secrets: dict[str, Any] | None = None, **modes: bool) -> dict[str, Any]:
    """The module's result."""
    given = [{"mode": "0640", **file} for file in files]
    return run(host_files.main, files=given, secret_contents=secrets or {}, **modes)


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
    result = write({"path": str(file), "content": "new\n"}, check=True, diff=True)
    assert result["changed"]
    assert file.read_text() == "old\n"


def test_what_is_not_valid_is_not_put_in_place(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old\n")
    entry = {"path": str(file), "content": "new\n", "validate": "grep -q old %s"}
    assert "its new content is not valid" in write(entry)["msg"]
    assert file.read_text() == "old\n"


def test_empty_directory_in_place_of_a_file_is_replaced(tmp_path: Path) -> None:
    """As Docker makes one where a container is started while a file that it mounts is missing."""
    (tmp_path / "nats.conf").mkdir()
    entry = {"path": str(tmp_path / "nats.conf"), "content": "listen\n"}
    assert write(entry, check=True)["changed"]
    assert write(entry)["changed"]
    assert (tmp_path / "nats.conf").read_text() == "listen\n"


def test_what_is_of_another_kind_is_told_and_left_alone(tmp_path: Path) -> None:
    folder, file = tmp_path / "nats.conf", tmp_path / "env"
    (folder / "kept").mkdir(parents=True)
    file.write_text("kept")
    for check in (False, True):
        message = f"{folder} is to be a file and is a directory that is not empty. Move it away."
        assert write({"path": str(folder), "content": "listen\n"}, check=check)["msg"] == message
        message = f"{file} is to be a directory and is none. Move it away."
        assert write({"path": str(file)}, check=check)["msg"] == message
    assert file.read_text() == "kept"
    assert (folder / "kept").is_dir()


def test_what_was_issued_goes_before_what_is_given(tmp_path: Path) -> None:
    """Until then what is there is kept, if that is wanted."""
    file, issued = tmp_path / "certificate.pem", tmp_path / "fullchain.pem"
    entry = {"path": str(file), "content": "self-signed\n", "issued": str(issued), "keeps": True}
    assert write(entry)["changed"]
    assert file.read_text() == "self-signed\n"
    file.write_text("of an operator\n")
    assert not write(entry)["changed"]
    assert write({**entry, "keeps": False}, check=True)["changed"]
    issued.write_text("issued\n")
    assert write(entry, check=True)["changed"]
    assert write(entry)["changed"]
    assert file.read_text() == "issued\n"
    assert not write(entry)["changed"]


def test_an_issued_key_is_not_shown(tmp_path: Path) -> None:
    file, issued = tmp_path / "key.pem", tmp_path / "privkey.pem"
    issued.write_text("hidden-issued\n")
    result = write({"path": str(file), "issued": str(issued)}, secrets={str(file): "hidden-given\n"}, diff=True)
    assert result["changed"] and "hidden-" not in str(result)
    assert file.read_text() == "hidden-issued\n"


def test_backup_is_kept_of_what_is_replaced_and_only_then(tmp_path: Path) -> None:
    file = tmp_path / "daemon.json"
    file.write_text("{}\n")
    entry = {"path": str(file), "content": '{"debug": true}\n', "backup": True}
    (backup,) = write(entry)["backup_files"]
    assert Path(backup).read_text() == "{}\n"
    assert write(entry)["backup_files"] == []


def test_secret_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("also-hidden\n")
    entry, secrets = {"path": str(file), "mode": "0600"}, {str(file): "hidden-'here'\n"}
    for check, written in ((True, "also-hidden\n"), (False, "hidden-'here'\n")):
        result = write(entry, secrets=secrets, check=check, diff=True)
        assert result["changed"]
        assert result["diff"][0]["after_header"] == str(file)
        assert "hidden-" not in str(result)
        assert file.read_text() == written
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert not write(entry, secrets=secrets)["changed"]


def test_secret_is_validated_as_any_content(tmp_path: Path) -> None:
    file = tmp_path / "nats.conf"
    entry = {"path": str(file), "validate": "grep -q open %s"}
    assert write(entry, secrets={str(file): "open\n"})["changed"]
    entry["validate"] = "sh -c 'cat %s && false'"
    result = write(entry, secrets={str(file): "first\nhidden-here\n"})
    assert "its new content is not valid" in result["msg"]
    assert "hidden-here" not in str(result)
    assert file.read_text() == "open\n"


@pytest.mark.parametrize(
    ("path", "secret", "sentence"),
    [
        ("/no/env", "hidden-here", "secret_contents has a content for /no/env, which is not in files."),
        (
            "/no/file",
            "hidden-here",
            "/no/file has a content in files and another in secret_contents: leave one of them out.",
        ),
        ("/no/directory", {"a": "hidden-here"}, "The content of /no/directory in secret_contents is not a text."),
    ],
)
def test_mistakes_name_the_path_and_write_nothing(tmp_path: Path, path: str, secret: Any, sentence: str) -> None:
    others = {"path": "/no/file", "content": "listen\n"}, {"path": "/no/directory"}
    result = write({"path": str(tmp_path / "new")}, *others, secrets={path: secret})
    assert result["msg"] == sentence
    assert not (tmp_path / "new").exists()
    assert "hidden-here" not in str(result)


# -- together ----------------------------------------------------------------------------------------------------------


def state_of(directory: Path) -> dict[str, Any]:
    """What an operator would miss of it."""
    found = {}
    for path in sorted(directory.rglob("*")):
        stat = path.stat()
        found[path.name] = (path.read_bytes(), stat.st_mode, stat.st_mtime_ns) if path.is_file() else stat.st_mode
    return found


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site of which one file is there with other rights and an age of its own."""
    folder = tmp_path / "nginx"
    folder.mkdir()
    (folder / "site.conf").write_text("upstream old\n")
    (folder / "site.conf").chmod(0o604)
    os.utime(folder / "site.conf", (1_000_000_000, 1_000_000_000))
    return folder


def of_site(folder: Path, key: str = "new key\n") -> list[dict[str, Any]]:
    return [
        {"path": str(folder / "keys"), "mode": "0700"},
        {"path": str(folder / "keys" / "key.pem"), "content": key, "mode": "0600"},
        {"path": str(folder / "site.conf"), "content": "upstream new\n"},
    ]


def test_what_the_whole_does_not_accept_is_put_back(site: Path) -> None:
    before = state_of(site)
    result = settle(of_site(site), validate_all=f"grep -r old {site}")
    assert result["failed"]
    assert f"`grep -r old {site}` does not accept what was written" in result["msg"]
    assert "keys/key.pem" in result["msg"]
    assert state_of(site) == before


def test_the_whole_is_accepted_with_all_files_in_place(site: Path) -> None:
    check = f"grep -q -r 'new key' {site}/keys"
    assert settle(of_site(site), validate_all=check)["changed"]
    assert (site / "site.conf").read_text() == "upstream new\n"
    assert not settle(of_site(site), validate_all="false")["changed"], "nothing changed, nothing to accept"


def test_a_whole_that_was_broken_before_is_told(site: Path) -> None:
    assert "without them either" in settle(of_site(site), validate_all="false")["msg"]


def test_files_before_one_that_is_not_valid_are_put_back(site: Path) -> None:
    before = state_of(site)
    *first, last = of_site(site)
    for spoilt in ({**last, "validate": "grep -q old %s"}, {**last, "path": str(site / "keys")}):
        assert settle([*first, spoilt])["failed"]
        assert state_of(site) == before


def test_backups_of_what_was_put_back_are_not_left(site: Path) -> None:
    before = state_of(site)
    files = [{**file, "backup": True} for file in of_site(site)]
    assert settle(files, validate_all="false")["failed"]
    assert state_of(site) == before


def test_what_the_unit_does_not_take_up_is_put_back(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, done = state_of(site), []

    def refuse(unit: Unit, state: str, daemon_reload: bool) -> None:
        done.append((unit.name, state, daemon_reload))
        raise Refused("It ends.")

    monkeypatch.setattr(Unit, "is_active", lambda unit: True)
    monkeypatch.setattr(Unit, "take_up", refuse)
    monkeypatch.setattr(Unit, "as_before", lambda unit, state, was_active, daemon_reload: f"As before: {was_active}.")
    unit = {"name": "mongod.service", "state": "restarted"}
    result = settle(of_site(site), unit=unit)
    assert result["msg"].startswith("It ends.\nPut back as they were: ")
    assert "As before: True." in result["msg"]
    assert done == [("mongod.service", "restarted", False)]
    assert state_of(site) == before


@pytest.mark.parametrize(("state", "active", "told"), [("started", True, False), ("started", False, True)])
def test_a_unit_that_runs_is_not_started(
    site: Path, monkeypatch: pytest.MonkeyPatch, state: str, active: bool, told: bool
) -> None:
    done = []
    monkeypatch.setattr(Unit, "is_active", lambda unit: active)
    monkeypatch.setattr(Unit, "take_up", lambda unit, *given: done.append(given))
    assert settle(of_site(site), unit={"name": "a.service", "state": state}, check=True)["changed"]
    assert done == []
    settle(of_site(site), unit={"name": "a.service", "state": state})
    assert bool(done) is told


@pytest.mark.parametrize("refused", [False, True])
def test_what_the_unit_took_up_is_not_pending_any_more(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: bool
) -> None:
    path = tmp_path / "ledger.json"
    ledger.write(str(path), {**ledger.EMPTY, "pending": {"a.service": "reload", "b.service": "restart"}})

    def take_up(*_given: Any) -> None:
        if refused:
            raise Refused("It ends.")

    monkeypatch.setattr(Unit, "is_active", lambda unit: True)
    monkeypatch.setattr(Unit, "take_up", take_up)
    monkeypatch.setattr(Unit, "as_before", lambda unit, *given: "As before.")
    unit = {"name": "a.service", "state": "reloaded"}
    noted = {"path": str(path), "collection": "0.2.0"}
    settle(of_site(site), unit=unit, ledger=noted, check=True)
    assert len(ledger.read(str(path))["content"]["pending"]) == 2
    settle(of_site(site), unit=unit, ledger=noted)
    assert ("a.service" in ledger.read(str(path))["content"]["pending"]) is refused


@pytest.mark.parametrize("enabled", [False, True])
def test_a_unit_is_made_to_start_at_every_boot(site: Path, monkeypatch: pytest.MonkeyPatch, enabled: bool) -> None:
    done = []
    monkeypatch.setattr(Unit, "is_active", lambda unit: True)
    monkeypatch.setattr(Unit, "is_enabled", lambda unit: enabled)
    monkeypatch.setattr(Unit, "enable", lambda unit: done.append(unit.name))
    unit = {"name": "a.service", "state": "started", "enabled": True}
    assert settle([], unit=unit, check=True)["changed"] is not enabled
    assert done == []
    assert settle([], unit=unit)["changed"] is not enabled
    assert done == ([] if enabled else ["a.service"])
