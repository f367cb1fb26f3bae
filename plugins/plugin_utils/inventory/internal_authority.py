# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authority that signs the certificates of NATS and MongoDB, and these: made, and judged. Knows no inventory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .self_signed import BEGINS_BEFORE, general_name, pem_of_key
from .server_certificate import alternative_names, encoded

try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
    from cryptography.x509.oid import ExtendedKeyUsageOID
except ImportError:
    # ansible-core requires it, so every controller has it; the sanity test of imports does not
    pass

# Runs may be years apart, and each restarts mongod and NATS that renews.
_VALID = timedelta(days=5 * 365)
_RENEWED_BEFORE_END = timedelta(days=365)
WARNED_BEFORE_END = timedelta(days=60)
# It outlives whatever it signs; its key stays when it is renewed, so that certificates of either pass with both.
_AUTHORITY_VALID = timedelta(days=20 * 365)
_AUTHORITY_RENEWED_BEFORE_END = _VALID + _RENEWED_BEFORE_END
_COMMON_NAME = "rocketops.rocketchat internal authority"


@dataclass(frozen=True)
class Pair:
    """PEM texts."""

    certificate: str
    key: str = field(repr=False)


def renewed(authority: Pair, now: datetime) -> Pair:
    """The same where it will do, with a new certificate where that is near its end, or else another one."""
    certificate, key = _certificate(authority.certificate), _key(authority.key)
    if key is None:
        key = ec.generate_private_key(ec.SECP256R1())
    elif certificate and _fits(certificate, key) and now + _AUTHORITY_RENEWED_BEFORE_END < end(certificate):
        return authority
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, _COMMON_NAME)])
    builder = (
        _builder(name, name, key.public_key(), now, now + _AUTHORITY_VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
    )
    return Pair(_pem(builder.sign(key, SHA256())), pem_of_key(key))


def sign(authority: Pair, names: Sequence[str], now: datetime) -> str:
    """A certificate for these names and addresses, and its key, in one text.

    For clients, too: members of a replica set, and servers of a NATS cluster, show theirs to one another.
    """
    issuer, issuer_key = x509.load_pem_x509_certificate(authority.certificate.encode()), _key(authority.key)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0][:64])])
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = (
        _builder(subject, issuer.subject, key.public_key(), now, now + _VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .add_extension(x509.SubjectAlternativeName([general_name(name) for name in names]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    return _pem(builder.sign(issuer_key, SHA256())) + pem_of_key(key)


def will_do(pem: str, authorities: Iterable[str], names: Sequence[str], now: datetime) -> bool:
    """Whether a certificate is for exactly these names, from one of the authorities, and for long enough."""
    certificate, key = _certificate(pem), _key(pem)
    return (
        certificate is not None
        and key is not None
        and _fits(certificate, key)
        and sorted(alternative_names(certificate)) == sorted(names)
        and certificate.not_valid_before_utc <= now
        and now + _RENEWED_BEFORE_END < end(certificate)
        and any(_is_from(certificate, _certificate(authority)) for authority in authorities)
    )


def end_of(pem: str) -> datetime | None:
    """When a certificate ends; None where there is none."""
    certificate = _certificate(pem)
    return end(certificate) if certificate else None


def end(certificate: x509.Certificate) -> datetime:
    return certificate.not_valid_after_utc


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Any, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    """With what Python 3.13 demands of every certificate (VERIFY_X509_STRICT)."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEGINS_BEFORE)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _certificate(pem: str) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        return None


def _key(pem: str) -> Any:
    try:
        return load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        return None


def _fits(certificate: x509.Certificate, key: Any) -> bool:
    return encoded(certificate.public_key()) == encoded(key.public_key())


def _is_from(certificate: x509.Certificate, authority: x509.Certificate | None) -> bool:
    if authority is None:
        return False
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()
