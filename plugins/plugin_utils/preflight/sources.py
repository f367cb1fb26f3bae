# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a host gets what a run is to bring there: which packages and images it is asked about, and what it says."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from ...module_utils.sources.words import NOT_SIGNED, THROUGH_PROXY
from ..plan.resources import Repository
from ..rocketchat import distributions, layout
from ..rocketchat.openpgp import NoKey, fingerprints
from ..rocketchat.problems import Problem
from . import packages
from .difference import Difference
from .hosts import Host
from .settings import settings_change

_SOCKET = "/var/run/docker.sock"
_OF_ROLE = {
    "docker": "docker_repository_url",
    "mongodb": "mongodb_repository_url or mongodb_repository_suite",
}
_BY_PROXY = "through a proxy that lets it, with Acquire::http::Proxy in /etc/apt/apt.conf.d"
_KEY_OF_ROLE = {"docker": "docker_repository_url", "mongodb": "mongodb_repository_key_url"}
_REMEDIES = {
    "missing": "Correct {variables}, or push it there",
    "denied": "Log in there as root on the host (sudo docker login {registry}{first}), or correct {variables}",
    "login": "Install that helper on the host, or take it out of the config.json of Docker's client",
    "refused": "Try again later, or name a registry that has it with {variables}",
    "platform": "Name an image that is built for it with {variables}",
    "certificate": "Name the authority of {registry} with docker_registry_certificates",
    "proxy": "Correct the proxy of the Docker Engine or except {registry} from it, by proxies of docker_daemon_options "
    "or daemon.json, or by the environment of docker.service",
    "unreachable": "Let the host reach {registry}, through a proxy with docker_daemon_options if it needs one, or name "
    "another registry with {variables}",
}


def sources_question(host: Host, differences: Mapping[str, Sequence[Difference]]) -> dict[str, Any] | None:
    """The options of host_sources, for the roles that differ; None where nothing is to be fetched."""
    images = missing_images(host, differences)
    lacks = packages.missing(differences)
    fetched = {repository.key.path for repository in packages.fetched(host, differences)}
    if not images and not lacks and not fetched:
        return None
    docker = host.plan["docker"] or {"certificates": {}}
    engine = host.desired.get("docker")
    change = settings_change(host, engine.settings) if engine and engine.settings else None
    return {
        "images": images,
        "docker_settings": change.wanted if change else {},
        "docker_settings_removed": change.dropped if change else [],
        "certificates": {registry: text for registry, text in docker["certificates"].items() if text},
        # one that is to be changed goes another way then
        "docker_socket": _SOCKET if host.facts["docker"]["state"] == "running" and "docker" not in differences else "",
        "packages": lacks,
        "repositories": [*_repositories(host, differences, fetched)],
    }


def missing_images(host: Host, roles: Collection[str]) -> list[str]:
    """Those that the engine does not have; none where it has not said which it has."""
    docker = host.facts["docker"]
    if docker["state"] not in ("running", "absent"):
        return []
    projects = [state.project for role, state in host.desired.items() if role in roles and state.project]
    wanted = dict.fromkeys(container.image for project in projects for container in project.containers.values())
    return [image for image in wanted if image not in docker["images"]]


def _repositories(host: Host, roles: Collection[str], fetched: Collection[str]) -> Iterator[dict[str, Any]]:
    """``fetched``: paths of keys."""
    for repository in (host.desired[role].repository for role in roles):
        if repository:
            key = {
                "path": repository.key.path,
                "url": repository.key_url,
                "fetches": repository.key.path in fetched,
            }
            yield {"path": repository.source.path, "text": repository.source.content, "key": key}


def source_problems(hosts: Sequence[Host], answers: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    """What is said in the same words of several images, or by several hosts, is one problem.

    ``answers``: of the hosts that were asked.
    """
    images: dict[tuple[str, str], dict[str, None]] = {}
    told: dict[tuple[str, str], dict[str, None]] = {}
    of_packages: dict[Problem, dict[str, None]] = {}
    for host in hosts:
        answer = answers.get(host.name) or {}
        for fault in answer.get("images") or []:
            said = fault["sentence"], _remedy(host, fault)
            images.setdefault(said, {})[fault["image"]] = None
            told.setdefault(said, {})[host.name] = None
        for problem in wrong_keys(host, answer.get("keys") or {}):
            of_packages.setdefault(problem, {})[host.name] = None
        for sentence in answer.get("packages") or []:
            of_packages.setdefault(_package(host, sentence), {})[host.name] = None
    for (sentence, remedy), named in images.items():
        yield Problem(_several("image", named), None, f"{sentence}{_on(told[sentence, remedy])}", remedy)
    for problem, names in of_packages.items():
        yield Problem(problem.variable, problem.value, f"{problem.reason}{_on(names)}", problem.remedy)


def wrong_keys(host: Host, keys: Mapping[str, str]) -> Iterator[Problem]:
    """``keys``: what the host fetched, by path. None of them is written unless it is the right one."""
    for role, state in host.desired.items():
        repository = state.repository
        if not repository or not repository.fingerprint or repository.key.path not in keys:
            continue
        if reason := _wrong(keys[repository.key.path], repository):
            variable = f"{role}_repository_key_fingerprint"
            remedy = "Ask those who run the repository for the fingerprint of its key, and write that one"
            yield Problem(variable, repository.fingerprint, reason, remedy)


def _wrong(text: str, repository: Repository) -> str:
    try:
        others = [one for one in fingerprints(text) if one != repository.fingerprint]
    except NoKey as error:
        return f"cannot be told from what is at {repository.key_url}: it {error}"
    if not others:
        return ""
    return f"is not that of the key at {repository.key_url}, in which there is {' and '.join(others)}"


def _several(noun: str, names: Collection[str]) -> str:
    return f"{noun}{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _on(hosts: Collection[str]) -> str:
    return f" ({_several('host', hosts)})"


def _remedy(host: Host, fault: Mapping[str, str]) -> str:
    state = host.desired.get("nats")
    of_nats = [one.image for one in state.project.containers.values()] if state and state.project else []
    others = "rocketchat_version, rocketchat_image_registry or rocketchat_images"
    variables = "nats_image" if fault["image"] in of_nats else others
    authority = f"{layout.REGISTRY_CERTIFICATES}/{fault['registry']}/ca.crt"
    can_log_in = host.facts["docker"]["state"] == "running" and not host.is_other_file(authority)
    first = "" if can_log_in else " after a run with --tags docker"
    return _REMEDIES[fault["kind"]].format(variables=variables, registry=fault["registry"], first=first)


def _package(host: Host, sentence: str) -> Problem:
    """Of the repository that apt complains of, or of the role whose package it does not find."""
    for role in _OF_ROLE:
        state = host.desired.get(role)
        if state and state.repository and _is_about(sentence, state):
            subject, remedy = f"packages of {state.product}", _of_repository(role, state.repository, sentence)
            return Problem(subject, None, f"apt says: {sentence}", remedy)
    remedy = "Mend apt on the host: sudo apt-get update shows the same"
    return Problem("packages", None, f"apt says: {sentence}", remedy)


def _of_repository(role: str, repository: Repository, sentence: str) -> str:
    if NOT_SIGNED in sentence:
        return f"Correct {_KEY_OF_ROLE[role]}, or remove {repository.key.path} there to have it fetched anew"
    way = f" {_BY_PROXY}" if THROUGH_PROXY in sentence else ""
    return f"Correct {_OF_ROLE[role]}, or let the host reach that repository{way}"


def _is_about(sentence: str, state: Any) -> bool:
    own = [package for package in state.packages if package not in _OF_DISTRIBUTION]
    [url] = [
        line.partition(" ")[2] for line in state.repository.source.content.splitlines() if line.startswith("URIs:")
    ]
    return any(name in sentence for name in (url, state.repository.key_url, state.repository.key.path, *own))


_OF_DISTRIBUTION = {*distributions.DOCKER_LIBRARIES, *distributions.NGINX_PACKAGES, "python3-pymongo"}
