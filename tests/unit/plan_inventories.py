# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventories for the tests of the plan: what an operator wrote, read as the playbooks read it."""

from __future__ import annotations

import pickle
import re
from datetime import UTC, datetime
from typing import Any

import yaml
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory import self_signed
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.role_variables import (
    read_inventory,
    role_options,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.settings import GROUPS
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.deployment import Plan, as_data
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.plan.planner import make_plan
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.problems import PlanError

from tests.deployment import ROOT

Inventory = dict[str, Any]

# When the tests plan.
NOW = datetime(2026, 11, 26, 22, 0, tzinfo=UTC)
VARIABLES = set(role_options(frozenset()))
SETTINGS = {
    "rocketchat_root_url": "https://chat.example.com",
    "rocketchat_license": "LICENSE-secret",
    "nginx_certificate": "self_signed",
}
SECRETS = {
    "admin_password": "admin-secret",
    "mongodb_password": "mongodb-secret",
    "mongodb_admin_password": "root-secret",
    "mongodb_keyfile": "keyfile/secret",
    "nats_password": "nats-secret",
    "nats_cluster_password": "route-secret",
}

# Nothing that judges them: the plan itself only hands them on.
SELF_SIGNED = {self_signed.CERTIFICATE: "a certificate of ours\n", self_signed.KEY: "a key of ours\n"}


def host(**variables: Any) -> dict[str, Any]:
    unknown = set(variables) - VARIABLES
    assert not unknown, f"no role has {unknown}"
    return {**SETTINGS, **variables}


def single(**variables: Any) -> Inventory:
    """One host that runs everything."""
    return {"groups": {group: ["chat"] for group in GROUPS}, "hosts": {"chat": host(**variables)}}


def cluster(*names: str, groups: dict[str, list[str]] | None = None, **variables: Any) -> Inventory:
    """Hosts that all run everything, unless ``groups`` says otherwise for a group."""
    members = {group: list(names) for group in GROUPS} | (groups or {})
    addresses = {name: f"198.18.0.{number}" for number, name in enumerate(names, 11)}
    hosts = {name: host(**{"rocketchat_private_address": addresses[name], **variables}) for name in names}
    return {"groups": members, "hosts": hosts}


def lab() -> Inventory:
    """The lab's inventory, as far as the plan is concerned."""
    folder = ROOT / "inventories" / "lab" / "group_vars" / "all"
    variables: dict[str, Any] = {}
    for name in ("rocketchat.yml", "versions.yml"):
        variables |= yaml.safe_load((folder / name).read_text(encoding="utf-8"))
    variables["rocketchat_root_url"] = "https://198.18.0.11"
    return single(**{name: value for name, value in variables.items() if name in VARIABLES})


def typed_plan(inventory: Inventory, files: dict[str, str] | None = None, **secrets: str) -> Plan:
    """``files``: texts on the machine that plans."""
    read, problems = read_inventory(inventory["groups"], inventory["hosts"])
    return make_plan(read, SECRETS | SELF_SIGNED | secrets, problems, now=NOW, files=files)


def plan(inventory: Inventory, files: dict[str, str] | None = None, **secrets: str) -> dict[str, Any]:
    """As Ansible keeps it; a copy, made in the quickest way, as tests change it."""
    copied: dict[str, Any] = pickle.loads(pickle.dumps(as_data(typed_plan(inventory, files, **secrets))))
    return copied


def complaints(inventory: Inventory, **secrets: str) -> list[str]:
    """What is wrong with an inventory, one line for each mistake; empty where nothing is."""
    try:
        plan(inventory, **secrets)
    except PlanError as error:
        return str(error).splitlines()
    return []


def message(*problems: str) -> list[str]:
    """What ``complaints`` gives for these problems."""
    plural = "s" if len(problems) > 1 else ""
    head = f"{len(problems)} problem{plural} in the inventory; nothing was changed."
    return [head, *(f"{number}. {problem}" for number, problem in enumerate(problems, 1))]


def first_key(value: Any) -> str:
    """What a case is called after: the variable it is about."""
    return next(iter(value), "") if isinstance(value, dict) else ""


def every_container(planned: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """All Compose services of Rocket.Chat, by hostname, each with the host it is on and its complete environment."""
    found = {}
    for name, host_plan in planned["hosts"].items():
        project = host_plan["rocketchat"] or {"compose": {"services": {}}}
        for service in project["compose"]["services"].values():
            files = [project["env_files"][path] for path in service["env_file"]]
            secret = {key: value for file in files for key, value in read_env_file(file).items()}
            found[service["hostname"]] = {**service, "host": name, "complete": {**service["environment"], **secret}}
    return found


def read_env_file(text: str) -> dict[str, str]:
    """Values as Compose reads them; that it does is what tests/e2e/test_env_file.py shows."""
    values = {}
    for line in text.split("\n")[:-1]:
        match = re.fullmatch(r'([\w-]+)="((?:[^"\\$]|\\["\\$])*)"', line)
        assert match, f"{line} is not quoted as it should be"
        values[match[1]] = re.sub(r"\\(.)", r"\1", match[2])
    return values
