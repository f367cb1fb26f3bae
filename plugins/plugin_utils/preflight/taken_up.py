# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what runs has the settings that are in its files. Pure.

The files may be as planned and what runs not: somebody edited one, had it taken up, and put it back. No program tells
all that it has, so this goes by when it read its files. The process that the ledger names has what they were then,
whatever became of their times since. Any other one, as after a restart by hand, has what was there as it began, and the
time of the last change (ctime) is the only one of a file that nobody can put back.

A file of settings that others have some in, too, may be newer for the sake of those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...module_utils.facts.programs import NATS
from ..plan.resources import File, RoleState, SettingsFile
from ..rocketchat import layout
from .hosts import Host
from .settings import after, keeps_containers, settings_change

# Ticks of 0.01 s, and a file system whose clock may be as coarse.
_AT_ONCE = 0.02


def files_of(state: RoleState) -> list[File]:
    """Those that the unit of a role reads its settings from."""
    return [file for file in state.files if file.effect and file.content is not None]


def older_than(host: Host, state: RoleState) -> str:
    """A file that was changed since the unit read it, though it is as planned; "" where there is none."""
    planned = {file.path: file.digest for file in files_of(state)}
    unit = (host.facts["units"] or {}).get(state.unit) or {}
    if state.unit == layout.MONGODB_UNIT and unit.get("unread"):
        return layout.MONGOD_UNIT_SETTINGS
    behind = _behind(host, state.unit, planned)
    return next(behind, "") or (_settings(host, state.unit, state.settings) if state.settings else "")


def nats_is_older(host: Host, path: str) -> bool:
    [planned] = [file for state in host.desired.values() for file in state.files if file.path == path]
    return any(_behind(host, NATS, {path: planned.digest}))


def lost_live_restore(host: Host, file: SettingsFile) -> bool:
    """The engine takes that up, and forgets it, without a restart."""
    engine = host.facts["docker"].get("engine") or {}
    return after(host, file).get("live-restore") is True and engine.get("live_restore") is False


def _behind(host: Host, name: str, planned: Mapping[str, str | None]) -> Iterator[str]:
    """Of files as planned; any other one is a difference itself."""
    program = host.facts["programs"].get(name)
    found = {path: host.facts["files"].get(path) or {} for path in planned}
    here = [path for path, digest in planned.items() if found[path].get("digest") == digest]
    if program is None:
        return
    if noted := _as_noted(host, name):
        yield from (path for path in here if noted["files"].get(path) != planned[path])
    else:
        yield from (path for path in here if _was_changed_after(host, found[path], program))


def _as_noted(host: Host, name: str) -> Mapping[str, Any] | None:
    """What the ledger says of it, if it is still the same process, and was not reloaded."""
    noted: Mapping[str, Any] | None = host.ledger["taken_up"].get(name)
    program = host.facts["programs"].get(name)
    return noted if noted and program and noted["process"] == program["process"] else None


def _was_changed_after(host: Host, file: Mapping[str, Any], program: Mapping[str, Any]) -> bool:
    """One that was changed in the future was so by a clock that was wrong."""
    return bool(program["since"] + _AT_ONCE < file["changed"] <= host.facts["clock"]["epoch"])


def _settings(host: Host, unit: str, file: SettingsFile) -> str:
    """The engine is not restarted for what others may have changed, where that would end containers."""
    program, found = host.facts["programs"].get(unit), host.facts["files"].get(file.path)
    if program is None or found is None:
        return ""
    change = settings_change(host, file)
    if _as_noted(host, unit):
        made = host.ledger["settings"].get(file.path, {})
        return file.path if any(made.get(name, value) != value for name, value in change.noted.items()) else ""
    is_newer = bool(change.noted) and keeps_containers(host, file) and _was_changed_after(host, found, program)
    return file.path if is_newer else ""
