# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the roles are going to write on a host, rendered from their own templates and settings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import yaml
from ansible.plugins.loader import lookup_loader
from ansible.utils.vars import merge_hash

from ...module_utils.facts import parts
from ..inventory.role_variables import ROLES

# A variable's value on the host, or the role's default.
Setting = Callable[[str], Any]


def role_files(plan: Mapping[str, Any], setting: Setting, loader: Any, templar: Any) -> dict[str, str]:
    """Content by path, of what a change of settings makes different. It holds secrets."""
    files: dict[str, str] = {}

    def render(role: str, template: str, **variables: Any) -> str:
        lookup = lookup_loader.get("ansible.builtin.template", loader=loader, templar=templar)
        return str(lookup.run([str(ROLES / role / "templates" / template)], variables=variables)[0])

    if plan["docker"]:
        files[parts.DAEMON_SETTINGS] = _daemon_settings(setting("docker_daemon_options"))
    if plan["mongodb"]:
        mongodb = {"mongodb_plan": plan["mongodb"]}
        mongodb |= {name: setting(name) for name in ("mongodb_port", "mongodb_replica_set")}
        files[parts.MONGOD_SETTINGS] = render("mongodb", "mongod.conf.j2", **mongodb)
        files[parts.MONGOD_UNIT_SETTINGS] = render("mongodb", "mongod.service.conf.j2", **mongodb)
        files[parts.KEYFILE] = f"{plan['mongodb']['keyfile']}\n"
    if plan["rocketchat"]:
        files |= plan["rocketchat"]["env_files"]
    if plan["nginx"]:
        name = "nginx_client_max_body_size"
        files[parts.NGINX_SITE] = render(
            "nginx", "rocketchat.conf.j2", nginx_plan=plan["nginx"], **{name: setting(name)}
        )
    return files


def _daemon_settings(options: dict[str, Any]) -> str:
    """As the role's `to_nice_json` writes them."""
    variables = yaml.safe_load((ROLES / "docker" / "vars" / "main.yml").read_text(encoding="utf-8"))
    settings = merge_hash(variables["docker_daemon_settings"], options)
    return json.dumps(settings, indent=4, sort_keys=True) + "\n"
