# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host as it told what a deployment has left there, and what of others it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..plan.templates import MANAGED
from ..rocketchat import layout
from ..rocketchat.left_by_packages import LEFT

MADE, FOUND, ADOPTED = "made", "found", "adopted"
_NOTHING: Mapping[str, Any] = {"goes": [], "needed_by": {}, "along": [], "changed_settings": {}, "fault": ""}
NGINX_DIRECTORY = layout.NGINX_CONFIGURATION.rpartition("/")[0]
NFTABLES_UNIT = "nftables.service"


def question() -> dict[str, Any]:
    """The options of host_remains. What there is of ours, the host itself knows."""
    left = LEFT.values()
    return {
        "mark": MANAGED,
        "units": sorted({layout.NGINX_UNIT, NFTABLES_UNIT, *layout.ENGINE_UNITS, *(one.unit for one in left)}),
        "trees": sorted({tree for one in left for tree in (*one.trees, *one.data)}),
        "texts": [layout.HOSTS_FILE],
        "sites": [NGINX_DIRECTORY],
        "settings_of": [layout.NGINX_CONFIGURATION_PACKAGE],
        "users": sorted({user for one in left for user in one.users}),
        "groups": sorted({group for one in left for group in one.groups}),
    }


@dataclass(frozen=True)
class Found:
    """``facts``: of host_remains. ``apt``: what that said of the packages that may go.

    ``data_goes``: whether the operator named the host to have its data removed.
    """

    name: str
    facts: Mapping[str, Any]
    apt: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    data_goes: bool = False

    @property
    def content(self) -> Mapping[str, Any]:
        """Of the ledger."""
        content: Mapping[str, Any] = self.facts["ledger"]["content"]
        return content

    def noted(self, kind: str) -> dict[str, str]:
        """Of the ledger's resources those of a kind, by name, and whose each is."""
        named = {key.partition(" ")[::2]: whose for key, whose in self.content["resources"].items()}
        return {name: whose for (of_kind, name), whose in named.items() if of_kind == kind}

    @property
    def docker(self) -> Mapping[str, Any]:
        docker: Mapping[str, Any] = self.facts["docker"]
        return docker

    def has_unit(self, unit: str) -> bool:
        return bool(self.facts["units"].get(unit, {}).get("found"))

    def at(self, path: str) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self.facts["files"].get(path)
        return found

    @property
    def packages_made(self) -> list[str]:
        return [name for name, whose in self.noted("package").items() if whose == MADE]

    @property
    def left_something(self) -> list[str]:
        """Packages of ours that leave something, those included whose data stayed when they went."""
        noted = self.noted("tree")
        return [name for name in LEFT if name in self.packages_made or set(LEFT[name].data) & set(noted)]

    @property
    def packages_there(self) -> list[str]:
        """Of those that we installed."""
        return [name for name in self.packages_made if name in self.facts["packages"]]

    @property
    def packages_going(self) -> list[str]:
        return list(self.apt["goes"])

    @property
    def engine_goes(self) -> bool:
        of_engine = {name for name in self.packages_going if name in LEFT and LEFT[name].unit == layout.DOCKER_UNIT}
        return bool(of_engine) or not self.has_unit(layout.DOCKER_UNIT)

    @property
    def nginx_goes(self) -> bool:
        return not self.has_unit(layout.NGINX_UNIT) or "nginx" in self.packages_going

    @property
    def data(self) -> list[str]:
        """Directories with what people made, as far as they are there."""
        of_packages = [path for name in self.left_something for path in LEFT[name].data]
        known = dict.fromkeys([*self.content["data"], *of_packages])
        return [path for path in known if path in self.facts["trees"]]
