# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DDP sockets over TLS through one nginx: how many idle ones it holds, how all come back that are cut at once, and how
many new ones a second it takes. Logged in, each ping answered.

`python -m tests.bench.sockets INVENTORY [COUNT [SECONDS]]` for a deployment that is there already.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tests.bench.controller import Controller
from tests.bench.on_host import client, way_in
from tests.bench.timing import Figure
from tests.deployment import Deployment

COUNT, SECONDS, USERS = 10_000, 300, 50
LIMIT = 10_000
RATES, RATE_SECONDS = (25, 50, 75, 100, 125, 150, 200, 300), 10
# of the client, in seconds
LATE = 1.0
# Of processes: memory in KiB, of which what they share counts once, open files, and how many these may be.
USED = (
    "for p in {pids}; do awk '/^Pss:/ {{m += $2}} END {{printf \"%d \", m}}' /proc/$p/smaps_rollup;"
    " ls /proc/$p/fd | wc -l | tr '\\n' ' '; awk '/open files/ {{print $4}}' /proc/$p/limits; done"
)
PIDS = {
    "nginx": "$(pgrep -x nginx)",
    "ddp-streamer": "$(docker inspect --format '{{.State.Pid}}' $(docker ps -q --filter name=ddp-streamer))",
}


def used(deployment: Deployment) -> dict[str, tuple[int, list[str]]]:
    """By program its memory in KiB, and the open files of each of its processes with what they may be at most."""
    found = {}
    for name, pids in PIDS.items():
        rows = [line.split() for line in deployment.run(USED.format(pids=pids)).splitlines()]
        found[name] = (sum(int(row[0]) for row in rows), [f"{row[1]} of {row[2]}" for row in rows])
    return found


class Busy:
    """How much of this machine's processors is in use, second by second."""

    def __init__(self) -> None:
        self.most, self._ends = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Busy:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ends.set()
        self._thread.join()

    def _look(self) -> None:
        before = _ticks()
        while not self._ends.wait(1):
            now = _ticks()
            whole = sum(now) - sum(before)
            # proc_stat(5): the fourth is idle, the fifth waits for disks
            self.most = max(self.most, 1 - (now[3] + now[4] - before[3] - before[4]) / max(1, whole))
            before = now


def _ticks() -> list[int]:
    return [int(field) for field in Path("/proc/stat").read_text(encoding="ascii").split("\n")[0].split()[1:9]]


def measured(deployment: Deployment, count: int = COUNT, seconds: int = SECONDS) -> list[Figure]:
    asked = way_in(deployment, USERS)
    before = used(deployment)
    with client(deployment, "crowd", {**asked, "count": count, "seconds": seconds}) as says:
        opened = next(says)
        print(f"{opened['opened']} sockets opened in {opened['seconds']} s", flush=True)
        _memory(before, used(deployment), opened["opened"])
        found = next(says)
        print(f"pings answered: {found['pings']}; failed: {found['failed']}; dropped: {found['dropped']}", flush=True)
        with Busy() as busy:
            deployment.run("systemctl restart nginx")
            back = next(says)
    print(
        f"nginx restarted, all {back['of']} cut at once: {back['back']} are back after {back['seconds']} s; attempts "
        f"that failed: {back['failed']}; processors in use at most {busy.most:.0%}",
        flush=True,
    )
    rate = connect_rate(deployment, asked)
    return [
        Figure("sockets_held", found["held"], LIMIT, f"of {count}, for {seconds} s", at_least=True),
        Figure("sockets_back", back["back"], back["of"], f"after {back['seconds']} s", at_least=True),
        Figure("connect_rate", rate, RATES[0], "new sockets a second of which none fails", at_least=True),
    ]


def connect_rate(deployment: Deployment, asked: dict[str, Any]) -> int:
    """The highest of RATES at which none fails, as long as the client itself keeps up."""
    best = 0
    # sockets of before are gone for ddp-streamer, too
    time.sleep(5)
    with client(deployment, "rate", {**asked, "rates": RATES, "seconds": RATE_SECONDS}) as says:
        for found in says:
            print(
                f"{found['rate']} new sockets a second: {found['opened']} opened, failed: {found['failed']}, the "
                f"slowest in {found['slowest']} s, begun up to {found['late']} s late",
                flush=True,
            )
            if found["late"] > LATE:
                print("The client is too slow for more.", flush=True)
                break
            if not found["failed"]:
                best = found["rate"]
    return best


def _memory(before: dict[str, tuple[int, list[str]]], during: dict[str, tuple[int, list[str]]], opened: int) -> None:
    for name in PIDS:
        each = (during[name][0] - before[name][0]) / max(1, opened)
        files = ", ".join(during[name][1])
        print(f"{name}: {each:.1f} KiB for each socket; open files of its processes: {files}", flush=True)


def planned_and_measured(controller: Controller, inventory: Path) -> list[Figure]:
    """Of a deployment for as many users as take these sockets: two each are planned."""
    print(f"Idle sockets through one nginx, for {SECONDS} s", flush=True)
    wanted = {
        "rocketchat_expected_users": COUNT // 2,
        "rocketchat_replicas": {"rocketchat": 1, "ddp_streamer": 2},
    }
    controller.playbook(inventory, "site", "-e", json.dumps(wanted))
    figures = measured(Deployment.of(str(inventory)))
    controller.playbook(inventory, "site")
    return figures


def main(inventory: str, *numbers: str) -> int:
    figures = measured(Deployment.of(inventory), *map(int, numbers))
    print(*figures, sep="\n")
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
