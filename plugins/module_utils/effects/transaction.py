# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that belong together: all of them are written, accepted and taken up, or the host is as it was."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .keeping import keep, put_back
from .noting import note_taken_up
from .units import Refused, Unit
from .writing import apply

if TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

_UNITS = "/etc/systemd/"
_REMEDY = "Change what it names, a setting or a file of the host's own, and run the playbook again."


class Transaction:
    """``differences`` and ``backups``: of the files that were changed. ``took_up``: whether the unit had to do it."""

    def __init__(self, module: AnsibleModule, wanted: Sequence[dict[str, Any]]) -> None:
        self._module, self._wanted = module, wanted
        self._validate_all: str = module.params["validate_all"] or ""
        settings = module.params["unit"]
        self._state: str = settings["state"] if settings else ""
        self._unit = Unit(settings["name"], settings["port"], settings["log"]) if settings else None
        self._enables: bool = bool(settings and settings["enabled"])
        self._ledger: dict[str, Any] | None = module.params["ledger"]
        self.differences: list[dict[str, Any]] = []
        self.backups: list[str] = []
        self.took_up = self._was_enabled = False

    @property
    def changed(self) -> bool:
        return bool(self.differences) or self.took_up or self._was_enabled

    def run(self) -> None:
        """Raises Refused, after which everything is as it was."""
        kept = [keep(entry["path"]) for entry in self._wanted]
        was_active = bool(self._unit and self._unit.is_active())
        try:
            for entry in self._wanted:
                difference = apply(self._module, entry, self.backups)
                self.differences += [difference] if difference else []
            has_to = self._unit is not None and (self._state != "started" or not was_active)
            if not self._module.check_mode and (self.differences or has_to):
                self._accept()
            if has_to:
                self._take_up()
            if self._unit and self._enables and not self._unit.is_enabled():
                self._enable(self._unit)
        except BaseException as reason:
            changed = put_back(kept)
            for backup in self.backups:
                os.unlink(backup)
            if not isinstance(reason, Refused):
                raise
            raise Refused("\n".join([str(reason), *self._left(changed, was_active)])) from None
        if self._unit and self._ledger and not self._module.check_mode:
            note_taken_up(self._unit.name, self._ledger)

    def _accept(self) -> None:
        """The command also sees what the host has beside these files."""
        code, output, errors = self._module.run_command(self._validate_all) if self._validate_all else (0, "", "")
        if code != 0:
            raise Refused(f"`{self._validate_all}` does not accept what was written:\n{(errors or output).strip()}")

    def _take_up(self) -> None:
        self.took_up = True
        if self._unit and not self._module.check_mode:
            # also of one that was changed by hand, which systemd may not know
            self._unit.take_up(self._state, _has_units([entry["path"] for entry in self._wanted]))

    def _enable(self, unit: Unit) -> None:
        self._was_enabled = True
        if not self._module.check_mode:
            unit.enable()

    def _left(self, changed: list[str], was_active: bool) -> list[str]:
        """How the host was left, in sentences."""
        sentences = [f"Put back as they were: {', '.join(sorted(changed))}."] if changed else []
        if self._unit and self.took_up:
            sentences.append(self._unit.as_before(self._state, was_active, _has_units(changed)))
        elif self._unit:
            sentences.append(f"{self._unit.name} was left alone.")
        if self._validate_all and changed and not self.took_up:
            try:
                self._accept()
            except Refused:
                sentences.append("It does not accept what is there without them either: mend that first.")
        return [*sentences, _REMEDY] if self._validate_all or self._unit else sentences


def _has_units(paths: list[str]) -> bool:
    return any(path.startswith(_UNITS) for path in paths)
