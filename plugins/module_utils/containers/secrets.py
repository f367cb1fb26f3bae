# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets of containers: digests of those that are only compared, masks for those that a log repeats. No Ansible here.

Ansible replaces every value of a secret option in all that a module returns. A short one, such as the setting ``1``,
would take the names of containers apart, so the module gets digests instead.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

from .log import MASK, masked

# What the module has to parse, to say how it differs. As a whole, a URL is a part of no name.
PARSED = ("MONGO_URL", "TRANSPORTER")

# Shorter values are words and numbers of ordinary sentences, too.
LONG = 8

Environments = dict[str, dict[str, str]]

_DIGEST = re.compile(r"sha256:([0-9a-f]{32}):([0-9a-f]{64})")
_PASSWORD_IN_URL = re.compile(r"://[^\s:/@]*:([^\s/@]+)@")

# At the end of a line that was cut, and how much of a secret is recognised before it.
_CUT = "..."
_BEGINNING_MIN = 4


def environments(given: Mapping[str, Any]) -> Environments:
    """The option ``secret_environments``, with values as a container has them. A mistake is a ValueError."""
    for container, variables in given.items():
        if not isinstance(variables, Mapping):
            raise ValueError(f"secret_environments has no mapping of variables to values for {container}.")
    return {name: texts(variables) for name, variables in given.items()}


def texts(variables: Mapping[str, Any]) -> dict[str, str]:
    """YAML makes a number of what a container has as text."""
    return {name: str(value) for name, value in variables.items()}


# -- to the module -----------------------------------------------------------------------------------------------------


def digested(plain: Environments) -> Environments:
    """What the module is given."""
    return {
        container: {name: value if name in PARSED else digest(value) for name, value in variables.items()}
        for container, variables in plain.items()
    }


def digest(value: str) -> str:
    """``sha256:<salt>:<digest>`` in hexadecimal. The salt is new each time: equal values do not show."""
    salt = secrets.token_bytes(16)
    return f"sha256:{salt.hex()}:{_hashed(salt, value)}"


def is_same(planned: str, actual: str) -> bool:
    """Whether a value is the planned one, which may be a digest."""
    parts = _DIGEST.fullmatch(planned)
    if not parts:
        return actual == planned
    return hmac.compare_digest(parts[2], _hashed(bytes.fromhex(parts[1]), actual))


def _hashed(salt: bytes, value: str) -> str:
    return hashlib.sha256(salt + value.encode("utf-8", "surrogatepass")).hexdigest()


# -- and back ----------------------------------------------------------------------------------------------------------


def readable(variables: Mapping[str, str]) -> set[str]:
    """What the module can mask itself in a line of a log: digests tell it nothing."""
    return {form for value in variables.values() if not _DIGEST.fullmatch(value) for form in forms(value)}


def without_secrets(answer: Mapping[str, Any], plain: Environments) -> dict[str, Any]:
    """The module's answer with the secrets masked in the lines of logs that it quotes, and nowhere else."""
    result = dict(answer)
    if "containers" in answer:
        result["containers"] = [_quoting_safely(one, _secrets_for(one["name"], plain)) for one in answer["containers"]]
        for raw, safe in zip(answer["containers"], result["containers"]):
            if "msg" in answer and safe is not raw:
                result["msg"] = result["msg"].replace(raw["diagnosis"], safe["diagnosis"])
                # ansible-core 2.19 has the message there as well, and prints that one; without it, it takes msg
                # (normalize_result_exception in ansible/_internal/_errors/_captured.py)
                result.pop("exception", None)
    return result


def _quoting_safely(container: dict[str, Any], hidden: set[str]) -> dict[str, Any]:
    """The same object where there is nothing to mask."""
    line = container["log_line"]
    safe = line and masked(_without_beginning(line, hidden), hidden)
    if safe == line:
        return container
    return {**container, "log_line": safe, "diagnosis": container["diagnosis"].replace(line, safe)}


def _secrets_for(container: str, plain: Environments) -> set[str]:
    """Its own, and long ones of others: it may have read their settings from the database."""
    hidden = {
        form
        for name, variables in plain.items()
        for value in variables.values()
        if name == container or len(value) >= LONG
        for form in forms(value)
    }
    known = readable({name: value for name, value in plain.get(container, {}).items() if name in PARSED})
    # also as the module leaves them, when what it knows is a part of them
    return hidden | {masked(secret, known) for secret in hidden}


def _without_beginning(line: str, hidden: set[str]) -> str:
    """A line that was cut may end in the middle of a secret."""
    if not line.endswith(_CUT):
        return line
    text = line[: -len(_CUT)]
    sizes = (
        size
        for secret in hidden
        for size in range(_BEGINNING_MIN, min(len(secret), len(text) + 1))
        if text.endswith(secret[:size])
    )
    longest = max(sizes, default=0)
    return f"{text[:-longest]}{MASK}{_CUT}" if longest else line


def forms(value: str) -> Iterator[str]:
    """A secret and the passwords of the URLs in it, in all their spellings."""
    for secret in (value, *passwords_in(value)):
        yield from spellings(secret)


def passwords_in(text: str) -> Iterator[str]:
    """The passwords of the URLs in a text, as they are written there and as they are meant."""
    for password in _PASSWORD_IN_URL.findall(text):
        yield password
        yield unquote(password)


def spellings(secret: str) -> Iterator[str]:
    """As it is, and as programs write it in URLs, in JSON and when Node.js shows an object."""
    printed = "".join(char if char.isprintable() else " " for char in secret)
    found = (
        secret,
        printed,
        secret.replace("\\", "\\\\"),
        json.dumps(secret, ensure_ascii=False)[1:-1],
        quote(secret, safe="", errors="surrogatepass"),
        # as JavaScript's encodeURIComponent
        quote(secret, safe="!*'()", errors="surrogatepass"),
    )
    yield from filter(None, {form.strip() for form in found})
