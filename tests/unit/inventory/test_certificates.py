# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator's certificate is judged on the controller, with real certificates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.certificates import (
    CERTIFICATE,
    KEY,
    certificate_problems,
)

from tests.certificates import make_certificate, make_key

NOW = datetime(2026, 11, 24, tzinfo=UTC)
YEAR = timedelta(days=365)
PATHS = {CERTIFICATE: "/pki/chat.pem", KEY: "/pki/chat.key"}


def told(certificate: bytes, key: bytes, name: str = "chat.example.com") -> list[str]:
    return [str(problem) for problem in certificate_problems(PATHS, {CERTIFICATE: certificate, KEY: key}, name, NOW)]


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        (["chat.example.com"], "chat.example.com"),
        (["example.com", "CHAT.example.com"], "Chat.Example.com"),
        (["*.example.com"], "chat.example.com"),
        ([ip_address("198.18.0.11")], "198.18.0.11"),
        ([ip_address("2001:db8::1")], "2001:db8:0::1"),
    ],
)
def test_fitting(names: list[object], asked: str) -> None:
    key, pem = make_key()
    assert told(make_certificate(key, names, NOW - YEAR, NOW + YEAR), pem, asked) == []


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        (["other.example.com"], "chat.example.com"),
        (["a.example.com", "b.example.com"], "chat.example.com"),
        (["*.example.com"], "example.com"),
        (["*.example.com"], "a.chat.example.com"),
        (["198.18.0.11"], "198.18.0.12"),
    ],
)
def test_wrong_name(names: list[object], asked: str) -> None:
    key, pem = make_key()
    assert told(make_certificate(key, names, NOW - YEAR, NOW + YEAR), pem, asked) == [
        f"nginx_certificate_file = '/pki/chat.pem': is made out for {', '.join(map(str, names))}, not for {asked} of "
        "rocketchat_root_url. Name a certificate for that host."
    ]


def test_out_of_time() -> None:
    key, pem = make_key()
    expired = make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW - timedelta(days=1))
    early = make_certificate(key, ["chat.example.com"], NOW + timedelta(days=1), NOW + YEAR)
    last_moment = make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW)
    first_moment = make_certificate(key, ["chat.example.com"], NOW, NOW + YEAR)
    assert told(last_moment, pem) == told(first_moment, pem) == []
    assert told(expired, pem) == ["nginx_certificate_file = '/pki/chat.pem': expired on 2026-11-23. Renew it."]
    assert told(early, pem) == [
        "nginx_certificate_file = '/pki/chat.pem': is not valid before 2026-11-25 00:00 UTC. "
        "Wait until then, or set this machine's clock."
    ]


def test_key_of_another_certificate() -> None:
    key, _pem = make_key()
    _other, other_pem = make_key()
    assert told(make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW + YEAR), other_pem) == [
        "nginx_certificate_key_file = '/pki/chat.key': is not the key of the first certificate in /pki/chat.pem. "
        "Name the key it was made for, or put the server's own certificate first."
    ]


def test_encrypted_key() -> None:
    key, pem = make_key(passphrase=b"secret")
    assert told(make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW + YEAR), pem) == [
        "nginx_certificate_key_file = '/pki/chat.key': is encrypted, and nginx cannot ask for its passphrase. "
        "Name a key without one."
    ]


def test_files_swapped() -> None:
    key, pem = make_key()
    assert told(pem, make_certificate(key, ["chat.example.com"], NOW - YEAR, NOW + YEAR)) == [
        "nginx_certificate_file = '/pki/chat.pem': holds no PEM certificate. Name one with its chain.",
        "nginx_certificate_key_file = '/pki/chat.key': holds no PEM private key. "
        "Name the key the certificate was made for.",
    ]
