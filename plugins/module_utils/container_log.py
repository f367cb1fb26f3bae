# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a container's last log lines say about why it is ill. No Ansible here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

LINE_MAX = 200
MASK = "********"

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_URL_PASSWORD = re.compile(r"(://[^\s:/@]*:)[^\s@]+@")
# what node prints around the one line that matters
_DECORATION = re.compile(r"\s+at .|\s*[\^~{}\[\](),;]*$|Node\.js v|node:internal|/\S+\.js:\d+$|\s+throw ")
_TELLING = re.compile(r"error|fatal|fail|cannot|can't|unable|refuse|denied|exception|reject|not found", re.IGNORECASE)


@dataclass(frozen=True)
class Known:
    """A line that names the reason. `drift` is what differs from the plan when that is why the line is there."""

    pattern: re.Pattern[str]
    fault: str
    sentence: str
    drift: str | None = None


# Lines of Rocket.Chat's services (network-broker's licence check), of moleculer, nats.js and the MongoDB driver.
KNOWN = (
    Known(
        re.compile(r"Enterprise license not found"),
        "licence",
        "It shut itself down because no licence was confirmed: NATS or the monolith was out of its reach for more than "
        "40 s, or there is no licence with the module scalability.",
        drift="ROCKETCHAT_LICENSE",
    ),
    Known(
        re.compile(r"nodeID conflict", re.IGNORECASE),
        "node_id_conflict",
        "Another container on the bus has its hostname, so one of the two always ends.",
        drift="hostname",
    ),
    Known(
        re.compile(r"getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?P<name>[\w.-]+)"),
        "resolve",
        "The name {name} does not resolve in the container.",
        drift="extra_hosts",
    ),
    Known(
        re.compile(r"Authorization Violation", re.IGNORECASE),
        "nats_auth",
        "NATS refuses its user or password.",
        drift="TRANSPORTER",
    ),
    Known(
        re.compile(r"Authentication failed"),
        "mongodb_auth",
        "MongoDB refuses its user or password.",
        drift="MONGO_URL",
    ),
    Known(
        re.compile(r"not authorized on (?P<name>[\w-]+)"),
        "mongodb_privilege",
        "Its user lacks a privilege on the database {name}.",
        drift="MONGO_URL",
    ),
    Known(
        re.compile(r"MongoServerSelectionError|Server selection timed out|connect ECONNREFUSED \S+:27\d\d\d"),
        "mongodb",
        "It cannot reach MongoDB, or there is no primary.",
        drift="MONGO_URL",
    ),
    Known(
        re.compile(r"heap out of memory"),
        "out_of_memory",
        "Node.js ran out of heap memory. rocketchat_service_environment can give it more, with NODE_OPTIONS: "
        "--max-old-space-size and a number of MiB.",
    ),
)


@dataclass(frozen=True)
class Reason:
    """Why a container is ill, as its log has it."""

    fault: str
    sentence: str
    drift: str | None


def lines(stream: bytes, terminal: bool) -> list[str]:
    """The lines with text; a container without a terminal has its two outputs in frames."""
    text = (stream if terminal else demultiplexed(stream)).decode("utf-8", "replace")
    found = (_printable(line) for line in text.splitlines())
    return [line for line in found if line.strip()]


def demultiplexed(stream: bytes) -> bytes:
    """Frames are a byte for the output, three zeros, four bytes of length, and so much text (API, ContainerAttach)."""
    pieces, at = [], 0
    while at + 8 <= len(stream):
        end = at + 8 + int.from_bytes(stream[at + 4 : at + 8], "big")
        pieces.append(stream[at + 8 : end])
        at = end
    return b"".join(pieces)


def _printable(line: str) -> str:
    return "".join(char if char.isprintable() else " " for char in _ESCAPES.sub("", line)).rstrip()


def reason(log: Sequence[str]) -> Reason | None:
    """The newest line that is known."""
    for line in reversed(log):
        for known in KNOWN:
            hit = known.pattern.search(line)
            if hit:
                return Reason(known.fault, known.sentence.format(**hit.groupdict()), known.drift)
    return None


def last_words(log: Sequence[str], secrets: Iterable[str]) -> str:
    """The line to quote when none is known: the newest that complains, else the newest; empty if there is none."""
    text = [line for line in log if not _DECORATION.match(line)]
    line = next((line for line in reversed(text) if _TELLING.search(line)), text[-1] if text else "")
    line = masked(line.strip(), secrets)
    return line if len(line) <= LINE_MAX else line[: LINE_MAX - 3] + "..."


def masked(text: str, secrets: Iterable[str]) -> str:
    """Without passwords in URLs, and without the secrets, the longest of them first: one may be part of another."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return _URL_PASSWORD.sub(rf"\g<1>{MASK}@", text)
