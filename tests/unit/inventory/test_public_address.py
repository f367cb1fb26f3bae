# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses that are taken, and that hardly anybody wants."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.public_address import address_warnings

from tests.deployment import ROOT

OWN_MACHINE = "leads people to their own machine. Write the address at which they reach this deployment."
EXAMPLE = "is an example that belongs to nobody. Write the address people will type."
OPEN = (
    "sends passwords and messages over the internet as they are. Write https://, and name a certificate with "
    "nginx_certificate_file and nginx_certificate_key_file."
)


@pytest.mark.parametrize(
    ("url", "warning"),
    [
        ("https://localhost", OWN_MACHINE),
        ("http://chat.localhost:8080", OWN_MACHINE),
        ("https://127.0.0.1", OWN_MACHINE),
        ("https://[::1]", OWN_MACHINE),
        ("https://chat.example.com", EXAMPLE),
        ("http://example.org/team", EXAMPLE),
        ("http://chat.rocketops.io", OPEN),
        ("http://chat.rocketops.io:8080/team", OPEN),
        ("http://93.184.216.34", OPEN),
    ],
)
def test_unwise(url: str, warning: str) -> None:
    assert list(address_warnings(url)) == [f"rocketchat_root_url = {url!r} {warning}"]


@pytest.mark.parametrize(
    "url",
    [
        "https://chat.rocketops.io",
        "https://example.rocketops.io",
        "http://chat",
        "http://chat.corp",
        "http://chat.lab.internal",
        "http://10.1.2.3",
        "http://198.18.0.11",
        "http://[fd00::1]",
    ],
)
def test_nothing_to_say(url: str) -> None:
    assert list(address_warnings(url)) == []


def test_the_template_left_as_it_is_is_told() -> None:
    """`inventories/single`, which people copy, has three settings to change."""
    template = yaml.safe_load((ROOT / "inventories" / "single" / "group_vars" / "all.yml").read_text(encoding="utf-8"))
    assert list(address_warnings(template["rocketchat_root_url"]))
