# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates, good and bad, of an authority that exists in the test alone."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

NAMES = ("127.0.0.1", "chat.test")
TODAY = (-1, 1)


class Authority:
    """A certificate authority of the test's own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.ca = directory / "ca.pem"
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("test authority")
        own = self._sign(self._name, self._key, TODAY, x509.BasicConstraints(ca=True, path_length=None))
        self.ca.write_bytes(own.public_bytes(Encoding.PEM))

    def certificate(self, names: Sequence[str] = NAMES, days: tuple[int, int] = TODAY) -> Path:
        """A file with a certificate for these names and addresses, valid from day to day (today is 0), and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = self._sign(_name("leaf"), key, days, x509.SubjectAlternativeName([_general_name(one) for one in names]))
        path = self.directory / f"{leaf.serial_number:x}.pem"
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(private + leaf.public_bytes(Encoding.PEM))
        return path

    def server_context(self, names: Sequence[str] = NAMES, days: tuple[int, int] = TODAY) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate(names, days))
        return context

    def _sign(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, days: tuple[int, int], what: x509.ExtensionType
    ) -> x509.Certificate:
        begins, ends = (datetime.now(UTC) + timedelta(days=day) for day in days)
        builder = x509.CertificateBuilder(self._name, subject, key.public_key(), x509.random_serial_number())
        dated = builder.not_valid_before(begins).not_valid_after(ends)
        return dated.add_extension(what, critical=isinstance(what, x509.BasicConstraints)).sign(self._key, SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _general_name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
