# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which unit of the host's own systemd a process belongs to, whatever it is called. Only reads.

By its control group, below that of systemd itself (systemd keeps process 1 in init.scope of its root: systemd's
documentation, "Control Group APIs and Delegation"). The outermost unit counts: what runs in a container or in a user's
session may be in a unit of the same name there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .files import text
from .system import main_processes

_INIT = "/init.scope"
_UNIT = re.compile(r"[^/]+\.(?:service|scope)")
# Where control groups tell nothing: units that are looked for by the process that systemd started.
_KNOWN = ("mongod.service", "nginx.service", "docker.service")


def unit_of(process: int) -> str | None:
    """None where it belongs to no unit, as a container that another manager of control groups has put elsewhere."""
    root = next(((kind, path[: -len(_INIT)]) for kind, path in _groups(1) if path.endswith(_INIT)), None)
    if root is None:
        return _by_main_process(process)
    kind, above = root
    path = next((path for other, path in _groups(process) if other == kind), "")
    if not path.startswith(f"{above}/"):
        return None
    # slices hold units, and nothing but a slice is above one of the host's own
    first = next((part for part in path[len(above) :].split("/") if part and not part.endswith(".slice")), "")
    return first if _UNIT.fullmatch(first) else None


def _groups(process: int) -> Iterator[tuple[str, str]]:
    """Kind and path (proc_pid_cgroup(5))."""
    for line in (text(f"/proc/{process}/cgroup") or "").splitlines():
        _number, kind, path = line.split(":", 2)
        yield kind, path


def _by_main_process(process: int) -> str | None:
    units = {str(main): unit for unit, main in main_processes(_KNOWN).items() if main}
    ancestors = [str(process), *_ancestors(process)]
    return next((units[one] for one in ancestors if one in units), None)


def _ancestors(process: int) -> Iterator[str]:
    parent = str(process)
    while parent not in ("", "0", "1"):
        found = re.search(r"(?m)^PPid:\t(\d+)", text(f"/proc/{parent}/status") or "")
        parent = found[1] if found else ""
        yield parent
