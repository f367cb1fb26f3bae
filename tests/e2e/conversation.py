# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two people talk: the whole deployment's end-to-end check, through nginx, the way browsers do it.

Bob waits in the GENERAL room, Alice comes online and writes, Bob must read it exactly once. On the way the message
crosses nginx, ddp-streamer, NATS, account, authorization, the monolith, MongoDB, the change stream of stream-hub (where
it is deployed) and presence: if one of them is missing, a step fails and says which one to look at.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from tests.e2e.ddp_client import DdpClient, DdpError, ddp_session

T = TypeVar("T")

ROOM = "GENERAL"
DUPLICATE_WAIT = 0.7  # seconds in which a second copy of the message would have come
SOCKJS_PATH = "/sockjs/000/abcdefgh/websocket"


@dataclass
class Step:
    name: str
    ok: bool
    ms: int
    problem: str = ""


@dataclass
class Person:
    username: str
    password: str


@dataclass
class Settings:
    url: str
    admin_user: str
    admin_password: str
    context: ssl.SSLContext | None = None
    timeout: float = 15.0


@dataclass
class Result:
    ok: bool = True
    steps: list[Step] = field(default_factory=list)


class StepFailed(Exception):
    """Ends a conversation; the text is the sentence for the operator."""


class Conversation:
    """Runs the steps in order, times them and stops at the first that fails."""

    def __init__(self, settings: Settings, on_step: Callable[[Step], None] = lambda step: None) -> None:
        self.settings = settings
        self.result = Result()
        self.on_step = on_step

    def run(self) -> Result:
        try:
            with ExitStack() as connections:
                self._talk(connections)
        except StepFailed:
            self.result.ok = False
        return self.result

    def _talk(self, connections: ExitStack) -> None:
        tag = secrets.token_hex(4)
        alice, bob = (Person(f"{name}-{tag}", secrets.token_urlsafe(12)) for name in ("alice", "bob"))
        self._prepare_accounts([alice, bob])

        bob_ddp = self._connect("bob", "/websocket", connections)
        self._login("bob", bob, bob_ddp)
        self._listen(bob_ddp)
        alice_ddp = self._connect("alice", SOCKJS_PATH, connections)
        alice_id = self._login("alice", alice, alice_ddp)
        self._see_online(bob_ddp, alice_id)
        message_id = self._write(alice_ddp)
        self._read_once(bob_ddp, message_id)

    def _prepare_accounts(self, people: list[Person]) -> None:
        self._step("sockjs-info", 'JSON with "ms": true', "nginx's split or ddp-streamer", self._check_split)
        admin = Person(self.settings.admin_user, self.settings.admin_password)
        data = self._login_rest("admin", admin)
        headers = {"X-User-Id": data["userId"], "X-Auth-Token": data["authToken"]}
        for person in people:
            self._step(
                f"create {person.username.partition('-')[0]}",
                "a new user",
                "authorization, monolith, NATS or MongoDB",
                partial(self._create_user, person, headers),
            )

    def _connect(self, who: str, path: str, connections: ExitStack) -> DdpClient:
        def connect() -> DdpClient:
            session = ddp_session(self.settings.url, path, self.settings.context, self.settings.timeout)
            return connections.enter_context(session)

        return self._step(f"{who} connects", f"a DDP session on {path}", "nginx's split or ddp-streamer", connect)

    def _login_rest(self, who: str, person: Person) -> dict[str, str]:
        body = {"user": person.username, "password": person.password}

        def login() -> dict[str, str]:
            data: dict[str, str] = self._http("/api/v1/login", body)["data"]
            return data

        return self._step(f"{who} logs in (REST)", "a login token", "nginx, monolith or MongoDB", login)

    def _login(self, who: str, person: Person, client: DdpClient) -> str:
        """Passwords go to the monolith, the token that it gives for one to ddp-streamer."""
        token = self._login_rest(who, person)["authToken"]
        return self._step(
            f"{who} logs in",
            "the token to be taken over DDP",
            "account, NATS or MongoDB",
            lambda: client.login(token),
        )

    def _listen(self, client: DdpClient) -> None:
        self._step(
            "bob subscribes to presence",
            "the subscription to become ready",
            "ddp-streamer",
            lambda: client.subscribe("stream-notify-logged", "user-status"),
        )
        self._step(
            "bob subscribes to the room",
            "the subscription to become ready",
            "authorization, NATS or MongoDB",
            lambda: client.subscribe("stream-room-messages", ROOM),
        )

    def _see_online(self, client: DdpClient, user_id: str) -> None:
        online = 1

        def is_online(args: list[Any]) -> bool:
            return bool(args[0][0] == user_id and args[0][2] == online)

        self._step(
            "bob sees alice online",
            "an event with alice's status",
            "presence, NATS or MongoDB",
            lambda: client.wait_for_event("stream-notify-logged", "user-status", is_online, self.settings.timeout),
        )

    def _write(self, client: DdpClient) -> str:
        message_id = secrets.token_hex(8)
        message = {"_id": message_id, "rid": ROOM, "msg": f"hello from {message_id}"}
        self._step(
            "alice writes",
            "the monolith to accept the message",
            "monolith, authorization, NATS or MongoDB",
            lambda: client.call("sendMessage", message),
        )
        return message_id

    def _read_once(self, client: DdpClient, message_id: str) -> None:
        def is_message(args: list[Any]) -> bool:
            return bool(args[0]["_id"] == message_id)

        def wait(timeout: float) -> None:
            client.wait_for_event("stream-room-messages", ROOM, is_message, timeout)

        self._step(
            "bob reads it",
            "the message to arrive",
            "stream-hub (where deployed, and DB_WATCHERS=true everywhere), MongoDB's change stream, or NATS",
            lambda: wait(self.settings.timeout),
        )

        def no_second_copy() -> None:
            try:
                wait(DUPLICATE_WAIT)
            except TimeoutError:
                return
            raise DdpError("it arrived twice")

        self._step(
            "exactly once",
            "no second copy of the message",
            "a second stream-hub, or DB_WATCHERS set on stream-hub but not on the monolith",
            no_second_copy,
        )

    def _check_split(self) -> None:
        info = self._http("/sockjs/info")
        if info.get("ms") is not True:
            raise DdpError(f"got {info}: the monolith answers in ddp-streamer's place")

    def _create_user(self, person: Person, headers: dict[str, str]) -> None:
        name, email = person.username, f"{person.username}@example.invalid"
        body = {"username": person.username, "name": name, "email": email, "password": person.password}
        self._http("/api/v1/users.create", body, headers)

    def _http(self, path: str, body: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> Any:
        request = urllib.request.Request(
            self.settings.url.rstrip("/") + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **(headers or {})},
        )
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self.settings.context)
        )
        try:
            with opener.open(request, timeout=self.settings.timeout) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            first_line = error.read(200).decode(errors="replace").partition("\n")[0]
            raise DdpError(f"HTTP status {error.code}: {first_line}") from error

    def _step(self, name: str, expected: str, component: str, action: Callable[[], T]) -> T:
        started = time.monotonic()
        try:
            outcome = action()
        except Exception as error:
            got = "nothing arrived in time" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
            problem = f"Step '{name}' failed: expected {expected}, but {got}. Look at: {component}."
            self._record(Step(name, False, _ms_since(started), problem))
            raise StepFailed(problem) from error
        self._record(Step(name, True, _ms_since(started)))
        return outcome

    def _record(self, step: Step) -> None:
        self.result.steps.append(step)
        self.on_step(step)


def _ms_since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def tls_context(url: str, ca: Path | None, insecure: bool) -> ssl.SSLContext | None:
    if not url.startswith("https://"):
        return None
    context = ssl.create_default_context(cafile=None if ca is None else str(ca))
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Check a Rocket.Chat deployment with a conversation of two users.")
    parser.add_argument("--url", required=True, help="root URL, for example https://chat.example.org")
    trust = parser.add_mutually_exclusive_group()
    trust.add_argument("--ca", type=Path, help="file with the certificate authority to trust")
    trust.add_argument("--insecure", action="store_true", help="accept any certificate")
    parser.add_argument("--admin-user", default="admin")
    parser.add_argument("--password-env", required=True, help="name of the environment variable with admin's password")
    parser.add_argument("--timeout", type=float, default=15.0, help="seconds each step may take (default 15)")
    parser.add_argument("--json", action="store_true", help="print the result as JSON instead of lines")
    options = parser.parse_args(arguments)
    if not options.url.startswith(("http://", "https://")):
        parser.error("--url needs http:// or https:// in front")
    if not os.environ.get(options.password_env):
        parser.error(f"the environment variable {options.password_env} is not set")
    return options


def print_step(step: Step) -> None:
    print(f"{'ok  ' if step.ok else 'FAIL'}  {step.name:<28} {step.ms:>6} ms", flush=True)


def main() -> int:
    options = parse_arguments()
    settings = Settings(
        url=options.url,
        admin_user=options.admin_user,
        admin_password=os.environ[options.password_env],
        context=tls_context(options.url, options.ca, options.insecure),
        timeout=options.timeout,
    )
    result = Conversation(settings, on_step=(lambda step: None) if options.json else print_step).run()
    if options.json:
        print(json.dumps(asdict(result), indent=2))
    elif result.ok:
        print(f"The conversation works: {len(result.steps)} steps, {sum(step.ms for step in result.steps)} ms.")
    else:
        print(result.steps[-1].problem, file=sys.stderr)
    return 0 if result.ok else 1


if __name__ == "__main__":
    sys.exit(main())
