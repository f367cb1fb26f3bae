# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS: what to trust, what is wrong with a handshake, and what is wrong with a certificate that is not verified."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from functools import cached_property

from .clock import remaining
from .connection import connect_tcp
from .fault import Fault
from .target import Target

# OpenSSL's X509_V_ERR_* (openssl/x509_vfy.h)
_NOT_YET_VALID = 9
_EXPIRED = 10
_UNKNOWN_CA = (18, 19, 20, 21)
_WRONG_NAME = (62, 64)
# what OpenSSL 1.1/3.0 and 3.2+ call a peer that answers a TLS handshake in another protocol
_NOT_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE")
# X509_V_FLAG_PARTIAL_CHAIN of OpenSSL; Python has a name for it since 3.10
_PARTIAL_CHAIN = 0x80000


def trusting(authorities: str) -> ssl.SSLContext:
    """``authorities``: PEM texts, and no others are trusted. Raises ValueError where there is none in it."""
    try:
        return ssl.create_default_context(cadata=authorities)
    except ssl.SSLError as error:
        raise ValueError(f"The authorities to trust are no PEM certificates: {error}.") from error


@dataclass(frozen=True)
class Trust:
    """Which certificates to accept: those of `ca_path` alone if given, else of the system's authorities."""

    validate_certs: bool = True
    ca_path: str | None = None

    def __post_init__(self) -> None:
        """A file that cannot be used is told at once, by a ValueError, whether TLS will be spoken or not."""
        if self.ca_path:
            self._verifying()

    @cached_property
    def context(self) -> ssl.SSLContext:
        """Made when TLS is first spoken: reading the system's authorities takes 30 ms, more than most questions."""
        return self._verifying() if self.validate_certs else _accepting_anything()

    def _verifying(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca_path)
        except OSError as error:
            raise ValueError(
                f"ca_path {self.ca_path} cannot be used as a file of PEM certificates: {error}."
            ) from error


def _accepting_anything() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def connect(target: Target, until: float, trust: Trust) -> socket.socket:
    """A connected socket, through TLS if the URL says so. Raises Fault."""
    return _start_tls(target, until, trust.context) if target.tls else connect_tcp(target, until)


def _start_tls(target: Target, until: float, context: ssl.SSLContext) -> ssl.SSLSocket:
    return upgraded(connect_tcp(target, until), target, until, context)


def upgraded(sock: socket.socket, target: Target, until: float, context: ssl.SSLContext) -> ssl.SSLSocket:
    """TLS on a connection that is there. Raises Fault, and closes it then."""
    try:
        sock.settimeout(remaining(until))
        return context.wrap_socket(sock, server_hostname=target.host)
    except OSError as error:
        sock.close()
        raise _handshake_fault(target, error) from error


def _handshake_fault(target: Target, error: OSError) -> Fault:
    peer = target.peer
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate_fault(target, error)
    if isinstance(error, socket.timeout):
        return Fault("tls_timeout", f"{peer} took the connection but did not finish the TLS handshake in time.")
    if isinstance(error, ssl.SSLError) and error.reason in _NOT_TLS:
        return Fault("tls", f"{peer} does not speak TLS although the URL begins with https://.")
    if isinstance(error, (ssl.SSLEOFError, ConnectionError)):
        return Fault("tls", f"{peer} closed the connection during the TLS handshake.")
    return Fault("tls", f"The TLS handshake with {peer} failed: {getattr(error, 'reason', None) or error}.")


def _certificate_fault(target: Target, error: ssl.SSLCertVerificationError) -> Fault:
    shown, reason = f"The certificate that {target.peer} shows", error.verify_message
    if error.verify_code == _EXPIRED:
        return Fault("certificate_expired", f"{shown} for {target.host} has expired: renew it.")
    if error.verify_code == _NOT_YET_VALID:
        return Fault("certificate_early", f"{shown} for {target.host} is not valid yet: is a clock wrong?")
    if error.verify_code in _WRONG_NAME:
        return Fault("certificate_name", f"{shown} is not made out for {target.host}.")
    if error.verify_code in _UNKNOWN_CA:
        return Fault("certificate_ca", f"{shown} for {target.host} comes from an unknown authority ({reason}).")
    return Fault("certificate", f"{shown} for {target.host} is not valid: {reason}.")


@dataclass(frozen=True)
class ShownCertificate:
    """What is wrong with its dates and its name, whatever its issuer, or else its dates, in seconds of the epoch."""

    fault: Fault | None = None
    begins: float | None = None
    ends: float | None = None


def inspect_certificate(target: Target, until: float) -> ShownCertificate | None:
    """None when there is no answer.

    Python decodes only certificates that it verified. So a second handshake verifies the one that the first was shown,
    with that very certificate as its only authority.
    """
    try:
        with _start_tls(target, until, _accepting_anything()) as shown:
            certificate = shown.getpeercert(binary_form=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.verify_flags |= _PARTIAL_CHAIN
        context.load_verify_locations(cadata=certificate)
        with _start_tls(target, until, context) as verified:
            dates = verified.getpeercert() or {}
    except Fault as fault:
        return ShownCertificate(fault) if fault.kind.startswith("certificate") else None
    begins, ends = (ssl.cert_time_to_seconds(str(dates[name])) for name in ("notBefore", "notAfter"))
    return ShownCertificate(None, begins, ends)
