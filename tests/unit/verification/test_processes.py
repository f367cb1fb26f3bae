# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions in processes of their own: what is answered, what is told instead, and that nobody waits for who hangs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.probing.question import LibraryMissing
from ansible_collections.rocketops.rocketchat.plugins.module_utils.verification.processes import answers_of

from tests.deployment import ROOT

LONG = {"text": "é\n'\"\\" * 100_000}


def well() -> dict[str, Any]:
    return {"healthy": True, "list": [1, 2.5, None, "ü"]}


def hang() -> dict[str, Any]:
    time.sleep(60)
    raise AssertionError("nobody waits for that long")


def hang_in_a_pool() -> dict[str, Any]:
    """As the probes ask: Python waits for a pool's threads when a process ends."""
    with ThreadPoolExecutor() as pool:
        return pool.submit(hang).result()


def raising(error: Exception) -> Callable[[], dict[str, Any]]:
    def ask() -> dict[str, Any]:
        raise error

    return ask


def test_answers_are_whole_and_in_order() -> None:
    answers = answers_of({"one": well, "two": lambda: LONG, "three": dict}, 20)
    assert answers == {"one": well(), "two": LONG, "three": {}}
    assert list(answers) == ["one", "two", "three"]


def test_nobody_to_ask() -> None:
    assert answers_of({}, 20) == {}


@pytest.mark.parametrize("hangs", [hang, hang_in_a_pool])
def test_a_question_that_hangs_costs_its_own_answer(hangs: Callable[[], dict[str, Any]]) -> None:
    started = time.monotonic()
    answers = answers_of({"before": well, "hangs": hangs, "after": well}, 2.4)
    assert time.monotonic() - started < 30
    assert answers == {
        "before": well(),
        "hangs": {"failed": True, "msg": "there was no answer within 2 seconds."},
        "after": well(),
    }


def test_a_question_that_hangs_is_ended() -> None:
    reading, writing = os.pipe()

    def ask() -> dict[str, Any]:
        os.write(writing, str(os.getpid()).encode())
        return hang()

    answers_of({"hangs": ask}, 0.5)
    process = int(os.read(reading, 100))
    os.close(reading)
    os.close(writing)
    for _try in range(100):
        # it may still be a child that nobody has waited for
        try:
            ended = os.waitpid(process, os.WNOHANG)[0] == process
        except ChildProcessError:
            ended = True
        if ended:
            return
        time.sleep(0.05)
    raise AssertionError("it still runs")


@pytest.mark.parametrize(
    ("error", "msg"),
    [
        (ValueError("timeout must be 0."), "timeout must be 0."),
        (KeyError("Names"), "KeyError: 'Names' (test_processes.py, line "),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff"),
        (RecursionError("too deep"), "RecursionError: too deep (test_processes.py, line "),
        (
            LibraryMissing("websockets >= 11"),
            "Failed to import the required Python library (websockets >= 11) with /",
        ),
    ],
)
def test_a_question_that_raises_costs_its_own_answer(error: Exception, msg: str) -> None:
    answers = answers_of({"raises": raising(error), "well": well}, 20)
    assert answers["well"] == well()
    assert answers["raises"]["failed"] is True
    assert answers["raises"]["msg"].startswith(msg)


def test_an_answer_that_is_no_json_is_a_failure() -> None:
    answers = answers_of({"set": lambda: {"names": {"a"}}, "well": well}, 20)
    assert answers["set"]["failed"] and "TypeError" in answers["set"]["msg"]
    assert answers["well"] == well()


@pytest.mark.parametrize(
    ("die", "code"), [(lambda: os._exit(3), 3), (lambda: os.kill(os.getpid(), signal.SIGKILL), -9)]
)
def test_a_process_that_dies_costs_its_own_answer(die: Callable[[], Any], code: int) -> None:
    answers = answers_of({"dies": die, "well": well}, 20)
    assert answers["dies"] == {
        "failed": True,
        "msg": f"the process that asked ended without an answer, with exit code {code}.",
    }
    assert answers["well"] == well()


def test_nothing_is_written_to_the_streams_of_the_module() -> None:
    """Ansible reads the answer there, and ssh waits until everybody who could write there is gone."""
    program = """
import os, sys, time
from ansible_collections.rocketops.rocketchat.plugins.module_utils.verification.processes import answers_of

def ask():
    print("noise", flush=True)
    print("noise", file=sys.stderr, flush=True)
    os.write(1, b"noise")
    return {"streams": [os.readlink(f"/proc/self/fd/{number}") for number in (0, 1, 2)]}

def detached():
    if os.fork() == 0:
        time.sleep(30)
        os._exit(0)
    return {}

print(answers_of({"asks": ask, "leaves somebody behind": detached}, 2))
"""
    started = time.monotonic()
    path = {**os.environ, "PYTHONPATH": str(ROOT / ".cache" / "collections")}
    result = subprocess.run([sys.executable, "-c", program], env=path, capture_output=True, text=True, check=True)
    assert time.monotonic() - started < 20
    assert "noise" not in result.stdout + result.stderr
    assert "'streams': ['/dev/null', '/dev/null', '/dev/null']" in result.stdout
