# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what of the lab is there."""

from __future__ import annotations

from lab import engine, registry
from lab.docker import exists, reachable, running
from lab.hosts import ready
from lab.names import HOME, HOSTS, MIRROR, MIRROR_ADDRESS, MIRROR_CONTAINER, NETWORK, host_container


def lines() -> list[str]:
    """One line per part of the lab."""
    if not reachable():
        return [f"engine   not reachable; lab home {HOME} {'is there' if HOME.exists() else 'is not there'}"]
    pid = engine.started_by_lab()
    mirror = "serving" if running(MIRROR_CONTAINER) and registry.answers() else "not running"
    return [
        f"engine   {f'started by the lab, process {pid}' if pid else 'of the machine'}",
        f"network  {NETWORK} {'is there' if exists('network', NETWORK) else 'is not there'}",
        f"mirror   {MIRROR_ADDRESS:<13} {MIRROR} {mirror}",
        *(f"{name:<8} {address:<13} {_state(name)}" for name, address in HOSTS.items()),
    ]


def _state(name: str) -> str:
    if not exists("container", host_container(name)):
        return "not there"
    if not running(host_container(name)):
        return "stopped"
    return "ready" if ready(name) else "running, not ready"
