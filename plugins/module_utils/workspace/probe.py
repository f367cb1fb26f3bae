# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Rocket.Chat's own database says of the workspace, read as Rocket.Chat's user. No Ansible here; reads only.

Names of collections and fields were read in Rocket.Chat 6.7-dev and 8.3-dev: ``server/lib/migrations.ts``,
``ee/app/license/server/startup.ts`` (a licence synchronised from the cloud is stored in the same setting as one that
was typed in, and all are compared with the setting ``Site_Url``, which keeps the value stored first when ``ROOT_URL``
changes), ``server/lib/oauth/addOAuthService.ts`` and, of ``lastLogin``, which every login by a password or a provider
sets, ``app/authentication/server/startup/index.js``, below ``apps/meteor``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from typing import Any

from ..mongodb.login import open_url
from ..mongodb.privileges import check_privileges
from ..mongodb.series import series_of
from ..mongodb.tls import Tls
from ..mongodb.url import MongoUrl
from ..probing.clock import halfway, remaining
from ..probing.fault import Fault
from .license import LicenseState, read_license

_LICENSE, _LICENSE_STATUS = "Enterprise_License", "Enterprise_License_Status"
_SITE_URL = "Site_Url"
# False while Rocket.Chat asks its administrators whether another Site_Url or MONGO_URL is that of a new workspace
# (apps/meteor/server/settings/misc.ts of 8.3-dev, since 6.5.0).
_IDENTITY_CONFIRMED = "Deployment_FingerPrint_Verified"
_CUSTOM_OAUTH = re.compile(r"Accounts_OAuth_Custom-([^-]+)")
_SETTINGS = {
    "$or": [
        {"_id": {"$in": [_LICENSE, _LICENSE_STATUS, _SITE_URL, _IDENTITY_CONFIRMED]}},
        # the switch of a service; its other settings have one more hyphen
        {"_id": {"$regex": f"^{_CUSTOM_OAUTH.pattern}$"}, "value": True},
    ]
}
_LONG_AGO = datetime(2000, 1, 1, tzinfo=timezone.utc)
# Where the question for the series ends that has no certificate of its own, as a MongoDB may demand one of its clients.
_PERHAPS_NOT_OF_A_DRIVER = ("closed", "tls")
# Faults of pymongo that say less than how that ended.
_SAYS_LESS = ("silent", "library")


@dataclass(frozen=True)
class Workspace:
    """What the module returns. ``fault``, ``reason``: why the database could not be read; most is None then.

    ``mongodb_version`` is a series where only the handshake told it. ``license``: a LicenseState as a dictionary.
    ``site_url``: what Rocket.Chat compares licences with. ``signed_in``: whether anybody ever has. ``asks_identity``:
    whether Rocket.Chat asks its administrators if this is a new workspace. ``user_fault``, ``user_reason``: whether its
    user may do too little or too much, and by which commands an administrator mends that.
    """

    fault: str | None = None
    reason: str | None = None
    mongodb_version: str | None = None
    new: bool | None = None
    migrations: dict[str, Any] | None = None
    license: dict[str, Any] | None = None
    license_status: str | None = None
    custom_oauth: list[str] | None = None
    site_url: str | None = None
    signed_in: bool | None = None
    asks_identity: bool | None = None
    user_fault: str | None = None
    user_reason: str | None = None


def ask(url: MongoUrl, root_url: str, site_url: str, timeout: float, tls: Tls | None = None) -> Workspace:
    """``site_url``: the setting where the deployment fixes it (``OVERWRITE_SETTING_Site_Url``), or empty. ``tls``: how
    a MongoDB of the deployment's own speaks, of which its URL here says nothing.

    Takes no longer than `timeout`, give or take the time of one answer, and never raises Fault.
    """
    until = time.monotonic() + timeout
    found, refusal = Workspace(), None
    try:
        members = [replace(member, tls=member.tls or tls is not None) for member in url.members]
        if members:
            # A driver waits out its time where nothing listens; and this needs neither a login nor pymongo.
            try:
                found = replace(found, mongodb_version=series_of(members, remaining(halfway(until))))
            except Fault as fault:
                if fault.kind not in _PERHAPS_NOT_OF_A_DRIVER:
                    raise
                refusal = fault
        with open_url(url.text, remaining(until), tls) as client:
            found = replace(found, mongodb_version=str(client.admin.command("buildInfo")["version"]))
            found = replace(found, **_user(client, url.database))
            return _read(client, url.database, found, root_url, site_url)
    except Fault as fault:
        told = refusal if refusal and fault.kind in _SAYS_LESS else fault
        return replace(found, fault=told.kind, reason=url.without_password(told.sentence))


def _user(client: Any, database: str) -> dict[str, Any]:
    """Asked first: who may do too little may not be able to read the rest."""
    try:
        check_privileges(
            client.admin.command("connectionStatus", showPrivileges=True)["authInfo"], database, ours=False
        )
    except Fault as fault:
        return {"user_fault": fault.kind, "user_reason": fault.sentence}
    return {}


def _read(client: Any, database: str, found: Workspace, root_url: str, fixed: str) -> Workspace:
    control = client[database]["migrations"].find_one({"_id": "control"})
    settings = {
        str(setting["_id"]): setting.get("value")
        for setting in client[database]["rocketchat_settings"].find(_SETTINGS, {"value": 1})
    }
    text = str(settings.get(_LICENSE) or "")
    stored = read_license(text)
    address = fixed or str(settings.get(_SITE_URL) or "") or root_url
    names = (_CUSTOM_OAUTH.fullmatch(name) for name in settings)
    return replace(
        found,
        # version 0: before the first start has come to its end
        new=not control or control.get("version") == 0,
        migrations=_migrations(control) if control else None,
        license=asdict(LicenseState.of(stored, "stored", address, datetime.now(timezone.utc))) if stored else None,
        license_status=str(settings.get(_LICENSE_STATUS) or "") if text else None,
        custom_oauth=sorted(match[1] for match in names if match),
        site_url=address,
        # a date, and not whatever is there, as that is what the index of the field tells
        signed_in=client[database]["users"].find_one({"lastLogin": {"$gt": _LONG_AGO}}, {"_id": 1}) is not None,
        asks_identity=settings.get(_IDENTITY_CONFIRMED) is False,
    )


def _migrations(control: Mapping[str, Any]) -> dict[str, Any]:
    """``locked_seconds``: for how long, by this host's clock; None where the document does not say since when."""
    since = control.get("lockedAt")
    locked_at = since.replace(tzinfo=timezone.utc).timestamp() if isinstance(since, datetime) else None
    locked = control.get("locked") is True
    age = max(0.0, time.time() - locked_at) if locked and locked_at is not None else None
    return {
        "version": control.get("version"),
        "locked": locked,
        "locked_at": locked_at,
        "locked_seconds": age,
    }
