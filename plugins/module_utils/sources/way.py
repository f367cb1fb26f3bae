# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way from a host to its registries, as its Docker Engine goes it, whether that is there yet or not.

The engine takes proxies from its settings (`proxies`), else from the environment of its unit, which its manual has set
in a drop-in (docs.docker.com/engine/daemon/proxy), and trusts what is in certs.d besides the system's authorities
(docs.docker.com/engine/security/certificates).
"""

from __future__ import annotations

import glob
import ipaddress
import os
import re
import ssl
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

DROP_INS = "/etc/systemd/system/docker.service.d/*.conf"
CERTIFICATES = "/etc/docker/certs.d"
_VARIABLE = re.compile(r"(?i)\b(https?|no)_proxy=([^\s\"']*)")


@dataclass(frozen=True)
class Way:
    """``settings``: of daemon.json as planned. ``certificates``: planned authorities in PEM, by registry."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    certificates: Mapping[str, str] = field(default_factory=dict)

    @property
    def mirrors(self) -> list[str]:
        """URLs that the engine asks for images of Docker Hub, before that."""
        return [str(url).rstrip("/") for url in self.settings.get("registry-mirrors") or []]

    def is_insecure(self, host: str) -> bool:
        """Certificates are not verified, and plain HTTP will do. To the engine, loopback is so of its own accord."""
        name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
        named: Sequence[str] = self.settings.get("insecure-registries") or []
        return host in named or name == "localhost" or any(_within(name, one) for one in [*named, "127.0.0.0/8"])

    def opener(self, host: str) -> urllib.request.OpenerDirector:
        return urllib.request.build_opener(
            urllib.request.ProxyHandler(self._proxies(host)),
            urllib.request.HTTPSHandler(context=self._context(host)),
        )

    def _context(self, host: str) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.is_insecure(host):
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return context
        for path in sorted(glob.glob(f"{CERTIFICATES}/{glob.escape(host)}/*.crt")):
            context.load_verify_locations(cafile=path)
        if self.certificates.get(host):
            context.load_verify_locations(cadata=self.certificates[host])
        return context

    def _proxies(self, host: str) -> dict[str, str]:
        given = self._variables()
        name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
        if any(_names(entry.strip(), name, host) for entry in given.get("no", "").split(",") if entry.strip()):
            return {}
        return {scheme: given[scheme] for scheme in ("http", "https") if given.get(scheme)}

    def _variables(self) -> dict[str, str]:
        planned = self.settings.get("proxies") or {}
        if planned:
            return {name: str(planned.get(f"{name}-proxy") or "") for name in ("http", "https", "no")}
        for texts in ([_read(path) for path in sorted(glob.glob(DROP_INS))], [_environment()]):
            found = {name.lower(): value for text in texts for name, value in _VARIABLE.findall(text)}
            if found:
                return found
        return {}


def _environment() -> str:
    return "\n".join(f"{name}={value}" for name, value in os.environ.items())


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _names(entry: str, name: str, host: str) -> bool:
    """An entry of no_proxy, as the engine's library reads it (golang.org/x/net/http/httpproxy)."""
    bare = entry.lstrip("*").lstrip(".")
    return entry == "*" or entry == host or name == bare or name.endswith(f".{bare}") or _within(name, entry)


def _within(name: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(name) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
