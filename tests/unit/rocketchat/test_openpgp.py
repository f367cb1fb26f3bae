# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fingerprints of keys, compared with what GnuPG says of the same files."""

from __future__ import annotations

import base64
import contextlib

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.openpgp import (
    NoKey,
    fingerprints,
    normalized,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rocketchat.package_keys import FIRST, FIRST_KEY, SECOND, TWO_KEYS


def armored(content: bytes) -> str:
    text = base64.encodebytes(content).decode()
    return f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{text}-----END PGP PUBLIC KEY BLOCK-----\n"


def content(text: str) -> bytes:
    return base64.b64decode("".join(text.splitlines()[2:-2]))


def test_primary_keys_are_told_and_not_their_subkeys() -> None:
    assert fingerprints(FIRST_KEY) == [FIRST]
    assert fingerprints(TWO_KEYS) == [FIRST, SECOND]


@pytest.mark.parametrize(
    "text",
    [
        FIRST_KEY.replace("BLOCK-----\n\n", "BLOCK-----\nVersion: GnuPG v1\nComment: of old\n\n", 1),
        FIRST_KEY.replace("\n", "\r\n"),
        f"\n{FIRST_KEY}\n",
        armored(content(FIRST_KEY)),
    ],
)
def test_armor_has_several_forms(text: str) -> None:
    assert fingerprints(text) == [FIRST]


def test_packets_have_two_forms() -> None:
    packet = content(FIRST_KEY)[2:53]
    for header in (b"\x98\x33", b"\x99\x00\x33", b"\x9a\x00\x00\x00\x33", b"\xc6\x33", b"\xc6\xff\x00\x00\x00\x33"):
        assert fingerprints(armored(header + packet)) == [FIRST]
    long = packet + bytes(200)
    assert fingerprints(armored(b"\xc6\xc0\x3b" + long)) == fingerprints(armored(b"\x99\x00\xfb" + long))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "single block"),
        ("<html>not found</html>", "single block"),
        # what apt takes none or the first of, or what hides another one from us
        (FIRST_KEY + TWO_KEYS, "single block"),
        (FIRST_KEY.replace("\n\n", "\n \n", 1), "single block"),
        (FIRST_KEY.replace("PUBLIC", "PRIVATE"), "single block"),
        (f"text\n{FIRST_KEY}", "single block"),
        (armored(content(FIRST_KEY)[:-1]), "ends in the middle"),
        (armored(content(FIRST_KEY)[53:]), "something else than public keys"),
        (armored(content(FIRST_KEY) + b"\x94" + content(FIRST_KEY)[1:53]), "something else than public keys"),
        (armored(content(FIRST_KEY) + b"key"), "something else than keys"),
        (armored(b"\x98\x33\x06" + content(FIRST_KEY)[3:53]), "not of version 4"),
        (armored(b"\x9b" + content(FIRST_KEY)[2:53]), "without a length"),
        (armored(b"\xc6\xe5" + content(FIRST_KEY)[2:53]), "in parts"),
        (armored(b"\x98\x00"), "not of version 4"),
    ],
)
def test_what_is_no_plain_file_of_keys_has_none(text: str, reason: str) -> None:
    with pytest.raises(NoKey, match=reason):
        fingerprints(text)


@given(st.binary(min_size=1, max_size=80) | st.binary(max_size=60).map(lambda tail: content(FIRST_KEY) + tail))
def test_anything_is_keys_or_none(packets: bytes) -> None:
    with contextlib.suppress(NoKey):
        assert fingerprints(armored(packets))


@given(st.integers(0, 50), st.integers(1, 255))
def test_a_key_with_another_bit_has_another_fingerprint(place: int, change: int) -> None:
    packet = bytearray(content(FIRST_KEY)[2:53])
    packet[place] ^= change
    try:
        assert fingerprints(armored(b"\x98\x33" + bytes(packet))) != [FIRST]
    except NoKey:
        assert place == 0


def test_people_write_fingerprints_in_groups() -> None:
    assert (
        normalized("9dc8 5822 9FC7 DD38 854A  E2D8 8D81 803C 0EBF CD88") == "9DC858229FC7DD38854AE2D88D81803C0EBFCD88"
    )
