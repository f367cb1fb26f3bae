# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate that a deployment signs itself: what it says, and when another one is made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory import self_signed, server_certificate
from cryptography import x509

from tests.unit.plan_inventories import NOW, cluster, single

MADE = self_signed.make("chat.example.com", NOW)
OTHER = self_signed.make("chat.example.com", NOW)


def resolve(kept: dict[str, str], days: int = 0, **variables: Any) -> tuple[dict[str, str], dict[str, str]]:
    return self_signed.resolve(single(**variables), kept, NOW + timedelta(days=days))


def certificate(pair: dict[str, str]) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pair[self_signed.CERTIFICATE].encode())


@pytest.mark.parametrize("name", ["chat.example.com", "198.18.0.11", "2001:db8::1"])
def test_it_passes_what_a_certificate_of_the_operators_has_to(name: str) -> None:
    pair = self_signed.make(name, NOW)
    pem = {
        server_certificate.CERTIFICATE: pair[self_signed.CERTIFICATE].encode(),
        server_certificate.KEY: pair[self_signed.KEY].encode(),
    }
    assert list(server_certificate.certificate_problems(dict.fromkeys(pem, "path"), pem, name, NOW)) == []


@pytest.mark.parametrize("length", [63, 64, 65, 200])
def test_a_name_too_long_for_the_subject_stands_in_the_alternative_names(length: int) -> None:
    name = ("a" * 50 + ".") * 4 + "example.com"
    name = name[-length:].lstrip(".")
    made = certificate(self_signed.make(name, NOW))
    assert server_certificate.alternative_names(made) == [name]
    [extension] = made.extensions
    assert extension.critical is (len(name) > 64) is (not list(made.subject))


def test_one_is_made_until_another_is_issued() -> None:
    assert resolve({}, nginx_certificate="acme")[1]
    assert resolve(MADE, nginx_certificate="acme") == (MADE, {})


def test_what_is_kept_stays() -> None:
    assert resolve(MADE) == (MADE, {})
    assert resolve(MADE, days=3589) == (MADE, {})


@pytest.mark.parametrize(
    ("kept", "days", "variables"),
    [
        ({}, 0, {}),
        ({self_signed.CERTIFICATE: "broken", self_signed.KEY: "broken"}, 0, {}),
        ({**MADE, self_signed.KEY: OTHER[self_signed.KEY]}, 0, {}),
        ({**MADE, self_signed.KEY: ""}, 0, {}),
        (MADE, 3591, {}),
        (MADE, 0, {"rocketchat_root_url": "https://talk.example.com"}),
        (MADE, 0, {"rocketchat_root_url": "https://198.18.0.11"}),
    ],
)
def test_another_is_made(kept: dict[str, str], days: int, variables: dict[str, Any]) -> None:
    values, new = resolve(kept, days, **variables)
    assert values == new != MADE
    assert set(values) == {self_signed.CERTIFICATE, self_signed.KEY}
    assert certificate(values).not_valid_after_utc > NOW + timedelta(days=3649)


@pytest.mark.parametrize(
    "variables",
    [
        {"nginx_certificate": "files"},
        {"rocketchat_root_url": "http://chat.example.com"},
        {"rocketchat_root_url": "https://[chat"},
        {"rocketchat_root_url": None},
    ],
)
def test_none_is_made_that_nobody_needs(variables: dict[str, Any]) -> None:
    assert resolve({}, **variables) == ({}, {})


def test_one_proxy_that_needs_it_is_enough() -> None:
    inventory = cluster("one", "two")
    inventory["hosts"]["one"]["nginx_certificate"] = "files"
    assert self_signed.resolve(inventory, {}, NOW)[1] != {}
