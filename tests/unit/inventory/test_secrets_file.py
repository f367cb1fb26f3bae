# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file with generated secrets: whose it is, two runs at once, and a run that is killed half-way."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory import secrets_file
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.secrets_file import (
    Refused,
    locked,
    replace,
    warnings,
)

ENCRYPTED = "$ANSIBLE_VAULT;1.1;AES256\n61\n"
PROCESSES = multiprocessing.get_context("fork")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path / ".rocketchat_secrets.yml"


def write(path: Path, text: str, mode: int) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def test_a_file_for_its_owner_alone_is_fine(path: Path) -> None:
    assert warnings(str(path)) == []
    write(path, "a: b\n", 0o600)
    assert warnings(str(path)) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_wider_mode_is_warned_of(path: Path, mode: int) -> None:
    write(path, "a: b\n", mode)
    [warning] = warnings(str(path))
    assert warning == f"Others on this machine may read {path}, which has the mode {mode:04o}: call chmod 600 {path}."
    write(path, ENCRYPTED, mode)
    assert warnings(str(path)) == []


def test_another_owner_is_warned_of(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, "a: b\n", 0o600)
    # Tests may be root, whose files anybody may use.
    owner = os.geteuid() + 1
    if os.geteuid() == 0:
        os.chown(path, owner, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: owner)
    assert "belongs to another user" in warnings(str(path))[0]


@pytest.mark.parametrize("text", ["a: b\n", ENCRYPTED])
def test_a_file_that_everybody_may_change_is_refused(path: Path, text: str) -> None:
    write(path, text, 0o602)
    with pytest.raises(Refused, match=f"may change {path}.*chmod 600 {path}"):
        warnings(str(path))


def test_a_directory_that_everybody_may_change_is_refused(path: Path) -> None:
    for _file in ("absent", "there"):
        path.parent.chmod(0o777)
        with pytest.raises(Refused, match=f"chmod o-w {path.parent}, or name another place"):
            warnings(str(path))
        write(path, "a: b\n", 0o600)


@pytest.mark.parametrize("exists", [True, False])
def test_links_are_not_followed(path: Path, exists: bool) -> None:
    target = path.with_name("target")
    if exists:
        write(target, "a: b\n", 0o600)
    path.symlink_to(target)
    with pytest.raises(Refused, match="is a link"):
        warnings(str(path))
    path.unlink()
    path.with_name(f"{path.name}.new").symlink_to(target)
    with pytest.raises(Refused, match="cannot be written"), locked(str(path)):
        pass
    assert target.exists() == exists


def test_a_hard_link_in_the_place_of_the_new_file_is_refused(path: Path) -> None:
    victim = path.with_name("victim")
    write(victim, "mine\n", 0o644)
    os.link(victim, f"{path}.new")
    with pytest.raises(Refused, match="is none that this collection made"), locked(str(path)):
        pass
    assert victim.read_text(encoding="utf-8") == "mine\n"
    assert victim.stat().st_mode & 0o777 == 0o644


def test_what_is_no_file_is_refused(path: Path) -> None:
    os.mkfifo(path, 0o600)
    with pytest.raises(Refused, match="is no file"):
        warnings(str(path))


def test_it_is_replaced_for_its_owner_alone(path: Path) -> None:
    write(path, "old, and longer than the new one\n", 0o640)
    with locked(str(path)) as place:
        replace(str(path), place, "new\n")
    assert path.read_text(encoding="utf-8") == "new\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_nothing_is_left_of_a_run_that_keeps_nothing(path: Path) -> None:
    with pytest.raises(KeyError), locked(str(path)):
        raise KeyError
    assert list(path.parent.iterdir()) == []


# -- other processes ---------------------------------------------------------------------------------------------------


def other(
    work: Callable[[Path, Connection], None], path: Path
) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    """A process that does something with the file; what it says, and is told, goes through the connection."""
    here, there = PROCESSES.Pipe()
    process = PROCESSES.Process(target=work, args=(path, there))
    process.start()
    assert here.poll(30)
    here.recv()
    return process, here


def writes_when_told(path: Path, connection: Connection) -> None:
    with locked(str(path)) as place:
        os.write(place, b"half of what will be th")
        connection.send("locked")
        connection.recv()
        replace(str(path), place, "theirs\n")


def test_a_second_run_is_refused_and_told_who_is_first(path: Path) -> None:
    process, connection = other(writes_when_told, path)
    with pytest.raises(Refused, match=rf"Another run \(process {process.pid}\) is generating"), locked(str(path), 0):
        pass
    assert not path.exists()
    connection.send("go on")
    process.join()
    assert path.read_text(encoding="utf-8") == "theirs\n"


def test_a_second_run_waits_and_finds_what_the_first_has_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process, connection = other(writes_when_told, path)
    # looks once in vain, and lets the other one go on
    monkeypatch.setattr(secrets_file.time, "sleep", lambda _seconds: (connection.send("go on"), process.join()))
    with locked(str(path)) as place:
        assert path.read_text(encoding="utf-8") == "theirs\n"
        replace(str(path), place, "both\n")
    assert path.read_text(encoding="utf-8") == "both\n"
    assert process.exitcode == 0


def test_a_run_that_was_killed_half_way_leaves_the_old_file_and_no_lock(path: Path) -> None:
    write(path, "old\n", 0o600)
    process, _connection = other(writes_when_told, path)
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert path.read_text(encoding="utf-8") == "old\n"
    with locked(str(path), 0) as place:
        replace(str(path), place, "new\n")
    assert path.read_text(encoding="utf-8") == "new\n"
    assert list(path.parent.iterdir()) == [path]
