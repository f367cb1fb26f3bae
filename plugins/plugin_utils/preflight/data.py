# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether data that a host had are still there. A disk that is missing leaves an empty directory behind, in which a
run would begin anew, and find everything well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..rocketchat import layout
from ..rocketchat.problems import Problem
from .hosts import Host
from .mongod import has_our_keyfile

_DATA = layout.MONGODB_DATA
_UPLOADS = "rocketchat_file_upload_directory"


def data_problems(hosts: list[Host]) -> Iterator[Problem]:
    for host in hosts:
        if host.plan["mongodb"]:
            yield from _mongodb_problems(host, hosts)
        for path in _uploads(host):
            yield from _upload_problems(host, path)


def unhealthy_data(hosts: list[Host]) -> dict[str, list[tuple[str, str]]]:
    """The same for the health: by host what it calls a symptom, and a sentence."""
    found: dict[str, list[tuple[str, str]]] = {}
    for host in hosts:
        # that mongod does not answer has a finding of its own, which says more than where its data lie
        lost = host.plan["mongodb"] and not _may_be_others(host, hosts)
        database = _mongodb_problems(host, hosts) if lost else ()
        uploads = [problem for path in _uploads(host) for problem in _upload_problems(host, path)]
        told = [
            *(("mongodb.data_missing", f"Its data {one.reason}. {one.remedy}.") for one in database),
            *(("uploads.missing", f"{one.value} {one.reason}. {one.remedy}.") for one in uploads),
        ]
        if told:
            found[host.name] = told
    return found


def data_warnings(hosts: list[Host]) -> Iterator[str]:
    for host in hosts:
        source = _source(host, hosts) if host.plan["mongodb"] and not any(_away(host)) else None
        if source and _lost_database(host, hosts):
            yield (
                f"MongoDB of host {host.name} has no data any more. The replica set, whose primary is "
                f"{source['primary']}, still has it as a member, and gives it a copy of them all, which takes its time."
            )
        for path in _uploads(host):
            noted, place = host.ledger["data"].get(path), host.facts["data"][path]
            if noted and place["empty"] and not any(lost_mount(host, path)) and not is_as_noted(host, path):
                yield (
                    f"{path} of host {host.name} is on another file system than before ({lies_on(place)}), and empty: "
                    "what people have uploaded so far is not there."
                )


def _uploads(host: Host) -> list[str]:
    return [upload["path"] for upload in (host.plan["rocketchat"] or {}).get("directories", [])]


# -- MongoDB -----------------------------------------------------------------------------------------------------------


def _mongodb_problems(host: Host, hosts: list[Host]) -> Iterator[Problem]:
    reason = next(_away(host), None) or _lost_database(host, hosts)
    if reason and (any(_away(host)) or not _source(host, hosts)):
        remedy = (
            "Mount the disk with them there (`findmnt --verify`, `lsblk -f`), restart mongod and run the playbook again"
            f"{_without(host.facts['data'][_DATA])}. If they are lost for good and a new, empty database is to be "
            f"made, as for a backup to be restored into, stop mongod, remove {layout.KEYFILE} and empty {_DATA}"
        )
        yield Problem(f"data of MongoDB on host {host.name}", None, reason, remedy)


def _away(host: Host) -> Iterator[str]:
    """What should be mounted around its data."""
    place = host.facts["data"][_DATA]
    if place["unmounted"]:
        yield f"are not where they belong: {_not_mounted(place)}"
    elif had_database(host):
        yield from (f"are not there: {words}" for words in lost_mount(host, _DATA))


def _lost_database(host: Host, hosts: list[Host]) -> str:
    """Why the database that was there is none any more, or not the same; "" where it is."""
    place, found = host.facts["data"][_DATA], replica_set(host)
    if not had_database(host):
        return ""
    if not place["database"]:
        return f"are not there: {_DATA} has no database, and this host had one"
    if found.get("initiated") or _is_to_join(host, hosts):
        # the set's, wherever they lie now, or none yet
        return ""
    if found.get("initiated") is False and _had_replica_set(host, hosts):
        return f"are not there: mongod has begun anew in {_DATA}, and this host had a replica set"
    return _may_be_others(host, hosts)


def _may_be_others(host: Host, hosts: list[Host]) -> str:
    """Where there is a database in another place, and nobody to say whose."""
    place, noted = host.facts["data"][_DATA], host.ledger["data"].get(_DATA)
    known = not had_database(host) or replica_set(host).get("initiated") or _is_to_join(host, hosts)
    if known or noted is None or not place["database"] or is_as_noted(host, _DATA) or any(_away(host)):
        return ""
    return (
        f"are on {lies_on(place)} and were on {lies_on(noted)}, and mongod, which could tell whether they are the "
        "same, does not answer"
    )


def had_database(host: Host) -> bool:
    """The keyfile of this deployment is there, and mongod has once been started with it. Who removes it says that the
    data may go.
    """
    noted = _DATA in host.ledger["data"]
    unit = (host.facts["units"] or {}).get(layout.MONGODB_UNIT) or {}
    started = unit.get("enabled", False) and layout.MONGODB_UNIT not in host.ledger["pending"]
    return has_our_keyfile(host) and bool(noted or started)


def _had_replica_set(host: Host, hosts: list[Host]) -> bool:
    """A run that ended before it initiated the set left neither a note nor a Compose project that names its member."""
    named = {
        str(entry).partition(":")[0]
        for other in hosts
        for service in (other.services(layout.ROCKETCHAT_DIRECTORY) or {}).values()
        if isinstance(service, Mapping)
        for entry in service.get("extra_hosts") or []
    }
    return _DATA in host.ledger["data"] or host.plan["mongodb"]["name"] in named


def _is_to_join(host: Host, hosts: list[Host]) -> bool:
    """It was planned after the set was made, which does not have it as a member yet."""
    told = [replica_set(other) for other in hosts if other is not host and other.plan["mongodb"]]
    return any(one.get("initiated") and own_member(host) not in one["members"] for one in told)


def _source(host: Host, hosts: list[Host]) -> Mapping[str, Any] | None:
    """The set as another member tells it that could give this one its data again."""
    own = own_member(host)
    told = [replica_set(other) for other in hosts if other is not host and other.plan["mongodb"]]
    known = (one for one in told if one.get("primary") and one["primary"] != own and own in one["members"])
    return next(known, None) if host.facts["data"][_DATA]["found"] else None


def own_member(host: Host) -> str:
    """As the set's configuration names it."""
    name: str = host.plan["mongodb"]["name"]
    return next(str(member) for member in host.plan["mongodb"]["members"] if member.rpartition(":")[0] == name)


def replica_set(host: Host) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (host.facts["mongodb"] or {}).get("set") or {}
    return found


# -- uploads -----------------------------------------------------------------------------------------------------------


def _upload_problems(host: Host, path: str) -> Iterator[Problem]:
    place = host.facts["data"][path]
    for words in [_not_mounted(place)] if place["unmounted"] else lost_mount(host, path):
        reason = f"is not where the uploads of host {host.name} are: {words}"
        remedy = (
            f"Mount their disk there (`findmnt --verify`, `lsblk -f`){_without(place)}. If they were moved on purpose, "
            f"move {layout.LEDGER} away, which is then begun anew"
        )
        yield Problem(_UPLOADS, path, reason, remedy)


# -- both --------------------------------------------------------------------------------------------------------------


def _not_mounted(place: Mapping[str, Any]) -> str:
    return f"/etc/fstab has a file system for {place['unmounted']}, and none is mounted there"


def _without(place: Mapping[str, Any]) -> str:
    return ", or take that line out of /etc/fstab if there is no such disk any more" if place["unmounted"] else ""


def lost_mount(host: Host, path: str) -> Iterator[str]:
    """A file system that was mounted below the one that is seen now."""
    noted, place = host.ledger["data"].get(path), host.facts["data"][path]
    if noted and noted["mount"] != place["mount"] and _is_below(noted["mount"], place["mount"]):
        if place["database"] and replica_set(host).get("initiated"):
            # moved to another disk, as mongod proves, which runs on it
            return
        yield f"they were on {lies_on(noted)}, and {path} is on {lies_on(place)} now"


def _is_below(point: str, other: str) -> bool:
    return point.startswith(f"{other.rstrip('/')}/")


def is_as_noted(host: Host, path: str) -> bool:
    """A device whose identity is not known, then or now, says nothing."""
    noted, place = host.ledger["data"].get(path) or {"mount": "", "device": ""}, host.facts["data"][path]
    devices = {noted["device"], place["device"]} - {""}
    return bool(noted["mount"] == place["mount"] and len(devices) < 2)


def lies_on(place: Mapping[str, Any]) -> str:
    device = f" ({place['device']})" if place["device"] else ""
    return f"the file system of {place['mount']}{device}"


def finds_itself_nowhere(host: Host, unit: str) -> bool:
    """mongod looks for itself among the members as it starts, and not again when their names are right later."""
    found = replica_set(host)
    lost = unit == layout.MONGODB_UNIT and found.get("initiated") and found.get("valid") is False
    return bool(lost and own_member(host) in found["members"])
