# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a teardown refuses, warns of, and tells before anything is touched. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ...module_utils.text import one_line
from ..rocketchat import layout
from ..rocketchat.problems import Problem, did_you_mean
from .found import Found
from .removal import REMOVE_DATA, Removal

_SITE = "Run site from this inventory once, which begins it and says what it changes, then teardown again"


def option_problems(
    tags: Sequence[str], skipped: Sequence[str], named: Sequence[str], asked: Sequence[str]
) -> Iterator[Problem]:
    """``named``: the hosts whose data may go; ``asked``: those of this run."""
    for option, given in (("--tags", [tag for tag in tags if tag != "all"]), ("--skip-tags", skipped)):
        if given:
            remedy = "Leave it out. Single services end when the inventory says `replicas: 0` for them and site runs"
            yield Problem(option, ",".join(given), "would leave a part of the deployment without the others", remedy)
    for name in named:
        if name not in asked:
            remedy = f"{did_you_mean(name, asked)}Name hosts as the inventory does, each by itself: {', '.join(asked)}"
            yield Problem(REMOVE_DATA, name, "is no host of this run", remedy)


def host_problems(found: Found) -> Iterator[Problem]:
    ledger, subject = found.facts["ledger"], f"{layout.LEDGER} on host {found.name}"
    if ledger["state"] == "newer":
        reason = f"was written by a newer version of this collection ({ledger['collection'] or 'unknown'})"
        yield Problem(subject, None, reason, "Call the teardown of that version or a newer one")
    elif ledger["state"] == "damaged":
        reason = "cannot be read as this collection's record of what it made, and nothing else says that"
        yield Problem(subject, None, reason, f"Move it away. {_SITE}")
    elif ledger["state"] == "absent" and (ours := _labelled(found)):
        reason = f"is not there, and {', '.join(ours)} are ours: an older version deployed, or somebody removed it"
        yield Problem(subject, None, reason, _SITE)
    if found.docker["state"] in ("stopped", "silent") and _has_to_do_with_docker(found):
        reason = "does not answer, so nobody knows which containers there are"
        remedy = f"Start it there with `sudo systemctl start {layout.DOCKER_UNIT}` and call teardown again"
        yield Problem(f"Docker Engine of host {found.name}", None, reason, remedy)
    if found.apt["fault"]:
        reason = f"does not say what goes with packages: {one_line(found.apt['fault'])}"
        yield Problem(f"apt of host {found.name}", None, reason, "Mend that there, and call teardown again")


def _labelled(found: Found) -> list[str]:
    docker = found.docker
    return [one["name"] for one in [*docker["containers"], *docker["networks"]] if one["ours"]]


def _has_to_do_with_docker(found: Found) -> bool:
    return found.has_unit(layout.DOCKER_UNIT) and bool(found.noted("network") or found.noted("project"))


def host_warnings(hosts: Mapping[str, Found]) -> Iterator[str]:
    """Of those of the same deployment that are not asked."""
    elsewhere = {name for found in hosts.values() for name in found.content["hosts"]} - set(hosts)
    if elsewhere:
        names = one_line(", ".join(sorted(elsewhere)))
        yield (
            f"{names} of the same deployment are no part of this run: they run on, without what "
            f"{', '.join(hosts)} had for them, and take them for failed until the inventory has them no more."
        )


def sentences(gone: Removal) -> list[str]:
    """What will be done, in that order; nothing that is done is left out."""
    files = [*gone.proxy_files.get("files", []), *gone.files]
    put_back = [*gone.proxy_files.get("put_back", []), *gone.put_back]
    told = [
        *(f"will stop {unit}" for unit in gone.proxy_stops),
        *(f"will reload {unit} without its site" for unit in gone.proxy_reloads),
        *_listed("will remove containers", [one["name"] for one in gone.containers]),
        *(f"will end {unit}, now and at every boot" for unit in gone.stops),
        *_listed("will remove networks", gone.networks),
        *_listed("will remove images", gone.images),
        *(f"will end {unit}, now and at every boot" for unit in gone.engine_stops),
        *(f"will take {', '.join(one['remove'])} out of {one['path']}" for one in gone.settings),
        *_listed("will purge packages", gone.packages),
        *(f"will remove its block from {one['path']}" for one in gone.blocks),
        *(f"will put back {one['path']} as it was before" for one in put_back),
        *_listed("will remove", files),
        *(f"will remove {tree} with all that is in it" for tree in gone.trees),
        *_listed("will remove users", gone.users),
        *_listed("will remove groups", gone.groups),
    ]
    if gone.forgets and not told:
        told = [f"will end its record of what it made here ({layout.LEDGER})"]
    return [one_line(sentence, 20_000) for sentence in told]


def _listed(what: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"{what} {', '.join(names)}"


def as_text(hosts: Mapping[str, Removal]) -> str:
    told = [f"  {name}: {sentence}" for name, gone in hosts.items() for sentence in sentences(gone)]
    left = [f"  {name}: {one_line(sentence)}" for name, gone in hosts.items() for sentence in gone.left]
    return "\n".join(
        [
            *(["Planned removals:", *told] if told else ["Nothing to remove."]),
            *(["Left as they are:", *left] if left else []),
        ]
    )
