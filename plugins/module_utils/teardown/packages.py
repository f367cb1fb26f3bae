# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What apt would take away together with packages, and whose settings would go with them. Only reads.

apt itself is asked, as only it knows what packages need each other for.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Sequence
from typing import Any

from ..facts.origins import md5
from ..facts.system import output

_TIMEOUT = 60
# apt-get(8): what --simulate would do, a line each
_GOES = re.compile(r"(?m)^(?:Remv|Purg) (\S+)")


class NotRemovable(Exception):
    """apt does not say what would go; in its words."""


def states(names: Sequence[str]) -> dict[str, str]:
    """By package, `installed`, or `settings` where it was removed and its settings were not; others are left out."""
    if not names:
        return {}
    command = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\\n", *names]
    rows = [line.split() for line in (output(command) or "").splitlines()]
    there = [row for row in rows if len(row) == 2 and row[1] != "not-installed"]
    return {name: "settings" if status == "config-files" else "installed" for name, status in there}


def removal(names: Sequence[str]) -> dict[str, Any]:
    """``goes``: of these packages those that nothing needs that stays; ``needed_by``: what needs the others.

    ``along``: what apt installed by itself, and what nothing needs any more without these, but did until now; and
    whose ``changed_settings`` would go with it. ``fault``: in apt's words why it cannot say.
    """
    try:
        goes, needed_by = _settled(names)
        along = _came_along(goes)
    except NotRemovable as reason:
        return {"goes": [], "needed_by": {}, "along": [], "changed_settings": {}, "fault": str(reason)}
    changed = changed_settings(along)
    return {"goes": goes, "needed_by": needed_by, "along": along, "changed_settings": changed, "fault": ""}


def _settled(names: Sequence[str]) -> tuple[list[str], dict[str, list[str]]]:
    """Where one has to stay, others may have to, as it needs them."""
    goes, needed_by = list(names), dict[str, list[str]]()
    while goes and (found := _needed_by(goes)):
        needed_by |= found
        goes = [name for name in goes if name not in found]
    return goes, needed_by


def _needed_by(names: Sequence[str]) -> dict[str, list[str]]:
    """By package, what apt would take away with it that is none of these; packages without any are left out."""
    together = set(names)
    if set(_would_go(["purge", *names])) <= together:
        return {}
    found = {name: sorted(set(_would_go(["purge", name])) - together) for name in names}
    return {name: others for name, others in found.items() if others}


def _came_along(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    unused = set(_would_go(["--auto-remove", "autoremove"]))
    return sorted(set(_would_go(["--auto-remove", "purge", *names])) - unused - set(names))


def _would_go(words: Sequence[str]) -> list[str]:
    """Raises NotRemovable. What the host says about unused packages does not count."""
    options = {
        "Debug::NoLocking": "true",
        "APT::Get::AutomaticRemove": "true" if "--auto-remove" in words else "false",
        # apt installs nothing because it is only suggested, so what is came for another reason
        "APT::AutoRemove::SuggestsImportant": "false",
    }
    settings = [word for name, value in options.items() for word in ("--option", f"{name}={value}")]
    command = ["apt-get", "--simulate", *settings, *words]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_TIMEOUT, env=environment)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotRemovable(str(error)) from None
    if done.returncode:
        raise NotRemovable((done.stderr or done.stdout).strip())
    return list(dict.fromkeys(_GOES.findall(done.stdout)))


def changed_settings(names: Iterable[str]) -> dict[str, list[str]]:
    """By package, those of its settings files that somebody changed, and that would go with it."""
    found: dict[str, list[str]] = {}
    for name in names:
        rows = [line.split() for line in (output(_conffiles(name)) or "").splitlines()]
        # an obsolete one has another word after it (dpkg-query(1), Conffiles)
        delivered = {row[0]: row[1] for row in rows if len(row) >= 2}
        changed = [path for path, was in delivered.items() if (now := md5(path)) and now != was]
        if changed:
            found[name] = changed
    return found


def _conffiles(name: str) -> list[str]:
    return ["dpkg-query", "--show", "--showformat=${Conffiles}\\n", name]


def owned(paths: Sequence[str]) -> set[str]:
    """Those that a package brought."""
    if not paths:
        return set()
    lines = (output(["dpkg-query", "--search", *paths]) or "").splitlines()
    return {line.partition(": ")[2] for line in lines}


def not_of_packages(directory: str) -> list[str]:
    """Files and links that no package brought, and that are no links to what one did."""
    found = [os.path.join(place, name) for place, _folders, names in os.walk(directory) for name in names]
    links = [os.path.join(place, name) for place, names, _files in os.walk(directory) for name in names]
    found += [path for path in links if os.path.islink(path)]
    brought = owned([*found, *{os.path.realpath(path) for path in found if os.path.islink(path)}])
    return sorted(path for path in found if not {path, os.path.realpath(path)} & brought)
