# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was registered on each host, in one form: answers, failed questions, or a host that could not be asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...module_utils.containers.secrets import LONG, passwords_in, spellings
from ...module_utils.verification.order import PARTS
from ...module_utils.verification.sentences import longest_first, without

_REASON_MAX = 300


@dataclass
class HostAnswers:
    """``given`` and ``failed`` are by question; what is in neither was not asked.

    ``asked``: the controller's time before and after. ``failure``: why nothing was answered although the host is there.
    """

    given: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    asked: dict[str, float] = field(default_factory=dict)
    failure: str | None = None
    unreachable: str | None = None

    def get(self, question: str) -> dict[str, Any]:
        return self.given.get(question, {})

    def find(self, question: str, entries: str, name: str) -> dict[str, Any] | None:
        """The entry of that name in a list of an answer."""
        return next((entry for entry in self.get(question).get(entries) or [] if entry["name"] == name), None)


def read(plan: Mapping[str, Any], registered: Mapping[str, Mapping[str, Any] | None]) -> dict[str, HostAnswers]:
    """``registered``: by host what deployment_health returned, None where it did not run."""
    secrets = secrets_of(plan)
    return {host: _read_host(without(registered.get(host) or {}, secrets)) for host in plan["hosts"]}


def _read_host(registered: Mapping[str, Any]) -> HostAnswers:
    if not registered or registered.get("skipped"):
        return HostAnswers()
    if registered.get("unreachable"):
        return HostAnswers(unreachable=_reason(registered))
    if "answers" not in registered:
        return HostAnswers(failure=_reason(registered))
    found = HostAnswers(asked=registered["asked"])
    for question in PARTS:
        answer = registered["answers"].get(question)
        if not answer:
            continue
        if answer.get("failed"):
            found.failed[question] = _reason(answer)
        else:
            found.given[question] = answer
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
        # that of NATS's servers is nowhere else
        found.update(_passwords(json.loads(host["nats"]["config"])) if host["nats"] else ())
        for variables in (host["probes"]["containers"] or {}).get("secret_environments", {}).values():
            for value in variables.values():
                found.update((*passwords_in(value), *([value] if len(value) >= LONG else [])))
    spelled = {spelling for secret in found for spelling in spellings(secret)}
    return longest_first(spelled)


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
