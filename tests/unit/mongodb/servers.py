# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real mongods on loopback: stopped, hung, without a primary or without passwords, as a test wants them."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.rocketops.rocketchat.plugins.module_utils.mongodb.roles import PRIVILEGES, ROLE
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from lab import wheels
from lab.names import VERSIONS
from tests.unit.probe_servers import free_port

REPLICA_SET = "rs0"
DATABASE = "rocketchat"
ADMIN, ADMIN_PASSWORD = "admin", "Adm1n-of-the-test"
USER, PASSWORD = "rocketchat", "S3cret-of-the-test"
RIGHT_ROLES = [{"role": "readWrite", "db": DATABASE}, {"role": ROLE, "db": "admin"}]
# a tenth of MongoDB's own times, so that tests need not wait
QUICK = {"electionTimeoutMillis": 1000, "heartbeatIntervalMillis": 200, "heartbeatTimeoutSecs": 1}
TIMEOUTS = 20.0


def until(condition: Callable[[], bool], what: str) -> None:
    """Waits for a condition; while it raises PyMongoError, it is not met."""
    deadline = time.monotonic() + TIMEOUTS
    while time.monotonic() < deadline:
        with contextlib.suppress(PyMongoError):
            if condition():
                return
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {TIMEOUTS:.0f} s")


class Mongod:
    """One mongod on loopback, with a directory of its own."""

    def __init__(self, directory: Path, *options: str, host: str = "127.0.0.1", hosts: Path | None = None) -> None:
        self.directory, self.options, self.hosts = directory, options, hosts
        self.port = free_port()
        self.name = f"{host}:{self.port}"
        self.log = directory.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None
        directory.mkdir(exist_ok=True)

    def start(self) -> None:
        program = str(wheels.program(VERSIONS["mongodb"]["wheel"], "mongod"))
        where = ["--dbpath", str(self.directory), "--logpath", str(self.log), "--logappend"]
        listen = ["--bind_ip", "127.0.0.1", "--port", str(self.port), "--nounixsocket"]
        command = [program, *where, *listen, "--wiredTigerCacheSizeGB", "0.25", *self.options]
        if self.hosts:
            # a file /etc/hosts of its own
            mount = 'mount --bind "$0" /etc/hosts && exec "$@"'
            command = ["unshare", "--mount", "sh", "-c", mount, str(self.hosts), *command]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def wait(self) -> None:
        with self.client() as client:
            until(lambda: bool(client.admin.command("hello")["ok"]), f"mongod answers, see {self.log}")

    def stop(self) -> None:
        """At once, as a crash would."""
        if self._process:
            self._process.kill()
            self._process.wait(TIMEOUTS)
            self._process = None

    def ended_by_itself(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    @contextlib.contextmanager
    def hung(self) -> Iterator[None]:
        assert self._process
        os.kill(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._process.pid, signal.SIGCONT)

    @contextlib.contextmanager
    def client(self, user: str | None = None, password: str | None = None) -> Iterator[MongoClient[dict[str, Any]]]:
        client: MongoClient[dict[str, Any]] = MongoClient(
            "127.0.0.1",
            self.port,
            directConnection=True,
            username=user,
            password=password,
            serverSelectionTimeoutMS=2000,
            socketTimeoutMS=10000,
            **({"tls": True, "tlsAllowInvalidCertificates": True} if "requireTLS" in self.options else {}),
        )
        with client:
            yield client

    def admin(self) -> contextlib.AbstractContextManager[MongoClient[dict[str, Any]]]:
        return self.client(ADMIN, ADMIN_PASSWORD)

    def hello(self) -> dict[str, Any]:
        with self.client() as client:
            return dict(client.admin.command("hello"))


class ReplicaSet:
    """Members that know each other, with passwords, an administrator and Rocket.Chat's user; the first is primary."""

    def __init__(self, members: Sequence[Mongod]) -> None:
        self.members = list(members)
        self.names = [member.name for member in members]

    def initiate(self, delay: int = 0) -> None:
        """With a delay, the last member is hidden and this many seconds behind."""
        first = self.members[0]
        for member in self.members:
            member.start()
        for member in self.members:
            member.wait()
        members = [{"_id": n, "host": name, "priority": 2 if n == 0 else 1} for n, name in enumerate(self.names)]
        if delay:
            members[-1] |= {"priority": 0, "hidden": True, "secondaryDelaySecs": delay}
        with first.client() as client:
            settings = {"_id": REPLICA_SET, "members": members, "settings": QUICK}
            # on a busy machine the others do not answer within QUICK's second
            until(lambda: bool(client.admin.command("replSetInitiate", settings)["ok"]), "the set is initiated")
            self.settle()
            # through the localhost exception, once
            client.admin.command("createUser", ADMIN, pwd=ADMIN_PASSWORD, roles=["root"])
        with first.admin() as client:
            client.admin.command("createRole", ROLE, privileges=PRIVILEGES, roles=[])
        self.create_user(USER, PASSWORD, RIGHT_ROLES)

    def create_user(self, name: str, password: str, roles: Sequence[Any]) -> None:
        with self.members[0].admin() as client:
            majority = {"w": "majority", "wtimeout": 10000}
            client.admin.command("createUser", name, pwd=password, roles=list(roles), writeConcern=majority)

    def settle(self) -> None:
        """The first is primary, the others are secondaries."""
        until(lambda: bool(self.members[0].hello()["isWritablePrimary"]), "the first member is primary")
        until(lambda: all(member.hello()["secondary"] for member in self.members[1:]), "the others are secondaries")

    def stop(self) -> None:
        for member in self.members:
            member.stop()


def keyfile(directory: Path) -> list[str]:
    """Options that switch passwords on."""
    path = directory / "keyfile"
    if not path.exists():
        path.touch(0o600)
        path.write_text(secrets.token_hex(64))
    return ["--keyFile", str(path)]


@contextlib.contextmanager
def replica_set(directory: Path, members: int = 1, delay: int = 0, **options: Any) -> Iterator[ReplicaSet]:
    """A set that serves, with passwords and an oplog of 1 MiB; `options` are those of its members."""
    settings = ["--replSet", REPLICA_SET, "--oplogSize", "1", *keyfile(directory)]
    found = ReplicaSet([Mongod(directory / f"member{n}", *settings, **options) for n in range(members)])
    try:
        found.initiate(delay)
        yield found
    finally:
        found.stop()


@contextlib.contextmanager
def lone(directory: Path, *options: str) -> Iterator[Mongod]:
    """A mongod without a replica set, which answers."""
    mongod = Mongod(directory / "lone", *options)
    try:
        mongod.start()
        mongod.wait()
        yield mongod
    finally:
        mongod.stop()


@contextlib.contextmanager
def tmpfs(directory: Path, mebibytes: int) -> Iterator[Path]:
    """A small file system; PermissionError where we may not mount one."""
    directory.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "test", str(directory)], check=False)
    if done.returncode:
        raise PermissionError("may not mount")
    try:
        yield directory
    finally:
        subprocess.run(["umount", "--lazy", str(directory)], check=True)
