# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way from a host to its registries, as its Docker Engine goes it, whether that is there yet or not.

The engine takes each of its proxies from its settings (`proxies`), else from the environment of its unit
(docs.docker.com/engine/daemon/proxy), and trusts what is in certs.d besides the system's authorities
(docs.docker.com/engine/security/certificates).
"""

from __future__ import annotations

import glob
import ssl
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .proxies import Proxies, ProxyHandler, proxies_of, split, within

CERTIFICATES = "/etc/docker/certs.d"


@dataclass(frozen=True)
class Way:
    """``settings``: of daemon.json as planned. ``environment``: of the engine.

    ``certificates``: planned authorities in PEM, by registry.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    certificates: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def mirrors(self) -> list[str]:
        """URLs that the engine asks for images of Docker Hub, before that."""
        return [str(url).rstrip("/") for url in self.settings.get("registry-mirrors") or []]

    def is_insecure(self, host: str) -> bool:
        """Certificates are not verified, and plain HTTP will do. To the engine, loopback is so of its own accord."""
        name = split(host)[0]
        named: Sequence[str] = self.settings.get("insecure-registries") or []
        return host in named or name == "localhost" or any(within(name, one) for one in [*named, "127.0.0.0/8"])

    @property
    def proxies(self) -> Proxies:
        """Each of the engine's settings takes the place of its variable (moby, cmd/dockerd: `overrideProxyEnv`)."""
        set_ = self.settings.get("proxies") or {}
        given = proxies_of(self.environment)
        return Proxies(
            str(set_.get("http-proxy") or given.http),
            str(set_.get("https-proxy") or given.https),
            str(set_.get("no-proxy") or given.no),
        )

    def opener(self, host: str) -> urllib.request.OpenerDirector:
        return urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            ProxyHandler(self.proxies),
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
