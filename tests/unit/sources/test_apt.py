# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How apt is asked for packages, and for keys of repositories."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.sources import apt, key


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """apt's directories of a host, with a repository of its own, and an apt that tells what it is given."""
    for name in ("lists", "sources", "keys"):
        (tmp_path / name).mkdir()
    (tmp_path / "lists" / "mirror.example.org_InRelease").write_text("release\n")
    (tmp_path / "sources" / "debian.sources").write_text("Types: deb\n")
    (tmp_path / "sources" / "mongodb.sources").write_text("Types: deb\nURIs: https://former.example.com\n")
    (tmp_path / "key.asc").write_text("key\n")
    monkeypatch.setattr(apt, "LISTS", str(tmp_path / "lists"))
    monkeypatch.setattr(apt, "SOURCES", str(tmp_path / "sources"))
    monkeypatch.setattr(
        apt, "fetch", lambda url, path, timeout: str(shutil.copy(url.removeprefix("file://"), path))[:0]
    )
    return tmp_path


def repository(host: Path, **key: Any) -> dict[str, Any]:
    path = str(host / "keys" / "mongodb.asc")
    return {
        "path": str(host / "sources" / "mongodb.sources"),
        "text": f"Types: deb\nURIs: https://planned.example.com\nSigned-By: {path}\n",
        "key": {"path": path, "url": f"file://{host}/key.asc", "fetches": False, **key},
    }


def test_apt_is_asked_with_the_planned_repositories_beside_the_hosts_own(
    host: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, str] = {}
    asked = []

    def look(verb: str, words: list[str], until: float) -> list[str]:
        directory = Path(words[1]).parent
        asked.append((verb, words[2:]))
        for path in [*(directory / "sources").iterdir(), *(directory / "lists").iterdir()]:
            seen[path.name] = path.read_text() if path.is_file() else ""
        seen["key"] = (directory / "keys" / "0.asc").read_text()
        return []

    monkeypatch.setattr(apt, "_apt", look)
    before = sorted(host.rglob("*"))
    assert apt.ask(["mongodb-org-server"], [repository(host)], 60).faults == []
    assert asked == [("update", []), ("install", ["--yes", "--print-uris", "mongodb-org-server"])]
    assert seen["debian.sources"] == "Types: deb\n"
    assert "planned.example.com" in seen["mongodb.sources"]
    assert "keys/0.asc" in seen["mongodb.sources"]
    assert seen["mirror.example.org_InRelease"] == "release\n"
    assert seen["key"] == "key\n"
    assert sorted(host.rglob("*")) == before


def test_a_key_that_is_there_and_right_is_not_fetched(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (host / "keys" / "mongodb.asc").write_text("key\n")
    monkeypatch.setattr(apt, "_apt", lambda *given: [])
    monkeypatch.setattr(apt, "fetch", lambda *given: "nothing comes")
    assert apt.ask(["mongodb-org-server"], [repository(host)], 60).faults == []
    assert apt.ask(["mongodb-org-server"], [repository(host, fetches=True)], 60).faults == [
        f"the key file://{host}/key.asc cannot be fetched: nothing comes"
    ]


def test_a_key_that_was_fetched_goes_by_its_url(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apt, "_apt", lambda verb, words, until: [f"cannot parse {Path(words[1]).parent}/keys/0.asc"])
    assert apt.ask(["mongodb-org-server"], [repository(host)], 60).faults == [f"cannot parse file://{host}/key.asc"]


def test_what_update_says_is_told_alone(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apt, "_apt", lambda verb, *given: [verb])
    assert apt.ask(["mongodb-org-server"], [repository(host)], 60).faults == ["update"]


def test_nothing_is_asked_for_no_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apt, "_asked", lambda *given: ["asked"])
    assert apt.ask([], [], 60).faults == []


def test_a_key_that_was_fetched_is_handed_over_also_without_packages(host: Path) -> None:
    told = apt.ask([], [repository(host)], 60)
    assert (told.faults, told.keys) == ([], {str(host / "keys" / "mongodb.asc"): "key\n"})


# -- keys --------------------------------------------------------------------------------------------------------------


def helper(directory: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the place of apt's."""
    path = directory / "apt-helper"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setattr(key, "_HELPER", str(path))


def test_a_key_is_fetched_by_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose proxies, logins and certificates nobody else knows."""
    helper(tmp_path, 'for last; do :; done; echo "$*" > "$last"', monkeypatch)
    assert key.fetch("https://mirror.example.com/key.asc", f"{tmp_path}/key", 60) == ""
    written = (tmp_path / "key").read_text().split()
    assert written[-3:] == ["download-file", "https://mirror.example.com/key.asc", f"{tmp_path}/key"]


def test_why_a_key_does_not_come_is_told_with_the_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "https://mirror.example.com/key.asc"
    said = (
        f"E: Failed to fetch {url}  Could not connect to 10.0.0.1:3128 (10.0.0.1). - connect (111: Connection refused)"
    )
    helper(tmp_path, f"echo '{said}\nE: Download Failed' >&2; exit 100", monkeypatch)
    monkeypatch.setattr(key, "named_proxies", lambda: ["http://proxy:3128"])
    assert key.fetch(url, f"{tmp_path}/key", 60) == (
        "Could not connect to 10.0.0.1:3128 (10.0.0.1). - connect (111: Connection refused) "
        "(apt goes through the proxy http://proxy:3128)"
    )


def test_a_host_without_apt_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key, "_HELPER", f"{tmp_path}/nosuch")
    expected = f"{tmp_path}/nosuch cannot be run: No such file or directory"
    assert key.fetch("https://mirror.example.com/key.asc", f"{tmp_path}/key", 60) == expected


def test_a_key_that_is_not_text_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the ending of the file's name says it to apt."""
    helper(tmp_path, "for last; do :; done; printf '\\231' > \"$last\"", monkeypatch)
    assert key.fetch("https://mirror.example.com/key.gpg", f"{tmp_path}/key", 60) == "it is not ASCII-armored"
