# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules registered, in one form: an answer, a failed question, or a host that could not be reached."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...module_utils.containers.secrets import LONG, passwords_in, spellings

_QUESTIONS = ("containers", "mongodb", "services", "workspace", "nats", "ddp")

# What Ansible makes of a number that has a short secret of the module's options in it.
_CENSORED = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

_REASON_MAX = 300

# Sentences of the modules, which may quote a log; names and addresses are not searched for secrets.
_FREE_TEXT = {"diagnosis", "log_line", "msg", "reason", "drift", "warning"}


@dataclass
class HostAnswers:
    """``given`` and ``failed`` are by question; what is in neither was not asked."""

    given: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    unreachable: str | None = None

    def get(self, question: str) -> dict[str, Any]:
        return self.given.get(question, {})

    def find(self, question: str, entries: str, name: str) -> dict[str, Any] | None:
        """The entry of that name in a list of an answer."""
        return next((entry for entry in self.get(question).get(entries) or [] if entry["name"] == name), None)


def read(plan: Mapping[str, Any], registered: Mapping[str, Mapping[str, Any]]) -> dict[str, HostAnswers]:
    """``registered``: by host and question what Ansible registered, None where it did not."""
    secrets = secrets_of(plan)
    return {host: _read_host(_without(dict(registered.get(host, {})), secrets)) for host in plan["hosts"]}


def _read_host(registered: Mapping[str, Any]) -> HostAnswers:
    found = HostAnswers()
    for question in _QUESTIONS:
        answer = registered.get(question)
        if not answer or answer.get("skipped"):
            continue
        if answer.get("unreachable"):
            found.unreachable = _reason(answer)
        elif "healthy" in answer or "reason" in answer:
            found.given[question] = answer
        else:
            found.failed[question] = _reason(answer)
    return found


def _reason(answer: Mapping[str, Any]) -> str:
    """Ansible's message, without the words it puts in front of every one; of a traceback no more than its beginning."""
    text = " ".join(str(answer.get("msg") or "no reason was given").split())
    text = re.sub(r"^(Task failed: |Module failed: )+", "", text)
    return text if len(text) <= _REASON_MAX else f"{text[: _REASON_MAX - 3]}..."


# -- secrets -----------------------------------------------------------------------------------------------------------


def secrets_of(plan: Mapping[str, Any]) -> list[str]:
    """The secrets of the plan in all their spellings; the longest first, as one may be part of another.

    Passwords and the keyfile are among them whatever their length: the plan demands of the keyfile 6 characters, and of
    a password no more than that it is not empty. Of other values, such as a setting, those that are short are not: they
    would garble names and numbers, and could only come from a container's log, where container_health masks them.
    """
    found: set[str] = set()
    for host in plan["hosts"].values():
        found.update(_passwords(host))
        for variables in (host["probes"]["containers"] or {}).get("secret_environments", {}).values():
            for value in variables.values():
                found.update((*passwords_in(value), *([value] if len(value) >= LONG else [])))
    spelled = {spelling for secret in found for spelling in spellings(secret)}
    return sorted(spelled, key=lambda secret: (-len(secret), secret))


def _passwords(tree: Any) -> Iterator[str]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if isinstance(value, str) and ("password" in key or key == "keyfile"):
                yield value
            else:
                yield from _passwords(value)
    elif isinstance(tree, (list, tuple)):
        for value in tree:
            yield from _passwords(value)


def _without(tree: Any, secrets: list[str], free_text: bool = False) -> Any:
    """A copy in which no sentence holds a secret: a service that crashes likes to log the URL it was given."""
    if isinstance(tree, Mapping):
        return {key: _without(value, secrets, key in _FREE_TEXT) for key, value in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [_without(value, secrets, free_text) for value in tree]
    if tree == _CENSORED:
        return None
    if isinstance(tree, str) and free_text:
        for secret in secrets:
            tree = tree.replace(secret, "********")
    return tree
