# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a licence says, by the rules of Rocket.Chat's own `ee/packages/license` (8.3-dev)."""

from __future__ import annotations

import hashlib
import json
import re
import time
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.workspace.license import (
    LONGEST,
    License,
    LicenseState,
    read_license,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.license_texts import claims, license_text, sealed

URL = "https://chat.example.com"
NOW = datetime(2026, 11, 26, 22, 0, tzinfo=UTC)


def read(text: str) -> License:
    license_ = read_license(text)
    assert license_ is not None
    return license_


def sha256(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


def test_what_it_says() -> None:
    license_ = read(f"  {license_text(starts='2026-01-01', ends='2027-01-01T12:30:00Z')}\n")
    assert license_.modules_at(NOW) == {"auditing", "scalability"}
    assert license_.auto_renew is False
    assert license_.starts == datetime(2026, 1, 1, tzinfo=UTC)
    assert license_.ends == datetime(2027, 1, 1, 12, 30, tzinfo=UTC)
    assert license_.address_matches(URL) is True


@pytest.mark.parametrize(
    ("information", "renews"),
    [({"autoRenew": True}, True), ({"autoRenew": "yes"}, False), ({}, False), (None, False), ([], False)],
)
def test_who_renews_it(information: Any, renews: bool) -> None:
    license_ = read(license_text(information=information))
    assert license_.auto_renew is renews
    assert LicenseState.of(license_, "stored", URL, NOW).auto_renew is renews


def test_what_it_says_of_others_is_not_shown() -> None:
    shown = repr(read(license_text(servers=(("url", "s3cret.example.com"),))))
    assert "scalability" in shown and not re.search("s3cret", shown, re.IGNORECASE)


VALIDATION = claims()["validation"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "LAB-LICENSE-scalability",
        # version 2 is encrypted
        "dGhpcyBpcyBub3QgcmVhZGFibGU=",
        "RCV3_",
        "RCV3_a.b",
        # an encrypted JWT
        license_text() + ".x.y",
        license_text().removeprefix("RCV3_"),
        license_text().replace(".", ".!", 1),
        license_text(information={"notes": "x" * LONGEST}),
        sealed([]),
        sealed("text"),
        "RCV3_e30." + "W1tbW1" * 5000 + ".x",
        *(
            sealed(claims() | changes)
            for changes in (
                {"validation": None},
                {"validation": VALIDATION | {"serverUrls": None}},
                {"validation": VALIDATION | {"serverUrls": ["chat.example.com"]}},
                {"validation": VALIDATION | {"validPeriods": None}},
                {"validation": VALIDATION | {"validPeriods": [{"validUntil": "2027-01-01"}]}},
                {"grantedModules": None},
                {"grantedModules": ["scalability"]},
                {"exp": "tomorrow"},
                {"exp": 1e300},
            )
        ),
    ],
)
def test_of_what_is_not_known_nothing_is_said(text: str) -> None:
    assert read_license(text) is None


@pytest.mark.parametrize(
    ("kind", "value", "url", "matches"),
    [
        ("url", "chat.example.com", URL, True),
        ("url", "Chat.Example.COM", "https://chat.example.com/", True),
        ("url", "chat.example.com", "http://CHAT.example.com", True),
        ("url", "chat.example.com:443", URL, False),
        ("url", "chat.example.com/team", f"{URL}/team/", True),
        ("url", "chat.example.com", f"{URL}/team", False),
        # the workspace loses its scheme and slash, the licence does not
        ("url", URL, URL, False),
        ("url", "chat.example.com/", URL, False),
        ("regex", "chat.example.com", URL, True),
        # a dot is a dot
        ("regex", "chat.example.com", "https://chat-example.com", False),
        ("regex", "*.example.com", URL, True),
        ("regex", "*.EXAMPLE.com", URL, True),
        ("regex", "*.example.com", "https://example.com", False),
        ("regex", "*.example.com", f"{URL}:8443", False),
        ("regex", "chat.*.com*", f"{URL}:8443", True),
        ("regex", "chat*chat", "https://chat", False),
        ("regex", "chat*t*", "https://chat", False),
        ("regex", "*x*x.com", "https://axx.com", True),
        ("regex", "*x*x.com", "https://ax.com", False),
        ("regex", "*", URL, True),
        ("regex", "", URL, False),
        # how these would be evaluated is another language's business
        ("regex", "(chat|talk).example.com", URL, None),
        ("regex", "chat.example.com$", URL, None),
        ("regex", "(a+)+b", f"{URL}/{'a' * 60}", None),
        ("hash", sha256("chat.example.com"), f"{URL}/", True),
        ("hash", sha256("chat.example.com"), "https://Chat.example.com", False),
        ("hash", sha256("other.example.com"), URL, False),
        ("hash", sha256("chat.example.com").upper(), URL, False),
        ("hash", "$2b$10$abcdefghijklmnopqrstuuN0p6Dl5mYp0BqFhUe5dXKxJr3RkqYyS", URL, None),
        ("mongodb", "anything", URL, True),
    ],
)
def test_an_address(kind: str, value: str, url: str, matches: bool | None) -> None:
    assert read(license_text(servers=((kind, value),))).address_matches(url) is matches


ENTRIES = {True: ("url", "chat.example.com"), None: ("regex", "[c]hat"), False: ("url", "talk.example.com")}


@given(st.lists(st.sampled_from([True, None, False]), max_size=4))
def test_every_address_has_to_match(wanted: list[bool | None]) -> None:
    found = read(license_text(servers=tuple(ENTRIES[one] for one in wanted))).address_matches(URL)
    assert found is (False if False in wanted else None if None in wanted else True)


@given(st.text("ab.*/", max_size=12), st.text("abAB./", max_size=20))
def test_wildcards_are_upstreams_regular_expressions(pattern: str, path: str) -> None:
    """`validateRegex` there: each dot escaped, each asterisk made `.*`, anchored, case ignored."""
    address = f"h/{path}x"
    upstream = re.fullmatch(re.sub(r"\*", ".*", re.sub(r"\.", r"\\.", pattern)), address, re.IGNORECASE)
    assert read(license_text(servers=(("regex", pattern),))).address_matches(f"https://{address}") is bool(upstream)


def test_many_wildcards_take_no_time() -> None:
    license_ = read(license_text(servers=(("regex", "*a" * 10_000 + "b"),)))
    began = time.monotonic()
    assert license_.address_matches(f"https://{'a' * 20_000}") is False
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2027-03-04", (2027, 3, 4)),
        ("2027-03-04T05:06Z", (2027, 3, 4, 5, 6)),
        ("2027-03-04T05:06:07Z", (2027, 3, 4, 5, 6, 7)),
        ("2027-03-04T05:06:07.123Z", (2027, 3, 4, 5, 6, 7)),
        ("2027-03-04T05:06:07", (2027, 3, 4, 5, 6, 7)),
        ("2027-03-04T05:06:07+02:00", (2027, 3, 4, 3, 6, 7)),
        ("2027-03-04T05:06:07-0130", (2027, 3, 4, 6, 36, 7)),
        # Date makes NaN of the first, and there is no telling what of the second
        ("never", None),
        ("March 4, 2027", None),
        ("", None),
    ],
)
def test_a_time(text: str, utc: tuple[int, ...] | None) -> None:
    assert read(license_text(ends=text)).ends == (datetime(*utc, tzinfo=UTC) if utc else None)  # type: ignore[misc]


def test_every_period_that_invalidates_has_to_hold() -> None:
    def period(since: str, until: str, behavior: str, *modules: str) -> dict[str, Any]:
        return {"validFrom": since, "validUntil": until, "invalidBehavior": behavior, "modules": list(modules)}

    periods = [
        period("2026-01-01", "2028-01-01", "invalidate_license"),
        period("2026-02-01", "2027-01-01", "disable_modules", "scalability"),
        period("2026-11-01", "2026-12-01", "disable_modules", "auditing"),
        period("2026-11-02", "2026-12-02", "prevent_installation"),
        period("2026-11-01", "2026-12-01", "start_fair_policy"),
    ]
    text = license_text("scalability", "auditing", validation=VALIDATION | {"validPeriods": periods})
    license_ = read(text)
    assert (license_.starts, license_.ends) == (
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2028, 1, 1, tzinfo=UTC),
    )
    # what is installed has to be within one more
    new = read_license(text, is_new=True)
    assert new and (new.starts, new.ends) == (datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 12, 2, tzinfo=UTC))
    # outside of the others, their modules are disabled
    for moment, modules in (
        (datetime(2026, 1, 15, tzinfo=UTC), set()),
        (datetime(2026, 10, 31, tzinfo=UTC), {"scalability"}),
        (NOW, {"auditing", "scalability"}),
        (datetime(2027, 1, 2, tzinfo=UTC), set()),
    ):
        assert license_.modules_at(moment) == modules
        assert LicenseState.of(license_, "given", URL, moment).modules == tuple(sorted(modules))
    # those of the JWT itself count as well
    whole = claims(ends=None) | {"nbf": NOW.timestamp() - 60, "exp": NOW.timestamp() + 60}
    assert read(sealed(whole)).starts == NOW - timedelta(seconds=60)
    assert read(sealed(whole)).ends == NOW + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("starts", "ends", "started", "expired"),
    [
        (None, None, True, False),
        ("2026-11-26T22:00:00Z", "2026-11-26T22:00:00Z", True, False),
        ("2026-11-26T22:00:01Z", None, False, False),
        (None, "2026-11-26T21:59:59Z", True, True),
    ],
)
def test_whether_it_is_valid_at_a_moment(starts: str | None, ends: str | None, started: bool, expired: bool) -> None:
    license_ = read(license_text(starts=starts, ends=ends))
    assert (license_.has_started(NOW), license_.has_expired(NOW)) == (started, expired)
    state = LicenseState.of(license_, "given", URL, NOW)
    assert state.is_valid(NOW) is (started and not expired)


@pytest.mark.parametrize("matches", [True, None, False])
def test_what_is_handed_on(matches: bool | None) -> None:
    license_ = read(license_text(servers=(ENTRIES[matches],)))
    state = LicenseState.of(license_, "stored", URL, NOW)
    assert state.modules == ("auditing", "scalability")
    assert state.time_left(NOW) == timedelta(days=364, hours=2)
    assert state.is_valid(NOW) is matches
    # as it arrives from a module, through JSON
    assert LicenseState.from_dict(json.loads(json.dumps(asdict(state)))) == state
    assert "example" not in json.dumps(asdict(state))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
times = anything | st.datetimes().map(lambda moment: moment.isoformat()) | st.sampled_from(["9999-12-31T23:59-2359"])
behaviors = anything | st.sampled_from(["invalidate_license", "disable_modules"])
period = st.fixed_dictionaries({"invalidBehavior": behaviors, "validFrom": times, "validUntil": times}) | anything
server = (
    st.fixed_dictionaries({"type": anything | st.sampled_from(["url", "regex", "hash"]), "value": anything}) | anything
)
damaged = st.fixed_dictionaries(
    {
        "validation": st.fixed_dictionaries(
            {"serverUrls": st.lists(server, max_size=2) | anything, "validPeriods": st.lists(period, max_size=2)}
        )
        | anything,
        "grantedModules": st.lists(st.fixed_dictionaries({"module": anything}) | anything, max_size=2) | anything,
    },
    optional={"exp": anything, "nbf": anything},
)


@given(st.text() | st.text().map("RCV3_{}".format) | damaged.map(sealed) | anything.map(sealed), st.text(max_size=20))
@examples(times=4)
def test_no_text_is_an_error(text: str, url: str) -> None:
    license_ = read_license(text)
    if license_ is None:
        return
    assert license_.address_matches(url) in (True, False, None)
    state = LicenseState.of(license_, "given", url, NOW)
    assert LicenseState.from_dict(json.loads(json.dumps(asdict(state)))) == state
    assert state.is_valid(NOW) in (True, False, None)
