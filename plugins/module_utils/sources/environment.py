# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of the Docker Engine, which is that of its unit, whoever has logged in and with which proxies.

Of one that runs and goes on, what it was started with; else what systemd will give to it: that of all units, the
drop-ins and, once its package has brought the unit, that (systemd.exec(5), "Environment"; systemd.unit(5)).
"""

from __future__ import annotations

import glob
import os
import re
import shlex
from collections.abc import Iterator

from ..facts.files import text
from ..facts.system import main_process, output

UNIT = "docker.service"
# of later ones, what is set wins; a file hides those of its name that come before it (systemd.unit(5))
DIRECTORIES = ("/usr/lib/systemd/system", "/run/systemd/system", "/etc/systemd/system")


def of_engine(goes_on: bool) -> dict[str, str]:
    process = main_process(UNIT) if goes_on else 0
    if process:
        return _parsed((text(f"/proc/{process}/environ") or "").split("\0"))
    shown = dict(_assignments(output(["systemctl", "show", "--property=LoadState,Environment,EnvironmentFiles", UNIT])))
    of_all = _parsed((output(["systemctl", "show-environment"]) or "").splitlines())
    if shown.get("LoadState") == "loaded":
        files = re.findall(r"^(/\S+)", shown.get("EnvironmentFiles", ""))
        return {**of_all, **_parsed(_words(shown.get("Environment", ""))), **_of_files(files)}
    return {**of_all, **_of_drop_ins()}


def _of_drop_ins() -> dict[str, str]:
    """What is beside a unit that is not there yet."""
    settings: dict[str, str] = {}
    files: list[str] = []
    for path in drop_ins():
        for name, value in _assignments((text(path) or "").replace("\\\n", " ")):
            if name == "Environment":
                settings = {**settings, **_parsed(_words(value))} if value else {}
            elif name == "EnvironmentFile":
                files = [*files, value.lstrip("-")] if value else []
    return {**settings, **_of_files(files)}


def drop_ins() -> list[str]:
    """In the order in which systemd reads them: by name, those for all services first."""
    found: dict[tuple[int, str], str] = {}
    for directory in DIRECTORIES:
        for rank, unit in enumerate(("service.d", f"{UNIT}.d")):
            for path in glob.glob(f"{directory}/{unit}/*.conf"):
                found[rank, os.path.basename(path)] = path
    return [found[key] for key in sorted(found)]


def _of_files(paths: list[str]) -> dict[str, str]:
    lines = [line.strip() for path in paths for line in (text(path) or "").splitlines()]
    return _parsed([_unquoted(line) for line in lines if not line.startswith(("#", ";"))])


def _assignments(written: str | None) -> Iterator[tuple[str, str]]:
    for line in (written or "").splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith(("#", ";")):
            yield name.strip(), value.strip()


def _words(value: str) -> list[str]:
    """``A=b "C=d e"``"""
    try:
        return shlex.split(value)
    except ValueError:
        return value.split()


def _unquoted(line: str) -> str:
    """A line of a file has one assignment, with or without quotes around its value."""
    name, equals, value = line.partition("=")
    return f"{name}{equals}{' '.join(_words(value))}"


def _parsed(words: list[str]) -> dict[str, str]:
    return dict(word.partition("=")[::2] for word in words if "=" in word)
