# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs in at one member of a replica set, as the user Rocket.Chat has, and asks it. No Ansible here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from ..probing.fault import Fault
from .wire import NO_PYMONGO, UNAUTHORIZED, closed, parse_member, silent

try:
    from bson.errors import BSONError
    from pymongo import MongoClient, common, version_tuple
    from pymongo.errors import (
        AutoReconnect,
        NetworkTimeout,
        OperationFailure,
        PyMongoError,
        ServerSelectionTimeoutError,
    )
except ImportError:
    # the module that uses this tells the operator
    MongoClient = None  # type: ignore[assignment,misc]
else:
    # A program that used pymongo waits at its end for pymongo's threads, which sleep or listen half a second at a time
    # also when the client is closed (seen with 4.20): longer than all our questions take. 3.11 does so regardless.
    common.MIN_HEARTBEAT_INTERVAL = 0.01
    _MONITORING: dict[str, Any] = {"serverMonitoringMode": "poll"} if version_tuple >= (4, 6) else {}

# Of OpenSSL's error, and of getaddrinfo's, whose numbers are negative; as pymongo (4.20) tells them.
_UNTRUSTED = re.compile(r"CERTIFICATE_VERIFY_FAILED\] certificate verify failed: (.+?) \(_ssl")
_UNRESOLVED = re.compile(r"([\w.-]+):\d+: \[Errno -\d+\] ([^,(]+?)(?=,| \()")


@dataclass(frozen=True)
class User:
    """A user of the database `admin`. ``former``: the password that it may still have, where that is being rotated."""

    name: str
    password: str
    former: str = ""


class Refused(Exception):
    """The server did not do a command: its `code`, and whether the user was not allowed to."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.denied = code == UNAUTHORIZED


class Login:
    """An open connection to one member."""

    def __init__(self, client: MongoClient[dict[str, Any]]) -> None:
        self._client = client

    def command(self, name: str, **parameters: Any) -> dict[str, Any]:
        return self.command_on("admin", name, 1, **parameters)

    def command_on(self, database: str, name: str, value: Any, **parameters: Any) -> dict[str, Any]:
        with _as_refused():
            return dict(self._client[database].command(name, value, **parameters))

    def watch(self, database: str) -> None:
        """Opens a change stream, looks into it once, and closes it."""
        with _as_refused(), self._client[database].watch(max_await_time_ms=1) as stream:
            stream.try_next()


@contextmanager
def _as_refused() -> Iterator[None]:
    try:
        yield
    except OperationFailure as error:
        raise Refused(error.code or 0, _first_line(error)) from error


@contextmanager
def log_in(name: str, user: User | None, request_timeout: float) -> Iterator[Login]:
    """Raises Fault when the login is refused, or when the member stops answering, also later.

    Without a user there is no login: for what MongoDB's localhost exception allows.
    """
    peer = parse_member(name).peer
    user = user and current(name, user, request_timeout)
    milliseconds = max(1, int(request_timeout * 1000))
    client: MongoClient[dict[str, Any]] = MongoClient(
        name,
        directConnection=True,
        username=user.name if user else None,
        password=user.password if user else None,
        authSource="admin",
        serverSelectionTimeoutMS=milliseconds,
        connectTimeoutMS=milliseconds,
        socketTimeoutMS=milliseconds,
        # a second try would take a second timeout
        retryReads=False,
        **_MONITORING,
    )
    with closing(client):
        try:
            login = Login(client)
            if user:
                _check_password(login, peer, user)
            yield login
        except (NetworkTimeout, ServerSelectionTimeoutError):
            raise silent() from None
        except AutoReconnect:
            raise closed() from None
        except PyMongoError as error:
            raise Fault("driver", f"pymongo on this host cannot ask {peer}: {_first_line(error)}") from None


def current(name: str, user: User, request_timeout: float) -> User:
    """The user with the one of its passwords that the member takes; the new one where it takes neither.

    The former one is tried first: until it is changed, no login is refused.
    """
    if not user.former:
        return user
    try:
        with log_in(name, User(user.name, user.former), request_timeout):
            return User(user.name, user.former)
    except Fault as fault:
        if fault.kind != "auth":
            raise
        return User(user.name, user.password)


@contextmanager
def open_url(url: str, timeout: float) -> Iterator[MongoClient[dict[str, Any]]]:
    """A client of the whole set that a connection string names. Raises Fault, also later; its sentence may quote."""
    if MongoClient is None:
        raise Fault("library", NO_PYMONGO)
    milliseconds = max(1, int(timeout * 1000))
    try:
        with closing(
            MongoClient(
                url,
                # any member that serves may be asked: nothing is written
                readPreference="primaryPreferred",
                serverSelectionTimeoutMS=milliseconds,
                connectTimeoutMS=milliseconds,
                # a handful of questions together
                socketTimeoutMS=max(1, milliseconds // 4),
                retryReads=False,
                **_MONITORING,
            )
        ) as client:
            yield client
    except (NetworkTimeout, ServerSelectionTimeoutError) as error:
        raise _unreached(str(error)) from None
    except OperationFailure as error:
        raise Fault("refused", f"MongoDB refuses Rocket.Chat's user: {_first_line(error)}.") from None
    except (FileNotFoundError, PermissionError) as error:
        sentence = (
            f"This host cannot read {error.filename}, which rocketchat_mongodb_url names: the files for TLS have to be "
            "on it, too, and not only in the containers."
        )
        raise Fault("tls_file", sentence) from None
    # InvalidBSON is no PyMongoError: a date after the year 9999 is enough
    except (PyMongoError, BSONError, OSError) as error:
        raise Fault("driver", f"pymongo on this host cannot ask this MongoDB: {_first_line(error)}.") from None


def _unreached(text: str) -> Fault:
    """pymongo tells the last error of every member in one text, which begins with the member."""
    untrusted = _UNTRUSTED.search(text)
    if untrusted:
        sentence = f"This host does not accept the certificate of the MongoDB ({untrusted[1]})."
        if "issuer" in untrusted[1] or "self" in untrusted[1]:
            remedy = "Its authority has to be in a file on this host that rocketchat_mongodb_url names with tlsCAFile."
            return Fault("certificate_ca", f"{sentence} {remedy}")
        return Fault("certificate", sentence)
    unresolved = _UNRESOLVED.search(text)
    if unresolved:
        # the set's own configuration wins over the URL
        sentence = (
            f"The name {unresolved[1]} of a member of the MongoDB does not resolve on this host ({unresolved[2]}): "
            "names are those of the replica set's own configuration."
        )
        return Fault("resolve", sentence)
    return Fault("silent", "No member of the MongoDB serves within the time: is there a primary?")


def _check_password(login: Login, peer: str, user: User) -> None:
    try:
        # needs no privilege, so only the login can be refused
        login.command("ping")
    except Refused as refused:
        raise Fault(
            "auth",
            f"{peer} refuses the login of the user {user.name!r} of the database admin: its password is wrong, or "
            f"there is no such user ({refused}). The site playbook sets both right; by hand, an administrator types in "
            f"mongosh db.getSiblingDB('admin').changeUserPassword({user.name!r}, passwordPrompt()).",
        ) from None


def _first_line(error: Exception) -> str:
    """mongod appends the command to its messages, pymongo the whole answer or a description of the topology."""
    text = str(error).splitlines()[0]
    for appendix in (" to execute command", ", full error:", ", Timeout:"):
        text = text.split(appendix)[0]
    return text[:300].rstrip(".")
