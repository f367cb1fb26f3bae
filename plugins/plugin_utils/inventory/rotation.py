# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that are rotated: from the secrets file to what it is next. Pure.

The file has a new secret before any host has it, and the former one beside it until no host takes that any more, so
that a run may end anywhere and be run again. There are two stages, and in each of them the file says what every host is
to have: while it is `switching`, servers take both secrets, and clients are given the new one; while it is `finishing`,
servers take the new one alone. The site playbook goes through the servers before the clients, so that a client is never
given what its server does not take yet; the second stage begins when the first was verified.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..rocketchat.problems import Problem, did_you_mean
from .secrets import generate
from .settings import FINISHING, SECRET_VARIABLES, SWITCHING, Rotation, needed_secrets, other_suffix

VARIABLE = "rocketchat_rotate"

# What the playbook `rotate` does with the file, one after another; the site playbook does none of it.
BEGIN, FINISH, END = "begin", "finish", "end"

# By secret, the names in the file. The password of Rocket.Chat's administrator is not among them, as it counts on the
# first start only and is changed in Rocket.Chat. Certificates for use inside the deployment would be.
ROTATED = {name: variable for name, variable in SECRET_VARIABLES.items() if name != "admin_password"}
STAGE = "rotation_stage"
FORMER = {name: f"former_{variable}" for name, variable in ROTATED.items()}
# NATS and MongoDB know one password of a user. The new one is another user's, who takes turns with the first.
SUFFIXES = {"mongodb_password": "rocketchat_mongodb_username_suffix", "nats_password": "nats_username_suffix"}
# Their names in the secrets file.
KEPT = frozenset({STAGE, *FORMER.values(), *SUFFIXES.values()})


def read_rotation(kept: Mapping[str, str]) -> Rotation:
    """What the secrets file says of one."""
    return Rotation(
        stage=kept.get(STAGE, ""),
        former={name: kept[entry] for name, entry in FORMER.items() if kept.get(entry)},
        suffixes={name: kept.get(entry, "") for name, entry in SUFFIXES.items()},
    )


def advanced(kept: Mapping[str, str], step: str, names: Iterable[str]) -> dict[str, str]:
    """What changes in the file; "" is an entry that goes. Nothing, where an earlier run came that far already.

    ``names``: the secrets that a new rotation is about.
    """
    stage = kept.get(STAGE, "")
    if step == BEGIN and not stage:
        changes = {STAGE: SWITCHING}
        for name in names:
            changes |= {FORMER[name]: kept[ROTATED[name]], ROTATED[name]: generate(name)}
            if name in SUFFIXES:
                changes[SUFFIXES[name]] = other_suffix(kept.get(SUFFIXES[name], ""))
        return changes if len(changes) > 1 else {}
    if step == FINISH and stage == SWITCHING:
        return {STAGE: FINISHING}
    if step == END and stage == FINISHING:
        return {entry: "" for entry in (STAGE, *FORMER.values()) if entry in kept}
    return {}


def with_changes(kept: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    """The file's content with some of it changed."""
    return {entry: value for entry, value in {**kept, **changes}.items() if value}


def told(kept: Mapping[str, str], names: Iterable[str]) -> str:
    """What a run is about to do with the secrets, for people."""
    if kept.get(STAGE):
        return f"Secrets to rotate: {_of(kept)}, which an earlier run did not finish. {_AFTERWARDS}"
    return f"Secrets to rotate: {', '.join(ROTATED[name] for name in names)}. {_AFTERWARDS}"


# NATS and mongod have their settings changed twice, and monoliths are told not to ask this once.
_AFTERWARDS = (
    "When all is verified with the new ones, the former are taken away, for which mongod is restarted, and NATS and "
    "the monoliths are replaced, once more, as far as that is about them."
)


def _of(kept: Mapping[str, str]) -> str:
    return ", ".join(ROTATED[name] for name in FORMER if kept.get(FORMER[name]))


def unfinished(kept: Mapping[str, str]) -> str:
    """For another playbook that meets it; "" where there is none."""
    if not kept.get(STAGE):
        return ""
    return f"the rotation of {_of(kept)} is not finished: run the playbook rotate again. Until then nothing is lost."


# -- which ones --------------------------------------------------------------------------------------------------------


def chosen(common: Mapping[str, object], wanted: list[str]) -> list[str]:
    """The secrets that a new rotation is about: those of ``wanted``, or all that are generated."""
    generated = [name for name in needed_secrets(dict(common)) if name in ROTATED and not common.get(ROTATED[name])]
    return [name for name in generated if not wanted or ROTATED[name] in wanted]


def choice_problems(common: Mapping[str, object], kept: Mapping[str, str], wanted: list[str]) -> Iterator[Problem]:
    """What of ``rocketchat_rotate`` cannot be rotated, and what was never generated."""
    needed = [ROTATED[name] for name in needed_secrets(dict(common)) if name in ROTATED]
    for variable in wanted:
        if variable not in ROTATED.values():
            remedy = f"{did_you_mean(variable, ROTATED.values())}Known are {', '.join(ROTATED.values())}"
            yield Problem(VARIABLE, variable, "is no secret that can be rotated", remedy)
        elif variable not in needed:
            reason = "belongs to a server that this deployment does not run"
            yield Problem(VARIABLE, variable, reason, "Change it there, and then in the variable with the server's URL")
        elif common.get(variable):
            reason = "is set in the inventory, and only a secret that was generated can be rotated"
            yield Problem(VARIABLE, variable, reason, "Write another value there, and run the site playbook")
    found = chosen(common, wanted)
    if not found and not wanted:
        reason = "finds no secret to rotate: all are set in the inventory, or belong to servers of your own"
        yield Problem("rotate", None, reason, "Write other values there, and run the site playbook")
    for name in found:
        if not kept.get(ROTATED[name]):
            reason = "is neither set nor in the secrets file: this deployment has not been made from this inventory yet"
            yield Problem(ROTATED[name], None, reason, "Run the site playbook first, or bring the secrets file here")


def option_problems(tags: Iterable[str], skipped: Iterable[str], limit: str | None) -> Iterator[Problem]:
    """While secrets are rotated, servers go before clients, and all of them go."""
    given = {"--tags": set(tags) - {"all"}, "--skip-tags": set(skipped), "--limit": {limit} if limit else set()}
    for option, values in given.items():
        if values:
            reason = "leaves out a part of the deployment, and secrets that are rotated change on all of it"
            remedy = "Leave it away until the playbook rotate has come to its end"
            yield Problem(option, ",".join(sorted(values)), reason, remedy)
