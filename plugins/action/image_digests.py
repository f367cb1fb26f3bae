# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks registries, on a host's own way, what the tags of the images of a whole deployment stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible.plugins.action import ActionBase

from ..module_utils.containers.docker_api import SOCKET
from ..plugin_utils.plain import plain


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _VALID_ARGS = frozenset()

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        variables = task_vars or {}
        hosts = plain(variables["rocketchat_planned"]["plan"]["hosts"])
        docker, wanted = hosts[variables["inventory_hostname"]]["docker"], sorted(set(images(hosts)))
        question = {
            "images": wanted,
            "docker_settings": docker["options"],
            "certificates": docker["certificates"],
            "docker_socket": SOCKET,
        }
        told = self._execute_module("rocketops.rocketchat.host_sources", question, task_vars=variables)
        if told.get("failed"):
            return {**result, **told}
        digests = {image: told["digests"][image] for image in wanted if image in told["digests"]}
        reasons = {fault["image"]: fault["sentence"] for fault in told["images"]}
        missing = [f"{image}: {reasons.get(image, UNTOLD)}." for image in wanted if image not in digests]
        result |= {"changed": False, "digests": digests, "failed": bool(missing), "msg": "\n".join(missing)}
        return result


UNTOLD = "its registry does not say what it stands for"


def images(hosts: Mapping[str, Any]) -> Iterator[str]:
    """By tag; those that have a digest of the inventory's already are asked for anew."""
    for host in hosts.values():
        for role in ("nats", "rocketchat"):
            for service in host[role]["compose"]["services"].values() if host[role] else ():
                name, _at, _digest = service["image"].partition("@")
                if ":" in name.rpartition("/")[2]:
                    yield name
