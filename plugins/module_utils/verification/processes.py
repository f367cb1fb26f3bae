# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks questions side by side, each in a process of its own, and waits no longer than it may. No Ansible here.

A thread that hangs in the kernel, as statvfs() does on a disk that went away, keeps its whole process from ending, and
with it the answers of all others. A process can be left behind.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Callable

from ..probing.question import LibraryMissing

Question = Callable[[], dict[str, Any]]

_PIECE = 65536


def answers_of(questions: Mapping[str, Question], within: float) -> dict[str, dict[str, Any]]:
    """By name the answers as JSON would bring them back; instead of one, why there is none, as a failed task's result.

    Call it while the process has only one thread.
    """
    until = time.monotonic() + within
    asked = [_start(name, question) for name, question in questions.items()]
    with selectors.DefaultSelector() as selector:
        for one in asked:
            selector.register(one.pipe, selectors.EVENT_READ, one)
        while selector.get_map() and time.monotonic() < until:
            for key, _events in selector.select(max(until - time.monotonic(), 0)):
                if not key.data.read():
                    selector.unregister(key.fd)
    return {one.name: one.end(within) for one in asked}


def failure(msg: str) -> dict[str, Any]:
    return {"failed": True, "msg": msg}


@dataclass
class _Asked:
    """A question that is being asked: what came through the pipe so far, and whether that is all."""

    name: str
    process: int
    pipe: int
    text: bytearray = field(default_factory=bytearray)
    complete: bool = False

    def read(self) -> bool:
        """Whether there is more to come."""
        piece = os.read(self.pipe, _PIECE)
        self.text += piece
        self.complete = not piece
        return bool(piece)

    def end(self, within: float) -> dict[str, Any]:
        """The answer. Leaves no process behind but one that not even the kernel can end."""
        os.close(self.pipe)
        if not self.complete:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, os.WNOHANG)
            return failure(f"there was no answer within {within:.0f} seconds.")
        status = os.waitpid(self.process, 0)[1]
        try:
            return dict(json.loads(self.text))
        except ValueError:
            code = os.waitstatus_to_exitcode(status)
            return failure(f"the process that asked ended without an answer, with exit code {code}.")


def _start(name: str, question: Question) -> _Asked:
    reading, writing = os.pipe()
    process = os.fork()
    if process:
        os.close(writing)
        return _Asked(name, process, reading)
    try:
        _leave_standard_streams()
        with open(writing, "wb") as pipe:
            pipe.write(_answer(question))
    finally:
        # neither what the process was doing before, nor what is to be done at its end
        os._exit(0)


def _leave_standard_streams() -> None:
    """Whoever reads those of the module waits for everybody who could still write there."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


def _answer(question: Question) -> bytes:
    try:
        return json.dumps(question()).encode()
    except Exception as error:
        return json.dumps(failure(_told(error))).encode()


def _told(error: Exception) -> str:
    """A mistake in the options is told as it is; of an error of ours, whoever mends it needs the place."""
    if type(error) in (LibraryMissing, ValueError):
        return str(error)
    place = ""
    with contextlib.suppress(IndexError):
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f" ({os.path.basename(frame.filename)}, line {frame.lineno})"
    return f"{type(error).__name__}: {error}{place}"
