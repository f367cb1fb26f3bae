# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Docker Engine: the one that answers, or one that the lab starts and later stops."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from lab import docker, engine_traces
from lab.command import run
from lab.names import HOME
from lab.waiting import wait_for

PID_FILE = HOME / "engine.pid"
LOG_FILE = HOME / "engine.log"
DATA_ROOT = HOME / "engine"


def ensure() -> None:
    """Have a reachable engine, starting one if there is none."""
    if not docker.reachable():
        _start()


def _start() -> None:
    """Start dockerd in the background and wait until it answers."""
    engine_traces.note()
    with LOG_FILE.open("ab") as log:
        process = subprocess.Popen(
            ["dockerd", "--data-root", str(DATA_ROOT), "--pidfile", str(PID_FILE)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def failure() -> str:
        tail = "\n".join(LOG_FILE.read_text(errors="replace").splitlines()[-15:])
        return f"The Docker Engine the lab started does not answer. The end of {LOG_FILE}:\n{tail}"

    def answers_or_died() -> bool:
        return docker.reachable() or process.poll() is not None

    wait_for(answers_or_died, seconds=60, failure=failure)
    wait_for(docker.reachable, seconds=1, failure=failure)


def started_by_lab() -> int | None:
    """The process id of the engine the lab started, if it runs."""
    try:
        pid = int(PID_FILE.read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None
    return pid if str(DATA_ROOT).encode() in command else None


def stop() -> None:
    """Stop the engine if the lab started it, and remove what it left on the machine."""
    if pid := started_by_lab():
        os.kill(pid, signal.SIGTERM)
        wait_for(
            lambda: started_by_lab() is None,
            seconds=60,
            failure=lambda: f"The Docker Engine with process id {pid} does not stop; see {LOG_FILE}.",
        )
    if _mounted():
        # dockerd may mount its data onto itself, and leaves that behind when it is killed
        run("umount", str(DATA_ROOT))
    if engine_traces.NOTE.exists() and not docker.reachable():
        engine_traces.remove()


def _mounted() -> bool:
    # not is_mount(): it does not see a folder that is mounted onto itself
    return any(line.split()[1] == str(DATA_ROOT) for line in Path("/proc/self/mounts").read_text().splitlines())
