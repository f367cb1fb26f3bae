# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host says of itself: system, processor, memory, disks, clock, packages and units. Only reads."""

from __future__ import annotations

import ctypes
import os
import shlex
import subprocess
from collections.abc import Sequence
from typing import Any

from .files import text

# Commands here answer in tens of milliseconds; a host on which one does not is told as one that does not know.
COMMAND_TIMEOUT = 5

# adjtimex(2): the kernel's estimate of the clock's error stays at this bound, in microseconds, until something
# synchronises it. systemd's NTPSynchronized (`timedatectl show`) asks the same, whatever program does the work.
UNSYNCHRONISED_ERROR = 16_000_000

# Where deb-systemd-helper(1p) keeps what it masked: a package that is removed masks its units, and lifts that again as
# it is installed.
_MASKED_BY_PACKAGES = "/var/lib/systemd/deb-systemd-helper-masked"

_OF_UNITS = "Id,LoadState,ActiveState,UnitFileState,LimitNOFILE,NeedDaemonReload"


def operating_system(path: str = "/etc/os-release") -> dict[str, Any]:
    """os-release(5). Testing releases have no version."""
    fields = dict(line.split("=", 1) for line in (text(path) or "").splitlines() if "=" in line and line[0] != "#")
    values = {name: " ".join(shlex.split(value)) for name, value in fields.items()}
    return {
        "id": values.get("ID", ""),
        "version": values.get("VERSION_ID", ""),
        "family": [values.get("ID", ""), *values.get("ID_LIKE", "").split()],
        "name": values.get("PRETTY_NAME", ""),
    }


def has_avx(path: str = "/proc/cpuinfo") -> bool:
    """Processors of other architectures have other words for their features, and no AVX."""
    flags = next((line for line in (text(path) or "").splitlines() if line.startswith("flags")), "")
    return "avx" in flags.split()


def memory_mb(path: str = "/proc/meminfo") -> int | None:
    """What the kernel has to give, a few per cent less than what was bought."""
    for line in (text(path) or "").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) // 1024
    return None


def most_open_files(path: str = "/proc/1/limits") -> int | None:
    """What systemd itself may open is the most that it gives to a unit where it lacks CAP_SYS_RESOURCE."""
    for line in (text(path) or "").splitlines():
        if line.startswith("Max open files"):
            hard = line.split()[4]
            return int(hard) if hard.isdecimal() else None
    return None


def number(path: str) -> int | None:
    """A file of the kernel's that holds one."""
    written = (text(path) or "").strip()
    return int(written) if written.isdecimal() else None


def kernel(paths: Sequence[str]) -> dict[str, Any]:
    """``values``: contents of files of the kernel's. ``of_container``: it belongs to another machine."""
    found = (output(["systemd-detect-virt", "--container"]) or "none").strip()
    return {"of_container": found != "none", "values": {path: text(path) for path in paths}}


def file_system(directory: str) -> dict[str, Any]:
    """Where a directory is, or would be: room on the file system of its nearest parent that exists."""
    path = directory
    while not os.path.isdir(path):
        path = os.path.dirname(path)
    room = os.statvfs(path)
    mib = 1024 * 1024
    return {
        "directory": directory,
        "found": path,
        "size_mb": room.f_blocks * room.f_frsize // mib,
        "free_mb": room.f_bavail * room.f_frsize // mib,
    }


class _Timex(ctypes.Structure):
    """The beginning of adjtimex(2)'s structure, and room for the rest of it (208 bytes where a long has 8)."""

    _fields_ = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("frequency", ctypes.c_long),
        ("maximum_error", ctypes.c_long),
        ("rest", ctypes.c_byte * 256),
    ]


def clock_is_synchronised() -> bool | None:
    """None where the kernel does not say."""
    try:
        timex = _Timex(modes=0)
        state = ctypes.CDLL(None).adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else bool(timex.maximum_error < UNSYNCHRONISED_ERROR)


def packages(names: list[str]) -> dict[str, str] | None:
    """Versions of the Debian packages that are installed; None where there is no dpkg."""
    if not names:
        return {}
    command = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Abbrev} ${Version}\\n", *names]
    answer = output(command)
    if answer is None:
        return None
    rows = [line.split() for line in answer.splitlines()]
    return {row[0]: row[2] for row in rows if len(row) == 3 and row[1].startswith("ii")}


def conffiles(names: Sequence[str]) -> dict[str, str]:
    """By path, the MD5 that each file had which these packages brought as settings to be changed (deb-conffiles(5))."""
    answer = output(["dpkg-query", "--show", "--showformat=${Conffiles}\\n", *names]) if names else ""
    rows = [line.split() for line in (answer or "").splitlines()]
    return {row[0]: row[1] for row in rows if len(row) == 2}


def units(names: list[str]) -> dict[str, dict[str, Any]] | None:
    """Whether systemd has, runs and would start at boot each unit; None where there is no systemd.

    ``open_files``: its limit. ``masked``: somebody has seen to it that it is not started. ``unread``: its files were
    changed, and systemd does not know that yet.
    """
    if not names:
        return {}
    answer = output(["systemctl", "show", f"--property={_OF_UNITS}", *names])
    if not answer:
        return None
    blocks = [dict(line.split("=", 1) for line in block.splitlines()) for block in answer.split("\n\n")]
    return {
        name: {
            "found": block.get("LoadState") == "loaded",
            "active": block.get("ActiveState") in ("active", "activating", "reloading"),
            "enabled": block.get("UnitFileState") == "enabled",
            "open_files": int(limit) if (limit := block.get("LimitNOFILE", "")).isdecimal() else None,
            "masked": block.get("LoadState") == "masked" and not os.path.exists(f"{_MASKED_BY_PACKAGES}/{name}"),
            "unread": block.get("NeedDaemonReload") == "yes",
        }
        for name, block in zip(names, blocks)
    }


def main_processes(names: Sequence[str]) -> dict[str, int]:
    """By unit the number of the process that it is, or 0, also without systemd."""
    answer = output(["systemctl", "show", "--property=MainPID", "--value", *names]) if names else ""
    numbers = [int(line) for line in (answer or "").split()]
    return dict(zip(names, numbers or [0] * len(names)))


def main_process(unit: str) -> int:
    return main_processes([unit])[unit]


def output(command: list[str]) -> str | None:
    """What a command prints, also where it ends with an error; None where it cannot run."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    try:
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=COMMAND_TIMEOUT, env=environment
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
