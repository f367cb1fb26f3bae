# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is wrong with an inventory, collected so that the operator sees everything at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """``variable`` as it stands in the inventory, its ``value`` (None where it must not be shown or is not there)."""

    variable: str
    value: object
    reason: str
    remedy: str

    def __str__(self) -> str:
        shown = "" if self.value is None else f" = {self.value!r}"
        return f"{self.variable}{shown}: {self.reason}. {self.remedy}."


class PlanError(Exception):
    """The inventory cannot be deployed; carries every problem that was found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(self.message())

    def message(self) -> str:
        count = len(self.problems)
        head = f"{count} problem{'s' if count > 1 else ''} in the inventory; nothing was changed."
        return "\n".join([head, *(f"{number}. {problem}" for number, problem in enumerate(self.problems, 1))])
