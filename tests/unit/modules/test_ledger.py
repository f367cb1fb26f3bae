# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module ledger, on a file of this machine's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.modules import ledger

from tests.unit.modules.running import run

Note = Callable[..., dict[str, Any]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rocketops" / "ledger.json"


@pytest.fixture
def note(path: Path) -> Note:
    """The module's result."""
    return partial(run, ledger.main, path=str(path), collection="0.2.0")


def kept(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text()))


def test_notes_once(note: Note, path: Path) -> None:
    options = {"resources": {"package nginx": "made"}, "pending": {"nginx.service": "reload"}}
    result = note(**options)
    assert result["changed"]
    assert '"package nginx": "made"' in result["diff"]["after"]
    assert "nginx" not in result["diff"]["before"]
    assert kept(path) == {
        "format": 1, "collection": "0.2.0", **options,
        "generated": {}, "containers": {}, "settings": {}, "data": {}, "taken_up": {},
        "hosts": {},
    }  # fmt: skip
    written = path.stat().st_mtime_ns
    assert not note(**options)["changed"]
    assert path.stat().st_mtime_ns == written


def test_containers_are_noted_with_what_compose_made_them_from(note: Note, path: Path, monkeypatch: Any) -> None:
    found = [
        {"service": "account-1", "project": "rocketchat", "definition": "77"},
        {"service": "nats", "project": "nats", "definition": "78"},
    ]
    monkeypatch.setattr(ledger.docker, "ask", lambda *_arguments: {"containers": found})
    assert note(project="rocketchat")["changed"]
    assert kept(path)["containers"] == {"account-1": "77"}
    assert not note(project="rocketchat")["changed"]


def test_check_mode_tells_and_leaves_alone(note: Note, path: Path) -> None:
    assert note(check=True, resources={"package nginx": "made"})["changed"]
    assert not path.parent.exists()


@pytest.mark.parametrize(("text", "state"), [("{", "damaged"), ('{"format": 2}', "newer")])
def test_what_cannot_be_continued_is_left_as_it_is(note: Note, path: Path, text: str, state: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    assert note()["msg"] == f"{path} is {state} and was left as it is."
    assert path.read_text() == text


def test_place_of_data_and_hosts_of_the_deployment_are_noted(note: Note, path: Path, tmp_path: Path) -> None:
    note(data=[str(tmp_path)], hosts={"chat": ["nginx"], "talk": ["nats"]})
    assert set(kept(path)["data"][str(tmp_path)]) == {"mount", "device"}
    assert not note(data=[str(tmp_path)])["changed"]
    note(hosts={"chat": None}, left=[str(tmp_path)])
    assert kept(path)["data"] == {}
    assert kept(path)["hosts"] == {"talk": ["nats"]}


def test_what_has_taken_up_its_settings_is_noted_with_them(
    note: Note, path: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    """Nothing of them is shown, as a password in them may be guessed from a digest."""
    settings = tmp_path / "nats.conf"
    settings.write_bytes(b"abc")
    runs: dict[str, Any] = {"nats": {"process": "NDVC 08:15", "since": 1.0}, "nginx.service": None}
    monkeypatch.setattr(ledger.programs, "programs", lambda units, url: runs if (units, url) else {})
    note(took_up={"nginx.service": []})
    result = note(took_up={"nats": [str(settings)], "nginx.service": []}, nats_url="http://127.0.0.1:8222")
    digest = hashlib.sha256(b"abc").hexdigest()
    assert kept(path)["taken_up"] == {"nats": {"process": "NDVC 08:15", "files": {str(settings): digest}}}
    assert digest not in result["diff"]["after"] and "NDVC 08:15" in result["diff"]["after"]
    note(took_up={"nats": [str(settings)]})
    runs["nats"] = None
    note(took_up={"nats": [str(settings)]}, nats_url="http://127.0.0.1:8222")
    assert kept(path)["taken_up"] == {}
