# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bare hosts of the lab for the benchmarks alone, inventories of them, and the proof that one of them works."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import yaml

from lab.names import HOSTS
from tests.bench.timing import run
from tests.deployment import ROOT
from tests.e2e.conversation import Conversation, Settings, tls_context

# By the collection, and by hand; with a third one, a cluster.
OURS, TWIN, THIRD = "bench1", "bench2", "bench3"
ALL = (OURS, TWIN, THIRD)
SETTINGS = ROOT / "inventories" / "lab" / "group_vars"
GROUPS = ("mongodb", "nats", "rocketchat", "nginx")
SECRETS_FILE = ".rocketchat_secrets.yml"


def remove(*names: str) -> None:
    run(sys.executable, "-m", "lab", "down", *names)


def make_anew(*names: str) -> None:
    """Hosts with nothing on them, and none of the benchmarks' beside them."""
    remove(*ALL)
    run(sys.executable, "-m", "lab", "up", *names)


def inventory(folder: Path, *names: str) -> Path:
    """All roles on each of these hosts, with the settings of the lab's own inventory; reached at the first one."""
    path = folder / "-".join(names)
    shutil.copytree(SETTINGS, path / "group_vars")
    hosts = {
        name: {
            "ansible_host": HOSTS[name],
            "rocketchat_private_address": HOSTS[name] if len(names) > 1 else "",
            "rocketchat_root_url": f"https://{HOSTS[names[0]]}",
        }
        for name in names
    }
    children = {group: {"hosts": dict.fromkeys(names, {})} for group in GROUPS}
    (path / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": hosts, "children": children}}), encoding="utf-8")
    return path


def talk(host: str, admin_password: str) -> None:
    """The conversation of two people; a deployment that does not serve it ends the benchmark."""
    url = f"https://{HOSTS[host]}"
    settings = Settings(url, "admin", admin_password, context=tls_context(url, None, True))
    result = Conversation(settings).run()
    if not result.ok:
        sys.exit(f"The conversation with {host} failed. {result.steps[-1].problem}")


def admin_password(inventory: Path) -> str:
    secrets = yaml.safe_load((inventory / SECRETS_FILE).read_text(encoding="utf-8"))
    return str(secrets["rocketchat_admin_password"])
