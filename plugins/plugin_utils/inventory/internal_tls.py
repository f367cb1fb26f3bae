# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS inside the deployment: which certificates NATS and MongoDB need, and what the secrets file has of them.

An authority of the deployment's own signs them. It is made once and kept with the secrets, as are the certificates, and
any later run makes those anew that are near their end. Only a rotation changes its key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ..rocketchat.names import slug
from . import internal_authority
from .internal_authority import Pair
from .rotation import AUTHORITY, AUTHORITY_KEY, FORMER, STAGE
from .settings import FINISHING, SWITCHING, InternalTls, common_variables, speaks_tls

# How they are called in the secrets file. A certificate stands there with its key, as mongod and NATS read both in one.
_CERTIFICATE_OF = {"nats": "nats_certificate_of_", "mongodb": "mongodb_certificate_of_"}
_SERVERS = {"nats": "NATS", "mongodb": "MongoDB"}
# Beside the names that clients use: for people on the host itself.
_ON_THE_HOST = ("localhost", "127.0.0.1")


def is_kept(name: str) -> bool:
    """Whether an entry of the secrets file is one of these."""
    return name in (AUTHORITY, AUTHORITY_KEY) or name.startswith(tuple(_CERTIFICATE_OF.values()))


def resolve(inventory: dict[str, Any], kept: Mapping[str, str], now: datetime) -> tuple[dict[str, str], dict[str, str]]:
    """All that the deployment needs, by their names in the secrets file, and those among them that are new.

    ``kept``: by the same names, what an earlier run made, with the stage of a rotation.
    """
    wanted = dict(_wanted(inventory))
    if not wanted:
        return {}, {}
    authority = internal_authority.renewed(Pair(kept.get(AUTHORITY, ""), kept.get(AUTHORITY_KEY, "")), now)
    taken = [authority.certificate]
    if kept.get(STAGE) == SWITCHING:
        # clients trust this one alone until the run is through
        taken.append(kept.get(FORMER[AUTHORITY], ""))
    values = {AUTHORITY: authority.certificate, AUTHORITY_KEY: authority.key}
    for entry, names in wanted.items():
        known = kept.get(entry, "")
        fits = internal_authority.will_do(known, taken, names, now)
        values[entry] = known if fits else internal_authority.sign(authority, names, now)
    return values, {entry: value for entry, value in values.items() if kept.get(entry) != value}


def read_internal_tls(
    common: dict[str, Any], groups: Mapping[str, list[str]], values: Mapping[str, str]
) -> InternalTls:
    """``values``: of the secrets file. What is not known there is empty."""
    uses = {part: speaks_tls(part, common, groups) for part in _CERTIFICATE_OF}
    if not any(uses.values()):
        return InternalTls()
    current, stage = values.get(AUTHORITY, ""), values.get(STAGE)
    former = values.get(FORMER[AUTHORITY], "") if stage in (SWITCHING, FINISHING) else ""
    return InternalTls(
        nats=uses["nats"],
        mongodb=uses["mongodb"],
        for_clients=current + (former if stage == SWITCHING else ""),
        # until all of them have certificates of the new one
        for_servers=current + former,
        certificates={
            part: {host: values.get(f"{entry}{host}", "") for host in groups[part]}
            for part, entry in _CERTIFICATE_OF.items()
            if uses[part]
        },
    )


def warnings(values: Mapping[str, str], inventory: dict[str, Any], now: datetime) -> Iterator[str]:
    """Of certificates that no run has renewed for years."""
    for part, prefix in _CERTIFICATE_OF.items():
        for host in inventory["groups"].get(part) or ():
            end = internal_authority.end_of(values.get(f"{prefix}{host}", ""))
            if end and end < now + internal_authority.WARNED_BEFORE_END:
                yield (
                    f"the certificate of {_SERVERS[part]} on host {host} ends on {end:%Y-%m-%d}, and nothing of the "
                    "deployment will reach it then: run the site playbook, which renews it."
                )


def _wanted(inventory: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Entries of the secrets file, with the names that clients know the servers by."""
    common, groups = common_variables(inventory), inventory["groups"]
    for part, prefix in _CERTIFICATE_OF.items():
        if speaks_tls(part, common, groups):
            for host in groups[part]:
                yield f"{prefix}{host}", [*_names(part, host, inventory["hosts"][host]), *_ON_THE_HOST]


def _names(part: str, host: str, variables: Mapping[str, Any]) -> list[str]:
    """What cannot be a name is told as a mistake of the inventory, elsewhere."""
    own = str(variables.get("mongodb_member_name") or f"{slug(host)}.mongodb.internal")
    known = {"mongodb": [own], "nats": ["nats", str(variables.get("rocketchat_private_address") or "").strip()]}
    return [name for name in known[part] if name and name.isascii()]
