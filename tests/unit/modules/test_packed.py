# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules that other tests run in their own process, packed by Ansible: all that they import is packed along."""

from __future__ import annotations

from pathlib import Path

from tests.unit import probe_servers
from tests.unit.modules.running import Task, by_ansible

PASSWORDS = ("S3cret-of-the-test", "Adm1n-of-the-test")


def test_modules_work_when_they_are_packed(tmp_path: Path) -> None:
    port = probe_servers.free_port()
    peer = f"127.0.0.1:{port}"
    url, login = f"http://{peer}", {"username": "rocketchat", "password": PASSWORDS[0], "timeout": 0}
    replica_set = {"replica_set": "rs0", "members": [peer]}
    user = {"user": {"name": "rocketchat", "roles": []}, "user_password": PASSWORDS[0], "admin_password": PASSWORDS[1]}
    tasks: dict[str, Task] = {
        "services": Task("service_health", {"endpoints": [{"name": "it", "url": url}], "timeout": 0}),
        "bus": Task("nats_health", {"url": url, "address": peer, **login}),
        "clients": Task("ddp_health", {"url": url, **login}),
        "database": Task("mongodb_health", {**replica_set, **login}),
        "replica set": Task("mongodb_replica_set", {**replica_set, **user, "port": port, "timeout": 1}),
    }
    facts = {"facts": Task("host_facts", {"docker_socket": str(tmp_path / "docker.sock")})}
    results, printed = by_ansible(tmp_path, {**facts, **tasks}, "-vvv")
    assert results.pop("facts")["facts"]["docker"]["state"] == "absent"
    for name, result in results.items():
        assert result["failed"] and not result["changed"], name
        assert "Connection refused: " in result["msg"], name
    for password in PASSWORDS:
        assert password not in printed + str(results)
