# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evidence about MongoDB: the members, and the set as a whole, which is told at one member, the leading one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from .answers import HostAnswers
from .hosts import unasked
from .model import MONGODB, Need, Subject, Symptom

# Faults of the set that a member which is away may explain while there is no primary; all others are of their own.
_CONSEQUENCES = {"no_primary", "change_stream"}
# Faults seen from outside that a host which is away explains; the others are the member's own.
_ABSENCE = {"member_down", "unreachable", "connect_timeout"}
_MEMBER = (("member", ""),)
# What containers log about MongoDB.
_CONTAINERS_SAY = {"mongodb", "mongodb_auth", "mongodb_privilege"}
_BLOCKED = {"silent": "does not answer", "rejected": "rejects connections"}
# What keeps a rule that is added by a command.
_LASTING = ("ufw", "firewalld")
_ALSO = " until the next boot; add it to where yours are kept, too"
_MENDS = "The site playbook mends its own rules; a rule of yours has to give way."
# Why workspace_facts could not ask that concerns this host alone.
_OF_THE_HOST = {"library", "driver", "tls_file", "certificate_ca"}


def ways(plan: Mapping[str, Any], answers: Mapping[str, HostAnswers]) -> Iterator[Subject]:
    """From containers to MongoDB and NATS on the same host."""
    for host in plan["hosts"]:
        for way in answers[host].get("containers").get("blocked") or []:
            part, kept = way.get("part", "MongoDB"), ", ".join(way.get("containers") or ["its containers"])
            sentence = (
                f"A firewall of host {host} keeps {kept} from {part}: {way['address']} "
                f"{_BLOCKED[way['fault']]} from the network of a container, and can be connected to from the host. "
            )
            rule = f"The next command adds a rule{'' if way['firewall'] in _LASTING else _ALSO}."
            remedy, symptom = (_MENDS, "firewall.nats") if part == "NATS" else (rule, f"firewall.{way['firewall']}")
            yield Subject(
                host,
                "firewall",
                symptoms=[Symptom(symptom, sentence + remedy)],
                provides=(("way", host), ("way", "")),
            )


def subjects(plan: Mapping[str, Any], answers: Mapping[str, HostAnswers]) -> Iterator[Subject]:
    """The leading member last: what the set as a whole lacks may be the others' fault, planned or not."""
    names = {host: planned["mongodb"]["name"] for host, planned in plan["hosts"].items() if planned["mongodb"]}
    if not names:
        yield from _elsewhere(answers)
        return
    view = set_view(names, answers)
    roles = {_dns_name(member["name"]): member for member in view.get("members") or []}
    leader = _leader(names, view, answers)
    one_serves = any(name in roles and not roles[name]["fault"] for name in names.values())
    for name, member in roles.items():
        if name not in names.values():
            yield _unplanned(str(leader), member, one_serves)
    for host in sorted(names, key=lambda host: host == leader):
        yield _member(host, roles.get(names[host]), view, answers[host], host == leader)


def _unplanned(host: str, member: Mapping[str, Any], one_serves: bool) -> Subject:
    """A member of the set's configuration that is none of the plan's.

    ``one_serves``: whether any of the plan's does. Without one, it may be the only one with the data.
    """
    remedy = (
        " The plan has no such member, and none of its own serves: if a host was renamed in the inventory, write "
        f"mongodb_member_name: {_dns_name(member['name'])} in its variables. Do not take this member out."
    )
    if one_serves:
        remedy = _removal(member["name"])
    symptoms = [replace(symptom, sentence=symptom.sentence + remedy) for symptom in _seen(member, "")]
    return Subject(host, member["name"], MONGODB, "mongodb", member["role"], symptoms=symptoms, provides=_MEMBER)


def _removal(member: str) -> str:
    return (
        " The plan has no such member. If it is gone for good, take it out in mongosh with "
        f"rs.remove('{member}'). While the set has no primary that needs rs.reconfig() with force: true, which "
        "loses the writes that only members which are away have: first try to bring them back."
    )


def set_view(hosts: Iterable[str], answers: Mapping[str, HostAnswers]) -> dict[str, Any]:
    """Every member's host asks for the whole set; the answer of the one that got furthest counts."""
    views = [answers[host].get("mongodb") for host in hosts]
    return min(
        (view for view in views if view),
        key=lambda view: (not view["healthy"], view.get("fault") is not None, not view.get("primary")),
        default={},
    )


def _dns_name(member: str) -> str:
    return member.rpartition(":")[0]


def _leader(names: Mapping[str, str], view: Mapping[str, Any], answers: Mapping[str, HostAnswers]) -> str | None:
    """The primary's host, or else the first that answered: something has to stand for the set."""
    primary = _dns_name(view.get("primary") or "")
    answering = [host for host in names if "mongodb" in answers[host].given]
    of_primary = [host for host, name in names.items() if name == primary]
    return next(iter([*of_primary, *answering, *names]), None)


def _elsewhere(answers: Mapping[str, HostAnswers]) -> Iterator[Subject]:
    """A MongoDB of the operator's own: what the host says that asked it, and else what the containers say."""
    for host, answer in answers.items():
        workspace = answer.get("workspace")
        if workspace.get("fault") and workspace["fault"] not in _OF_THE_HOST and _is_missed(answers):
            sentence = f"The MongoDB of rocketchat_mongodb_url does not answer {host}: {workspace['reason']}"
            symptom = Symptom("mongodb.external", sentence)
            yield Subject(host, "mongodb", symptoms=[symptom], provides=(("mongodb", ""),))
            return
    for host, answer in answers.items():
        for entry in answer.get("containers").get("containers") or []:
            if entry["fault"] in _CONTAINERS_SAY:
                sentence = (
                    f"{entry['name']} cannot use the MongoDB of rocketchat_mongodb_url: {entry['diagnosis']} Look at "
                    "that MongoDB, and at Rocket.Chat's user there."
                )
                symptom = Symptom("mongodb.external", sentence)
                yield Subject(host, "mongodb", symptoms=[symptom], provides=(("mongodb", ""),))
                return


def _is_missed(answers: Mapping[str, HostAnswers]) -> bool:
    """Whether anything is ill: containers may reach a MongoDB that their host does not."""
    return any(
        not answer.get(question).get("healthy", True) for answer in answers.values() for question in ("services", "ddp")
    )


def _member(
    host: str, member: dict[str, Any] | None, view: Mapping[str, Any], answers: HostAnswers, leads: bool
) -> Subject:
    answer = answers.get("mongodb")
    symptoms = _seen(member, host) if member else []
    if leads and view.get("fault") and not _sums_up(view):
        symptoms.append(_symptom(view, view, host))
    failed = _checks(answer, view, leads)
    symptoms += [_symptom(check, view, host, denied=_denied(check, failed)) for check in failed]
    symptoms += _seen_only_here(answer, view, host)
    if not view or not (member or leads or "mongodb" in answers.given):
        symptoms.append(unasked(host, "mongodb"))
    primary = view.get("primary")
    serves = leads if primary else True
    return Subject(
        host,
        "mongodb",
        MONGODB,
        "mongodb",
        replica=str((member or {}).get("role") or "-"),
        latency_ms=view.get("latency_ms") if member else None,
        symptoms=symptoms,
        provides=(*_MEMBER, ("mongodb", "")) if serves else _MEMBER,
    )


def _checks(answer: Mapping[str, Any], view: Mapping[str, Any], leads: bool) -> list[Mapping[str, Any]]:
    """Failed checks: each member tells of its own disk, and the leader, or the member that answered, of the set."""
    disks = [check for check in answer.get("checks") or [] if check["name"] == "disk"]
    others = [check for check in (answer or view).get("checks") or [] if check["name"] != "disk"] if leads else []
    return [check for check in [*others, *disks] if check["fault"]]


def _seen_only_here(answer: Mapping[str, Any], view: Mapping[str, Any], host: str) -> Iterator[Symptom]:
    """A member that is well, but not seen from here: names or ways that are wrong on this host."""
    told = {member["name"] for member in view.get("members") or [] if member["fault"]}
    for seen in answer.get("members") or []:
        if seen["fault"] and seen["name"] not in told:
            sentence = f"{host} sees {seen['name']} otherwise than the other members do: {seen['diagnosis']}"
            yield Symptom("mongodb.sees_otherwise", sentence)
            return


def _sums_up(view: Mapping[str, Any]) -> bool:
    """Whether the fault of the set is that of a member or of a check, which tell it themselves."""
    return view["fault"] in {each.get("fault") for each in [*view["members"], *view["checks"]]}


def _seen(member: Mapping[str, Any], host: str) -> list[Symptom]:
    """What the set says of a member."""
    fault, sentence = member.get("fault"), member.get("diagnosis")
    if not fault:
        return []
    return [Symptom(f"mongodb.{fault}", str(sentence), (Need("host", host),) if fault in _ABSENCE else ())]


def _denied(check: Mapping[str, Any], failed: Iterable[Mapping[str, Any]]) -> bool:
    """A user that may not read opens no change stream either."""
    return check["fault"] == "change_stream" and any(other["fault"] == "privilege_missing" for other in failed)


def _symptom(told: Mapping[str, Any], view: Mapping[str, Any], host: str, denied: bool = False) -> Symptom:
    """What the set as a whole lacks, or a check of it."""
    needs: tuple[Need, ...] = (Need("privilege"),) if denied else ()
    if told["fault"] in _CONSEQUENCES and not view.get("primary"):
        needs = (Need("member", any_of_them=True), Need("host", host))
    return Symptom(f"mongodb.{told['fault']}", str(told["diagnosis"]), needs)
