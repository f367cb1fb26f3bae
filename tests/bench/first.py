# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a bare host to a working conversation: the site playbook, and by_hand.sh on a twin of the host."""

from __future__ import annotations

import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lab import hosts as lab_hosts
from lab.names import HOSTS, VERSIONS
from tests.bench import hosts
from tests.bench.controller import Controller
from tests.bench.hosts import OURS, TWIN
from tests.bench.timing import Figure, in_turns, ratio, run
from tests.conftest import COLLECTIONS

sys.path.insert(0, str(COLLECTIONS))

from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.role_variables import (
    read_inventory,
    role_options,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.secrets import resolve
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.desired import desired_state
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.planner import make_plan
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.resources import RoleState
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.distributions import DISTRIBUTIONS

ROUNDS = 3
LIMIT = 1.3
SCRIPT = Path(__file__).with_name("by_hand.sh")
ADMIN_PASSWORD = "by-hand-4711"


def measured(controller: Controller, inventory: Path) -> list[Figure]:
    """Hosts are made anew for each run, and each run has the machine to itself. At the end there is ours, deployed."""
    print("From a bare host to a working conversation: the site playbook, and a shell script", flush=True)
    typed = f"{assignments(controller, inventory)}\n{SCRIPT.read_text(encoding='utf-8')}"
    made: dict[str, str] = {}

    def converge() -> None:
        controller.playbook(inventory, "site")
        hosts.talk(OURS, hosts.admin_password(inventory))

    def by_hand() -> None:
        run(*lab_hosts.ssh(TWIN), "cat > by_hand.sh && sudo bash by_hand.sh < /dev/null", stdin=typed)
        hosts.talk(TWIN, ADMIN_PASSWORD)

    def note(host: str) -> None:
        made[host] = run(*lab_hosts.ssh(host), WHAT_IS_THERE)

    times = in_turns(
        {"shell": by_hand, "site": converge},
        ROUNDS,
        before={"shell": lambda: hosts.make_anew(TWIN), "site": lambda: hosts.make_anew(OURS)},
        after={"shell": lambda: note(TWIN), "site": lambda: note(OURS)},
    )
    if made[OURS] != made[TWIN]:
        sys.exit(f"They did not install or run the same.\nsite:\n{made[OURS]}\nby_hand.sh:\n{made[TWIN]}")
    return [ratio("first_converge_over_shell", LIMIT, times, "site", "shell")]


WHAT_IS_THERE = "dpkg-query --show --showformat '${Package} ' && sudo docker ps --format '{{.Image}}' | sort"


def assignments(controller: Controller, inventory: Path) -> str:
    """What the script takes over of the plan, so that both do the same."""
    given = _variables(controller, inventory)
    states = _desired(given)
    packages = [package for state in states.values() for package in state.packages]
    [(registry, authority)] = given["docker_registry_certificates"].items()
    values = {
        "PACKAGES": " ".join(dict.fromkeys(packages)),
        **_repository("MONGODB", states["mongodb"]),
        **_repository("DOCKER", states["docker"]),
        "REGISTRY": registry,
        "REGISTRY_CA": Path(authority).read_text(encoding="utf-8"),
        "NATS_IMAGE": given["nats_image"],
        "VERSION": given["rocketchat_version"],
        "LICENSE": given["rocketchat_license"],
        "ADDRESS": HOSTS[TWIN],
        "ADMIN_PASSWORD": ADMIN_PASSWORD,
    }
    return "\n".join(f"{name}={shlex.quote(value)}" for name, value in values.items())


def _variables(controller: Controller, inventory: Path) -> dict[str, Any]:
    """Those of the roles as Ansible works them out."""
    template = ", ".join(f'"{name}": {name} | default(none)' for name in role_options(frozenset()))
    values: dict[str, Any] = controller.template(inventory, OURS, f"{{{{ {{ {template} }} | to_json }}}}")
    return {name: value for name, value in values.items() if value is not None}


def _desired(given: dict[str, Any]) -> dict[str, RoleState]:
    groups = {group: [OURS] for group in hosts.GROUPS}
    read, problems = read_inventory(groups, {OURS: given})
    secrets, _ = resolve({}, {})
    plan = make_plan(read, secrets, problems, now=datetime.now(UTC))
    [on] = [known for known in DISTRIBUTIONS if known.codename == VERSIONS["debian_suite"]]
    return desired_state(plan.hosts[OURS], on)


def _repository(prefix: str, state: RoleState) -> dict[str, str]:
    found = state.repository
    return {
        f"{prefix}_KEY_URL": found.key_url if found else "",
        f"{prefix}_KEYRING": found.key.path if found else "",
        f"{prefix}_SOURCE": (found.source.content or "") if found else "",
    }
