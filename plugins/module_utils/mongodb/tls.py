# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS with members of a replica set: whether they speak it, and which certificates are accepted of them."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..probing.connection import connect_tcp
from ..probing.fault import Fault
from ..probing.target import Target
from ..probing.tls import Trust, trusting, upgraded

_LOOPBACK = "127.0.0.1"
_ANYBODY = Trust(validate_certs=False)


@dataclass(frozen=True)
class Tls:
    """``authorities``: PEM texts, and no others are trusted.

    Of mongod on the host itself any certificate is accepted, and where no authority is given, of others, too: that is
    where TLS is about to be switched off.
    """

    authorities: str = ""

    def context(self, host: str) -> ssl.SSLContext:
        return trusting(self.authorities) if self._verifies(host) else _ANYBODY.context

    @contextmanager
    def of_driver(self, host: str) -> Iterator[dict[str, Any]]:
        """Options of pymongo, which reads the file as the client is made."""
        if not self._verifies(host):
            yield {"tls": True, "tlsAllowInvalidCertificates": True}
            return
        with tempfile.NamedTemporaryFile("w", suffix=".pem", encoding="ascii") as file:
            file.write(self.authorities)
            file.flush()
            yield {"tls": True, "tlsCAFile": file.name}

    def _verifies(self, host: str) -> bool:
        return bool(self.authorities) and host != _LOOPBACK


def planned(authorities: str) -> Tls | None:
    """None without authorities. Raises ValueError where they are none."""
    if not authorities:
        return None
    trusting(authorities)
    return Tls(authorities)


def connected(address: Target, until: float, tls: Tls | None) -> Any:
    """A connected socket. Raises Fault."""
    sock = connect_tcp(address, until)
    if tls is None:
        return sock
    try:
        return upgraded(sock, address, until, tls.context(address.host))
    except Fault as fault:
        raise _handshake_fault(fault) from None


def _handshake_fault(fault: Fault) -> Fault:
    if fault.kind.startswith("certificate"):
        sentence = f"{fault.sentence} The site playbook renews it; a clock that is wrong it does not mend."
        return Fault("certificate", sentence)
    if fault.kind == "tls":
        return Fault(
            "tls_off",
            "mongod does not speak TLS, which is planned: passwords and messages are read by anybody on the way. See "
            "net.tls in /etc/mongod.conf there; the site playbook sets it right.",
        )
    return fault


def spoken_by(port: int, authorities: str, until: float) -> Tls | None:
    """How mongod on this host, and with it the others of its set, wants to be spoken to at the moment.

    Before a run that switches, that is not as planned. Raises Fault where nothing listens.
    """
    address = Target(False, _LOOPBACK, port, "/", _LOOPBACK, port)
    found = Tls(authorities)
    try:
        connected(address, until, found).close()
    except Fault as fault:
        if fault.kind != "tls_off":
            raise
        return None
    return found
