# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with an inventory, collected so that the operator sees everything at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...module_utils.text import one_line


@dataclass(frozen=True)
class Problem:
    """``variable`` as it stands in the inventory, its ``value`` (None where it must not be shown or is not there)."""

    variable: str
    value: object
    reason: str
    remedy: str

    def __str__(self) -> str:
        shown = "" if self.value is None else f" = {self.value!r}"
        # the keys of a mapping are part of its name, and they may be anything
        variable = "".join(char if char.isprintable() else repr(char)[1:-1] for char in self.variable)
        return one_line(f"{variable}{shown}: {self.reason}. {self.remedy}.")


def all_problems(problems: Sequence[Problem], of_what: str) -> str:
    """In one message, whose first line says how many there are."""
    count = len(problems)
    head = f"{count} problem{'s' if count > 1 else ''} {of_what}"
    return "\n".join([head, *(f"{number}. {problem}" for number, problem in enumerate(problems, 1))])


class PlanError(Exception):
    """The inventory cannot be deployed; carries every problem that was found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(self.message())

    def message(self) -> str:
        return all_problems(self.problems, "in the inventory; nothing was changed.")


class Problems:
    """What the reading of an inventory meets, in its order: problems, and what is allowed but unwise.

    ``license_problems`` are for the gate to judge, which knows of the licence stored in the workspace, as are
    ``short_secrets``, names of variables, which an existing deployment may have.
    """

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.license_problems: list[Problem] = []
        self.short_secrets: list[str] = []
        self.warnings: list[str] = []

    def add(self, variable: str, value: object, reason: str, remedy: str) -> None:
        self.found.append(Problem(variable, value, reason, remedy))

    def add_once(self, variable: str, value: object, reason: str, remedy: str) -> None:
        """The same mistake in a group variable is met on every host, and added for the first."""
        if not any((known.variable, known.value) == (variable, value) for known in self.found):
            self.add(variable, value, reason, remedy)

    def warn(self, warning: str) -> None:
        self.warnings.append(warning)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A sentence with the known name that ``name`` resembles most, and a space; empty where none does."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"Did you mean {near[0]}? " if near else ""
