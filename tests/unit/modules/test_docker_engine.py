# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module docker_engine with a systemctl that does what a test says; tests/e2e has a real engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts import ledger
from ansible_collections.rocketops.rocketchat.plugins.modules import docker_engine

from tests.unit.modules.running import run

JOURNAL = "docker.service: Main process exited\nfailed to start daemon: unknown log opt 'nope'\nStopped\n"


class Host:
    """``bad``: the engine does not start while the file has this text. ``live``: it keeps containers from a reload on.

    ``off``: it does not start at boot, but for the next time. ``broken``: nothing of systemd works.
    """

    def __init__(self, file: Path) -> None:
        self.file, self.bad, self.live, self.broken = file, "", True, False
        self.off = False
        self.calls: list[str] = []

    def run_command(self, _module: Any, command: list[str]) -> tuple[int, str, str]:
        program, verb, *_rest = command
        if program == "journalctl":
            return 0, "" if self.broken else JOURNAL, ""
        self.calls.append(verb)
        if self.broken:
            return 1, "", "no"
        if verb in ("is-active", "is-enabled"):
            return 0, "enabled-runtime\n" if self.off else f"{verb.removeprefix('is-')}\n", ""
        written = self.file.read_text() if self.file.exists() else ""
        fails = verb in ("start", "restart") and self.bad and self.bad in written
        return (1, "", "Job for docker.service failed.") if fails else (0, "", "")

    def live_restore(self, _socket: str) -> bool:
        return self.live and "reload" in self.calls


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    one = Host(tmp_path / "daemon.json")
    one.file.write_text("new")
    (tmp_path / "old").write_text("old")
    monkeypatch.setattr(
        "ansible.module_utils.basic.AnsibleModule.run_command", lambda *a, **k: one.run_command(*a, **k)
    )
    monkeypatch.setattr(docker_engine, "live_restore", one.live_restore)
    monkeypatch.setattr(docker_engine, "RELOAD_SECONDS", 0)
    return one


def take_up(host: Host, state: str, changed: bool = True, **options: Any) -> dict[str, Any]:
    put_back = {"path": str(host.file), "backup": str(host.file.parent / "old")} if changed else None
    return run(docker_engine.main, state=state, put_back=put_back, **options)


def test_containers_are_kept_before_the_engine_restarts(host: Host) -> None:
    assert take_up(host, "restarted", keeps_containers=True)["changed"]
    assert host.calls == ["is-active", "is-enabled", "reload", "reset-failed", "restart"]


def test_engine_that_would_not_keep_containers_is_not_restarted(host: Host) -> None:
    host.live = False
    message = take_up(host, "restarted", keeps_containers=True)["msg"]
    assert "it did not take up live-restore, and a restart would have ended all containers" in message
    assert host.file.read_text() == "old"


def test_engine_that_ends_containers_restarts_at_once(host: Host) -> None:
    take_up(host, "restarted")
    assert host.calls == ["is-active", "is-enabled", "reset-failed", "restart"]


@pytest.mark.parametrize(("state", "calls"), [("started", ["reset-failed", "start"]), ("reloaded", ["reload"])])
def test_other_ways(host: Host, state: str, calls: list[str]) -> None:
    assert take_up(host, state)["changed"] is (state == "reloaded")
    assert host.calls == ["is-active", "is-enabled", *calls]


@pytest.mark.parametrize("state", ["started", "restarted"])
def test_settings_with_which_it_does_not_start_are_put_back(host: Host, state: str) -> None:
    host.bad = "new"
    assert take_up(host, state)["msg"] == (
        "The Docker Engine does not take up its settings: failed to start daemon: unknown log opt 'nope'. "
        f"{host.file} was put back as it was, and the engine runs with that."
    )
    assert host.file.read_text() == "old"


def test_a_new_file_is_removed(host: Host) -> None:
    host.bad = "new"
    result = run(docker_engine.main, state="started", put_back={"path": str(host.file), "backup": ""})
    assert not host.file.exists() and result["failed"]


def test_engine_that_starts_with_neither(host: Host) -> None:
    host.broken = True
    assert "and it does not start with that either: no." in take_up(host, "restarted")["msg"]


def test_what_an_earlier_run_left_is_only_told(host: Host) -> None:
    host.bad = "new"
    message = take_up(host, "restarted", changed=False)["msg"]
    assert message == "The Docker Engine does not take up its settings: failed to start daemon: unknown log opt 'nope'."
    assert host.file.read_text() == "new"


def test_it_starts_at_every_boot_from_then_on(host: Host) -> None:
    host.off = True
    assert take_up(host, "started", changed=False)["changed"]
    assert host.calls[-1] == "enable"


@pytest.mark.parametrize("bad", ["", "new"])
def test_what_it_took_up_is_not_pending_any_more(host: Host, tmp_path: Path, bad: str) -> None:
    path = tmp_path / "ledger.json"
    ledger.write(str(path), {**ledger.EMPTY, "pending": {"docker.service": "restart", "nginx.service": "reload"}})
    host.bad = bad
    take_up(host, "restarted", ledger={"path": str(path), "collection": "0.2.0", "settings": {"daemon.json": {}}})
    kept = ledger.read(str(path))["content"]
    assert set(kept["pending"]) == ({"nginx.service"} if not bad else {"nginx.service", "docker.service"})
    assert kept["settings"] == ({} if bad else {"daemon.json": {}})
