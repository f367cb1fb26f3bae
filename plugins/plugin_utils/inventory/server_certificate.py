# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges certificates and keys: with a wrong one nginx, or every client, would refuse."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ..rocketchat.problems import Problem
from .certificate_chain import Reason, called, is_self_signed, read_certificates, unwise

try:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
    from cryptography.x509.oid import ExtendedKeyUsageOID
except ImportError:
    # ansible-core requires it, so every controller has it; the sanity test of imports does not
    pass

CERTIFICATE = "nginx_certificate_file"
KEY = "nginx_certificate_key_file"

# OpenSSL's security level 2, that of Debian and Ubuntu (SSL_CTX_set_security_level(3)). Seen with Debian's nginx 1.26:
# below it nginx ends with "ee key too small" for the server's own certificate, "ca key too small" for any other.
_SMALLEST_RSA, _SMALLEST_CURVE = 2048, 224
# nginx loads keys of other kinds, too, but Chromium, and with it Rocket.Chat's desktop app, takes RSA and these curves
# only (kVerifySignatureAlgorithms in BoringSSL's ssl/extensions.cc).
_CURVES = ("secp256r1", "secp384r1")
# Loaded likewise, and refused by every browser since 2017.
_BROKEN_HASHES = ("md5", "sha1")
_FITTING_KEY = f"an RSA key of {_SMALLEST_RSA} bits or more, or one on P-256 or P-384"

_NO_PEM = "holds no PEM certificate"
_HOLDS_A_KEY = (
    "holds a private key, too, and others may read the copy on the host",
    "Keep the key in a file of its own",
)


def certificate_problems(paths: dict[str, str], pem: dict[str, bytes], name: str, now: datetime) -> Iterator[Problem]:
    """``paths`` and ``pem``: file name and content by variable. ``name``: the host of the root URL."""
    certificates = read_certificates(pem[CERTIFICATE])
    for reason in _refused(certificates, pem[CERTIFICATE], name, now):
        yield Problem(CERTIFICATE, paths[CERTIFICATE], *reason)
    yield from _refused_key(paths, pem[KEY], certificates)


def certificate_warnings(path: str, pem: bytes, now: datetime) -> Iterator[str]:
    """What will be refused one day, and what some clients refuse."""
    for reason in unwise(read_certificates(pem), now):
        yield str(Problem(CERTIFICATE, path, *reason))


def authority_problems(
    variable: str,
    path: str,
    pem: bytes,
    now: datetime,
    none: str = "Name that of the authority which made the registry's certificate",
    expired: str = "Name the one that the registry has now",
) -> Iterator[Problem]:
    """Of what is to be trusted, as by the engine when it fetches images. ``none`` and ``expired``: what to do then."""
    certificates = read_certificates(pem)
    if not certificates:
        yield Problem(variable, path, _NO_PEM, none)
    elif _holds_a_key(pem):
        yield Problem(variable, path, *_HOLDS_A_KEY)
    elif now > (last := max(certificate.not_valid_after_utc for certificate in certificates)):
        yield Problem(variable, path, f"expired on {last:%Y-%m-%d}", expired)


def _holds_a_key(pem: bytes) -> bool:
    return b"PRIVATE KEY-----" in pem


# -- the server's own certificate -----------------------------------------------------------------------------------


def _refused(certificates: list[x509.Certificate], pem: bytes, name: str, now: datetime) -> Iterator[Reason]:
    if not certificates:
        yield _NO_PEM, "Name one with its chain"
        return
    if _holds_a_key(pem):
        yield _HOLDS_A_KEY
    own = certificates[0]
    if now > own.not_valid_after_utc:
        yield f"expired on {own.not_valid_after_utc:%Y-%m-%d}", "Renew it"
    if now < own.not_valid_before_utc:
        reason = f"is not valid before {own.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
        yield reason, "Wait until then, or set this machine's clock"
    names = alternative_names(own)
    if not any(_covers(pattern, name) for pattern in names):
        reason = f"is made out for {', '.join(names) or 'no name'}, not for {name} of rocketchat_root_url"
        yield reason, "Name a certificate for that host"
    if not _is_for_servers(own):
        yield "is not made out for servers (extended key usage)", "Have one made with the usage serverAuth"
    yield from _weak(own)
    yield from (reason for other in certificates[1:] for reason in _small(other))


def alternative_names(certificate: x509.Certificate) -> list[str]:
    """Clients look at the alternative names only (RFC 6125); the subject's common name counts no more."""
    found = _extension(certificate, x509.SubjectAlternativeName)
    if found is None:
        return []
    return [*found.get_values_for_type(x509.DNSName), *map(str, found.get_values_for_type(x509.IPAddress))]


def _is_for_servers(certificate: x509.Certificate) -> bool:
    """One that names no usage may be used for everything (RFC 5280, 4.2.1.12)."""
    usages = _extension(certificate, x509.ExtendedKeyUsage)
    wanted = {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
    return usages is None or not wanted.isdisjoint(usages)


def _extension(certificate: x509.Certificate, kind: Any) -> Any:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _covers(pattern: str, name: str) -> bool:
    """A wildcard stands for exactly one label."""
    try:
        return ipaddress.ip_address(pattern) == ipaddress.ip_address(name)
    except ValueError:
        pattern, name = pattern.lower(), name.lower()
    return pattern == name or (pattern.startswith("*.") and pattern[2:] == name.partition(".")[2])


def _weak(certificate: x509.Certificate) -> Iterator[Reason]:
    key, hashed = _public_key(certificate), certificate.signature_hash_algorithm
    if small := [*_small(certificate)]:
        yield from small
    elif not isinstance(key, rsa.RSAPublicKey) and getattr(getattr(key, "curve", None), "name", None) not in _CURVES:
        yield "is for a key of a kind that browsers do not take", f"Have one made for {_FITTING_KEY}"
    if hashed and hashed.name in _BROKEN_HASHES and not is_self_signed(certificate):
        yield f"is signed with {hashed.name.upper()}, which browsers refuse", "Have one made with SHA-256"


def _small(certificate: x509.Certificate) -> Iterator[Reason]:
    key = _public_key(certificate)
    least = _SMALLEST_RSA if isinstance(key, rsa.RSAPublicKey) else _SMALLEST_CURVE
    if isinstance(key, (rsa.RSAPublicKey, ec.EllipticCurvePublicKey)) and key.key_size < least:
        reason = f"holds one of {called(certificate)} whose key has {key.key_size} bits, and nginx loads none so small"
        yield reason, f"Have one made for {_FITTING_KEY}"


def _public_key(certificate: x509.Certificate) -> Any:
    """None where it is of a kind that not even the library knows."""
    try:
        return certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None


# -- its key --------------------------------------------------------------------------------------------------------


def _refused_key(paths: dict[str, str], pem: bytes, certificates: list[x509.Certificate]) -> Iterator[Problem]:
    path = paths[KEY]
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        yield Problem(KEY, path, "is encrypted, and nginx cannot ask for its passphrase", "Name a key without one")
        return
    except (ValueError, UnsupportedAlgorithm):
        yield Problem(KEY, path, "holds no PEM private key", "Name the key the certificate was made for")
        return
    fitting = [encoded(_public_key(certificate)) == encoded(key.public_key()) for certificate in certificates]
    if any(fitting[1:]) and not fitting[0]:
        reason = f"is the key of another certificate in {paths[CERTIFICATE]} than the first"
        yield Problem(KEY, path, reason, "Put the server's own certificate first there, and its issuer's after it")
    elif fitting and not fitting[0]:
        reason = f"is not the key of the certificate in {paths[CERTIFICATE]}"
        yield Problem(KEY, path, reason, "Name the key it was made for")


def encoded(public_key: Any) -> bytes:
    """To be compared with another one; empty where there is none."""
    return public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) if public_key else b""
