# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the inventory still means the deployment that is there. Names under which data are kept stay as they are: a
run with another one would begin an empty workspace beside them, or leave MongoDB without a primary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..rocketchat import layout
from ..rocketchat.problems import Problem
from .data import had_database, lost_mount, own_member, replica_set
from .hosts import Host, is_monolith
from .mongod import is_ours, setting
from .ports import mongodb_port


def identity_problems(plan: Mapping[str, Any], hosts: list[Host]) -> Iterator[Problem]:
    yield from _left_data(plan, hosts)
    for host in hosts:
        if host.plan["mongodb"] and is_ours(host):
            yield from _other_port(host)
            yield from _other_set(host)
            yield from _other_directory(host)
            yield from _renamed_member(host)
            yield from _other_database(host)
        yield from _left_uploads(host)


def renamed_members(hosts: list[Host]) -> dict[str, list[tuple[str, str]]]:
    """For the health: by host what it calls a symptom, and a sentence."""
    found = {host.name: list(_renamed_member(host)) for host in hosts if host.plan["mongodb"] and is_ours(host)}
    return {
        name: [("mongodb.renamed", f"The inventory {one.reason}. {one.remedy}.") for one in problems]
        for name, problems in found.items()
        if problems
    }


def identity_warnings(hosts: list[Host]) -> Iterator[str]:
    for host in hosts:
        if host.plan["mongodb"]:
            yield from _left_database(host)
            yield from _left_users(host)
        yield from _other_administrator(host)
        yield from _unstable_hosts_file(host)


# -- MongoDB: its port, set, directory and members ---------------------------------------------------------------------


def _other_port(host: Host) -> Iterator[Problem]:
    """A replica set knows its members by name and port: after a restart on another one it has no primary."""
    if not host.facts["files"].get(layout.KEYFILE):
        return
    ports = {str(entry["port"]) for entry in host.facts["listening"] if entry["process"] == "mongod"}
    stopped = setting(host, "port") if not ports and had_database(host) else ""
    wanted, present = str(mongodb_port(host.plan)), min(ports, default=stopped)
    if present and wanted not in (ports or {present}):
        reason = f"is not the port {present} with which the replica set on host {host.name} was made"
        yield Problem("mongodb_port", int(wanted), reason, f"Write mongodb_port: {present}")


def _other_set(host: Host) -> Iterator[Problem]:
    """Where mongod answers on the host that sees to the set, its own sentence says the same."""
    if (host.facts["mongodb"] or {}).get("fault") == "wrong_set":
        return
    stopped = setting(host, "replSetName") if had_database(host) else ""
    wanted, present = host.plan["mongodb"]["replica_set"], replica_set(host).get("name") or stopped
    if present and present != wanted:
        reason = f"is not the name {present} of the replica set of MongoDB on host {host.name}, which keeps its name"
        yield Problem("mongodb_replica_set", wanted, reason, f"Write mongodb_replica_set: {present}")


def _other_directory(host: Host) -> Iterator[Problem]:
    """Somebody moved the data and told mongod so."""
    directory = setting(host, "dbPath")
    if directory in ("", layout.MONGODB_DATA) or not host.facts["data"].get(directory, {}).get("database"):
        return
    reason = f"are in {directory}, as {layout.MONGOD_SETTINGS} says, and are planned in {layout.MONGODB_DATA}"
    remedy = (
        f"Stop mongod and move them there, or mount their file system or `mount --bind` {directory} there, at every "
        f"boot, too; then write dbPath: {layout.MONGODB_DATA} into {layout.MONGOD_SETTINGS} and start mongod"
    )
    yield Problem(f"data of MongoDB on host {host.name}", None, reason, remedy)


def _renamed_member(host: Host) -> Iterator[Problem]:
    """The set's own configuration names its members, and each finds itself in it by its name."""
    planned, own = host.plan["mongodb"]["members"], own_member(host)
    known = replica_set(host).get("members") or _noted_members(host)
    if not known or own in known:
        return
    former = [member.rpartition(":")[0] for member in known if member not in planned]
    if not former:
        return
    reason = (
        f"calls its MongoDB {host.plan['mongodb']['name']}, and the replica set there calls its members "
        f"{', '.join(member.rpartition(':')[0] for member in known)}, and keeps these names"
    )
    remedy = (
        f"Write mongodb_member_name: {' or '.join(former)} in the variables of {host.name}, or give the host back the "
        "name it had in the inventory"
    )
    yield Problem("inventory host", host.name, reason, remedy)


def _noted_members(host: Host) -> list[str]:
    """While mongod does not answer, those in our block of the host's own file."""
    block, port = host.desired["mongodb"].block if "mongodb" in host.desired else None, mongodb_port(host.plan)
    text = host.facts["texts"].get(layout.HOSTS_FILE) or ""
    if block is None or not had_database(host) or block.first_line not in text:
        return []
    lines = text.partition(block.first_line)[2].partition("#")[0].splitlines()
    return [f"{words[1]}:{port}" for words in map(str.split, lines) if len(words) == 2]


# -- MongoDB: what is in it --------------------------------------------------------------------------------------------


def _former_databases(host: Host) -> list[str]:
    """Those that Rocket.Chat's user, or a user of another name, may write to, and that are not the planned one."""
    found = host.facts["mongodb"] or {}
    written = {database for databases in (found.get("users") or {}).values() for database in databases}
    return sorted(written & set(found.get("databases") or ()) - {host.plan["mongodb"]["database"]})


def _has_planned_database(host: Host) -> bool:
    return host.plan["mongodb"]["database"] in ((host.facts["mongodb"] or {}).get("databases") or ())


def _other_database(host: Host) -> Iterator[Problem]:
    former = _former_databases(host)
    if former and not _has_planned_database(host):
        reason = (
            f"is no database of MongoDB on host {host.name}, where the workspace is in {' or '.join(former)}: "
            "Rocket.Chat would begin a new one"
        )
        remedy = (
            f"Write rocketchat_mongodb_database: {former[0]}. To rename it, stop the monoliths, copy it with mongodump "
            "and mongorestore --nsFrom --nsTo (package mongodb-database-tools), and run the playbook then"
        )
        yield Problem("rocketchat_mongodb_database", host.plan["mongodb"]["database"], reason, remedy)


def _left_database(host: Host) -> Iterator[str]:
    former = _former_databases(host)
    if former and _has_planned_database(host):
        yield (
            f"MongoDB of host {host.name} keeps the database {', '.join(former)}, which Rocket.Chat used before "
            f"{host.plan['mongodb']['database']}; nothing removes it."
        )


def _left_users(host: Host) -> Iterator[str]:
    """All users are told only where the planned one is none of them."""
    users = (host.facts["mongodb"] or {}).get("users") or {}
    planned, database = host.plan["mongodb"]["user"]["name"], host.plan["mongodb"]["database"]
    # what a rotation is about goes with it
    known = (planned, host.plan["mongodb"]["former"]["user"])
    former = sorted(name for name, databases in users.items() if name not in known and database in databases)
    if former and planned not in users:
        yield (
            f"MongoDB of host {host.name} keeps the user {', '.join(former)}, who may write to {database}, beside "
            f"{planned}: an administrator takes it away in mongosh with "
            f"db.getSiblingDB('admin').dropUser('{former[0]}')."
        )


def _left_data(plan: Mapping[str, Any], hosts: list[Host]) -> Iterator[Problem]:
    """MongoDB was moved to other hosts, or to a server of the operator's own, and the data were not."""
    left = [host.name for host in hosts if has_left_data(host)]
    members = [host for host in hosts if host.plan["mongodb"]]
    if not left or any(host.facts["data"][layout.MONGODB_DATA]["database"] for host in members):
        return
    remedy = "To begin with a new, empty database, stop and disable mongod there and move that directory away"
    where = f"the data of this deployment are in {layout.MONGODB_DATA} of {', '.join(left)}"
    if members and len(members) == len([host for host in plan["hosts"].values() if host["mongodb"]]):
        names = ", ".join(host.name for host in members)
        first = f"Put {left[0]} back into the group, beside {names} if data are to be copied there"
        yield Problem("inventory group mongodb", names, f"has no host with data, and {where}", f"{first}. {remedy}")
    elif not plan["mongodb_version"] and any(host.workspace and host.workspace["new"] for host in hosts):
        first = (
            "Copy them there with mongodump and mongorestore (package mongodb-database-tools), or remove the variable"
        )
        reason = f"leads to a database without a workspace, and {where}"
        yield Problem("rocketchat_mongodb_url", None, reason, f"{first}. {remedy}")


def has_left_data(host: Host) -> bool:
    """Whether a database of ours is on a host that is to have no MongoDB."""
    return not host.plan["mongodb"] and is_ours(host) and bool(host.facts["data"][layout.MONGODB_DATA]["database"])


# -- uploads, administrator, /etc/hosts --------------------------------------------------------------------------------


def _left_uploads(host: Host) -> Iterator[Problem]:
    """Directories with uploads that the ledger knows. What one holds whose disk is missing nobody can see."""
    if not host.plan["rocketchat"]:
        return
    planned = [upload["path"] for upload in host.plan["rocketchat"]["directories"]]
    for path in host.ledger["data"]:
        filled = any(not host.facts["data"][other]["empty"] for other in planned)
        lost = any(lost_mount(host, path))
        if path in (layout.MONGODB_DATA, *planned) or filled or (host.facts["data"][path]["empty"] and not lost):
            continue
        variable = "rocketchat_file_upload_directory" if planned else "rocketchat_file_upload_storage"
        keep = f"With the monolith stopped, move what is in it to {planned[0]}" if planned else "Write directory"
        reason = f"leaves the uploads in {path} of host {host.name} behind, where Rocket.Chat will not look any more"
        away = f"{layout.LEDGER} away, as their file system is not mounted," if lost else f"{path} away"
        remedy = f"{keep}, or move {away} if nobody needs them"
        yield Problem(variable, planned[0] if planned else None, reason, remedy)


def _other_administrator(host: Host) -> Iterator[str]:
    """Rocket.Chat makes its first administrator on its first start, and looks at the variable no more."""
    before = next(filter(is_monolith, (host.services(layout.ROCKETCHAT_DIRECTORY) or {}).values()), None)
    compose = (host.plan["rocketchat"] or {"compose": {"services": {}}})["compose"]
    after = next(filter(is_monolith, compose["services"].values()), None)
    names = [((service or {}).get("environment") or {}).get("ADMIN_USERNAME") for service in (before, after)]
    if all(names) and names[0] != names[1]:
        yield (
            f"rocketchat_admin_username was {names[0]} and is {names[1]}: the workspace keeps the administrator it was "
            "made with. Rename the user in Rocket.Chat."
        )


def _unstable_hosts_file(host: Host) -> Iterator[str]:
    """cloud-init's templates of it say so in their first line (canonical/cloud-init, templates/hosts.debian.tmpl)."""
    if host.plan["mongodb"] and "manage_etc_hosts" in (host.facts["texts"].get(layout.HOSTS_FILE) or ""):
        yield (
            f"cloud-init writes {layout.HOSTS_FILE} of host {host.name} anew at every boot (manage_etc_hosts). mongod "
            "puts the names of the replica set's members back as it starts; what else was added there is lost."
        )
