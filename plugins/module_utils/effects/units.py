# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A unit of systemd takes up what was written for it, or says why it does not.

That `systemctl` succeeds is no proof. Of a service that is not `notify` it only says that a process was started, which
may end a moment later; and `nginx -s reload` sends a signal, after which the master may stay with what it had, as where
a zone of limit_req has another key than before (ngx_http_limit_req_module.c, ngx_http_limit_req_init_zone;
ngx_process_cycle.c goes on with the old cycle).
"""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass

from ..facts import network
from ..facts.programs import children
from .log import Log

# For a unit that neither comes up nor ends: what waits after it decides about that, and it may have much to recover.
_SETTLES_WITHIN = 60.0
_POLL = 0.1
# Lines of what a unit said that does its work and ends.
_OF_A_RUN = 20


class Refused(Exception):
    """What was written is not to stay; says why."""


@dataclass(frozen=True)
class Unit:
    """``port``: where its main process listens once it is up, 0 where nothing is known about that. ``log``: a path."""

    name: str
    port: int = 0
    log: str = ""

    def is_active(self) -> bool:
        return self._shown()["ActiveState"] in ("active", "activating", "reloading")

    def enable(self) -> None:
        """Raises Refused."""
        done = self._systemctl("enable", self.name)
        if done.returncode:
            raise Refused(_with(f"{self.name} cannot be made to start at every boot.", done.stderr))

    def is_enabled(self) -> bool:
        return self._shown()["UnitFileState"] == "enabled"

    def take_up(self, state: str, daemon_reload: bool) -> None:
        """``state``: `started`, `restarted` or `reloaded`, as of systemd_service: a unit that is off is started.

        Raises Refused.
        """
        log = Log(self.name, self.log)
        if daemon_reload:
            self._systemctl("daemon-reload")
        active = self.is_active()
        if state == "reloaded" and active:
            self._reload(log)
        elif state == "restarted" or not active:
            self._start("restart" if state == "restarted" else "start", log)

    def run(self) -> str | None:
        """One that does its work and ends: what it said, if it could not, and else None."""
        log = Log(self.name, self.log)
        done = self._systemctl("restart", self.name)
        return (log.said(_OF_A_RUN) or done.stderr.strip()) if done.returncode else None

    def as_before(self, state: str, was_active: bool, daemon_reload: bool) -> str:
        """After its former files are back. A sentence about how it is now."""
        if state == "reloaded" and was_active:
            return f"{self.name} runs on with what it had."
        if daemon_reload:
            self._systemctl("daemon-reload")
        # systemd gives up a unit that ended too often, and starts it no more until told so
        self._systemctl("reset-failed", self.name)
        if not was_active:
            self._systemctl("stop", self.name)
            return f"{self.name} does not run, as before."
        try:
            self._start("restart", Log(self.name, self.log))
        except Refused as refused:
            return f"{self.name} does not come up with those either. {refused}"
        return f"{self.name} was started with those again."

    def _start(self, verb: str, log: Log) -> None:
        done = self._systemctl(verb, self.name)
        if done.returncode:
            raise Refused(_with(f"{self.name} does not start with what was written.", log.said() or done.stderr))
        begun = self._shown()
        until = time.monotonic() + _SETTLES_WITHIN
        while not self._listens() and time.monotonic() < until:
            now = self._shown()
            if now["ActiveState"] in ("failed", "inactive") or now["NRestarts"] != begun["NRestarts"]:
                raise Refused(_with(f"{self.name} ends at its start with what was written.", log.said()))
            time.sleep(_POLL)

    def _listens(self) -> bool:
        return not self.port or any(
            one["port"] == self.port and one["unit"] == self.name for one in network.listening()
        )

    def _reload(self, log: Log) -> None:
        """A master that takes up its configuration has new workers. Of a unit without one, the command says it all."""
        master = int(self._shown()["MainPID"])
        before = children(master)
        done = self._systemctl("reload", self.name)
        refusal = f"{self.name} does not take up what was written."
        if done.returncode:
            raise Refused(_with(refusal, log.said() or done.stderr))
        if not master:
            return
        until = time.monotonic() + _SETTLES_WITHIN
        while not children(master) - before:
            if log.severe() or time.monotonic() > until:
                raise Refused(_with(refusal, log.said()))
            time.sleep(_POLL)

    def _shown(self) -> dict[str, str]:
        wanted = "--property=ActiveState,MainPID,NRestarts,UnitFileState"
        lines = self._systemctl("show", wanted, self.name).stdout.splitlines()
        told = dict(line.split("=", 1) for line in lines)
        return {"ActiveState": "", "MainPID": "0", "NRestarts": "0", "UnitFileState": "", **told}

    @staticmethod
    def _systemctl(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        return subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False, env=environment)


def _with(sentence: str, said: str) -> str:
    return f"{sentence} It said:\n{said.strip()}" if said.strip() else sentence
