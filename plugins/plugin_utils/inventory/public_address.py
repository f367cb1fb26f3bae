# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is unwise of the address people type, although it is one."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from .urls import is_address, is_loopback

# RFC 2606 and 6761: they belong to nobody, and documentation has them, our own as well.
_EXAMPLES = ("example", "example.com", "example.net", "example.org", "invalid")
# RFC 6761, 6762, 8375 and ICANN's "internal": of networks of one's own, as are those of many that have no dot.
_PRIVATE = ("local", "internal", "home.arpa", "test", "localhost", "lan", "home", "corp", "intranet", "private")


def address_warnings(root_url: str) -> Iterator[str]:
    """``root_url``: one that the plan takes."""
    url = urlsplit(root_url)
    host = url.hostname or ""
    says = f"rocketchat_root_url = {root_url!r}"
    if is_loopback(host) or _is_below(host, ("localhost",)):
        yield f"{says} leads people to their own machine. Write the address at which they reach this deployment."
    elif _is_below(host, _EXAMPLES):
        yield f"{says} is an example that belongs to nobody. Write the address people will type."
    elif url.scheme == "http" and _is_public(host):
        yield (
            f"{says} sends passwords and messages over the internet as they are. Write https://, and name a "
            "certificate with nginx_certificate_file and nginx_certificate_key_file."
        )


def _is_public(host: str) -> bool:
    if is_address(host):
        return ipaddress.ip_address(host).is_global
    return "." in host and not _is_below(host, _PRIVATE)


def _is_below(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
