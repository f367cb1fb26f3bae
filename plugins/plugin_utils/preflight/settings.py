# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be changed of a file of settings that others have settings in, too: ours alone, and nothing twice.

Whose a setting is says the ledger, by the digest of what was set; what somebody else set since is theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...module_utils.facts.settings import as_text, changed, digest, leaves, masked, top
from ..plan.desired import LOGGING
from ..plan.resources import SettingsFile
from .hosts import Host, was_deployed

_NOTHING: Mapping[str, Any] = {"error": None, "values": {}, "digests": {}}


@dataclass(frozen=True)
class Change:
    """``wanted`` are set and ``dropped`` removed, by the names that module_utils/facts/settings.py gives them.

    ``effect``: what the unit has to do then. ``noted``: the digests of all that is ours from then on; ``before``: until
    then, as the file may be put back.
    """

    wanted: dict[str, Any]
    dropped: list[str]
    effect: str
    noted: dict[str, str]
    before: dict[str, str]

    def __bool__(self) -> bool:
        return bool(self.wanted or self.dropped)

    @property
    def names(self) -> list[str]:
        """As people write them: settings of the file, whatever is in them."""
        return sorted({top(name) for name in [*self.wanted, *self.dropped]})


def settings_change(host: Host, file: SettingsFile) -> Change:
    said = told(host, file.path)
    found: Mapping[str, str] = said["digests"]
    ours = _ours(host, file, found)
    if said["error"]:
        return Change({}, [], "", dict(ours), dict(ours))
    # an object without any settings asks for none
    desired = {name: value for name, value in leaves(file.wanted).items() if value != {}}
    for group in file.preferred:
        if _is_for_us(host, list(group), found, ours):
            desired |= leaves(group)
    wanted = {name: value for name, value in desired.items() if found.get(name) != digest(value)}
    dropped = [name for name, made in ours.items() if name not in desired and found.get(name) == made]
    dropped += [name for name in _of_another_driver(wanted, found) if name not in {*desired, *dropped}]
    effect = "reload" if not dropped and {top(name) for name in wanted} <= file.reloadable else "restart"
    noted = {name: digest(value) for name, value in desired.items() if name in wanted or name in ours}
    return Change(wanted, dropped, effect, noted, {**noted, **ours})


def _ours(host: Host, file: SettingsFile, found: Mapping[str, str]) -> Mapping[str, str]:
    """Where a version deployed that kept no ledger, what is as planned was made by it."""
    if host.facts["ledger"]["state"] == "absent" and was_deployed(host):
        planned = leaves({key: value for group in [*file.preferred, file.wanted] for key, value in group.items()})
        return {name: digest(value) for name, value in planned.items() if found.get(name) == digest(value)}
    ours: Mapping[str, str] = host.ledger["settings"].get(file.path, {})
    return ours


def _is_for_us(host: Host, group: list[str], found: Mapping[str, str], ours: Mapping[str, str]) -> bool:
    """Whoever made the first of a group decides on the others; where nobody did, nobody else may have made any."""
    first = [name for name in found if top(name) == group[0]]
    if first or group[0] in ours:
        return group[0] in ours
    return not any(top(name) in group for name in found) and not any(is_flag(host, name) for name in group)


def _of_another_driver(wanted: Mapping[str, Any], found: Mapping[str, str]) -> list[str]:
    """The engine does not start with options that its log driver does not know; without any, it has the usual one."""
    usual = LOGGING["log-driver"]
    if "log-driver" not in wanted or ("log-driver" not in found and wanted["log-driver"] == usual):
        return []
    return [name for name in found if top(name) == "log-opts"]


def is_flag(host: Host, name: str) -> bool:
    """Whether it is on the engine's command line: dockerd does not start with a setting that is in its file, too.

    What may occur several times is called by one of it there, and the sockets by one letter, as in Docker's own unit.
    """
    engine = host.facts["docker"].get("engine") or {"flags": []}
    called = {name, name.removesuffix("s"), *(["H"] if name == "hosts" else [])}
    return not called.isdisjoint(engine["flags"])


def told(host: Host, path: str) -> Mapping[str, Any]:
    """What the host said of the file."""
    said: Mapping[str, Any] = host.facts["settings"].get(path, _NOTHING)
    return said


def after(host: Host, file: SettingsFile) -> dict[str, Any]:
    """All that will be in the file, without secrets of others."""
    change = settings_change(host, file)
    return changed(told(host, file.path)["values"], change.wanted, change.dropped)


def is_our_file(host: Host, file: SettingsFile) -> bool:
    """One that somebody else wrote keeps its owner and mode."""
    noted = host.ledger["resources"].get(f"file {file.path}")
    older = noted is None and was_deployed(host)
    return noted == "made" or older or host.facts["files"].get(file.path) is None


def keeps_containers(host: Host, file: SettingsFile) -> bool:
    """Whether a restart of the engine leaves containers alone: the engine takes that setting up without one."""
    return after(host, file).get("live-restore") is True or is_flag(host, "live-restore")


def settings_entry(host: Host, file: SettingsFile) -> dict[str, Any]:
    """Changes and no content: what others have in the file may be secret, and is not asked for."""
    change = settings_change(host, file)
    return {
        "path": file.path,
        "mode": file.mode if is_our_file(host, file) else None,
        "set": change.wanted,
        "remove": change.dropped,
        "noted": {file.path: change.noted},
        "validate": file.validate,
        # an engine that keeps containers while it restarts has to be known to do so
        "keeps_containers": keeps_containers(host, file),
    }


def settings_diff(host: Host, file: SettingsFile) -> dict[str, str]:
    before = as_text(told(host, file.path)["values"]) if host.facts["files"].get(file.path) else ""
    texts = {"before": before, "after": as_text(masked(after(host, file)))}
    return {"before_header": file.path, "after_header": file.path, **texts}
