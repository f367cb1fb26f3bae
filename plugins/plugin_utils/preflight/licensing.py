# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which licence the workspace will run with, and whether it allows what is planned.

A licence that is stored in the workspace wins over the one given, even one that has expired: Rocket.Chat looks at the
one given, and stores it, only while none is stored that it can decrypt (read in 8.3-dev,
``apps/meteor/ee/app/license/server/startup.ts``, and ``setLicense`` of ``ee/packages/license/src/license.ts``, which
succeeds with a licence that is not valid).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ...module_utils.workspace.license import SCALABILITY, LicenseState, read_license
from ..inventory.licensing import IN_WORKSPACE, OTHER_ADDRESS, VARIABLE, about_the_license
from ..rocketchat.problems import Problem
from ..rocketchat.replicas import more_than_one
from ..rocketchat.stored_license import invalidity, is_valid
from ..rocketchat.versions import Version, parse_version

# 9.0.0's release notes: before it, every workspace had Custom OAuth.
OAUTH = "oauth-enterprise"
OAUTH_NEEDS_MODULE_SINCE = Version(9, 0, 0)


def license_problems(plan: Mapping[str, Any], workspace: Mapping[str, Any], now: datetime) -> Iterator[Problem]:
    valid, surplus = is_valid(workspace, now), _surplus(plan)
    if valid and surplus and _lacks_scalability(workspace):
        reason = (
            f"the one stored in the workspace wins, and lacks the module {SCALABILITY}, which upstream requires for "
            f"more than one of a service ({', '.join(surplus)})"
        )
        remedy = "Enter one that has it in Rocket.Chat's administration, or deploy one of each service"
        yield Problem(VARIABLE, None, reason, remedy)
    elif _lacks_its_own(plan, workspace, now):
        # a first deployment is given its licence once it runs
        if surplus and not workspace["new"]:
            yield _no_own_license(workspace, now)
    elif valid is False and surplus and _is_stored(workspace):
        reason = (
            f"{invalidity(workspace, now)}, and Rocket.Chat looks at no other while it is stored, so surplus replicas "
            f"shut down after 40 s ({', '.join(surplus)})"
        )
        remedy = "Enter a valid one in Rocket.Chat's administration, or deploy one of each service"
        yield Problem(VARIABLE, None, reason, remedy)
    if not valid:
        yield from _problems_of_the_one_given(plan, workspace)


def carried_problems(plan: Mapping[str, Any]) -> list[Problem]:
    """What the plan found wrong with the one given."""
    return [Problem(**problem) for problem in plan["license_problems"]]


def license_warnings(plan: Mapping[str, Any], workspace: Mapping[str, Any], now: datetime) -> Iterator[str]:
    """What the plan had to say of the one given counts only where none is stored that serves."""
    if is_valid(workspace, now) and not _lacks_scalability(workspace):
        return
    yield from about_the_license(plan["warnings"])
    if plan["license_problems"] and _is_for_site_url(plan, workspace):
        yield (
            f"{VARIABLE}: {OTHER_ADDRESS} the planned one, and works because Rocket.Chat compares it with the "
            f"workspace's Site_Url, which still is {workspace['site_url']}."
        )
    if not is_valid(workspace, now) and not _surplus(plan):
        yield from map(str, _moved(plan, workspace))
    if _lacks_its_own(plan, workspace, now) and (workspace["new"] or not _surplus(plan)):
        yield str(_no_own_license(workspace, now))


def oauth_warning(plan: Mapping[str, Any], workspace: Mapping[str, Any], now: datetime) -> Iterator[str]:
    version, services = parse_version(plan["version"]), workspace["custom_oauth"]
    modules = _modules(plan, workspace, now)
    if version and version >= OAUTH_NEEDS_MODULE_SINCE and services and modules is not None and OAUTH not in modules:
        yield (
            f"people log in with Custom OAuth here ({', '.join(services)}), for which Rocket.Chat {version} needs a "
            f"licence with the module {OAUTH}, and the workspace's has none: such logins will not work."
        )


def _lacks_its_own(plan: Mapping[str, Any], workspace: Mapping[str, Any], now: datetime) -> bool:
    """Whether the operator says that the workspace has a licence, and it neither has nor gets one."""
    missing = is_valid(workspace, now) is False
    return missing and plan["license_in_workspace"] and not _takes_the_one_given(plan, workspace, now)


def _no_own_license(workspace: Mapping[str, Any], now: datetime) -> Problem:
    reason = f"the workspace has no valid licence of its own: {invalidity(workspace, now)}"
    remedy = f"Enter one in Rocket.Chat's administration{'' if _is_stored(workspace) else f', or set {VARIABLE}'}"
    return Problem(IN_WORKSPACE, True, reason, remedy)


def _lacks_scalability(workspace: Mapping[str, Any]) -> bool:
    return _is_stored(workspace) and SCALABILITY not in workspace["license"]["modules"]


def _is_stored(workspace: Mapping[str, Any]) -> bool:
    """One that Rocket.Chat decrypts. What cannot be read here may be of an older kind, or no licence at all."""
    return workspace["license"] is not None


def _takes_the_one_given(plan: Mapping[str, Any], workspace: Mapping[str, Any], now: datetime) -> bool:
    """One given that cannot be read has the benefit of the doubt."""
    if workspace["license_status"] is not None:
        return False
    given = _given(plan, workspace)
    return given.is_valid(now) is not False if given else bool(_text_given(plan))


def _modules(plan: Mapping[str, Any], workspace: Mapping[str, Any], now: datetime) -> list[str] | None:
    """Of the licence that the workspace will run with; None where nobody knows."""
    if _is_stored(workspace):
        return list(workspace["license"]["modules"]) if is_valid(workspace, now) else []
    if workspace["reason"] or workspace["license_status"] is not None:
        return None
    if plan["license"] is None:
        return None if _text_given(plan) else []
    return list(plan["license"]["modules"])


def _problems_of_the_one_given(plan: Mapping[str, Any], workspace: Mapping[str, Any]) -> Iterator[Problem]:
    carried = carried_problems(plan)
    if _is_for_site_url(plan, workspace):
        yield from (problem for problem in carried if not problem.reason.startswith(OTHER_ADDRESS))
        return
    yield from carried
    if _surplus(plan):
        yield from _moved(plan, workspace)


def _moved(plan: Mapping[str, Any], workspace: Mapping[str, Any]) -> Iterator[Problem]:
    """Where the one given is for the planned address, and the workspace has stored another."""
    given = _given(plan, workspace)
    moved = given and given.address_matches is False and plan["license"]["address_matches"] is not False
    if moved and not plan["license_in_workspace"]:
        reason = (
            f"{OTHER_ADDRESS} {workspace['site_url']}, which the workspace's Site_Url still is and Rocket.Chat "
            "compares it with"
        )
        remedy = "Correct Site_Url in Rocket.Chat's administration, or fix it in rocketchat_settings"
        yield Problem(VARIABLE, None, reason, remedy)


def _is_for_site_url(plan: Mapping[str, Any], workspace: Mapping[str, Any]) -> bool:
    """Whether the one given, which is not for the planned address, may well be for the one that counts."""
    given = _given(plan, workspace)
    return bool(given and plan["license"]["address_matches"] is False and given.address_matches is not False)


def _given(plan: Mapping[str, Any], workspace: Mapping[str, Any]) -> LicenseState | None:
    """The one given, compared with the address that Rocket.Chat compares it with, as far as that is known."""
    license_, address = read_license(_text_given(plan)), workspace["site_url"]
    if not plan["license"] or not license_:
        return None
    state = LicenseState.from_dict(plan["license"])
    return replace(state, address_matches=license_.address_matches(address)) if address else state


def _text_given(plan: Mapping[str, Any]) -> str:
    """As the monoliths get it."""
    environments = [host["probes"]["containers"] for host in plan["hosts"].values() if host["probes"]["containers"]]
    given = (env.get("ROCKETCHAT_LICENSE") for one in environments for env in one["secret_environments"].values())
    return next(filter(None, given), "")


def _surplus(plan: Mapping[str, Any]) -> list[str]:
    return more_than_one(container["service"] for host in plan["hosts"].values() for container in host["containers"])
