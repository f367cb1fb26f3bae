# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which release series a mongod is of, asked without a login and without pymongo.

Every mongod answers ``hello`` without a login, and in it the newest wire protocol it speaks, which counts its releases:
table "Server Wire version and Feature List" of MongoDB's driver specifications, and mongo/util/version/releases.yml,
from which mongod derives the number since 5.1. 26 and 27 are the releases after 8.0 (Node.js driver 6.20, constants.ts:
27 is 8.2).
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Sequence

from ..probing.clock import remaining
from ..probing.fault import Fault
from ..probing.target import Target
from ..probing.tls import Trust, connect
from .wire import exchange

# The number of 4.4; releases before it are not told apart, as nothing here accepts them.
_OLDEST = 9
_BEFORE_IT = "4.2"
SERIES = {
    9: "4.4",
    13: "5.0",
    14: "5.1",
    15: "5.2",
    16: "5.3",
    17: "6.0",
    18: "6.1",
    19: "6.2",
    20: "6.3",
    21: "7.0",
    22: "7.1",
    23: "7.2",
    24: "7.3",
    25: "8.0",
    26: "8.1",
    27: "8.2",
}

# {hello: 1, $db: "admin"} as BSON: pymongo, which has the encoder, may be missing.
_ELEMENTS = b"\x10hello\0" + struct.pack("<i", 1) + b"\x02$db\0" + struct.pack("<i", 6) + b"admin\0"
_HELLO = struct.pack("<i", len(_ELEMENTS) + 5) + _ELEMENTS + b"\0"
_MAX_WIRE_VERSION = b"\x10maxWireVersion\0"
# Nothing secret is sent before the login, which verifies certificates as the URL says.
_ANYBODY = Trust(validate_certs=False)


def series_of(members: Sequence[Target], request_timeout: float) -> str | None:
    """The series of the first member that answers, 4.2 for all up to it; None for one newer than this was written.

    Raises the Fault of the last one where none answers.
    """
    stop = time.monotonic() + request_timeout
    for tried, member in enumerate(members):
        # one that swallows packets leaves time for the others
        until = time.monotonic() + remaining(stop) / (len(members) - tried)
        try:
            version = _wire_version(member, until)
            return _BEFORE_IT if version < _OLDEST else SERIES.get(version)
        except Fault as fault:
            failure = fault
    raise failure


def _wire_version(member: Target, until: float) -> int:
    try:
        with connect(member, until, _ANYBODY) as sock:
            answer = exchange(sock, _HELLO, until)
        at = answer.index(_MAX_WIRE_VERSION) + len(_MAX_WIRE_VERSION)
    except socket.timeout:
        raise Fault("silent", f"{member.peer} accepts connections but does not answer.") from None
    except OSError:
        raise Fault("closed", f"{member.peer} closes connections without an answer: does it demand TLS?") from None
    except (ValueError, struct.error):
        raise Fault("protocol", f"What listens on {member.peer} is not mongod.") from None
    return int.from_bytes(answer[at : at + 4], "little")
