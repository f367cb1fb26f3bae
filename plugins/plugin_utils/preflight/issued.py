# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate that an ACME server issues to the host: whether it is there, will do, and is renewed in time. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

from ..plan.resources import Issued
from ..rocketchat.certificate_end import ends_soon
from .difference import Difference
from .hosts import Host

KIND = "certificate"


def issued_differences(host: Host, issued: Issued) -> Iterator[Difference]:
    if not host.facts["files"].get(issued.path):
        yield Difference(KIND, issued.path, issued.told)
    elif words := _ends_soon(host, issued):
        yield Difference(KIND, issued.path, f"will have the certificate renewed, which {words}")
    timer = (host.facts["units"] or {}).get(issued.timer)
    if timer and timer["found"] and not timer["active"]:
        yield Difference("unit", issued.timer, "will start the timer that has the certificate renewed")
    elif timer and timer["found"] and not timer["enabled"]:
        yield Difference("unit", issued.timer, "will have the timer that renews the certificate start at boot")


def _ends_soon(host: Host, issued: Issued) -> str:
    """Although the timer should have had it renewed; "" where there is time, or nobody knows."""
    dates = host.facts["certificates"].get(issued.path)
    if not dates:
        return ""
    begins, ends, now = (
        datetime.fromtimestamp(moment, timezone.utc)
        for moment in (dates["begins"], dates["ends"], host.facts["clock"]["epoch"])
    )
    return f"expired on {ends:%Y-%m-%d}" if ends <= now else ends_soon(begins, ends, now)
