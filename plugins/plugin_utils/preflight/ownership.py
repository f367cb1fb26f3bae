# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose what is at a place of the plan is: ours, or somebody else's, which stays as it is. Pure.

Ours is what the ledger says we made and what carries our mark: the sentence MANAGED in a file, or beside it in the file
that speaks for it. 0.1.0 kept no ledger and had no mark for files. So on a host that it deployed to, which its labels
and its block in /etc/hosts tell, what it always wrote into a file stands for that. A name says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..plan.resources import File, FileResource, Generated, Leftovers, RoleState
from ..plan.templates import MANAGED
from ..rocketchat.problems import Problem, did_you_mean
from .hosts import Host, is_ours, was_deployed

ADOPT = "rocketchat_adopt"
UPLOADS = "rocketchat_file_upload_directory"
# As the ledger says it: what became ours as the operator wished.
ADOPTED = "adopted"
_OURS = ("made", ADOPTED)
# Groups of the inventory for which a host has a role that is called otherwise.
_GROUPS = {"docker": ("nats", "rocketchat")}


def ownership_problems(host: Host) -> Iterator[Problem]:
    for one in resources_of(host):
        if reason := _in_place_of(host, one):
            remedy = f"Move it away, or choose another with {UPLOADS}" if _is_of_uploads(one) else "Move it away"
            yield Problem(f"{one.path} on host {host.name}", None, reason, remedy)
        elif isinstance(one, File) and is_foreign(host, one) and not is_adopted(host, one):
            yield _foreign_file(host, one)
    yield from _foreign_projects(host)
    yield from _masked_units(host)


def adoption_problems(planned: Mapping[str, Any], hosts: Sequence[Host]) -> Iterator[Problem]:
    """Only where all hosts were asked: what an entry is for may be on any of them."""
    if len(hosts) < len(planned["hosts"]):
        return
    known = {one.path for host in hosts for one in resources_of(host)}
    for entry in dict.fromkeys(entry for host in hosts for entry in host.plan["adopted"]):
        if entry not in known:
            remedy = f"{did_you_mean(entry, known)}Name the file or directory as the refusal does, or leave it out"
            yield Problem(ADOPT, entry, "is nothing that this deployment writes on any host", remedy)


def resources_of(host: Host) -> list[FileResource]:
    return [one for state in host.desired.values() for one in state.all_resources]


def is_adopted(host: Host, one: FileResource) -> bool:
    """What is made on the host cannot be: whatever makes it keeps no copy of what it replaces."""
    return isinstance(one, File) and one.path in host.plan["adopted"]


def adopts(host: Host, one: FileResource) -> bool:
    """Whether it becomes ours in this run, as the operator wishes: also where an earlier one noted that, and ended."""
    found = host.facts["files"].get(one.path)
    if found is None or not isinstance(one, File):
        return False
    if _noted_as(host, one) == ADOPTED:
        return not _is_as_planned(one, found) and not _is_marked(host, one, found)
    return is_adopted(host, one) and is_foreign(host, one)


def is_foreign(host: Host, one: FileResource) -> bool:
    """Whether it is there, somebody else's, and not as planned already."""
    found = host.facts["files"].get(one.path)
    if found is None or one.shared or _is_noted(host, one):
        return False
    origin = _origin(host, one.path)
    if origin.get("empty") or origin.get("packaged") or _is_as_planned(one, found):
        return False
    return not _is_marked(host, one, found)


def is_delivered(host: Host, one: FileResource) -> bool:
    """Whether it is there as its package delivered it."""
    return bool(host.facts["files"].get(one.path) and _origin(host, one.path).get("packaged"))


def is_known(host: Host, path: str) -> bool:
    """Whether a file of a path is, or was, ours: where something goes by it that carries no mark itself."""
    [one] = [resource for resource in resources_of(host) if resource.path == path]
    found = host.facts["files"].get(path)
    return _is_noted(host, one) or bool(found and (_is_as_planned(one, found) or _is_marked(host, one, found)))


def ours_left(host: Host, left: Leftovers) -> list[str]:
    """Paths of what an earlier run made there."""
    return [
        path
        for path in left.files
        if host.facts["files"].get(path) and host.ledger["resources"].get(f"file {path}") in _OURS
    ]


def _in_place_of(host: Host, one: FileResource) -> str:
    """What of another kind is there, which no run replaces, whosever it is."""
    found = host.facts["files"].get(one.path)
    if found is None:
        return ""
    if isinstance(one, File) and one.content is None:
        return "" if found["kind"] == "directory" else "is to be a directory, and is none"
    # Docker makes an empty one in the place of a missing file that it mounts.
    full = found["kind"] == "directory" and _origin(host, one.path).get("empty") is False
    return "is to be a file, and is a directory with something in it" if full else ""


def _is_noted(host: Host, one: FileResource) -> bool:
    return _noted_as(host, one) in _OURS


def _noted_as(host: Host, one: FileResource) -> str:
    return str(host.ledger["resources"].get(f"file {one.path}", ""))


def _is_as_planned(one: FileResource, found: Mapping[str, Any]) -> bool:
    return isinstance(one, File) and one.content is not None and found["digest"] == one.digest


def _is_marked(host: Host, one: FileResource, found: Mapping[str, Any]) -> bool:
    is_older = host.facts["ledger"]["state"] == "absent" and was_deployed(host)
    speaker = one.marked_by if isinstance(one, File) else ""
    if isinstance(one, File) and one.content is None and not speaker:
        # The directory of uploads. It carries no mark but its owner, who is another since Rocket.Chat 8.
        return is_older or one.owner in (found["owner"], found["uid"])
    marks = _origin(host, speaker or one.path).get("marks", ())
    return MANAGED in marks or (is_older and bool(marks))


def _origin(host: Host, path: str) -> Mapping[str, Any]:
    origin: Mapping[str, Any] | None = host.facts["origins"].get(path)
    return origin or {}


def stays(host: Host, one: FileResource) -> bool:
    """Whether it is there and others use it, too: nothing of it is compared, and nothing changed."""
    found = host.facts["files"].get(one.path)
    if not one.shared or found is None or _is_noted(host, one):
        return False
    # a file in the place of a directory cannot stay
    return isinstance(one, Generated) or found["kind"] == "directory"


def marks(one: FileResource) -> list[str]:
    """What its file is searched for."""
    earlier = one.earlier if isinstance(one, File) else ""
    written = isinstance(one, File) and one.content is not None and MANAGED in one.content
    return [*([MANAGED] if written else []), *([earlier] if earlier else [])]


def _is_of_uploads(one: FileResource) -> bool:
    """The one directory that may be another, as only an owner speaks for it."""
    return isinstance(one, File) and one.content is None and not one.marked_by and not one.shared


def _foreign_file(host: Host, one: File) -> Problem:
    subject = f"{one.path} on host {host.name}"
    entry = f"{ADOPT}: [{one.path}]"
    if one.content is None:
        reason = "is there already with what somebody else keeps in it, and would get another owner and mode"
        choice = f"Choose another with {UPLOADS}" if _is_of_uploads(one) else "Move it away"
        return Problem(subject, None, reason, f"{choice}, or write {entry} to have it used all the same")
    reason = "is there already, this collection did not write it, and it would be replaced"
    return Problem(subject, None, reason, f"Move it away, or write {entry} to have it replaced; a dated copy is kept")


def _foreign_projects(host: Host) -> Iterator[Problem]:
    """Compose knows a project by its name alone: it would replace or remove the other one's containers."""
    for project in (state.project for state in host.desired.values() if state.project):
        theirs = [c for c in host.containers if c["project"] == project.name and not is_ours(c)]
        elsewhere: dict[str, list[str]] = {}
        for container in theirs:
            directory = container.get("directory") or "an unknown directory"
            if directory != project.directory:
                elsewhere.setdefault(directory, []).append(container["name"])
        for directory, names in elsewhere.items():
            reason = (
                f"is there already on host {host.name}, in {directory}, with {', '.join(sorted(names))}: Compose would "
                "take them for containers of this deployment"
            )
            remedy = (
                "Take it down, and up again with another `name:` in its Compose file, where its volumes are named as "
                "they are called now; or choose another host"
            )
            yield Problem("Compose project", project.name, reason, remedy)


def _masked_units(host: Host) -> Iterator[Problem]:
    units = host.facts["units"] or {}
    wanted = [(role, unit) for role, state in host.desired.items() for unit in _units(state) if unit]
    for role, unit in wanted:
        if units.get(unit, {}).get("masked"):
            groups = [group for group in _GROUPS.get(role, (role,)) if group in host.desired]
            reason = "is masked: somebody has seen to it that nothing starts it"
            remedy = (
                f"If this deployment may, run `systemctl unmask {unit}` there; if not, take {host.name} out of "
                f"{' and '.join(f'[{group}]' for group in groups)}"
            )
            yield Problem(f"{unit} of host {host.name}", None, reason, remedy)


def _units(state: RoleState) -> list[str]:
    return [state.unit, *([state.issued.timer] if state.issued else [])]
