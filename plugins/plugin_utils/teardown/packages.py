# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which packages may go: those that we installed, and that nobody else uses by now. Pure."""

from __future__ import annotations

from ..rocketchat import layout
from ..rocketchat.distributions import DOCKER_LIBRARIES
from ..rocketchat.left_by_packages import ENGINE_PACKAGES
from .engine import networks_in_use, others_on_the_engine
from .found import NFTABLES_UNIT, NGINX_DIRECTORY, Found


def candidates(found: Found) -> list[str]:
    """What apt is asked about."""
    used = in_use(found)
    return [name for name in found.packages_there if name not in used]


def in_use(found: Found) -> dict[str, str]:
    """By package why somebody else has it in use by now."""
    reasons: dict[str, str] = {}
    for name in found.packages_there:
        if name in ENGINE_PACKAGES and (others := list(others_on_the_engine(found))):
            reasons[name] = f"the Docker Engine has what is not ours: {', '.join(others)}"
        elif name in DOCKER_LIBRARIES and (networks := networks_in_use(found)):
            reasons[name] = f"needed to remove {', '.join(networks)} later"
        elif name == "nginx" and (sites := others_in_nginx(found)):
            reasons[name] = f"nginx has settings of others: {', '.join(sites)}"
        elif name == "nftables" and found.facts["units"].get(NFTABLES_UNIT, {}).get("enabled"):
            reasons[name] = f"{NFTABLES_UNIT} is enabled, and loads rules of others at every boot"
        elif changed := _foreign(found, found.facts["changed_settings"].get(name, [])):
            reasons[name] = f"somebody changed {', '.join(changed)}, which would go with it"
    return reasons


def came_along(found: Found) -> list[str]:
    """What goes with the packages, as nothing needs it without them."""
    changed = found.apt["changed_settings"]
    return [name for name in found.apt["along"] if not _foreign(found, changed.get(name, []))]


def kept(found: Found) -> dict[str, str]:
    """By package of ours why it stays."""
    needed = {name: f"{', '.join(others)} would go with it" for name, others in found.apt["needed_by"].items()}
    return {**needed, **in_use(found)}


def others_in_nginx(found: Found) -> list[str]:
    there = found.facts["sites"].get(NGINX_DIRECTORY, [])
    changed = found.facts["changed_settings"].get(layout.NGINX_CONFIGURATION_PACKAGE, [])
    return _foreign(found, [*there, *changed])


def _foreign(found: Found, paths: list[str]) -> list[str]:
    """Those that no ledger knows."""
    return [path for path in paths if path not in found.noted("file")]
