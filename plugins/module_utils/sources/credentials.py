# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The login of `docker login`, as the client keeps it for the user that pulls: root.

docs.docker.com/reference/cli/docker/login, "Credential stores" and "Credential helpers".
"""

from __future__ import annotations

import base64
import json
import subprocess
from dataclasses import dataclass
from typing import Any

from ..facts import client
from ..probing.fetching import sanitized
from .reference import DOCKER_HUB

_HUB_KEY = "https://index.docker.io/v1/"
_HELPER_TIMEOUT = 5
_NO_LOGIN = "credentials not found in native keychain"


@dataclass(frozen=True)
class Login:
    """``known`` is false where there is one that only Docker's client can use.

    ``fault``: why the client cannot find out whether there is one. Compose pulls nothing then (seen, 2.40).
    """

    user: str = ""
    password: str = ""
    known: bool = True
    fault: str = ""

    @property
    def basic(self) -> str:
        """The value of a header, "" without a login."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode() if self.user else ""


def login(registry: str, path: str = "") -> Login:
    try:
        with open(path or client.configuration(), encoding="utf-8") as file:
            return _login(registry, json.load(file))
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return Login()


def _login(registry: str, config: dict[str, Any]) -> Login:
    names = [_HUB_KEY] if registry == DOCKER_HUB else [registry, f"https://{registry}", f"http://{registry}"]
    for name in names:
        # where a helper keeps logins, the client reads no other (docker/cli, credentials/native_store.go)
        helper = (config.get("credHelpers") or {}).get(name) or config.get("credsStore")
        found = _of_helper(helper, name) if helper else _of_file((config.get("auths") or {}).get(name) or {})
        if found.user or found.fault or not found.known:
            return found
    return Login()


def _of_file(entry: dict[str, Any]) -> Login:
    if entry.get("identitytoken") or entry.get("registrytoken"):
        return Login(known=False)
    user, _colon, password = base64.b64decode(entry.get("auth") or "").decode().partition(":")
    return Login(user, password)


def _of_helper(helper: str, name: str) -> Login:
    """`get` prints the login, or ends with an error (docker/docker-credential-helpers, client/client.go)."""
    command = [f"docker-credential-{helper}", "get"]
    try:
        done = subprocess.run(command, input=name, capture_output=True, text=True, check=False, timeout=_HELPER_TIMEOUT)
        if done.returncode:
            said = sanitized(done.stdout.strip())
            return Login() if said == _NO_LOGIN else Login(fault=f"{command[0]} fails: {said or done.returncode}")
        answer = json.loads(done.stdout)
    except OSError as error:
        return Login(fault=f"{command[0]} cannot be run: {error.strerror}")
    except subprocess.TimeoutExpired:
        return Login(fault=f"{command[0]} does not answer within {_HELPER_TIMEOUT} s")
    except ValueError:
        # which may be the password
        return Login(fault=f"{command[0]} answers something else than a login")
    # what stands in a password's place is a token then, which has to be exchanged first
    return Login(known=False) if answer["Username"] == "<token>" else Login(answer["Username"], answer["Secret"])
