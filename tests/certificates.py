# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates and keys for tests, signed by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

Address = IPv4Address | IPv6Address
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True)
class Issuer:
    """Who signs a certificate: the name in it, and the key."""

    name: str
    key: ec.EllipticCurvePrivateKey


def make_key(passphrase: bytes | None = None) -> tuple[ec.EllipticCurvePrivateKey, bytes]:
    """A key, and the same as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key, key_pem(key, passphrase)


def key_pem(key: Key, passphrase: bytes | None = None) -> bytes:
    protection = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)


def make_certificate(
    key: Key,
    names: Sequence[str | Address],
    begin: datetime,
    end: datetime,
    issuer: Issuer | None = None,
    usages: Sequence[x509.ObjectIdentifier] = (),
    authority: bool = False,
) -> bytes:
    """A certificate as PEM, valid from ``begin`` to ``end`` for these names and addresses; signed by itself, unless
    there is an issuer. ``authority``: it may issue others.
    """
    alternatives = [x509.IPAddress(name) if isinstance(name, Address) else x509.DNSName(name) for name in names]
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(str(names[0])))
        .issuer_name(_named(issuer.name if issuer else str(names[0])))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    )
    if authority:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    signer = issuer.key if issuer else key
    algorithm = None if isinstance(signer, ed25519.Ed25519PrivateKey) else SHA256()
    return builder.sign(signer, algorithm).public_bytes(Encoding.PEM)


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
