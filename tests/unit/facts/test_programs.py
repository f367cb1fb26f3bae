# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Since when a program has its settings: on this machine's processes, and on nginx's as /proc shows them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts import programs, system
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts.programs import children

from tests.unit.probe_servers import Page, http_server

MASTER, WORKER = "nginx: master process /usr/sbin/nginx", "nginx: worker process"
LEAVING = "nginx: worker process is shutting down"
TICKS = os.sysconf("SC_CLK_TCK")


def of_unit(main: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any] | None:
    monkeypatch.setattr(programs, "main_processes", lambda units: dict.fromkeys(units, main))
    return programs.programs(["a.service"], None)["a.service"]


class Proc:
    """/proc with an nginx, of which each process has a title, and started some seconds ago; 7 is its master."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **processes: tuple[str, float]) -> None:
        self._now = time.clock_gettime(time.CLOCK_BOOTTIME)
        self.processes = {int(name[1:]): found for name, found in {"p7": (MASTER, 9000.0), **processes}.items()}
        monkeypatch.setattr(programs, "text", self._text)
        monkeypatch.setattr(programs.os, "listdir", lambda _path: [*map(str, self.processes), "self"])
        monkeypatch.setattr(programs.time, "sleep", lambda _seconds: self.later())

    def later(self) -> None:
        """The master has told those of the former configuration to leave."""
        oldest = max(ago for title, ago in self.processes.values() if title == WORKER)
        self.processes = {
            process: (LEAVING if title == WORKER and ago == oldest else title, ago)
            for process, (title, ago) in self.processes.items()
        }

    def _text(self, path: str) -> str:
        process, name = int(path.split("/")[2]) if path.split("/")[2].isdigit() else 0, path.rpartition("/")[2]
        if process not in self.processes:
            return "0c5e1a2f\n" if name == "boot_id" else ""
        title, ago = self.processes[process]
        ticks = round((self._now - ago) * TICKS)
        rest = ["S", "7", *["0"] * 17, str(ticks), "0"]
        return f"{title}\0\0" if name == "cmdline" else f"{process} (a) name) {' '.join(rest)}"


@pytest.mark.parametrize(
    ("workers", "process", "ago"),
    [
        ({"p8": (WORKER, 60.0), "p9": (WORKER, 60.0)}, 8, 60),
        ({"p8": (LEAVING, 900.0), "p9": (WORKER, 60.0)}, 9, 60),
        # in the place of one that crashed, with what the others have
        ({"p8": (WORKER, 900.0), "p9": (WORKER, 60.0)}, 8, 900),
        # a moment after a reload, those before do not know yet
        ({"p8": (WORKER, 900.0), "p9": (WORKER, 0.1)}, 9, 0),
        ({"p8": ("nginx: cache manager process", 60.0)}, 7, 9000),
        ({}, 7, 9000),
    ],
)
def test_nginx_has_what_its_workers_were_made_with(
    monkeypatch: pytest.MonkeyPatch, workers: dict[str, tuple[str, float]], process: int, ago: int
) -> None:
    Proc(monkeypatch, **workers)
    found = of_unit(7, monkeypatch)
    assert found
    assert found["process"].split()[:2] == ["0c5e1a2f", str(process)]
    assert time.time() - found["since"] - ago == pytest.approx(0, abs=30)


def test_another_program_has_what_it_started_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it has started since, as the engine does its proxies."""
    before = time.time()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        found = of_unit(child.pid, monkeypatch)
        again = of_unit(child.pid, monkeypatch)
        assert found and again and found["process"] == again["process"]
        assert before - 0.1 < found["since"] < time.time() + 0.1
        assert child.pid in children(os.getpid())
        child.communicate(b"\n")
    assert of_unit(child.pid, monkeypatch) is None
    assert of_unit(0, monkeypatch) is None


def test_processes_of_units(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "output", lambda _command: "849\n\n0\n")
    assert system.main_processes(["docker.service", "no.service"]) == {"docker.service": 849, "no.service": 0}
    monkeypatch.setattr(system, "output", lambda _command: None)
    assert system.main_processes(["docker.service"]) == {"docker.service": 0}
    assert system.main_processes([]) == {}


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (
            {"server_id": "NDVC", "version": "2.12.8", "config_load_time": "2026-11-27T08:15:52.821419527Z"},
            {"process": "NDVC 2026-11-27T08:15:52.821420+00:00", "since": 1795767352.82142},
        ),
        ({"server_id": "NDVC", "version": "2.12.8"}, None),
        ({"server_id": "NDVC", "version": "2.12.8", "config_load_time": "now"}, None),
        ({}, None),
    ],
)
def test_nats_says_when_it_read_its_settings(answer: dict[str, str], found: dict[str, Any] | None) -> None:
    """Also where it was told to read them again, which leaves the container as it is."""
    with http_server(lambda _path: Page(json.dumps(answer))) as server:
        assert programs.programs([], server.url) == {"nats": found}
    assert programs.programs([], server.url) == {"nats": None}
