# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Through which proxy a Docker Engine goes to a registry: the rules of the library that it is built with.

golang.org/x/net/http/httpproxy, config.go. Python's have other ones.
"""

from __future__ import annotations

import base64
import ipaddress
import re
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..probing.fault import Fault

_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True)
class Proxies:
    """``http`` and ``https``: URLs by what is asked for through them, or ""; ``no``: the exceptions, as written."""

    http: str = ""
    https: str = ""
    no: str = ""

    def of(self, scheme: str, host: str) -> str:
        """The URL of the proxy, "" without one. ``host``: of a URL of that scheme, perhaps with a port."""
        proxy = self.https if scheme == "https" else self.http
        if not proxy or self._goes_directly(scheme, host):
            return ""
        return proxy if "://" in proxy else f"http://{proxy}"

    def _goes_directly(self, scheme: str, host: str) -> bool:
        name, port = split(host.lower())
        address = _address(name)
        if name == "localhost" or (address and address.is_loopback):
            return True
        port = port or _PORTS[scheme]
        return any(_names(entry.strip().lower(), name, port) for entry in self.no.split(",") if entry.strip())


def proxies_of(variables: Mapping[str, str]) -> Proxies:
    """Of an environment; what is written in capitals wins."""

    def value(name: str) -> str:
        return variables.get(name.upper()) or variables.get(name) or ""

    return Proxies(value("http_proxy"), value("https_proxy"), value("no_proxy"))


def split(host: str) -> tuple[str, str]:
    """Name or address, and port or ""."""
    found = re.fullmatch(r"\[?(.*?)\]?(?::(\d+))?", host) if host.count(":") < 2 or "]" in host else None
    return (found[1], found[2] or "") if found else (host, "")


def _names(entry: str, name: str, port: str) -> bool:
    """An entry of no_proxy: a network or address, or a name for itself and all below it; with a leading dot, only
    for these.
    """
    if entry == "*":
        return True
    if "/" in entry:
        return within(name, entry)
    wanted, of_port = split(entry)
    if of_port and of_port != port:
        return False
    if _address(wanted):
        return bool(_address(name) == _address(wanted))
    below = wanted[1:] if wanted.startswith("*.") else wanted
    return name == below or name.endswith(below if below.startswith(".") else f".{below}")


def within(name: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(name) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _address(text: str) -> Any:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


class ProxyHandler(urllib.request.BaseHandler):
    """In the place of Python's, which heeds exceptions of the environment; also on the way that redirects take."""

    # before the request is made ready for its peer
    handler_order = 100

    def __init__(self, proxies: Proxies) -> None:
        self._proxies = proxies

    def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
        url = self._proxies.of(request.type, request.host)
        if url:
            proxy = urllib.parse.urlsplit(url)
            if proxy.scheme not in _PORTS:
                raise Fault("unknown", f"only the Docker Engine itself can use a proxy of {proxy.scheme}")
            place = proxy.netloc.rpartition("@")[2]
            if proxy.username is not None:
                login = f"{urllib.parse.unquote(proxy.username)}:{urllib.parse.unquote(proxy.password or '')}"
                request.add_header("Proxy-authorization", f"Basic {base64.b64encode(login.encode()).decode()}")
            request.set_proxy(place, proxy.scheme)
        return request

    https_request = http_request
