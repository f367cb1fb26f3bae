# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The licence that Rocket.Chat works with: when it ends, and whether a replica that found none was only cut off."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from ...module_utils.containers.docker_api import epoch
from ...module_utils.workspace.license import LicenseState
from ..rocketchat.replicas import more_than_one
from .answers import HostAnswers
from .model import HealthWarning, Symptom

_WARN_BEFORE = timedelta(days=30)
# Rocket.Chat's cloud renews some by itself.
_WARN_BEFORE_RENEWAL = timedelta(days=7)
_NAMES = {"given": "The licence given in rocketchat_license", "stored": "The licence stored in the workspace"}
_RENEW = {
    # With an expired one stored, 8.3-dev does not look at ROCKETCHAT_LICENSE at all (ee/app/license/server/startup.ts).
    "given": "Set the renewed one there, and enter it in Rocket.Chat's administration as well, as what is stored wins.",
    "stored": "Renew it in Rocket.Chat's cloud, or enter the renewed one in the administration.",
}
# The page and its button are 8.3-dev's (client/views/admin/subscription/SubscriptionPage.tsx).
_SYNC = (
    "Rocket.Chat's cloud renews it by itself. If it is late, sync it in the administration, under Subscription, or "
    "enter the renewed one there."
)
# A replica that lost NATS or the monolith may have started again in vain shortly before these came back.
_BEFORE_THE_RETURN = 30


def license_in_use(plan: Mapping[str, Any], answers: Mapping[str, HostAnswers]) -> LicenseState | None:
    """The stored one wins. None where nothing is known of the one in use."""
    for answer in answers.values():
        workspace = answer.get("workspace")
        if workspace.get("license"):
            return LicenseState.from_dict(workspace["license"])
        if workspace.get("license_status") is not None:
            return None
    if plan["license"] and not plan["license_in_workspace"]:
        return LicenseState.from_dict(plan["license"])
    return None


def has_surplus(plan: Mapping[str, Any]) -> bool:
    """Whether some service has more than one replica, which takes a licence: a single one lives on without."""
    return bool(
        more_than_one(container["service"] for host in plan["hosts"].values() for container in host["containers"])
    )


def warnings(license_: LicenseState | None, now: datetime | None, surplus: bool) -> Iterator[HealthWarning]:
    """``surplus``: without it, its end is no more than this."""
    left = license_.time_left(now) if license_ and now else None
    if license_ and left is not None and left < timedelta() and not surplus:
        sentence = (
            f"{_NAMES[license_.source]} expired on {_moment(license_.ends)}. Single instances run without it; surplus "
            f"replicas would shut themselves down. {_renewal(license_)}"
        )
        yield HealthWarning("license.expired", sentence)
    if (
        license_
        and left is not None
        and timedelta() <= left <= (_WARN_BEFORE_RENEWAL if license_.auto_renew else _WARN_BEFORE)
    ):
        days = f"in {left.days} day{'s' if left.days > 1 else ''}" if left.days else "in less than a day"
        sentence = f"{_NAMES[license_.source]} ends on {_moment(license_.ends)}, {days}. {_renewal(license_)}"
        yield HealthWarning("license.ends_soon", sentence)


def expiry(license_: LicenseState | None, now: datetime | None) -> Symptom | None:
    """For surplus replicas."""
    left = license_.time_left(now) if license_ and now else None
    if not license_ or left is None or left >= timedelta():
        return None
    sentence = (
        f"{_NAMES[license_.source]} expired on {_moment(license_.ends)}: surplus replicas shut themselves down. "
        f"{_renewal(license_)}"
    )
    return Symptom("license.expired", sentence)


def _renewal(license_: LicenseState) -> str:
    return _SYNC if license_.auto_renew and license_.source == "stored" else _RENEW[license_.source]


def wrong_address(license_: LicenseState | None, plan: Mapping[str, Any], answers: Mapping[str, HostAnswers]) -> str:
    """A further sentence, with a space in front, or nothing."""
    if license_ is None or license_.address_matches is not False:
        return ""
    known = (answer.get("workspace").get("site_url") for answer in answers.values() if license_.source == "stored")
    address = next(filter(None, known), plan["root_url"])
    return f" {_NAMES[license_.source]} was issued for another address than {address}."


def returns(plan: Mapping[str, Any], answers: Mapping[str, HostAnswers], monolith: str) -> list[float]:
    """When each NATS and each monolith was last started."""
    moments = []
    for host, planned in plan["hosts"].items():
        names = ["nats", *(one["name"] for one in planned["containers"] if one["service"] == monolith)]
        found = (answers[host].find("containers", "containers", name) for name in names)
        moments += [epoch(entry["started_at"]) for entry in found if entry and entry.get("started_at")]
    return moments


def was_cut_off(entry: Mapping[str, Any] | None, returned: Collection[float]) -> bool:
    """Whether it found no licence because NATS or the monolith was away, and one of them is just back.

    Without a licence a replica lives for 40 s, so what it depends on has been there for longer than that.
    """
    if not entry or entry["fault"] != "license" or not entry.get("started_at"):
        return False
    return max(returned, default=0.0) >= epoch(entry["started_at"]) - _BEFORE_THE_RETURN


def _moment(stamp: str | None) -> str:
    return f"{datetime.fromisoformat(stamp):%Y-%m-%d %H:%M} UTC" if stamp else ""
