# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate that the deployment signs itself: made once, kept with the secrets, and the same on all proxies."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from . import server_certificate
from .settings import common_variables

try:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
except ImportError:
    # ansible-core requires it, so every controller has it; the sanity test of imports does not
    pass

# Their names in the secrets file.
CERTIFICATE = "nginx_self_signed_certificate"
KEY = "nginx_self_signed_key"

VALID = timedelta(days=3650)
RENEWED_BEFORE_END = timedelta(days=60)
# A clock that is behind the controller's does not refuse it.
BEGINS_BEFORE = timedelta(days=1)
# RFC 5280, appendix A.1: ub-common-name
LONGEST_COMMON_NAME = 64


def resolve(inventory: dict[str, Any], kept: Mapping[str, str], now: datetime) -> tuple[dict[str, str], dict[str, str]]:
    """Certificate and key as PEM by their names in the secrets file, and those that are new; none where none is needed.

    ``kept``: by the same names, what an earlier run made; it is renewed before its end.
    """
    name = _name(inventory)
    if not name:
        return {}, {}
    known = {variable: str(kept.get(variable, "")) for variable in (CERTIFICATE, KEY)}
    if _will_do(known, name, now):
        return known, {}
    made = make(name, now)
    return made, made


def _name(inventory: dict[str, Any]) -> str:
    """The root URL's host, where a proxy is to have such a certificate, if only until another one is issued."""
    sources = {inventory["hosts"][host]["nginx_certificate"] for host in inventory["groups"]["nginx"]}
    try:
        url = urlsplit(str(common_variables(inventory)["rocketchat_root_url"]))
    except (KeyError, ValueError):
        return ""
    return str(url.hostname or "") if sources & {"self_signed", "acme"} and url.scheme == "https" else ""


def _will_do(pair: Mapping[str, str], name: str, now: datetime) -> bool:
    variables = {server_certificate.CERTIFICATE: CERTIFICATE, server_certificate.KEY: KEY}
    pem = {variable: pair[kept].encode() for variable, kept in variables.items()}
    at_its_end = now + RENEWED_BEFORE_END
    return not any(server_certificate.certificate_problems(variables, pem, name, at_its_end))


def make(name: str, now: datetime) -> dict[str, str]:
    """For one name or address."""
    key = ec.generate_private_key(ec.SECP256R1())
    # A longer name stands in the alternative names alone, which are all that clients look at (RFC 6125).
    common = [x509.NameAttribute(x509.NameOID.COMMON_NAME, name)] if len(name) <= LONGEST_COMMON_NAME else []
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(common))
        .issuer_name(x509.Name(common))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEGINS_BEFORE)
        .not_valid_after(now + VALID)
        # RFC 5280, 4.2.1.6: critical where the subject is empty
        .add_extension(x509.SubjectAlternativeName([general_name(name)]), critical=not common)
    )
    certificate = builder.sign(key, SHA256()).public_bytes(Encoding.PEM)
    return {CERTIFICATE: certificate.decode(), KEY: pem_of_key(key)}


def pem_of_key(key: Any) -> str:
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


def general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
