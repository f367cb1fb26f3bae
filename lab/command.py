# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run an external command: bounded in time, and with an error an operator can act on."""

from __future__ import annotations

import os
import shlex
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path

TAIL_LINES = 20
# seconds that a command gets to tidy up when it is told to end
TIMEOUTS = 5.0


class LabError(Exception):
    """What went wrong, as a sentence, with what to do about it."""


_running: set[subprocess.Popen[str]] = set()
_stopped = threading.Event()
_lock = threading.Lock()


def run(
    *argv: str | Path,
    timeout: float = 60,
    stdin: str | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    remedy: str = "Correct the cause named above and run the same lab command again: finished steps are kept.",
) -> str:
    """Return the standard output of a command; raise LabError when it fails or takes too long."""
    words = [str(word) for word in argv]
    if _stopped.is_set():
        raise LabError(f"{words[0]} was not run, because another step has failed.")
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            cwd=cwd,
            env={**os.environ, **(env or {})},
        )
    except FileNotFoundError as missing:
        raise LabError(f"The program {words[0]} is not on this machine. {remedy}") from missing
    with _lock:
        _running.add(process)
    try:
        output, errors = process.communicate(stdin, timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        output, errors = process.communicate()
        raise LabError(_report(words, f"did not end within {timeout:.0f} s", output + errors, remedy)) from None
    finally:
        with _lock:
            _running.discard(process)
    if process.returncode != 0:
        raise LabError(_report(words, f"ended with code {process.returncode}", output + errors, remedy))
    return output


def succeeds(*argv: str | Path, timeout: float = 60) -> bool:
    """Tell whether a command ends well: for questions whose answer may be no."""
    try:
        run(*argv, timeout=timeout)
    except LabError:
        return False
    return True


def stop_running() -> None:
    """End the commands that other steps still run, and start no more, after one step has failed."""
    _stopped.set()
    with _lock:
        processes = list(_running)
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + TIMEOUTS
    for process in processes:
        try:
            process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()


def _report(words: list[str], what: str, output: str, remedy: str) -> str:
    tail = "\n".join(f"    | {line}" for line in output.strip().splitlines()[-TAIL_LINES:])
    return f"The command\n    {shlex.join(words)}\n{what}. The end of its output:\n{tail}\n{remedy}"
