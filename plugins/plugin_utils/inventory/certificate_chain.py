# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates as they stand in a file, and what of them will be refused one day, or by some clients."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ..rocketchat.certificate_end import ends_soon

try:
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.x509.oid import NameOID
except ImportError:
    # ansible-core requires it, so every controller has it; the sanity test of imports does not
    pass

# Why, and what to do instead.
Reason = tuple[str, str]


def read_certificates(pem: bytes) -> list[x509.Certificate]:
    """The server's own comes first; its chain follows. Empty where there is none."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        return []


def unwise(certificates: list[x509.Certificate], now: datetime) -> Iterator[Reason]:
    if certificates:
        yield from _ends_soon(certificates[0], now)
        yield from _incomplete(certificates, now)


def _ends_soon(certificate: x509.Certificate, now: datetime) -> Iterator[Reason]:
    if words := ends_soon(certificate.not_valid_before_utc, certificate.not_valid_after_utc, now):
        yield words, "Renew it, and run the site playbook again"


def _incomplete(certificates: list[x509.Certificate], now: datetime) -> Iterator[Reason]:
    """Browsers fetch what is missing, or know it from elsewhere; apps, and Rocket.Chat itself, do not."""
    own, *others = certificates
    chain = _chain(own, others)
    names = [called(certificate) for certificate in chain]
    if len(chain) == 1 and not is_self_signed(own):
        reason = f"lacks the certificate of its issuer, {called(own, issuer=True)}, without which apps refuse it"
        yield reason, "Append that to the file; authorities call a file with both fullchain or bundle"
    elif chain != certificates:
        reason = "has certificates that are not in the order of their issuers, or do not belong there"
        yield reason, f"Write these, in this order: {'; '.join(names)}"
    # what is wrong with the last authority of all is of no interest: clients have their own copy of it
    for other in (one for one in chain[1:] if not is_self_signed(one)):
        if now > other.not_valid_after_utc:
            reason = f"has a chain in which {called(other)} expired on {other.not_valid_after_utc:%Y-%m-%d}"
            yield reason, "Replace that with the one its issuer has now"
        if not _is_authority(other):
            reason = f"has a chain in which {called(other)} is no authority and may issue none (basic constraints)"
            yield reason, "Replace that with the one its issuer has now"


def _chain(own: x509.Certificate, others: list[x509.Certificate]) -> list[x509.Certificate]:
    """From ``own`` on, each with its issuer's after it, as far as they are there."""
    chain = [own]
    while issuers := [one for one in others if one not in chain and _has_issued(one, chain[-1])]:
        chain.append(issuers[0])
    return chain


def _has_issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    except UnsupportedAlgorithm:
        # only the names could be compared
        return True
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except x509.ExtensionNotFound:
        return False


def is_self_signed(certificate: x509.Certificate) -> bool:
    return certificate.issuer == certificate.subject


def called(certificate: x509.Certificate, issuer: bool = False) -> str:
    name = certificate.issuer if issuer else certificate.subject
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string() or "one without a name"
