# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says hello to members of a MongoDB replica set, without logging in, and tells what each of them does.

pymongo puts a stopped mongod, a hung one and an unknown name behind the same timeout of its server selection, and gives
each member threads of its own. Here a member is asked two questions over one socket, all within one point in time:
``hello``, which every mongod answers without a login, and ``listDatabases``, which must be refused. The message format
is OP_MSG of the "MongoDB Wire Protocol" in MongoDB's manual; every mongod since 3.6 speaks it.
"""

from __future__ import annotations

import re
import socket
import struct
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ..probing.clock import remaining
from ..probing.fault import Fault
from ..probing.target import Target as Address
from .tls import Tls, connected

try:
    import bson
except ImportError:
    # the module that uses this tells the operator
    bson = None  # type: ignore[assignment]

DEFAULT_PORT = 27017
_MEMBER = re.compile(r"(?P<host>[\w.-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>\d{1,5}))?")
# the code with which mongod refuses what needs a login (its error_codes.yml)
UNAUTHORIZED = 13
NO_PYMONGO = (
    "The Python library pymongo is missing on this host, so the database cannot be read: install the package "
    "python3-pymongo there."
)
_OP_MSG = 2013
_HEADER = struct.Struct("<iiii")
# the flags, and the kind of the one section
_BODY_PREFIX = b"\0\0\0\0\0"
_REPLY_MAX = 48_000_000


@dataclass(frozen=True)
class Hello:
    """What a member said: its answer to `hello`, and whether it is `open` to people who did not log in."""

    name: str
    answer: dict[str, Any] | None = None
    open: bool = False
    fault: Fault | None = None


def parse_member(name: str) -> Address:
    """`host:port`, or `host` for the default port. Raises ValueError with a sentence."""
    found = _MEMBER.fullmatch(name)
    port = int(found["port"] or DEFAULT_PORT) if found else 0
    if not found or not 0 < port < 65536:
        raise ValueError(f"A member must be host:port, such as chat1.mongodb.internal:27017, but is {name!r}.")
    host = found["host"].strip("[]")
    return Address(False, host, port, "/", host, port)


def say_hello(names: Iterable[str], request_timeout: float, tls: Tls | None = None) -> list[Hello]:
    """All at once: members that do not answer cost one `request_timeout`, however many they are."""
    members = list(names)
    if not members:
        return []
    until = time.monotonic() + request_timeout
    with ThreadPoolExecutor(max_workers=len(members)) as pool:
        return list(pool.map(lambda name: _say_hello(name, until, tls), members))


def _say_hello(name: str, until: float, tls: Tls | None) -> Hello:
    try:
        answer, databases = ask_without_login(name, until, {"listDatabases": 1, "nameOnly": True}, tls=tls)
    except Fault as fault:
        return Hello(name, fault=fault)
    return Hello(name, answer, open=is_open(databases))


def is_open(databases: dict[str, Any]) -> bool:
    """Whether mongod's answer to `listDatabases` without a login shows that none is needed.

    From its own host, mongod does not refuse the question before the first user exists, but then names none (seen).
    """
    return bool(databases.get("databases"))


def ask_without_login(
    name: str, until: float, *commands: dict[str, Any], tls: Tls | None = None
) -> list[dict[str, Any]]:
    """The answers to `hello` and then to the commands, also those that say no. Raises Fault where there is no mongod.

    Without pymongo, which brings the encoder, it can still be told that nothing listens.
    """
    address = parse_member(name)
    try:
        sock = connected(address, until, tls)
    except Fault as fault:
        raise _connect_fault(address, fault) from None
    with sock:
        if bson is None:
            raise Fault("library", NO_PYMONGO)
        try:
            hello = _ask(sock, {"hello": 1}, until)
            if "maxWireVersion" not in hello:
                raise ValueError("not a greeting of MongoDB")
            return [hello, *(_ask(sock, command, until) for command in commands)]
        except socket.timeout:
            raise silent() from None
        except OSError:
            raise closed() from None
        except (ValueError, struct.error):
            sentence = "What listens there is not mongod: `sudo ss -ltnp` names it; compare the port with net.port."
            raise Fault("protocol", sentence) from None


def _ask(sock: socket.socket, command: dict[str, Any], until: float) -> dict[str, Any]:
    # without a read preference a secondary answers only what concerns itself
    question = {**command, "$db": "admin", "$readPreference": {"mode": "primaryPreferred"}}
    try:
        answer = bson.decode(exchange(sock, bson.encode(question), until))
    except bson.InvalidBSON as error:
        raise ValueError("not a document of MongoDB") from error
    # every answer says whether the command succeeded
    if "ok" not in answer:
        raise ValueError("not an answer of MongoDB")
    return answer


def exchange(sock: socket.socket, document: bytes, until: float) -> bytes:
    """The answer to one command, both as BSON. Raises OSError, or ValueError where no MongoDB answers."""
    body = _BODY_PREFIX + document
    sock.settimeout(remaining(until))
    sock.sendall(_HEADER.pack(_HEADER.size + len(body), 1, 0, _OP_MSG) + body)
    length, _request, _response_to, opcode = _HEADER.unpack(_receive(sock, _HEADER.size, until))
    if opcode != _OP_MSG or not _HEADER.size < length < _REPLY_MAX:
        raise ValueError("not a message of MongoDB")
    return _receive(sock, length - _HEADER.size, until)[len(_BODY_PREFIX) :]


def _receive(sock: socket.socket, size: int, until: float) -> bytes:
    received = bytearray()
    while len(received) < size:
        if time.monotonic() >= until:
            raise socket.timeout("time is up")
        sock.settimeout(remaining(until))
        piece = sock.recv(min(size - len(received), 65536))
        if not piece:
            raise ConnectionResetError("closed in the middle of an answer")
        received += piece
    return bytes(received)


# -- what is wrong, and what to do next --------------------------------------------------------------------------------


def _connect_fault(address: Address, fault: Fault) -> Fault:
    host = address.host
    if fault.kind in ("tls_off", "certificate"):
        return fault
    if fault.kind == "tls_timeout":
        return silent()
    if fault.kind.startswith("resolve"):
        return Fault(
            "resolve",
            f"{fault.sentence} Correct it in /etc/hosts or in the DNS of every host; `getent hosts {host}` shows what "
            "it leads to.",
        )
    if fault.kind == "refused":
        return Fault(
            "refused",
            "Connection refused: mongod does not run there, or listens elsewhere. `systemctl status mongod` and the "
            "end of /var/log/mongodb/mongod.log there tell why it ended, `sudo systemctl start mongod` starts it; if "
            "it runs, see net.port and net.bindIp in /etc/mongod.conf.",
        )
    return Fault(
        "unreachable",
        f"{fault.sentence} `getent hosts {host}` shows where its name leads; `ss -ltn` there and the firewall tell the "
        "rest. On a single host the address is that of Docker's network: does `ip -brief address` have it?",
    )


def silent() -> Fault:
    return Fault(
        "silent",
        "It accepts connections but does not answer in time: mongod hangs or is overloaded. In the column STAT of "
        "`ps -C mongod -o pid,stat`, T means that it was paused (`sudo systemctl kill --signal CONT mongod` continues "
        "it), D that it waits for its disk (`sudo journalctl -k`); otherwise `sudo systemctl restart mongod`.",
    )


def closed() -> Fault:
    return Fault(
        "closed",
        "It accepts connections and closes them without an answer: mongod is just ending, has no connections left, or "
        "demands TLS (net.tls.mode). /var/log/mongodb/mongod.log there tells which.",
    )
