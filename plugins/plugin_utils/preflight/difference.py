# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One resource that is not as planned."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """``kind``: product (a package that stands for a role), package, file, adopted (a file of
    somebody else's), mode (of a file whose content is right), unit, certificate (that others issue), network,
    container, users, left (a file of an earlier plan) or ledger.

    ``resource``: which one. ``sentence``: what a run does about it.
    ``effect``: what the role's unit has to do then, ``restart`` or ``reload``, or "".
    ``replaces``: a container that Compose would leave as it is has to be made anew. ``renews``: so has the content of a
    file.
    """

    kind: str
    resource: str
    sentence: str
    effect: str = ""
    replaces: bool = False
    renews: bool = False
