# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine changes on the machine outside its data root, so that it can be put back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from lab.command import run, succeeds
from lab.names import HOME

NOTE = HOME / "engine-traces.json"
PATHS = ["/etc/docker", "/etc/docker/key.json", "/opt/containerd", "/run/docker", "/run/containerd"]
BRIDGE = "docker0"
FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
CONTROL_GROUPS = Path("/sys/fs/cgroup")
FIREWALLS = ["iptables", "ip6tables"]


def note() -> None:
    """Remember how the machine was before its first engine; a later start keeps the first note."""
    if NOTE.exists():
        return
    before: dict[str, Any] = {
        "paths": [path for path in PATHS if not Path(path).exists()],
        "forwarding": FORWARDING.read_text(),
        "policies": {firewall: _forward_policy(firewall) for firewall in FIREWALLS},
    }
    NOTE.write_text(json.dumps(before))


def remove() -> None:
    """Put the machine back as noted, leaving alone what others have added since."""
    before = json.loads(NOTE.read_text())
    succeeds("ip", "link", "delete", BRIDGE)
    for firewall, policy in before["policies"].items():
        _remove_rules(firewall, policy)
    FORWARDING.write_text(before["forwarding"])
    _remove_control_groups()
    for path in before["paths"]:
        shutil.rmtree(path, ignore_errors=True)
        Path(path).unlink(missing_ok=True)


def _forward_policy(firewall: str) -> str:
    """The first line of the list is `-P FORWARD <policy>`."""
    return run(firewall, "--wait", "10", "-S", "FORWARD").split()[2]


def _remove_control_groups() -> None:
    """Take away the groups that held containers: one per hierarchy, empty by now."""
    for parent in [*CONTROL_GROUPS.glob("docker"), *CONTROL_GROUPS.glob("*/docker")]:
        inner = sorted((path for path in parent.rglob("*") if path.is_dir()), reverse=True)
        for group in [*inner, parent]:
            group.rmdir()


def _remove_rules(firewall: str, policy: str) -> None:
    kept = [line for line in run(f"{firewall}-save").splitlines() if "DOCKER" not in line and BRIDGE not in line]
    run(f"{firewall}-restore", stdin="\n".join(kept) + "\n")
    run(firewall, "--wait", "10", "-P", "FORWARD", policy)
