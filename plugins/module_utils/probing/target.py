# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where to ask: URLs and addresses."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Target:
    """A parsed URL and the address to connect to, which is the URL's own unless another one is given.

    ``process``: in whose network that address is; 0 for the network of who asks.
    """

    tls: bool
    host: str
    port: int
    path: str
    connect_host: str
    connect_port: int
    process: int = 0

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"

    @property
    def peer(self) -> str:
        host = f"[{self.connect_host}]" if ":" in self.connect_host else self.connect_host
        return f"{host}:{self.connect_port}"


def parse_url(url: str, connect_to: str | None = None) -> Target:
    """Raises ValueError with a sentence when the URL or `connect_to` (host:port) is unusable.

    A URL with a user is never quoted: it may hold the password, too.
    """
    if "@" in url:
        raise ValueError(
            "The URL carries a user or password: send an Authorization header instead. In a path, @ is written %40."
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{url!r} is not a URL ({error}).") from error
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"{url!r} does not begin with http:// or https://.")
    if not parts.hostname or parts.hostname.startswith("."):
        raise ValueError(f"{url!r} names no host.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii() or not path.isprintable() or " " in path:
        raise ValueError(f"{url!r} has characters in its path that must be percent-encoded.")
    tls = parts.scheme == "https"
    host, port = _as_in_dns(url, parts.hostname), port or (443 if tls else 80)
    connect_host, connect_port = parse_address("connect_to", connect_to) if connect_to else (host, port)
    return Target(tls, host, port, path, connect_host, connect_port)


def _as_in_dns(url: str, host: str) -> str:
    """A name beyond ASCII is written in another way in DNS, in headers and in certificates (RFC 3490)."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError as error:
        raise ValueError(f"The host of {url!r} cannot be written as DNS needs it ({error}).") from None


def parse_address(option: str, text: str) -> tuple[str, int]:
    """Host and port of `host:port`; ValueError, which names the option, when it is something else."""
    if "@" in text or "/" in text:
        raise ValueError(f"{option} must be host:port alone, without a scheme, user or password.")
    host, _colon, port = text.rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(f"{option} must be host:port, for example 198.18.0.11:443, but is {text!r}.")
    return host, int(port)
