# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a container's settings differ from the plan's, in sentences that show no value. No Ansible here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import SplitResult, urlsplit

from .secrets import is_same

_SHOWN_MAX = 3

# Variables that change what a service is or what it talks to, although they are not planned.
# Not in the plan, these change what a service does: variables of Rocket.Chat, and the proxies that Docker's
# client gives to containers of its own accord (docs.docker.com, "Use a proxy server with the Docker CLI").
PROXIES = tuple(
    name for word in ("HTTP", "HTTPS", "FTP", "NO", "ALL") for name in (f"{word}_PROXY", f"{word}_proxy".lower())
)
_TELLING = ("MS_NAMESPACE", "BROKER", "DB_WATCHERS", "MULTIPLE_INSTANCES_PING_INTERVAL", *PROXIES)


def the_first_of(sentences: Sequence[str]) -> str:
    """So many as a person reads; all of them are in the answer's ``drift``."""
    more = len(sentences) - _SHOWN_MAX
    return " ".join([*sentences[:_SHOWN_MAX], *([f"And {more} more."] if more > 0 else [])])


def environment_drift(planned: Mapping[str, str], actual: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Variable and sentence, for each planned variable that differs and each telling one that is not planned.

    A planned value may be a digest.
    """
    for name, value in planned.items():
        if name not in actual:
            yield name, f"{name} is not set in it."
        elif not is_same(value, actual[name]):
            yield name, f"{name} is not the plan's: {_how(name, value, actual[name])}."
    for name in _TELLING:
        if name in actual and name not in planned:
            yield name, f"{name} is set in it, and the plan has no such variable."


def _how(name: str, planned: str, actual: str) -> str:
    try:
        if name == "TRANSPORTER":
            return _transporter(planned, actual)
        if name == "MONGO_URL":
            return _mongo_url(urlsplit(planned), urlsplit(actual))
    except ValueError:
        return "it is no URL"
    return "it has another value"


def _transporter(planned: str, actual: str) -> str:
    """A service whose list has one entry without its prefix lives on and opens no port (seen on 6.14's services)."""
    entries = actual.split(",")
    if not all(entry.startswith("nats://") for entry in entries):
        return "an entry lacks nats:// in front, and such a service lives on without ever opening its port"
    ours, theirs = ([urlsplit(entry) for entry in text.split(",")] for text in (planned, actual))
    if _servers(ours) != _servers(theirs):
        return "it names other NATS servers"
    return "it has another user or password for NATS"


def _servers(urls: Sequence[SplitResult]) -> list[tuple[str | None, int | None]]:
    return [(url.hostname, url.port) for url in urls]


def _mongo_url(planned: SplitResult, actual: SplitResult) -> str:
    ours, theirs = (url.netloc.rpartition("@") for url in (planned, actual))
    if not actual.path.strip("/"):
        return "it names no database, so that of the name test is used"
    if ours[2] != theirs[2]:
        return "it names other members of the replica set"
    if ours[0] != theirs[0]:
        return "it has another user or password for MongoDB"
    if planned.path != actual.path:
        return "it names another database"
    return "it has other options"


def hosts_drift(planned: Sequence[str], actual: Sequence[str]) -> Iterator[str]:
    """``name:address``, as Compose has them in extra_hosts."""
    addresses = dict(entry.split(":", 1) for entry in actual)
    for name, address in (entry.split(":", 1) for entry in planned):
        if name not in addresses:
            yield f"It cannot resolve {name}: the name is missing in its extra_hosts."
        elif addresses[name] != address:
            yield f"It takes {name} to be at {addresses[name]} instead of {address}."
