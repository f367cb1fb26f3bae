# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses an operator writes: of the deployment itself, and of servers that are not ours.

Those of servers carry passwords, so none of them is ever shown.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import SplitResult, urlsplit

from ..rocketchat.problems import Problems

# From 1 to 65535.
PORT = "(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
HOST_AND_PORT = re.compile(rf"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::{PORT})?")
_PERCENT_ENCODED = re.compile(r"(?:[^%:@/?#\s]|%[0-9A-Fa-f]{2})+")

# Moleculer hands the NATS URL on without decoding it: what would need escaping cannot work.
URL_SAFE = re.compile(r"[A-Za-z0-9._~-]+", re.ASCII)

# Databases of MongoDB itself.
MONGODB_DATABASES = ("admin", "config", "local")

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
OTHER_LETTERS = "has letters in the host's name that DNS does not know"

_ROOT_URL_REMEDY = "Write the address people will type, such as https://chat.example.com"
_MAIL_URL_REMEDY = "Write one such as smtp://user:password@mail.example.com:587"
_PROXY_URL_REMEDY = "Write one such as http://user:password@proxy.example.com:3128"
_MONGODB_URL_REMEDY = "Write one such as mongodb://user:password@db1.example.com/rocketchat?replicaSet=rs0"
_NATS_URL_REMEDY = "Write one such as nats://user:password@nats1.example.com:4222"


def read_root_url(problems: Problems, text: str) -> SplitResult | None:
    # It may carry a password.
    shown = None if "@" in text else text
    try:
        url = urlsplit(text)
        # None where there is none; where it is no number, ValueError
        url_without_host = url.port is None and not url.hostname
    except ValueError:
        problems.add("rocketchat_root_url", shown, wrong_port(text) or "is not a URL", _ROOT_URL_REMEDY)
        return None
    reason, remedy = "", _ROOT_URL_REMEDY
    if url.scheme not in ("http", "https") or "://" not in text:
        reason = "does not begin with http:// or https://"
    elif url_without_host or not url.hostname:
        reason = "names no valid host"
    elif url.username is None and not url.hostname.isascii():
        reason, remedy = OTHER_LETTERS, f"Write {with_ascii_name(text)}"
    elif not _is_host(url.hostname):
        reason = "names no valid host"
    elif url.query or url.fragment or url.username is not None:
        reason = "has more than scheme, host, port and path"
    elif not re.fullmatch(r"[A-Za-z0-9/._~-]*", url.path):
        reason = "has a path with characters that a proxy may rewrite"
    else:
        reason = wrong_port(text)
    if reason:
        problems.add("rocketchat_root_url", shown, reason, remedy)
        return None
    return url


def read_mail_url(problems: Problems, text: str) -> str:
    url = text.strip()
    if url:
        scheme, credentials, rest = _parts(url)
        if scheme not in ("smtp", "smtps"):
            reason = "does not begin with smtp:// or smtps://"
        else:
            reason = _wrong_credentials(credentials) or _wrong_server(rest.partition("/")[0].partition("?")[0])
        if reason:
            problems.add("rocketchat_mail_url", None, reason, _MAIL_URL_REMEDY)
    return url


def read_proxy_url(problems: Problems, text: str) -> str:
    """As the agents take it that Rocket.Chat hands it to (http-proxy-agent, https-proxy-agent)."""
    url = text.strip().removesuffix("/")
    if url:
        scheme, credentials, server = _parts(url)
        if scheme not in ("http", "https"):
            reason = "does not begin with http:// or https://"
        else:
            reason = _wrong_credentials(credentials) or _wrong_server(server)
        if reason:
            problems.add("rocketchat_proxy_url", None, reason, _PROXY_URL_REMEDY)
    return url


def read_proxy_exceptions(problems: Problems, variable: str, names: list[str]) -> list[str]:
    """As proxy-from-env compares them: names, their ends, and addresses, with or without a port."""
    for number, name in enumerate(names):
        if not re.fullmatch(rf"[*.]?[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+(:{PORT})?", name):
            shown = None if "@" in name else name
            remedy = "Write one such as auth.example.com, or .example.com for all below it"
            problems.add(f"{variable}[{number}]", shown, "is no name of a server, and no address", remedy)
    return names


def read_mongodb_url(problems: Problems, text: str) -> str:
    url = text.strip()
    reason = _wrong_mongodb_url(url) if url else ""
    if reason:
        problems.add("rocketchat_mongodb_url", None, reason, _MONGODB_URL_REMEDY)
    return url


def _wrong_mongodb_url(url: str) -> str:
    """Why the services could not use it; empty where they can.

    A name with mongodb+srv brings replicaSet along in DNS. Without a database the driver would use ``test``.
    """
    scheme, credentials, rest = _parts(url)
    if scheme not in ("mongodb", "mongodb+srv"):
        return "does not begin with mongodb:// or mongodb+srv://"
    servers, _slash, path = rest.partition("/")
    database, _mark, query = path.partition("?")
    reason = _wrong_credentials(credentials) or next(filter(None, map(_wrong_server, servers.split(","))), "")
    if reason:
        return reason
    if scheme == "mongodb+srv" and re.search("[:,]", servers):
        return "has a port or several servers, and a name with mongodb+srv stands for all of them"
    if not re.fullmatch(r"[A-Za-z0-9_-]+", database):
        return "names no database"
    if database in MONGODB_DATABASES:
        return f"names the database {database}, which is MongoDB's own"
    if scheme == "mongodb" and not re.search(r"(^|&)replicaSet=[^&]", query):
        return "names no replicaSet, and Rocket.Chat needs one"
    return ""


def read_nats_urls(problems: Problems, urls: list[str]) -> list[str]:
    for number, url in enumerate(urls):
        reason = _wrong_nats_url(url)
        if reason:
            problems.add(f"rocketchat_nats_urls[{number}]", None, reason, _NATS_URL_REMEDY)
    return urls


def _wrong_nats_url(url: str) -> str:
    """Why Moleculer could not use it: it exits on tls:// and bare hosts, and hangs on a token or an escape."""
    scheme, credentials, server = _parts(url)
    if scheme != "nats":
        return "does not begin with nats://"
    if "," in server:
        return "holds several servers; each is an entry of the list with its own nats://"
    if credentials is not None:
        user, colon, password = credentials.partition(":")
        if not colon:
            return "has a token, which Rocket.Chat's NATS client does not pass on"
        if not URL_SAFE.fullmatch(user) or not URL_SAFE.fullmatch(password):
            return "has characters in its user name or password that Rocket.Chat's NATS client does not decode"
    return _wrong_server(server.removesuffix("/"))


def _parts(url: str) -> tuple[str, str | None, str]:
    """Scheme, credentials (None where there are none) and the rest."""
    scheme, separator, rest = url.partition("://")
    credentials, at, server = rest.rpartition("@")
    return scheme if separator else "", credentials if at else None, server


def _wrong_credentials(credentials: str | None) -> str:
    if credentials is None:
        return ""
    user, _colon, password = credentials.partition(":")
    if _PERCENT_ENCODED.fullmatch(user) and (not password or _PERCENT_ENCODED.fullmatch(password)):
        return ""
    return "has characters in its user name or password that have to be percent-encoded, such as @ as %40"


def _wrong_server(server: str) -> str:
    if not server.isascii():
        return f"{OTHER_LETTERS}; browsers write xn--mnchen-3ya.example for münchen.example"
    match = HOST_AND_PORT.fullmatch(server)
    if not match:
        return "names a port that is none" if wrong_port(server) else "names no valid host and port"
    if is_loopback(match["host"].strip("[]")):
        return f"names {match['host']}, which in a container is the container itself"
    return ""


def wrong_port(url: str) -> str:
    """What is wrong with the port of an address, with a scheme or without; empty where nothing is."""
    match = re.match(r"(?:[a-z]+://)?(?:[^/@]*@)?(?:\[[^]/]*\]|[^/:\[]*):([^/?#]+)", url)
    if not match or re.fullmatch(PORT, match[1]):
        return ""
    return "names a port that is none" if "@" in url else f"names port {match[1]}, and ports go from 1 to 65535"


def with_ascii_name(url: str) -> str:
    """An address without credentials, its name written as DNS has it."""
    scheme, separator, rest = url.rpartition("://")
    name = re.match("[^/:?#]*", rest)
    return f"{scheme}{separator}{ascii_name(name[0])}{rest[name.end() :]}" if name else url


def ascii_name(name: str) -> str:
    """As browsers look it up (RFC 5891). Python's own codec is of 2003, and makes another name of one with ß."""
    labels = re.split("[.。．｡]", unicodedata.normalize("NFKC", name).lower())
    return ".".join(one if one.isascii() else f"xn--{one.encode('punycode').decode()}" for one in labels)


def _is_host(text: str) -> bool:
    """A name (RFC 1123) or an address. One of numbers alone is an address, or a mistake in one."""
    if ":" in text or re.fullmatch("[0-9.]+", text):
        return is_address(text)
    return len(text) <= 253 and bool(re.fullmatch(rf"{_LABEL}(\.{_LABEL})*", text))


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    return host.lower() == "localhost" or (is_address(host) and ipaddress.ip_address(host).is_loopback)
