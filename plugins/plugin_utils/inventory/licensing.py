# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the licence given allows what is planned, as far as it can be read. Nothing of its text is shown.

A valid licence that is stored in the workspace wins over the one given, which is stored there once it was found valid
(read in 8.3-dev, ``apps/meteor/ee/app/license/server/startup.ts``). So where the workspace is said to have its own,
what is wrong with the one given is worth a warning, and no reason to refuse what works. Where it is not, the plan
carries that to the gate (preflight/licensing.py), which looks at the stored one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult

from ...module_utils.workspace.license import SCALABILITY, License, LicenseState, read_license
from ..rocketchat.problems import Problem, Problems
from ..rocketchat.replicas import more_than_one
from .settings import Host

VARIABLE = "rocketchat_license"
IN_WORKSPACE = "rocketchat_license_in_workspace"
OTHER_ADDRESS = "the licence given was issued for another address than"
_OR_ITS_OWN = f", or write {IN_WORKSPACE}: true if the workspace has a valid one of its own"


def check_license(
    problems: Problems,
    common: dict[str, Any],
    hosts: list[Host],
    root_url: SplitResult | None,
    now: datetime,
    deploy: bool,
) -> LicenseState | None:
    """The licence given, without its text; None where there is none, or none that can be read.

    Only a deployment is refused: one that runs is to be asked about its health also on the day after the licence ended.
    """
    surplus = _surplus(hosts)
    text = common[VARIABLE].strip()
    if not text:
        if not common[IN_WORKSPACE]:
            _missing(problems, surplus, deploy)
        return None
    license_ = read_license(text, is_new=deploy)
    if license_ is None:
        return None
    variable, address = _address(common, root_url)
    modules = license_.modules_at(now)
    found = [*_validity(license_, now), *_other_address(license_, variable, address)]
    if SCALABILITY not in modules and surplus:
        reason = (
            f"the licence given lacks the module {SCALABILITY}, which upstream requires for more than one of a service "
            f"({', '.join(surplus)})"
        )
        found.append(Problem(VARIABLE, None, reason, "Set one that has it, or deploy one of each service"))
    elif SCALABILITY not in modules:
        problems.warn(
            f"{VARIABLE}: the licence given lacks the module {SCALABILITY}, which upstream requires for microservices. "
            "Deploy no more than one of each service."
        )
    if common[IN_WORKSPACE]:
        for problem in found:
            problems.warn(f"{problem} The workspace's own, which {IN_WORKSPACE} promises, wins while it is valid.")
        return LicenseState.of(license_, "given", address, now)
    found = [replace(problem, remedy=problem.remedy + _OR_ITS_OWN) for problem in found]
    if deploy:
        problems.license_problems += found
    else:
        for problem in found:
            problems.warn(str(problem))
    return LicenseState.of(license_, "given", address, now)


def about_the_license(warnings: list[str]) -> list[str]:
    """Those among a plan's warnings that were met here."""
    return [warning for warning in warnings if warning.startswith(VARIABLE)]


def _surplus(hosts: list[Host]) -> list[str]:
    return more_than_one(instance.service.key for host in hosts for instance in host.instances())


def _missing(problems: Problems, surplus: list[str], deploy: bool) -> None:
    if surplus:
        reason = f"is empty, and without it surplus replicas shut down after 40 s ({', '.join(surplus)})"
        remedy = (
            f"Set the licence, or {IN_WORKSPACE}: true if the workspace has a valid one of its own, or deploy one of "
            "each service"
        )
        problem = Problem(VARIABLE, "", reason, remedy)
        if deploy:
            problems.found.append(problem)
        else:
            problems.warn(str(problem))
    else:
        problems.warn(
            f"{VARIABLE} is empty: upstream requires an Enterprise licence with the {SCALABILITY} module for "
            "microservices. Single instances run without it; surplus replicas would shut down."
        )


def _validity(license_: License, now: datetime) -> Iterator[Problem]:
    if license_.starts and not license_.has_started(now):
        reason = f"the licence given is valid from {_moment(license_.starts)} on only"
        yield Problem(VARIABLE, None, reason, "Set one that is valid now, or wait until then")
    if license_.ends and license_.has_expired(now):
        reason = f"the licence given expired on {_moment(license_.ends)}"
        yield Problem(VARIABLE, None, reason, "Set the renewed one")


def _address(common: dict[str, Any], root_url: SplitResult | None) -> tuple[str, str]:
    """The variable that says what a licence is compared with, Rocket.Chat's Site_Url, and its value.

    Its default is the root URL.
    """
    fixed = common["rocketchat_settings"].get("Site_Url")
    if isinstance(fixed, str):
        return "rocketchat_settings.Site_Url", fixed
    return "rocketchat_root_url", root_url.geturl() if root_url else ""


def _other_address(license_: License, variable: str, address: str) -> Iterator[Problem]:
    if address and license_.address_matches(address) is False:
        reason = f"{OTHER_ADDRESS} {variable}"
        remedy = (
            f"Correct {variable} if it is wrong (name, port and path count, the scheme does not), or ask Rocket.Chat "
            "for a licence for it"
        )
        yield Problem(VARIABLE, None, reason, remedy)


def _moment(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
