# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether apt can install packages from repositories that the host need not have yet. Leaves apt's files as they are.

apt itself is asked, as only it knows its proxies, passwords, pins and what it trusts: with sources, lists and caches in
a directory of their own, where the lists that the host has are lent to it, so that only what is newer is fetched.
"""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..probing.clock import remaining
from .key import fetch, text_of
from .words import errors, named_proxies, with_proxies

LISTS = "/var/lib/apt/lists"
SOURCES = "/etc/apt/sources.list.d"
_KEY_TIMEOUT = 15


@dataclass(frozen=True)
class Answer:
    """``faults``: in apt's words. ``keys``: those that were fetched, by the path that they are for."""

    faults: list[str]
    keys: dict[str, str]


def ask(packages: Sequence[str], repositories: Sequence[Mapping[str, Any]], timeout: float) -> Answer:
    """``repositories``: planned ones, each with the ``path`` of its entry, its ``text`` and the ``key`` (``path``,
    ``url``) that it names, which is fetched where it ``fetches`` one or has none.
    """
    keys: dict[str, str] = {}
    directory = tempfile.mkdtemp(prefix="rocketops-apt-")
    try:
        found = _lay_out(repositories, directory, keys)
        if packages and not found:
            found = _asked(packages, repositories, directory, time.monotonic() + timeout)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return Answer(found, keys)


def _asked(
    packages: Sequence[str], repositories: Sequence[Mapping[str, Any]], directory: str, until: float
) -> list[str]:
    configuration = f"{directory}/apt.conf"
    with open(configuration, "w", encoding="utf-8") as file:
        file.write(_configuration(directory))
    # read after the host's own
    settings = ["--config-file", configuration]
    # resolves like an installation, and ends where that would begin to download; --simulate goes on to order each step
    resolve = [*settings, "--yes", "--print-uris", *packages]
    found = _apt("update", settings, until) or _apt("install", resolve, until)
    return [_with_urls(line, repositories, directory) for line in found]


def _with_urls(line: str, repositories: Sequence[Mapping[str, Any]], directory: str) -> str:
    """In the place of files that are gone by now."""
    for number, repository in enumerate(repositories):
        line = line.replace(_fetched(directory, number), repository["key"]["url"])
    return line


def _fetched(directory: str, number: int) -> str:
    return f"{directory}/keys/{number}.asc"


def _configuration(directory: str) -> str:
    """apt.conf(5)."""
    options = {
        "Dir::State::Lists": f"{directory}/lists",
        "Dir::Cache": f"{directory}/cache",
        "Dir::Etc::SourceParts": f"{directory}/sources",
        # where it would keep what it resolved
        "Dir::Log": f"{directory}/log",
        # large, and of no use here: the other one saves reading all lists a second time
        "Dir::Cache::srcpkgcache": "",
        # its own user could not read that directory
        "APT::Sandbox::User": "root",
        "APT::Install-Recommends": "false",
        # one repository that does not answer is an error, as it is to Ansible's module
        "APT::Update::Error-Mode": "any",
        "Acquire::Retries": "0",
        "Acquire::http::Timeout": "10",
        "Acquire::https::Timeout": "10",
        "Debug::NoLocking": "true",
    }
    # commands of the host that may clean up after an update, or tell somebody of it
    hooks = [f"#clear APT::Update::{hook};" for hook in ("Pre-Invoke", "Post-Invoke", "Post-Invoke-Success")]
    return "\n".join([*hooks, *(f'{name} "{value}";' for name, value in options.items()), ""])


def _lay_out(repositories: Sequence[Mapping[str, Any]], directory: str, keys: dict[str, str]) -> list[str]:
    """What cannot be fetched. Adds to ``keys``."""
    for name in ("lists/partial", "cache/archives/partial", "sources", "keys", "log"):
        os.makedirs(f"{directory}/{name}")
    for path in glob.glob(f"{LISTS}/*_*"):
        os.symlink(path, f"{directory}/lists/{os.path.basename(path)}")
    planned = {repository["path"] for repository in repositories}
    for path in sorted({*glob.glob(f"{SOURCES}/*.list"), *glob.glob(f"{SOURCES}/*.sources")} - planned):
        os.symlink(path, f"{directory}/sources/{os.path.basename(path)}")
    found = []
    for number, repository in enumerate(repositories):
        key = repository["key"]
        text = repository["text"]
        if key["fetches"] or not os.path.exists(key["path"]):
            fetched = _fetched(directory, number)
            reason = fetch(key["url"], fetched, _KEY_TIMEOUT)
            if reason:
                found.append(f"the key {key['url']} cannot be fetched: {reason}")
            else:
                keys[key["path"]] = text_of(fetched)
            text = text.replace(key["path"], fetched)
        with open(f"{directory}/sources/{os.path.basename(repository['path'])}", "w", encoding="utf-8") as file:
            file.write(text)
    return found


def _apt(verb: str, words: list[str], until: float) -> list[str]:
    """What it calls errors; none where it succeeds."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "--quiet", *words[:2], verb, *words[2:]]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=remaining(until), env=environment
        )
    except subprocess.TimeoutExpired:
        return [f"`apt-get {verb}` does not end: do its repositories answer?"]
    except OSError as error:
        return [f"apt-get cannot be run: {error}"]
    return with_proxies(errors(done.stdout, done.stderr), named_proxies()) if done.returncode else []
