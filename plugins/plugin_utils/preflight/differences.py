# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a host differs from its plan, resource by resource. Pure: a difference is what a run will mend, and tells it.

"will" is certain; "may" stands where only Docker can tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...module_utils.text import lines, one_line
from ..plan.resources import File, Generated, Leftovers, RoleState, SettingsFile
from ..rocketchat import layout
from .container_differences import container_differences, network_differences, reaches_none
from .data import finds_itself_nowhere, lies_on, replica_set
from .difference import Difference
from .hosts import Host, is_ours
from .issued import issued_differences
from .ownership import adopts, ours_left, stays
from .settings import is_our_file, keeps_containers, settings_change, settings_diff
from .taken_up import files_of, lost_live_restore, older_than

_UNIT_NAMES = {
    layout.FIREWALL_UNIT: "the firewall",
    layout.DOCKER_UNIT: "Docker",
    layout.MONGODB_UNIT: "mongod",
    layout.NGINX_UNIT: "nginx",
}


def host_differences(host: Host) -> dict[str, list[Difference]]:
    """By role, in the order in which the site playbook goes through them; a role without any is left out."""
    found = {role: list(_of_role(host, state)) for role, state in host.desired.items()}
    if host.facts["ledger"]["state"] == "absent":
        # An older version of the collection deployed it, or somebody removed the file: every role is applied once.
        sentence = f"will begin its record of what it makes here ({layout.LEDGER})"
        for differences in found.values():
            differences.append(Difference("ledger", layout.LEDGER, sentence))
    return {role: differences for role, differences in found.items() if differences}


def told(differences: Mapping[str, list[Difference]]) -> Iterator[tuple[str, str]]:
    """Role and sentence, for people: each once, and without what goes without saying."""
    seen = set()
    everything = {difference.kind for found in differences.values() for difference in found}
    for role, found in differences.items():
        kinds = {difference.kind for difference in found}
        for difference in found:
            if difference.sentence in seen or difference.kind in _unsaid(kinds, everything):
                continue
            seen.add(difference.sentence)
            yield role, one_line(difference.sentence)


def _unsaid(kinds: set[str], everything: set[str]) -> set[str]:
    """What is not installed has no settings, and a project comes with its files."""
    unsaid = set()
    if "product" in kinds:
        unsaid |= {"file", "unit", "users"}
    if "container" in kinds:
        unsaid |= {"file"}
    if everything - {"ledger"}:
        unsaid |= {"ledger"}
    return unsaid


def file_diffs(host: Host, differences: Mapping[str, list[Difference]]) -> list[dict[str, str]]:
    """For --diff: of files that are no secret, where their content was asked for."""
    changed = {d.resource for found in differences.values() for d in found if d.kind in ("file", "adopted")}
    shared = [state.settings for state in host.desired.values() if state.settings and state.settings.path in changed]
    found = [settings_diff(host, file) for file in shared] + [
        {"before_header": file.path, "after_header": file.path, "before": before or "", "after": file.content}
        for state in host.desired.values()
        for file in state.all_files
        if file.path in changed and file.content is not None and not file.secret
        for before in [host.facts["texts"].get(file.path)]
        if before != file.content
    ]
    return [{key: lines(text) for key, text in diff.items()} for diff in found]


def _of_role(host: Host, state: RoleState) -> Iterator[Difference]:
    yield from _packages(host, state)
    if state.repository:
        yield from _files(host, [state.repository.key, state.repository.source])
    written = [*_files(host, state.files), *(_settings(host, state.settings) if state.settings else ())]
    yield from written
    if state.block and state.block.text() not in (host.facts["texts"].get(state.block.path) or ""):
        yield Difference("file", state.block.path, state.block.told)
    yield from _unit(host, state, any(difference.effect for difference in written))
    if state.issued:
        yield from issued_differences(host, state.issued)
    if state.rules:
        yield from _rules(host, state)
    if state.leftovers:
        yield from _leftovers(host, state.leftovers)
    if state.network:
        yield from _ways(host, state)
    yield from network_differences(host, state)
    yield from container_differences(host, state)
    if state.replica_set:
        yield from _users(host)
    yield from _places(host, state)


def _packages(host: Host, state: RoleState) -> Iterator[Difference]:
    """The first package stands for all that come with it."""
    missing = [package for package in state.packages if package not in host.packages]
    product = bool(missing) and bool(state.product) and missing[0] == state.packages[0]
    sentence = f"will install {state.product if product else ', '.join(missing)}"
    for package in missing:
        yield Difference("product" if product else "package", package, sentence)


def _settings(host: Host, file: SettingsFile) -> Iterator[Difference]:
    change = settings_change(host, file)
    if change:
        sentence = f"{file.told} ({', '.join(change.names)})"
        if change.effect == "restart":
            sentence += f" and restart the engine; {_what_becomes_of_containers(host, file)}"
        yield Difference("file", file.path, sentence, effect=change.effect, renews=True)
    elif is_our_file(host, file) and (found := host.facts["files"].get(file.path)):
        yield from _owner_and_mode(file, "root", found)


def _what_becomes_of_containers(host: Host, file: SettingsFile) -> str:
    return (
        "containers keep running"
        if keeps_containers(host, file)
        else "which ends all containers on the host for that time"
    )


def _files(host: Host, wanted: Sequence[File | Generated]) -> Iterator[Difference]:
    for resource in wanted:
        found = host.facts["files"].get(resource.path)
        if stays(host, resource):
            continue
        if adopts(host, resource) and _has_other_content(host, resource, found):
            sentence = f"will replace {resource.path}, which somebody else made, and keep a copy beside it"
            yield Difference("adopted", resource.path, sentence, effect=resource.effect, renews=True)
        elif found is None:
            sentence = resource.told or f"will write {resource.path}"
            yield Difference("file", resource.path, sentence, effect=resource.effect, renews=True)
        elif _has_other_content(host, resource, found):
            sentence = resource.told or f"will change {resource.path}"
            yield Difference("file", resource.path, sentence, effect=resource.effect, renews=True)
        else:
            yield from _owner_and_mode(resource, resource.owner, found)


def _owner_and_mode(
    wanted: File | Generated | SettingsFile, owner: str, found: Mapping[str, Any]
) -> Iterator[Difference]:
    if not _is_owned(owner, found) or found["mode"] != wanted.mode:
        is_now = f"{found['owner']}:{found['group']} {found['mode']}"
        change = f"will correct owner and mode of {wanted.path}: {is_now} -> {owner} {wanted.mode}"
        yield Difference("mode", wanted.path, change)


def _is_owned(owner: str, found: Mapping[str, Any]) -> bool:
    """An owner that is planned as a number may have a name on the host: on Debian, 999 is the last user made there."""
    return owner in (found["owner"], found["uid"]) and owner in (found["group"], found["gid"])


def _has_other_content(host: Host, wanted: File | Generated, found: Mapping[str, Any]) -> bool:
    if isinstance(wanted, Generated):
        # what a ledger does not know was not made by us, as the operator's own certificate before a self-signed one
        begins = host.facts["ledger"]["state"] == "absent"
        noted = host.ledger["generated"].get(wanted.path)
        return not begins and noted != {"digest": found["digest"], "recipe": wanted.recipe}
    if (found["kind"] == "directory") != (wanted.content is None):
        return True
    if wanted.issued:
        # until something is issued, what is there will do
        return bool((issued := host.facts["files"].get(wanted.issued)) and issued["digest"] != found["digest"])
    return bool(found["digest"] != wanted.digest)


def _unit(host: Host, state: RoleState, takes_up: bool) -> Iterator[Difference]:
    """``takes_up``: what is written has the unit do so in any case."""
    found = (host.facts["units"] or {}).get(state.unit)
    if not found:
        return
    name = _UNIT_NAMES[state.unit]
    if not found["active"]:
        yield Difference("unit", state.unit, f"will start {name}")
    elif not found["enabled"]:
        yield Difference("unit", state.unit, f"will have {name} start at boot")
    effect = host.ledger["pending"].get(state.unit)
    if found["active"] and finds_itself_nowhere(host, state.unit):
        sentence = f"will restart {name}, as it has not found its own name among the members of the replica set"
        yield Difference("unit", state.unit, sentence, effect="restart")
    elif effect and found["active"]:
        sentence = f"will {effect} {name}, which an earlier run did not come to"
        yield Difference("unit", state.unit, sentence, effect=effect)
    elif found["active"] and not takes_up:
        yield from _older_settings(host, state, name)


def _older_settings(host: Host, state: RoleState, name: str) -> Iterator[Difference]:
    """What runs has other settings than its files, which are as planned."""
    if path := older_than(host, state):
        effects = {file.path: file.effect for file in files_of(state)}
        effect = "restart" if state.settings else effects[path]
        sentence = f"will {effect} {name}, which runs with what it had before {path} was changed"
        if state.settings:
            sentence += f"; {_what_becomes_of_containers(host, state.settings)}"
        yield Difference("unit", state.unit, sentence, effect=effect)
    elif state.settings and lost_live_restore(host, state.settings):
        sentence = f"will have {name} take up live-restore, which is in {state.settings.path} and not in force"
        yield Difference("unit", state.unit, sentence, effect="reload")


def _places(host: Host, state: RoleState) -> Iterator[Difference]:
    """Where data lie that an older version left without a note, or that were moved. Of new ones the role makes it."""
    if host.facts["ledger"]["state"] == "absent":
        return
    for path in state.data:
        place = host.facts["data"][path]
        now = {"mount": place["mount"], "device": place["device"]}
        known = replica_set(host).get("initiated") if path == layout.MONGODB_DATA else place["found"]
        if known and host.ledger["data"].get(path) != now:
            sentence = f"will note that the data in {path} lie on {lies_on(place)}"
            yield Difference("ledger", path, sentence)


def _ways(host: Host, state: RoleState) -> Iterator[Difference]:
    """An engine that is restarted makes its rules and proxies anew."""
    docker = host.facts["docker"]
    ours = [container["name"] for container in host.containers if is_ours(container)]
    lost = [name for name in docker["unreachable"] if name in ours]
    if docker["firewall_flushed"]:
        yield Difference("unit", state.unit, "will restart Docker, whose firewall rules are gone", effect="restart")
    elif reaches_none(host):
        yield Difference("unit", state.unit, "will restart Docker, as the host reaches no container", effect="restart")
    elif lost:
        why = f"as nothing listens on the ports of {', '.join(lost)} any more"
        yield Difference("unit", state.unit, f"will restart Docker, {why}", effect="restart")


def _rules(host: Host, state: RoleState) -> Iterator[Difference]:
    """Those in force, beside the file that is compared like any other."""
    reasons = {"absent": "which are gone", "others": "which somebody changed"}
    if host.unit_is_active(state.unit) and (reason := reasons.get(host.facts["firewall"]["rules"])):
        yield Difference("unit", state.unit, f"will load the firewall's rules again, {reason}", effect="reload")


def _leftovers(host: Host, left: Leftovers) -> Iterator[Difference]:
    for path in ours_left(host, left):
        yield Difference("left", path, left.told)


def _users(host: Host) -> Iterator[Difference]:
    found = host.facts["mongodb"]
    for step in found["steps"] if found else ():
        yield Difference("users", "replica set", f"will {step}")
