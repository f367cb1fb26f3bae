# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate that an ACME server issues: for which names, and what such a server could not look up (HTTP-01)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import SplitResult

from ..rocketchat.problems import Problem
from .settings import Acme, Host
from .urls import ascii_name, is_address

NAMES = "nginx_acme_names"
SOURCE = "nginx_certificate"

_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
# The last label is no number (RFC 3696, 2).
_NAME = re.compile(rf"(?=.{{1,253}}$)(?!(.*\.)?[0-9]+$){_LABEL}(\.{_LABEL})*")
# https://letsencrypt.org/docs/rate-limits/, "New Certificates per Exact Set": others take fewer still.
MOST_NAMES = 100
# In place of another source of the certificate.
_OWN = "name files of your own with nginx_certificate_file and nginx_certificate_key_file"


def read_acme(common: Mapping[str, Any], root_url: SplitResult | None, authority: str) -> Acme:
    """``authority``: as PEM, of a server that is not a public one."""
    name = str(root_url.hostname) if root_url else ""
    names = list(dict.fromkeys([name, *common["nginx_acme_names"]]))
    return Acme(common["nginx_acme_directory"], common["nginx_acme_email"], names, authority)


def acme_problems(hosts: list[Host], common: Mapping[str, Any], root_url: SplitResult | None) -> Iterator[Problem]:
    """``root_url``: None where it could not be read."""
    names = common["nginx_acme_names"]
    for number, name in enumerate(names):
        if wrong := _wrong_name(name):
            yield Problem(f"{NAMES}[{number}]", name, *wrong)
    if len(names) >= MOST_NAMES:
        reason = f"has {len(names)} names, and a certificate has {MOST_NAMES} at most, that of the root URL among them"
        yield Problem(NAMES, None, reason, "Leave some out")
    proxies = [host for host in hosts if "nginx" in host.groups]
    if any(host.certificate.source == "acme" for host in proxies):
        yield from _unreachable(proxies, root_url)


def _unreachable(proxies: list[Host], root_url: SplitResult | None) -> Iterator[Problem]:
    if root_url and root_url.scheme != "https":
        reason = f"asks for a certificate, and rocketchat_root_url begins with {root_url.scheme}://"
        yield Problem(SOURCE, "acme", reason, "Write the https address people type there, or leave this out")
    elif root_url and is_address(str(root_url.hostname)):
        reason = f"has certificates issued for names, and the host of rocketchat_root_url is {root_url.hostname}"
        yield Problem(SOURCE, "acme", reason, f"Give it a name in DNS and write that there, or {_OWN}")
    if len(proxies) > 1:
        # RFC 8555, 8.3: it asks one of the addresses that the name has
        reason = (
            f"would have the ACME server look on one of {', '.join(host.name for host in proxies[:3])}"
            f"{', ...' if len(proxies) > 3 else ''}, and the answer lies on the host that asked for the certificate"
        )
        yield Problem(SOURCE, "acme", reason, f"Leave one host in [nginx], or {_OWN}")
    if any(host.trusted_proxies for host in proxies):
        reason = "asks for a certificate that no client would see, as nginx_trusted_proxies end TLS in front of nginx"
        yield Problem(SOURCE, "acme", reason, "Have the certificate issued there, or leave nginx_trusted_proxies out")


def _wrong_name(name: str) -> tuple[str, str] | None:
    """Reason and remedy."""
    if name.startswith("*."):
        return "is a wildcard, which needs a record in DNS for each renewal (DNS-01)", f"Write each name, or {_OWN}"
    if is_address(name):
        return "is an address, and certificates are issued for names here", "Write a name"
    if not name.isascii():
        return "has letters that DNS does not know", f"Write {ascii_name(name)}"
    if name != name.lower():
        return "is not in lower case, as DNS and certificates have names", f"Write {name.lower()}"
    if not _NAME.fullmatch(name):
        return "is not a name of DNS", "Write one such as chat.example.com"
    return None
