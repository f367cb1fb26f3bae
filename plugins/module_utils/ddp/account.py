# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token for a password, from the monolith's REST API: ddp-streamer takes tokens alone. No Ansible here.

Read in Rocket.Chat's apps/meteor/app/api/server/ApiClass.ts: `POST /api/v1/login` answers status 200 with userId and
authToken; 401 for whatever it refuses, with the reason of the error in `error`; 429 after too many requests. `logout`
takes the token out of the user's document again.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..probing.decoding import SHAPE_ERRORS, decoded
from ..probing.fault import Fault
from ..probing.fetching import Answer, describe, quote, sanitized

LOGIN, LOGOUT = "/api/v1/login", "/api/v1/logout"
# Which asking again does not mend, and may lock the account.
PERMANENT = ("login_refused", "login_second_factor", "login_limited")
_TOO_MANY = (
    "too-many-requests",
    "error-too-many-requests",
    "error-login-blocked-for-ip",
    "error-login-blocked-for-user",
)

# Path, headers and body of a POST to the monolith.
Post = Callable[[str, dict[str, str], bytes], Answer]


@dataclass(frozen=True)
class Account:
    """A user of Rocket.Chat to log in as."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Token:
    """What a login left in the user's document."""

    user_id: str
    token: str = field(repr=False)


def take_token(account: Account, post: Post) -> Token:
    """Raises Fault."""
    body = json.dumps({"user": account.username, "password": account.password}).encode()
    answer = post(LOGIN, {"Content-Type": "application/json"}, body)
    said = _said(answer)
    if answer.status in (400, 401, 403, 429):
        raise _refusal(account, answer, said)
    if answer.status == 500 and isinstance(said, dict):
        raise Fault("login_failed", f"The monolith could not check a login ({answer.summary}): its log says why.")
    try:
        token = Token(said["data"]["userId"], said["data"]["authToken"])
        if answer.status == 200 and all(isinstance(one, str) and one for one in (token.user_id, token.token)):
            return token
    except SHAPE_ERRORS:
        pass
    # an answer in another form may hold a token all the same
    quoted = "" if b"authtoken" in answer.body.lower() else quote(answer)
    sentence = f"{LOGIN} does not answer as Rocket.Chat's REST API does: it {describe(answer)}{quoted}."
    raise Fault("not_rocketchat", sentence)


def give_back(token: Token, post: Post) -> None:
    """Only tidying up: what can be wrong with it was asked before."""
    with contextlib.suppress(Fault):
        post(LOGOUT, {"X-User-Id": token.user_id, "X-Auth-Token": token.token}, b"")


def _said(answer: Answer) -> Any:
    try:
        return decoded(answer.body)
    except ValueError:
        return None


def _refusal(account: Account, answer: Answer, said: Any) -> Fault:
    told = said if isinstance(said, dict) else {}
    error, name = str(told.get("error") or ""), account.username
    reason = sanitized(
        str(told.get("message") or error or f"status {answer.status}").replace(account.password, "********")
    )
    if not isinstance(said, dict):
        sentence = f"The login as {name} was refused, but not by Rocket.Chat's REST API: {LOGIN} {describe(answer)}."
        return Fault("not_rocketchat", sentence)
    if answer.status == 429 or error in _TOO_MANY:
        sentence = (
            f"Rocket.Chat takes no more logins as {name} for now ({reason}): wait some minutes, and ask less often or "
            "raise its limits of logins and of its REST API."
        )
        return Fault("login_limited", sentence)
    if error == "totp-required":
        sentence = (
            f"The account {name} demands a second factor, which nobody is there to type: take one that needs none, "
            "made for this alone."
        )
        return Fault("login_second_factor", sentence)
    return Fault("login_refused", f"The login as {name} was refused ({reason}): see username and password.")
