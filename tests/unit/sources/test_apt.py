# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What apt says of packages that it cannot install, in few words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.sources import apt

# apt 3.0
NO_RELEASE = "E: The repository 'https://mirror.example.com/apt stable Release' does not have a Release file."
UNREACHABLE = """\
E: Failed to fetch https://mirror.example.com/apt/InRelease  Could not resolve 'mirror.example.com'
E: Some index files failed to download. They have been ignored, or old ones used instead.
"""
UNMET = """\
The following packages have unmet dependencies:
 mongodb-org-server : Depends: libssl1.1 (>= 1.1.1) but it is not installable
"""
PLACE = "https://mirror.example.com/apt bookworm/mongodb-org/6.0 InRelease"
# As apt 3.0 says it with sqv, and apt 2.6 with gpgv, on a host that has an earlier index (seen on both).
OTHER_KEY = f"""\
W: OpenPGP signature verification failed: {PLACE}: Sub-process /usr/bin/sqv returned an error code (1), error message \
is: Missing key 0BB0EED6F2AB1B65, which is needed to verify signature.
E: The repository '{PLACE}' is not signed.
"""
OTHER_KEY_OF_AN_INDEX = f"""\
W: An error occurred during the signature verification. The repository is not updated and the previous index files \
will be used. GPG error: {PLACE}: The following signatures couldn't be verified: NO_PUBKEY 16369665AD9465EF
E: Failed to fetch https://mirror.example.com/apt/dists/bookworm/mongodb-org/6.0/InRelease  The following signatures \
couldn't be verified: NO_PUBKEY 16369665AD9465EF
E: Some index files failed to download. They have been ignored, or old ones used instead.
"""
HELD = "E: Unable to correct problems, you have held broken packages.\n"


@pytest.mark.parametrize(
    ("output", "complaints", "told"),
    [
        ("", f"{NO_RELEASE}\n", [NO_RELEASE[3:]]),
        (
            "",
            UNREACHABLE,
            ["Failed to fetch https://mirror.example.com/apt/InRelease Could not resolve 'mirror.example.com'"],
        ),
        ("", "W: late\nE: Unable to locate package nosuch\n", ["Unable to locate package nosuch"]),
        (UNMET, HELD, ["mongodb-org-server : Depends: libssl1.1 (>= 1.1.1) but it is not installable"]),
        (
            "",
            OTHER_KEY,
            [f"{PLACE} {apt.NOT_SIGNED}: Missing key 0BB0EED6F2AB1B65, which is needed to verify signature."],
        ),
        (
            "",
            OTHER_KEY_OF_AN_INDEX,
            [
                f"{PLACE} {apt.NOT_SIGNED}: The following signatures couldn't be verified: NO_PUBKEY 16369665AD9465EF",
            ],
        ),
        ("", f"E: The repository '{PLACE}' is not signed.\n", [f"The repository '{PLACE}' is not signed."]),
        ("", "", ["apt-get fails without a word"]),
    ],
)
def test_errors(output: str, complaints: str, told: list[str]) -> None:
    assert apt.errors(output, complaints) == told


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """apt's directories of a host, with a repository of its own, and an apt that tells what it is given."""
    for name in ("lists", "sources", "keys"):
        (tmp_path / name).mkdir()
    (tmp_path / "lists" / "deb.debian.org_InRelease").write_text("release\n")
    (tmp_path / "sources" / "debian.sources").write_text("Types: deb\n")
    (tmp_path / "sources" / "mongodb.sources").write_text("Types: deb\nURIs: https://former.example.com\n")
    (tmp_path / "key.asc").write_text("key\n")
    monkeypatch.setattr(apt, "LISTS", str(tmp_path / "lists"))
    monkeypatch.setattr(apt, "SOURCES", str(tmp_path / "sources"))
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
    assert apt.faults(["mongodb-org-server"], [repository(host)], 60) == []
    assert asked == [("update", []), ("install", ["--simulate", "mongodb-org-server"])]
    assert seen["debian.sources"] == "Types: deb\n"
    assert "planned.example.com" in seen["mongodb.sources"]
    assert "keys/0.asc" in seen["mongodb.sources"]
    assert seen["deb.debian.org_InRelease"] == "release\n"
    assert seen["key"] == "key\n"
    assert sorted(host.rglob("*")) == before


def test_a_key_that_is_there_and_right_is_not_fetched(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (host / "keys" / "mongodb.asc").write_text("key\n")
    monkeypatch.setattr(apt, "_apt", lambda *given: [])
    monkeypatch.setattr(apt, "_fetch", lambda *given: "fetched")
    assert apt.faults(["mongodb-org-server"], [repository(host)], 60) == []
    assert apt.faults(["mongodb-org-server"], [repository(host, fetches=True)], 60) == ["fetched"]


def test_a_key_that_cannot_be_fetched_is_told(host: Path) -> None:
    url = f"file://{host}/nosuch.asc"
    [told] = apt.faults(["mongodb-org-server"], [repository(host, url=url)], 60)
    assert told.startswith(f"the key {url} cannot be fetched: ")


def test_a_key_that_was_fetched_goes_by_its_url(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apt, "_apt", lambda verb, words, until: [f"cannot parse {Path(words[1]).parent}/keys/0.asc"])
    assert apt.faults(["mongodb-org-server"], [repository(host)], 60) == [f"cannot parse file://{host}/key.asc"]


def test_what_update_says_is_told_alone(host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apt, "_apt", lambda verb, *given: [verb])
    assert apt.faults(["mongodb-org-server"], [repository(host)], 60) == ["update"]


def test_nothing_is_asked_for_no_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apt, "_asked", lambda *given: ["asked"])
    assert apt.faults([], [], 60) == []
