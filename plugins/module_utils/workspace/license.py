# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an Enterprise licence says: its modules, from when to when it is valid, and for which address.

A licence of version 3 is ``RCV3_`` and a signed JWT, whose payload anybody can read (read in Rocket.Chat 8.3-dev,
``ee/packages/license/src/token.ts``, ``packages/jwt``). The signature is not verified here. Older licences are
encrypted: of those, and of whatever else cannot be read, nothing is said.

Rules are those of ``ee/packages/license/src/validation`` there; every entry of a list has to hold.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from ..probing.decoding import SHAPE_ERRORS, decoded

# The module that upstream requires for more than one instance of a service.
SCALABILITY = "scalability"
PREFIX = "RCV3_"
# Real ones have some 2 to 4 kB.
LONGEST = 64 * 1024
# What a wildcard and literal characters say; anything else would be a regular expression of unknown cost and dialect.
_WILDCARD = re.compile(r"[A-Za-z0-9.:/_~*-]*", re.ASCII)
_SHA256 = re.compile(r"[0-9A-Fa-f]{64}", re.ASCII)
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?)(?:\.\d{1,9})?(?:Z|([+-])(\d\d):?(\d\d))?)?", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True)
class Period:
    """``starts`` and ``ends``: None where it is from ever or for ever."""

    starts: datetime | None
    ends: datetime | None

    def has_started(self, now: datetime) -> bool:
        return self.starts is None or now >= self.starts

    def has_expired(self, now: datetime) -> bool:
        return self.ends is not None and now > self.ends


@dataclass(frozen=True)
class License(Period):
    """Its period is the one in which it is valid. ``disabling``: modules, and the period outside of which they are off.

    ``servers``: kind and value, not shown. ``auto_renew``: whether Rocket.Chat's cloud renews it.
    """

    granted: frozenset[str]
    disabling: tuple[tuple[frozenset[str], Period], ...]
    servers: tuple[tuple[str, str], ...] = field(repr=False)
    auto_renew: bool

    def modules_at(self, now: datetime) -> frozenset[str]:
        off = (modules for modules, period in self.disabling if not period.has_started(now) or period.has_expired(now))
        return self.granted.difference(*off)

    def address_matches(self, root_url: str) -> bool | None:
        """Whether it was issued for this address; None where that cannot be known."""
        address = _workspace(root_url)
        answers = [_server_matches(kind, value, address) for kind, value in self.servers]
        if False in answers:
            return False
        return None if None in answers else True


@dataclass(frozen=True)
class LicenseState:
    """A licence without its text, to be handed on; ``dataclasses.asdict`` turns it into JSON, ``from_dict`` back.

    ``source``: ``given`` in the inventory or ``stored`` in the workspace. ``modules``: those of the moment it was read.
    ``starts``, ``ends``: ISO 8601, or None.
    """

    source: str
    modules: tuple[str, ...]
    starts: str | None
    ends: str | None
    address_matches: bool | None
    auto_renew: bool = False

    @classmethod
    def of(cls, license_: License, source: str, address: str, now: datetime) -> LicenseState:
        return cls(
            source=source,
            modules=tuple(sorted(license_.modules_at(now))),
            starts=license_.starts.isoformat() if license_.starts else None,
            ends=license_.ends.isoformat() if license_.ends else None,
            address_matches=license_.address_matches(address),
            auto_renew=license_.auto_renew,
        )

    @classmethod
    def from_dict(cls, state: dict[str, Any]) -> LicenseState:
        return cls(**{**state, "modules": tuple(state["modules"])})

    def time_left(self, now: datetime) -> timedelta | None:
        """Negative once it has ended; None where it has no end."""
        return datetime.fromisoformat(self.ends) - now if self.ends else None

    def is_early(self, now: datetime) -> bool:
        return self.starts is not None and now < datetime.fromisoformat(self.starts)

    def is_valid(self, now: datetime) -> bool | None:
        """As far as can be told without its signature; None where the address cannot be compared."""
        left = self.time_left(now)
        if self.is_early(now) or (left is not None and left < timedelta()) or self.address_matches is False:
            return False
        return self.address_matches


def read_license(text: str, is_new: bool = False) -> License | None:
    """None for everything that is not of a known format; never raises.

    ``is_new``: whether it is still to be installed. Rocket.Chat takes the one in ``ROCKETCHAT_LICENSE`` for new at each
    start, until it is stored (``ee/app/license/server/startup.ts``, 8.3-dev).
    """
    try:
        return _license(_payload(text.strip()), is_new)
    except SHAPE_ERRORS:
        return None


def _payload(text: str) -> Any:
    """The claims of the JWT; ValueError for anything else. An encrypted JWT has five parts."""
    if not text.startswith(PREFIX) or len(text) > LONGEST:
        raise ValueError("no licence of version 3")
    _header, payload, _signature = text[len(PREFIX) :].split(".")
    padding = "=" * (-len(payload) % 4)
    return decoded(base64.b64decode(payload + padding, altchars=b"-_", validate=True))


def _license(claims: dict[str, Any], is_new: bool) -> License:
    """``validateLicense`` in license.ts: the behaviours that are not looked at here take nothing away."""
    validation, information = claims["validation"], claims.get("information")
    fatal = {"invalidate_license", "prevent_installation"} if is_new else {"invalidate_license"}
    read = [(one["invalidBehavior"], one.get("modules") or (), _period(one)) for one in validation["validPeriods"]]
    # The JWT's own claims are checked together with its signature (jose's jwtVerify).
    token = Period(_epoch(claims.get("nbf")), _epoch(claims.get("exp")))
    whole = [token, *(period for behavior, _off, period in read if behavior in fatal)]
    return License(
        starts=max(_known(period.starts for period in whole), default=None),
        ends=min(_known(period.ends for period in whole), default=None),
        granted=frozenset(str(granted["module"]) for granted in claims["grantedModules"]),
        disabling=tuple((frozenset(off), period) for behavior, off, period in read if behavior == "disable_modules"),
        servers=tuple((str(server["type"]), str(server["value"])) for server in validation["serverUrls"]),
        # ILicenseV3.ts
        auto_renew=isinstance(information, dict) and information.get("autoRenew") is True,
    )


def _period(period: dict[str, Any]) -> Period:
    return Period(_time(period.get("validFrom")), _time(period.get("validUntil")))


def _known(times: Iterable[datetime | None]) -> Iterator[datetime]:
    return (time for time in times if time is not None)


def _epoch(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=seconds)


def _time(text: str | None) -> datetime | None:
    """What JavaScript's Date makes of ISO 8601. Of a text that is no date it makes one that ends nothing.

    A time without a zone is the server's: its containers run in UTC. Python 3.9 reads neither "Z" nor "+0000".
    """
    match = _TIME.fullmatch(text or "")
    if not match:
        return None
    day, clock, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    time = datetime.fromisoformat(f"{day}T{clock or '00:00'}+00:00")
    return time + offset if sign == "-" else time - offset


def _workspace(root_url: str) -> str:
    """The address as licences have it (`setWorkspaceUrl`): one slash less at its end, and no scheme; with the path."""
    return re.sub(r"^https?://", "", re.sub(r"/$", "", root_url))


def _server_matches(kind: str, value: str, address: str) -> bool | None:
    """`validateLicenseUrl`, which accepts entries of a type it does not know.

    A hash is SHA-256 in hexadecimal digits there and in upstream's manual (docs.rocket.chat, "Apply License in an
    Air-Gapped Workspace"); of any other kind nothing is known.
    """
    if kind == "url":
        return value.lower() == address.lower()
    if kind == "regex":
        return _wildcard_matches(value.lower(), address.lower()) if _WILDCARD.fullmatch(value) else None
    if kind == "hash":
        return (
            value == hashlib.sha256(address.encode(errors="replace")).hexdigest() if _SHA256.fullmatch(value) else None
        )
    return True


def _wildcard_matches(pattern: str, address: str) -> bool:
    """Upstream takes every dot for itself and makes every * a ``.*``: without other signs, plain wildcards.

    They are found from left to right, as the `re` of this and of that language may take for ever.
    """
    first, *others = pattern.split("*")
    if not others:
        return pattern == address
    *inner, last = others
    if not address.startswith(first):
        return False
    position = len(first)
    for part in inner:
        found = address.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return address.endswith(last) and len(address) - len(last) >= position
