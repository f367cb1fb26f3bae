# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetches the key of a package repository on the way that its packages take: only apt knows its proxies and logins."""

from __future__ import annotations

import os
import subprocess

from .words import errors, named_proxies, with_proxies

# of the package apt itself, since 1.1
_HELPER = "/usr/lib/apt/apt-helper"
_OPTIONS = {
    # its own user could not write where the key goes
    "APT::Sandbox::User": "root",
    "Acquire::Retries": "0",
    "Acquire::http::Timeout": "10",
    "Acquire::https::Timeout": "10",
}


def fetch(url: str, path: str, timeout: float) -> str:
    """What is wrong, "" where nothing is. ``path``: nothing is there yet."""
    settings = [word for name, value in _OPTIONS.items() for word in ("-o", f"{name}={value}")]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    command = [_HELPER, "-q=2", *settings, "download-file", url, path]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout, env=environment)
    except subprocess.TimeoutExpired:
        return f"it does not come within {timeout:.0f} s"
    except OSError as error:
        return f"{_HELPER} cannot be run: {error.strerror}"
    if done.returncode == 0:
        return "" if _is_text(path) else "it is not ASCII-armored"
    [first, *_others] = with_proxies(errors(done.stdout, done.stderr), named_proxies())
    return first.removeprefix(f"Failed to fetch {url} ")


def text_of(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def _is_text(path: str) -> bool:
    """As the ending of its path says to apt (sources.list(5), Signed-By)."""
    try:
        return bool(text_of(path))
    except UnicodeDecodeError:
        return False
