# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fingerprints of the keys in a file that signs a package repository. Pure: no gpg is needed on this machine.

RFC 9580: 6.2 for the armor, 4.2 for packets, 5.5.4 for fingerprints. As one that apt reads otherwise could hide a key,
a file has to be what GnuPG exports: one block, and in it packets of known lengths.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator

_BLOCK = re.compile(
    r"\s*-----BEGIN PGP PUBLIC KEY BLOCK-----\n(?:[A-Za-z]+: [^\n]*\n)*\n"
    r"((?:[A-Za-z0-9+/]+={0,2}\n)+)(?:=[A-Za-z0-9+/]{4}\n)?-----END PGP PUBLIC KEY BLOCK-----\s*"
)
_PUBLIC_KEY = 6
# What may follow it: signatures, user IDs and attributes, subkeys, trust, and what is there to be ignored.
_OF_A_KEY = frozenset({2, 10, 12, 13, 14, 17, 21})
_VERSION = 4


class NoKey(ValueError):
    """What is wrong with the file, for the end of a sentence."""


def normalized(fingerprint: str) -> str:
    """People write it in groups."""
    return fingerprint.replace(" ", "").upper()


def fingerprints(text: str) -> list[str]:
    """Of all primary keys in it; their subkeys are theirs by their signatures. Raises NoKey."""
    block = _BLOCK.fullmatch(text.replace("\r\n", "\n"))
    if not block:
        raise NoKey("is not a single block of ASCII armor with public keys")
    try:
        content = base64.b64decode(block[1].replace("\n", ""), validate=True)
    except ValueError:
        raise NoKey("is no valid ASCII armor") from None
    packets = list(_packets(content))
    strange = [tag for tag, _body in packets if tag != _PUBLIC_KEY and tag not in _OF_A_KEY]
    if strange or packets[0][0] != _PUBLIC_KEY:
        raise NoKey("holds something else than public keys")
    return [_fingerprint(body) for tag, body in packets if tag == _PUBLIC_KEY]


def _fingerprint(body: bytes) -> str:
    if body[:1] != bytes([_VERSION]):
        raise NoKey(f"holds a key that is not of version {_VERSION}")
    return hashlib.sha1(b"\x99" + len(body).to_bytes(2, "big") + body).hexdigest().upper()


def _packets(content: bytes) -> Iterator[tuple[int, bytes]]:
    """At least one; each with its tag."""
    while True:
        tag, start, length = _header(content)
        if len(content) < start + length:
            raise NoKey("ends in the middle of a key")
        yield tag, content[start : start + length]
        content = content[start + length :]
        if not content:
            return


def _header(content: bytes) -> tuple[int, int, int]:
    """Tag, where the body begins, and how long it is."""
    head = [*content[:6], *[0] * 6]
    if not head[0] & 0x80:
        raise NoKey("holds something else than keys")
    if not head[0] & 0x40:
        octets = (1, 2, 4, 0)[head[0] & 3]
        if not octets:
            raise NoKey("holds a key without a length")
        return (head[0] >> 2) & 0xF, 1 + octets, int.from_bytes(bytes(head[1 : 1 + octets]), "big")
    tag = head[0] & 0x3F
    if head[1] < 192:
        return tag, 2, head[1]
    if head[1] < 224:
        return tag, 3, ((head[1] - 192) << 8) + head[2] + 192
    if head[1] == 255:
        return tag, 6, int.from_bytes(bytes(head[2:6]), "big")
    raise NoKey("holds a key in parts")
