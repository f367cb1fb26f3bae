# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings in a file that others have settings in, too, and what Docker's client adds to containers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts import client
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.settings import (
    changed,
    digest,
    leaves,
    masked,
    read,
    top,
)
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.text("ab/~.-", min_size=1, max_size=4)
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
DOCUMENTS = st.recursive(
    st.dictionaries(NAMES, VALUES, max_size=3),
    lambda inner: st.dictionaries(NAMES, VALUES | inner, max_size=3),
    max_leaves=6,
)


@given(DOCUMENTS)
def test_settings_by_name_are_the_whole_document(document: dict[str, Any]) -> None:
    assert changed({}, leaves(document), []) == document


@given(DOCUMENTS, DOCUMENTS)
def test_only_what_is_wanted_changes(document: dict[str, Any], wanted: dict[str, Any]) -> None:
    named = leaves(wanted)
    after = changed(document, named, [])
    assert leaves(after).items() >= named.items()
    assert changed(after, named, []) == after, "twice is once"
    assert {key: after[key] for key in document if key not in wanted} == {
        key: value for key, value in document.items() if key not in wanted
    }
    assert list(after)[: len(document)] == list(document), "in its order"


@given(DOCUMENTS, DOCUMENTS)
def test_what_was_added_can_be_taken_away_again(document: dict[str, Any], more: dict[str, Any]) -> None:
    added = {name: value for name, value in leaves(more).items() if top(name) not in document}
    assert changed(changed(document, added, []), {}, added) == document


def test_dropping_what_is_not_there() -> None:
    assert changed({"a": 1, "b": {"c": 2, "d": 3}}, {}, ["x", "a/b", "b/c", "x/y"]) == {"a": 1, "b": {"d": 3}}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (None, None),
        ("", None),
        ("\ufeff{}", None),
        ('{"debug": true,\n}', "line 2, column 1: "),
        ('{"debug": true}\n# by hand\n', "line 2, column 1: Extra data"),
        ("[]", "it is no JSON object"),
    ],
)
def test_files_that_can_be_read_and_others(tmp_path: Path, text: str | None, error: str | None) -> None:
    if text is not None:
        (tmp_path / "daemon.json").write_text(text)
    told = read(str(tmp_path / "daemon.json"))
    assert (told["error"] or "").startswith(error or "") and bool(told["error"]) is bool(error)
    assert told["values"] == told["digests"] == {}


def test_secrets_stay_on_the_host(tmp_path: Path) -> None:
    document = {
        "proxies": {"http-proxy": "http://me:S3CRET@proxy:3128"},
        "log-opts": {"splunk-token": "S3CRET", "max-size": "1m"},
        "registry-mirrors": ["https://me:S3CRET@mirror"],
    }
    (tmp_path / "daemon.json").write_text(json.dumps(document))
    told = read(str(tmp_path / "daemon.json"))
    assert "S3CRET" not in json.dumps(told)
    assert told["values"]["log-opts"] == {"splunk-token": "***", "max-size": "1m"}
    assert told["digests"]["proxies/http-proxy"] == digest("http://me:S3CRET@proxy:3128")
    assert masked(document) == told["values"]


@pytest.mark.parametrize(
    ("config", "variables"),
    [
        (None, []),
        ("{", []),
        ('{"auths": {}}', []),
        ('{"proxies": {"tcp://other:2375": {"httpProxy": "http://p"}}}', []),
        ('{"proxies": {"default": {"httpProxy": "http://p", "noProxy": ""}}}', ["HTTP_PROXY", "http_proxy"]),
        (
            '{"proxies": {"default": {"httpProxy": "http://p"}, "unix:///var/run/docker.sock": {"noProxy": "a"}}}',
            ["NO_PROXY", "no_proxy"],
        ),
    ],
)
def test_variables_of_the_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: str | None, variables: list[str]
) -> None:
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / ".docker" / "config.json"
    path.parent.mkdir()
    if config is not None:
        path.write_text(config)
    assert client.state() == {"file": str(path), "variables": variables}
    monkeypatch.setenv("DOCKER_CONFIG", str(path.parent))
    monkeypatch.setenv("HOME", "/nowhere")
    assert client.state()["variables"] == variables
