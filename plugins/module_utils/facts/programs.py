# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Since when what runs has the settings that it runs with. Only reads.

A program reads its files as it starts, and nginx once more as it is reloaded: its master gives what it has read to new
workers, and those before finish their connections under another title (ngx_process_cycle.c, ngx_worker_process_cycle).
A log that is reopened leaves the workers as they are. NATS says when it read its own (server/monitor.go, Varz).
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ..nats.monitoring import Monitoring
from ..probing.fault import Fault
from ..probing.polling import Timeouts
from .files import digest, text
from .system import main_processes

NATS = "nats"

_MASTER, _WORKER, _LEAVING = "nginx: master process", "nginx: worker process", "is shutting down"
_TICKS = os.sysconf("SC_CLK_TCK")
# A master tells its former workers to leave 0.1 s after it has made new ones.
_ONE_AFTER_ANOTHER, _NEW, _POLL, _LOOKS = 0.5, 2.0, 0.2, 10
_NATS_TIMEOUT = 2.0


def programs(units: Sequence[str], nats_url: str | None) -> dict[str, dict[str, Any] | None]:
    """By unit, and of NATS by its name: ``process``, another one for each time that it read its settings, and
    ``since``, when that was in seconds of the epoch. None for what does not run.
    """
    told = {unit: _of_process(main) if main else None for unit, main in main_processes(units).items()}
    return {**told, **({NATS: _nats(nats_url)} if nats_url else {})}


def noted(paths: Mapping[str, Sequence[str]], nats_url: str | None = None) -> dict[str, dict[str, Any] | None]:
    """As the ledger has it. ``paths``: of the files that each has its settings from. None for what does not run."""
    found = programs([name for name in paths if name != NATS], nats_url)
    return {
        name: {"process": runs["process"], "files": {path: digest(path) for path in of_it}}
        if (runs := found.get(name))
        else None
        for name, of_it in paths.items()
    }


def children(process: int) -> set[int]:
    found = set()
    for name in os.listdir("/proc"):
        fields = _stat(int(name)) if name.isdigit() else []
        if len(fields) > 1 and fields[1] == str(process):
            found.add(int(name))
    return found


def _stat(process: int) -> list[str]:
    """proc_pid_stat(5), from the third field on: the second one, the name, may hold anything but its last `)`."""
    return (text(f"/proc/{process}/stat") or "").rpartition(")")[2].split()


def _of_process(main: int) -> dict[str, Any] | None:
    started = _serving(main)
    if not started:
        return None
    first, process = min((ticks, process) for process, ticks in started.items())
    boot = (text("/proc/sys/kernel/random/boot_id") or "").strip()
    # by the clock as it is now: whatever set it since did not change the order in which things were
    since = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + first / _TICKS
    return {"process": f"{boot} {process} {first}", "since": since}


def _serving(main: int) -> dict[int, int]:
    """The processes that have the settings, each with the ticks of its start; empty where it has ended meanwhile."""
    for _look in range(_LOOKS):
        chosen = _workers(main) if _title(main).startswith(_MASTER) else set()
        started = {process: int(fields[19]) for process in chosen or {main} for fields in [_stat(process)] if fields}
        if not started or _is_one_generation(list(started.values())):
            break
        time.sleep(_POLL)
    return started


def _workers(master: int) -> set[int]:
    titles = {process: _title(process) for process in children(master)}
    return {process for process, title in titles.items() if title.startswith(_WORKER) and _LEAVING not in title}


def _is_one_generation(starts: list[int]) -> bool:
    """A worker in the place of one that crashed is younger than the others, and has what they have."""
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - max(starts) / _TICKS
    return (max(starts) - min(starts)) / _TICKS <= _ONE_AFTER_ANOTHER or age > _NEW


def _title(process: int) -> str:
    return (text(f"/proc/{process}/cmdline") or "").replace("\0", " ").strip()


def _nats(url: str) -> dict[str, Any] | None:
    try:
        server = Monitoring(url, Timeouts(0, _NATS_TIMEOUT, 1)).server(time.monotonic() + _NATS_TIMEOUT)
    except Fault:
        return None
    loaded = server.loaded
    return {"process": f"{server.identity} {loaded.isoformat()}", "since": loaded.timestamp()} if loaded else None
