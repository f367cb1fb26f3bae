# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the files on the controller that variables name, and judges them before a host is touched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from ..rocketchat.problems import Problem
from .server_certificate import CERTIFICATE, KEY, authority_problems, certificate_problems, certificate_warnings
from .settings import common_variables

AUTHORITIES = "rocketchat_ca_certificates"
_AUTHORITY_REMEDIES = (
    "Name that of the authority which made the servers' certificates",
    "Name the one that they have now",
)
_ACME_REMEDIES = (
    "Name that of the authority which made the ACME server's certificate",
    "Name the one that the ACME server has now",
)
_UNREADABLE = ("is no file that can be read on the machine Ansible runs on", "Write its absolute path")


def named_files(inventory: dict[str, Any]) -> list[str]:
    """Paths on the controller that variables name."""
    named = [str(path) for path in common_variables(inventory).get(AUTHORITIES, [])]
    named += [
        str(path)
        for variables in inventory["hosts"].values()
        for path in (
            variables[CERTIFICATE],
            variables[KEY],
            variables["nginx_acme_authority"],
            *variables["docker_registry_certificates"].values(),
        )
        if path
    ]
    return list(dict.fromkeys(named))


def authorities(contents: Mapping[str, str], paths: Sequence[str]) -> str:
    """One file of all; of each what is known here."""
    return "".join(f"{contents[path].strip()}\n" for path in map(str, paths) if path in contents)


def file_problems(inventory: dict[str, Any], contents: Mapping[str, bytes], now: datetime) -> list[Problem]:
    """What is wrong with the files that variables name. ``contents``: those that could be read, by path."""
    found = [
        *_of_proxies(inventory, contents, now),
        *_of_issuers(inventory, contents, now),
        *_of_registries(inventory, contents, now),
        *_of_authorities(inventory, contents, now),
    ]
    return list(dict.fromkeys(found))


def file_warnings(inventory: dict[str, Any], contents: Mapping[str, bytes], now: datetime) -> list[str]:
    """What is unwise about them."""
    found = [
        warning
        for paths, _name in _proxies(inventory)
        if not _unreadable(paths, contents)
        for warning in certificate_warnings(paths[CERTIFICATE], contents[paths[CERTIFICATE]], now)
    ]
    return list(dict.fromkeys(found))


def _proxies(inventory: dict[str, Any]) -> Iterator[tuple[dict[str, str], str]]:
    """Of every proxy that is given a certificate: the files, by variable, and the name people type."""
    try:
        url = urlsplit(common_variables(inventory)["rocketchat_root_url"])
    except (KeyError, ValueError):
        return
    for host in inventory["groups"]["nginx"] if url.scheme == "https" else ():
        variables = inventory["hosts"][host]
        paths = {variable: variables[variable] for variable in (CERTIFICATE, KEY)}
        if variables["nginx_certificate"] == "files" and all(paths.values()):
            yield paths, url.hostname or ""


def _unreadable(paths: Mapping[str, str], contents: Mapping[str, bytes]) -> list[str]:
    return [variable for variable, path in paths.items() if path not in contents]


def _of_proxies(inventory: dict[str, Any], contents: Mapping[str, bytes], now: datetime) -> Iterator[Problem]:
    for paths, name in _proxies(inventory):
        unreadable = _unreadable(paths, contents)
        if unreadable:
            yield from (Problem(variable, paths[variable], *_UNREADABLE) for variable in unreadable)
        else:
            pem = {variable: contents[path] for variable, path in paths.items()}
            yield from certificate_problems(paths, pem, name, now)


def _of_issuers(inventory: dict[str, Any], contents: Mapping[str, bytes], now: datetime) -> Iterator[Problem]:
    for host in inventory["groups"]["nginx"]:
        variables = inventory["hosts"][host]
        path = variables["nginx_acme_authority"]
        if variables["nginx_certificate"] == "acme" and path:
            if str(path) in contents:
                yield from authority_problems("nginx_acme_authority", path, contents[str(path)], now, *_ACME_REMEDIES)
            else:
                yield Problem("nginx_acme_authority", path, *_UNREADABLE)


def _of_registries(inventory: dict[str, Any], contents: Mapping[str, bytes], now: datetime) -> Iterator[Problem]:
    for variables in inventory["hosts"].values():
        for registry, path in variables["docker_registry_certificates"].items():
            variable = f"docker_registry_certificates.{registry}"
            if str(path) in contents:
                yield from authority_problems(variable, path, contents[str(path)], now)
            else:
                yield Problem(variable, path, *_UNREADABLE)


def _of_authorities(inventory: dict[str, Any], contents: Mapping[str, bytes], now: datetime) -> Iterator[Problem]:
    for number, path in enumerate(common_variables(inventory).get(AUTHORITIES, [])):
        variable = f"{AUTHORITIES}[{number}]"
        if str(path) in contents:
            yield from authority_problems(variable, path, contents[str(path)], now, *_AUTHORITY_REMEDIES)
        else:
            yield Problem(variable, path, *_UNREADABLE)
