# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a unit took up what was written for it: by what it then does, and in its own words if it did not."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.effects import units
from ansible_collections.rocketops.rocketchat.plugins.module_utils.effects.units import Refused, Unit

EMERGENCY = '2026/11/27 04:29:19 [emerg] 2710#2710: limit_req "one" uses the "$server_name" key\n'
FATAL = '{"s":"I","msg":"begins"}\n{"s":"F","msg":"Cannot listen","attr":{"error":"Address not available"}}\n'


class Systemd:
    """What systemctl is told, and shows: one answer after another, the last one again and again."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, *shown: str, fails: str = "", log: Path | None = None, master: int = 7
    ) -> None:
        self.told: list[str] = []
        self._shown, self._fails = list(shown), fails
        self.log, self.words, self._master = log, "", master
        monkeypatch.setattr(Unit, "_systemctl", staticmethod(self._answer))
        monkeypatch.setattr(units, "_POLL", 0)

    def _answer(self, *words: str) -> subprocess.CompletedProcess[str]:
        if words[0] == "show":
            state, restarts = (self._shown.pop(0) if len(self._shown) > 1 else self._shown[0]).split()
            text = f"ActiveState={state}\nMainPID={self._master}\nNRestarts={restarts}\n"
            return subprocess.CompletedProcess([], 0, text, "")
        self.told.append(" ".join(words))
        if self.log and words[0] in ("start", "restart", "reload"):
            with self.log.open("a") as file:
                file.write(self.words)
        return subprocess.CompletedProcess([], int(words[0] == self._fails), "", "Job failed.\n")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "error.log"
    file.write_text("[emerg] of yesterday\n")
    return file


def listening(monkeypatch: pytest.MonkeyPatch, *answers: bool) -> None:
    """Whether the unit listens, one answer after another."""
    left: Iterator[bool] = iter(answers)
    here = [{"port": 27017, "unit": "mongod.service"}]
    elsewhere = [{"port": 27017, "unit": "other.service"}]
    monkeypatch.setattr(units.network, "listening", lambda: here if next(left) else elsewhere)


def children(monkeypatch: pytest.MonkeyPatch, *answers: set[int]) -> None:
    left = list(answers)
    monkeypatch.setattr(units, "children", lambda master: left.pop(0) if len(left) > 1 else left[0])


def test_a_unit_is_up_when_it_listens(monkeypatch: pytest.MonkeyPatch, log: Path) -> None:
    systemd = Systemd(monkeypatch, "active 0")
    listening(monkeypatch, False, False, True)
    Unit("mongod.service", 27017, str(log)).take_up("restarted", daemon_reload=True)
    assert systemd.told == ["daemon-reload", "restart mongod.service"]


@pytest.mark.parametrize("then", ["failed 0", "activating 1", "inactive 0"])
def test_a_unit_that_ends_at_its_start_is_refused_in_its_words(
    monkeypatch: pytest.MonkeyPatch, log: Path, then: str
) -> None:
    systemd = Systemd(monkeypatch, "active 0", "active 0", then, log=log)
    systemd.words = FATAL
    listening(monkeypatch, *[False] * 9)
    with pytest.raises(Refused, match='Cannot listen: {"error": "Address not available"}') as refused:
        Unit("mongod.service", 27017, str(log)).take_up("restarted", daemon_reload=False)
    assert "begins" not in str(refused.value)
    assert "yesterday" not in str(refused.value)


def test_a_unit_that_systemd_does_not_start_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a drop-in that it cannot read."""
    Systemd(monkeypatch, "inactive 0", fails="start")
    with pytest.raises(Refused, match=r"does not start with what was written\. It said:\nJob failed\."):
        Unit("mongod.service").take_up("started", daemon_reload=False)


def test_a_unit_that_hangs_at_its_start_is_left_to_what_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that recovers much: it is not ended for that."""
    monkeypatch.setattr(units, "_SETTLES_WITHIN", 0)
    Systemd(monkeypatch, "active 0")
    listening(monkeypatch, *[False] * 9)
    Unit("mongod.service", 27017).take_up("restarted", daemon_reload=False)


def test_a_reload_is_taken_up_with_new_workers(monkeypatch: pytest.MonkeyPatch, log: Path) -> None:
    systemd = Systemd(monkeypatch, "active 0")
    children(monkeypatch, {8}, {8}, {8, 9})
    Unit("nginx.service", log=str(log)).take_up("reloaded", daemon_reload=False)
    assert systemd.told == ["reload nginx.service"]


def test_a_reload_of_what_has_no_process_is_taken_up_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """As of a unit that only loads something into the kernel."""
    systemd = Systemd(monkeypatch, "active 0", master=0)
    children(monkeypatch, {8})
    Unit("rocketops-firewall.service").take_up("reloaded", daemon_reload=True)
    assert systemd.told == ["daemon-reload", "reload rocketops-firewall.service"]
    Systemd(monkeypatch, "active 0", master=0, fails="reload")
    with pytest.raises(Refused, match="does not take up"):
        Unit("rocketops-firewall.service").take_up("reloaded", daemon_reload=False)


def test_a_unit_that_is_off_is_started_in_the_place_of_a_reload(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a host where packages do not start what they bring."""
    systemd = Systemd(monkeypatch, "inactive 0", "active 0")
    Unit("nginx.service").take_up("reloaded", daemon_reload=False)
    assert systemd.told == ["start nginx.service"]


def test_a_reload_of_which_the_master_only_complains_is_refused(monkeypatch: pytest.MonkeyPatch, log: Path) -> None:
    """systemctl has succeeded: it has sent a signal."""
    systemd = Systemd(monkeypatch, "active 0", log=log)
    systemd.words = EMERGENCY
    children(monkeypatch, {8})
    with pytest.raises(Refused, match="limit_req") as refused:
        Unit("nginx.service", log=str(log)).take_up("reloaded", daemon_reload=False)
    assert "yesterday" not in str(refused.value)


@pytest.mark.parametrize(
    ("state", "was_active", "told", "sentence"),
    [
        ("reloaded", True, [], "nginx.service runs on with what it had."),
        ("reloaded", False, ["reset-failed nginx.service", "stop nginx.service"], "does not run, as before"),
        ("started", False, ["reset-failed nginx.service", "stop nginx.service"], "does not run, as before"),
        ("restarted", True, ["reset-failed nginx.service", "restart nginx.service"], "was started with those again"),
    ],
)
def test_a_unit_is_as_before(
    monkeypatch: pytest.MonkeyPatch, state: str, was_active: bool, told: list[str], sentence: str
) -> None:
    systemd = Systemd(monkeypatch, "active 0")
    assert sentence in Unit("nginx.service").as_before(state, was_active, daemon_reload=False)
    assert systemd.told == told


def test_a_unit_that_the_former_files_do_not_help_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    Systemd(monkeypatch, "active 0", fails="restart")
    assert "does not come up with those either" in Unit("a.service").as_before("restarted", True, False)
