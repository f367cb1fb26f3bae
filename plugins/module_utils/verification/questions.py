# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The questions of the health modules, by part of a deployment; imported when they are asked. No Ansible here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable

from ..probing.question import Answered


@dataclass(frozen=True)
class Question:
    """What a health module has between its options and its result. ``together``: options that need one another."""

    options: Mapping[str, Mapping[str, Any]]
    answer: Callable[[Mapping[str, Any]], Answered]
    together: Sequence[Sequence[str]] = ()
    waits: bool = True


def question_of(part: str) -> Question:
    return _QUESTIONS[part]()


def _containers() -> Question:
    from ..containers.question import OPTIONS, answer

    return Question(OPTIONS, answer)


def _mongodb() -> Question:
    from ..mongodb.question import OPTIONS, answer

    return Question(OPTIONS, answer)


def _services() -> Question:
    from ..http.question import OPTIONS, answer

    return Question(OPTIONS, answer)


def _workspace() -> Question:
    from ..workspace.question import OPTIONS, answer

    return Question(OPTIONS, answer, waits=False)


def _nats() -> Question:
    from ..nats.question import OPTIONS, TOGETHER, answer

    return Question(OPTIONS, answer, TOGETHER)


def _ddp() -> Question:
    from ..ddp.question import OPTIONS, TOGETHER, answer

    return Question(OPTIONS, answer, TOGETHER)


def _facts() -> Question:
    from ..facts.question import OPTIONS, answer

    return Question(OPTIONS, answer, waits=False)


_QUESTIONS = {
    "containers": _containers,
    "mongodb": _mongodb,
    "services": _services,
    "workspace": _workspace,
    "nats": _nats,
    "ddp": _ddp,
    "facts": _facts,
}
