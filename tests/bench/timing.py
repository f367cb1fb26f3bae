# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times commands that have to succeed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

BIN = Path(sys.executable).parent
ROUNDS = 5
TIMEOUT = 300


def timed(*command: str) -> tuple[float, str]:
    """Seconds a command takes, and what it prints; a failing one ends the benchmark."""
    environment = os.environ | {"ANSIBLE_CALLBACKS_ENABLED": "ansible.posix.profile_tasks"}
    started = time.monotonic()
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    seconds = time.monotonic() - started
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{result.stdout[-4000:]}{result.stderr[-2000:]}")
    return seconds, result.stdout


def ping(inventory: str) -> tuple[str, ...]:
    return (str(BIN / "ansible"), "-i", inventory, "all", "-m", "ansible.builtin.ping")


def playbook(inventory: str, name: str) -> tuple[str, ...]:
    return (str(BIN / "ansible-playbook"), "-i", inventory, f"playbooks/{name}.yml")


def spread(seconds: list[float]) -> str:
    return f"{min(seconds):.2f}..{max(seconds):.2f} s"
