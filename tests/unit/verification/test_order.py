# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is asked when, and who is waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.verification import order
from ansible_collections.rocketops.rocketchat.plugins.module_utils.verification.order import PARTS, Asked, ask

from tests.waiting import wait_until


def part(answer: Mapping[str, Any], takes: float = 0, waits: bool = True) -> Asked:
    """Says when it was asked, and for how long it was to wait."""

    def answered(seconds: float) -> dict[str, Any]:
        told = {**answer, "at": time.monotonic(), "seconds": seconds}
        time.sleep(takes)
        if "raises" in answer:
            raise KeyError("Names")
        return told

    return Asked(answered, waits)


def meeting(place: Path, name: str, many: int) -> Callable[[float], dict[str, Any]]:
    """Answers once so many are being asked."""

    def answer(seconds: float) -> dict[str, Any]:
        (place / name).touch()
        wait_until(lambda: len(list(place.iterdir())) == many, 20, "all are asked", 0.01)
        return {"healthy": False, "seconds": seconds}

    return answer


WELL, ILL, ONLY_READ, UNREAD = {"healthy": True}, {"healthy": False}, {"reason": None}, {"reason": "refused"}
RAISES = {"raises": True}
NEVER_WAITS = ("workspace", "facts")


def parts(**answers: Mapping[str, Any]) -> dict[str, Asked]:
    """All of them, well unless said otherwise; not in the order in which they are asked."""
    told = {**dict.fromkeys(PARTS, WELL), **dict.fromkeys(NEVER_WAITS, ONLY_READ), **answers}
    return {name: part(told[name], waits=name not in NEVER_WAITS) for name in sorted(told)}


def waited(answers: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    return {name: round(answer["seconds"]) for name, answer in answers.items() if "seconds" in answer}


def test_each_is_waited_for_in_its_turn() -> None:
    answers = ask(parts(), 20)
    assert tuple(answers) == PARTS
    assert waited(answers) == {**dict.fromkeys(PARTS, 20), **dict.fromkeys(NEVER_WAITS, 0)}
    times = [answer["at"] for answer in answers.values()]
    assert times == sorted(times)


@pytest.mark.parametrize("ill", [name for name in PARTS if name not in NEVER_WAITS])
@pytest.mark.parametrize("answer", [ILL, RAISES], ids=["ill", "raises"])
def test_nobody_is_waited_for_after_one_that_was_waited_for_in_vain(ill: str, answer: Mapping[str, Any]) -> None:
    answers = ask(parts(**{ill: answer}), 20)
    assert tuple(answers) == PARTS
    first, rest = PARTS[: PARTS.index(ill)], PARTS[PARTS.index(ill) + 1 :]
    in_time = {name: 0 if name in NEVER_WAITS else 20 for name in first} | dict.fromkeys(rest, 0)
    assert {name: seconds for name, seconds in waited(answers).items() if name != ill} == in_time


def test_what_only_reads_ends_no_patience() -> None:
    assert waited(ask(parts(workspace=UNREAD), 20))["ddp"] == 20
    assert waited(ask(parts(workspace=RAISES), 20))["ddp"] == 0


def test_with_no_time_to_wait_all_are_asked_once_and_side_by_side(tmp_path: Path) -> None:
    answers = ask({name: Asked(meeting(tmp_path, name, len(PARTS))) for name in PARTS}, 0)
    assert waited(answers) == dict.fromkeys(PARTS, 0)
    assert tuple(answers) == PARTS


def test_only_what_there_is_is_asked() -> None:
    assert ask({}, 20) == ask({}, 0) == {}
    assert tuple(ask({"nats": part(WELL), "containers": part(WELL)}, 20)) == ("containers", "nats")


def test_all_together_are_waited_for_twice_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    waited: dict[str, float] = {}

    def slow(name: str) -> Asked:
        def answer(seconds: float) -> dict[str, Any]:
            nonlocal now
            now += 0.9
            waited[name] = round(seconds, 3)
            return {"healthy": True}

        return Asked(answer)

    monkeypatch.setattr(order, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(order, "answers_of", lambda asked, _within: {name: ask() for name, ask in asked.items()})
    ask({name: slow(name) for name in ("containers", "mongodb", "services", "nats", "ddp")}, 1)
    assert waited == {"containers": 1, "mongodb": 1, "services": 0.2, "nats": 0, "ddp": 0}


@pytest.mark.parametrize("timeout", [0, 0.5])
def test_one_that_hangs_takes_no_other_answer_along(timeout: float) -> None:
    asked = {**parts(), "mongodb": part(WELL, takes=60)}
    started = time.monotonic()
    answers = ask(asked, timeout, grace=2)
    assert time.monotonic() - started < 30
    assert tuple(answers) == PARTS
    assert answers["mongodb"] == {"failed": True, "msg": f"there was no answer within {timeout + 2:.0f} seconds."}
    others = waited({name: answer for name, answer in answers.items() if name not in ("containers", "mongodb")})
    assert others == dict.fromkeys(PARTS[2:], 0)


def test_the_task_of_the_playbook_gives_the_module_its_time() -> None:
    """verify.yml: twice the timeout and 120 seconds."""
    assert 2 * order.GRACE + 30 <= 120
