# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a container's last log lines say about why it is ill. No Ansible here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from .docker_api import epoch
from .pino import in_words

LINE_MAX = 200
MASK = "********"

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_URL_PASSWORD = re.compile(r"(://[^\s:/@]*:)[^\s@]+@")
# what node prints around the one line that matters
_DECORATION = re.compile(r"\s+at .|\s*[\^~{}\[\](),;]*$|Node\.js v|node:internal|/\S+\.js:\d+$|\s+throw ")
_HOST = re.compile(r"[\w.-]+")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_TELLING = re.compile(r"error|fatal|fail|cannot|can't|unable|refuse|denied|exception|reject|not found", re.IGNORECASE)


@dataclass(frozen=True)
class Known:
    """A line that names the reason.

    What its group `needed` matches must be a name that the container needs: a monolith without a way to the internet
    runs all the same.
    """

    pattern: re.Pattern[str]
    fault: str
    sentence: str


# One death prints its reason within moments (licence and nodeID conflict in one line, a MongoDB error in several).
_ONE_DEATH = 10

# A connection to NATS that failed, for whatever reason: it is not in the line (moleculer's src/transporters/nats.js and
# src/transit.js), except in Rocket.Chat 6.x.
NATS_FAILED = "nats"

# Lines of Rocket.Chat's services (network-broker's licence check), of moleculer, nats.js and the MongoDB driver.
_KNOWN = (
    Known(
        re.compile(r"Enterprise license not found"),
        "license",
        "It shut itself down because no licence was confirmed: NATS or the monolith was out of its reach for more than "
        "40 s, or there is no licence with the module scalability.",
    ),
    Known(
        re.compile(r"nodeID conflict", re.IGNORECASE),
        "node_id_conflict",
        "Another container on the bus has its hostname, so one of the two always ends.",
    ),
    Known(
        re.compile(r"getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?P<needed>[\w.-]+)"),
        "resolve",
        "The name {needed} does not resolve in the container.",
    ),
    Known(
        re.compile(r"Authorization Violation", re.IGNORECASE),
        "nats_auth",
        "NATS refuses its user or password.",
    ),
    Known(
        re.compile(r"Mongo\w*Error: Authentication failed"),
        "mongodb_auth",
        "MongoDB refuses its user or password.",
    ),
    Known(
        re.compile(r"not authorized on (?P<name>[\w-]+)"),
        "mongodb_privilege",
        "Its user lacks a privilege on the database {name}.",
    ),
    Known(
        re.compile(r"MongoServerSelectionError|Server selection timed out|connect ECONNREFUSED \S+:27\d\d\d"),
        "mongodb",
        "It cannot reach MongoDB, or there is no primary.",
    ),
    Known(
        re.compile(r"heap out of memory"),
        "out_of_memory",
        "Node.js ran out of heap memory. rocketchat_service_environment can give it more, with NODE_OPTIONS: "
        "--max-old-space-size and a number of MiB.",
    ),
    Known(re.compile(r"NATS error\.|Connection is failed\."), NATS_FAILED, "It cannot connect to NATS."),
)


@dataclass(frozen=True)
class Reason:
    """Why a container is ill, as its log has it."""

    fault: str
    sentence: str


def lines(stream: bytes, terminal: bool) -> list[str]:
    """The lines with text, in words; a container without a terminal has its two outputs in frames."""
    text = (stream if terminal else demultiplexed(stream)).decode("utf-8", "replace")
    found = (_printable(in_words(line)) for line in text.splitlines())
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


def reason(log: Sequence[str], needed: Collection[str], but: str = "") -> Reason | None:
    """The newest line that is known. ``needed``: names that the container needs; ``but``: a fault that it has not."""
    found = (_known(line, needed) for line in reversed(log))
    return next((known for known in found if known and known.fault != but), None)


def _known(line: str, needed: Collection[str]) -> Reason | None:
    for known in _KNOWN:
        hit = known.pattern.search(line)
        if hit and hit.groupdict().get("needed") in (None, *needed):
            return Reason(known.fault, known.sentence.format(**hit.groupdict()))
    return None


def repeated(dated: Sequence[str], needed: Collection[str], ended: float) -> Reason | None:
    """The reason of the death at `ended`, if an earlier life ended for the same one. Each line begins with its moment.

    Lines that stand close together belong to one death.
    """
    found = _told_before(dated, needed, ended)
    latest = _latest(found, ended)
    if latest is None:
        return None
    moments = [at for at, known in found if known.fault == latest.fault]
    apart = any(later - earlier > _ONE_DEATH for earlier, later in zip(moments, moments[1:]))
    return latest if apart else None


def of_last_death(dated: Sequence[str], needed: Collection[str], ended: float) -> Reason | None:
    """The reason of the death at `ended`, of a log as for `repeated`."""
    return _latest(_told_before(dated, needed, ended), ended)


def _latest(found: list[tuple[float, Reason]], ended: float) -> Reason | None:
    return found[-1][1] if found and ended - found[-1][0] <= _ONE_DEATH else None


def _told_before(dated: Sequence[str], needed: Collection[str], ended: float) -> list[tuple[float, Reason]]:
    """What is known, with its moment; what the present life says has ended nothing yet."""
    at, found = 0.0, []
    for line in dated:
        stamp = _STAMP.match(line)
        # what the engine took for one line may be several here
        at = epoch(stamp[0]) if stamp else at
        known = _known(line, needed)
        # a line is dated when the engine reads it
        if known and at <= ended + 1:
            found.append((at, known))
    return found


def hosts_of(urls: str) -> list[str]:
    """The hosts in a URL that names several, or in a list of URLs; both are written with commas."""
    addresses = (part.rpartition("@")[2].rpartition("//")[2] for part in urls.split(","))
    return [found[0] for found in map(_HOST.match, addresses) if found]


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
