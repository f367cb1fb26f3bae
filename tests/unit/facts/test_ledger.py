# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger's file: what is read from it in whatever state it is, and that it is replaced whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts import ledger

CONTENT: dict[str, Any] = {
    "format": ledger.FORMAT,
    "collection": "0.2.0",
    "resources": {"package nginx": "made", "file /etc/docker/daemon.json": "found"},
    "pending": {"nginx.service": "reload"},
    "generated": {"/etc/nginx/rocketchat/key.pem": {"digest": "d", "recipe": "r"}},
    "containers": {"account-1": "77"},
    "settings": {"/etc/docker/daemon.json": {"live-restore": "b5"}},
    "data": {"/var/lib/mongodb": {"mount": "/var/lib/mongodb", "device": "0c5e1a2f"}},
    "taken_up": {"nginx.service": {"process": "0c5e 812 7", "files": {"/etc/nginx/rocketchat/key.pem": "d"}}},
    "hosts": {"chat": ["mongodb", "nginx"]},
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rocketops" / "ledger.json"


def mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o7777)


def test_what_is_written_is_read_and_for_root_alone(path: Path) -> None:
    assert ledger.read(str(path)) == {"state": "absent", "collection": "", "content": ledger.EMPTY}
    previous = os.umask(0)
    try:
        ledger.write(str(path), CONTENT)
    finally:
        os.umask(previous)
    assert ledger.read(str(path)) == {"state": "read", "collection": "0.2.0", "content": CONTENT}
    assert (mode(path), mode(path.parent)) == ("0o600", "0o700")


@pytest.mark.parametrize("step", ["dump", "fsync", "replace"])
@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_what_interrupts_the_writing_leaves_the_old_one(
    path: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: type[BaseException]
) -> None:
    ledger.write(str(path), CONTENT)

    def fail(*_arguments: Any, **_options: Any) -> None:
        raise error

    monkeypatch.setattr(json if step == "dump" else os, step, fail)
    with pytest.raises(error):
        ledger.write(str(path), {**CONTENT, "collection": "0.3.0"})
    assert ledger.read(str(path))["content"] == CONTENT
    assert os.listdir(path.parent) == ["ledger.json"], "no half of another"


def test_killed_writer_leaves_the_old_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is killed cannot clean up; its candidate is not taken for the ledger."""
    ledger.write(str(path), CONTENT)
    child = os.fork()
    if child == 0:
        monkeypatch.setattr(os, "replace", lambda *_paths: os._exit(9))
        ledger.write(str(path), {**CONTENT, "collection": "0.3.0"})
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert ledger.read(str(path))["content"] == CONTENT
    ledger.write(str(path), {**CONTENT, "collection": "0.3.0"})
    assert ledger.read(str(path))["collection"] == "0.3.0"


@pytest.mark.parametrize(
    ("text", "state", "collection"),
    [
        ("", "damaged", ""),
        ("{", "damaged", ""),
        ("[]", "damaged", ""),
        ("{}", "damaged", ""),
        ('{"format": "1"}', "damaged", ""),
        ('{"format": 1, "resources": []}', "damaged", ""),
        ('{"format": 1, "collection": 2}', "damaged", ""),
        ("\udce9", "damaged", ""),
        ('{"format": 2, "collection": "1.0.0", "resources": []}', "newer", "1.0.0"),
        ('{"format": 2}', "newer", ""),
    ],
)
def test_what_cannot_be_read_is_told_and_left_out(path: Path, text: str, state: str, collection: str) -> None:
    path.parent.mkdir()
    path.write_text(text, errors="surrogateescape")
    assert ledger.read(str(path)) == {"state": state, "collection": collection, "content": ledger.EMPTY}


def test_fields_that_an_older_version_did_not_have_are_empty(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"format": 1, "collection": "0.2.0", "pending": {"nginx.service": "reload"}}')
    content = {**ledger.EMPTY, "collection": "0.2.0", "pending": {"nginx.service": "reload"}}
    assert ledger.read(str(path)) == {"state": "read", "collection": "0.2.0", "content": content}


@pytest.mark.parametrize(
    ("entries", "changes"),
    [
        ({}, {}),
        ({"collection": "0.3.0"}, {"collection": "0.3.0"}),
        ({"pending": {"mongod.service": "restart"}},
         {"pending": {"nginx.service": "reload", "mongod.service": "restart"}}),
        ({"pending": {"nginx.service": None, "docker.service": None}}, {"pending": {}}),
        ({"containers": {"account-1": "78"}}, {"containers": {"account-1": "78"}}),
        (
            {"settings": {"/etc/docker/daemon.json": {"debug": "b6"}}},
            {"settings": {"/etc/docker/daemon.json": {"debug": "b6"}}},
        ),
        ({"format": 7, "unknown": {}}, {}),
    ],
)  # fmt: skip
def test_entries_are_added_replaced_and_with_none_removed(entries: dict[str, Any], changes: dict[str, Any]) -> None:
    assert ledger.updated(CONTENT, entries) == {**CONTENT, **changes}
