# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates and keys for tests, signed by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

Address = IPv4Address | IPv6Address


def make_key(passphrase: bytes | None = None) -> tuple[ec.EllipticCurvePrivateKey, bytes]:
    """A key, and the same as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    protection = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)


def make_certificate(
    key: ec.EllipticCurvePrivateKey, names: Sequence[str | Address], begin: datetime, end: datetime
) -> bytes:
    """A certificate as PEM, valid from ``begin`` to ``end`` for these names and addresses."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, str(names[0]))])
    alternatives = [x509.IPAddress(name) if isinstance(name, Address) else x509.DNSName(name) for name in names]
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM)
