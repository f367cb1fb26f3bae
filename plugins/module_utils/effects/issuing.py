# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A unit of systemd asks for a certificate, or says why there is none."""

from __future__ import annotations

from collections.abc import Sequence

from .units import Refused, Unit

# What certbot says each time, and which helps nobody here.
_IDLE = ("Saving debug log to ", "Ask for help ")


def issue(unit: str, timer: str, names: Sequence[str]) -> None:
    """Raises Refused, with what becomes of the deployment."""
    said = Unit(unit).run()
    if said is None:
        return
    told = "\n".join(line for line in said.splitlines() if not line.startswith(_IDLE))
    raise Refused(
        f"No certificate for {', '.join(names)} is in place. certbot and nginx said:\n{told}\n"
        "nginx runs on with the one that it had; until a first one is issued, that is signed by itself. "
        f"{timer} tries again twice a day, and so does the next run of this playbook."
    )
