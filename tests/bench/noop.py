"""How long a run with nothing to do takes, against an `ansible -m ping` of the same hosts in the same minutes."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

BIN = Path(sys.executable).parent
ROUNDS = 5
LIMIT = 20
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


def slowest(output: str) -> list[str]:
    """The ten slowest tasks, as the profile_tasks callback lists them."""
    return [line for line in output.splitlines() if re.search(r" -+ [0-9.]+s$", line)][:10]


def main(inventory: str) -> int:
    ping = (str(BIN / "ansible"), "-i", inventory, "all", "-m", "ansible.builtin.ping")
    site = (str(BIN / "ansible-playbook"), "-i", inventory, "playbooks/site.yml")
    print("Converging first, so that what is measured has nothing to do", flush=True)
    timed(*site)
    pings, sites, output = [], [], ""
    for number in range(1, ROUNDS + 1):
        pings.append(timed(*ping)[0])
        seconds, output = timed(*site)
        sites.append(seconds)
        if not re.search(r"changed=0 .*failed=0", output):
            sys.exit(f"The run was not one with nothing to do:\n{output[-3000:]}")
        print(f"round {number}: ping {pings[-1]:.2f} s, site.yml {seconds:.2f} s", flush=True)
    ratio = statistics.median(sites) / statistics.median(pings)
    print("\nThe slowest ten tasks of the last run:", *slowest(output), sep="\n  ")
    print(f"\nping_spread = {min(pings):.2f}..{max(pings):.2f} s, noop_spread = {min(sites):.2f}..{max(sites):.2f} s")
    print(f"noop_over_ping = {ratio:.1f}")
    return 0 if ratio <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
