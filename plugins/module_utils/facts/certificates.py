# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a certificate of the host is valid. Only reads."""

from __future__ import annotations

import ssl
from typing import Any

from .system import output


def dates(path: str) -> dict[str, Any] | None:
    """In seconds of the epoch, of the first one in a PEM file; None where there is none, or no program that reads it.

    Python decodes only those that it was shown and has verified.
    """
    told = output(["openssl", "x509", "-noout", "-dates", "-in", path]) or ""
    fields = dict(line.split("=", 1) for line in told.splitlines() if "=" in line)
    try:
        begins, ends = (ssl.cert_time_to_seconds(fields[name]) for name in ("notBefore", "notAfter"))
    except (KeyError, ValueError):
        return None
    return {"begins": begins, "ends": ends}
