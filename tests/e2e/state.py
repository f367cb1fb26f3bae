# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of all that the roles keep on a host, to be compared with that after another run; it has no secret."""

from __future__ import annotations

import json
import shlex
from typing import Any

from tests.deployment import Deployment
from tests.e2e.drift import LEDGER, UNITS

NETWORK = "rocketchat"
OF_COMPOSE = "com.docker.compose.config-hash"


def state(deployment: Deployment) -> dict[str, Any]:
    """What is there by what it is called; made anew, it is the same unless its content is random."""
    ledger: dict[str, Any] = json.loads(deployment.run(f"cat {LEDGER}"))
    resources = [name.partition(" ")[::2] for name in ledger["resources"]]
    # keys and certificates that the host makes for itself are others each time
    generated = ledger.pop("generated")
    # processes are others after each start
    taken_up = {name: one["files"] for name, one in ledger.pop("taken_up").items()}
    of_generated = {path: one["recipe"] for path, one in generated.items()}
    return {
        "ledger": {**ledger, "generated": of_generated, "taken_up": taken_up},
        "files": {name: _file(deployment, name, name in generated) for kind, name in resources if kind == "file"},
        "hosts": deployment.run("cat /etc/hosts"),
        "packages": [
            deployment.run(f"dpkg-query --show {shlex.quote(name)}") for kind, name in resources if kind == "package"
        ],
        "units": {
            unit: deployment.attempt(f"systemctl is-active {unit}; systemctl is-enabled {unit}").stdout
            for unit in UNITS
        },
        "containers": _containers(deployment),
        "network": _network(deployment),
        "users": deployment.run(_users(deployment)),
    }


def _file(deployment: Deployment, path: str, generated: bool) -> str:
    """Kind, mode, owner and group, and the digest of its content."""
    quoted = shlex.quote(path)
    told = deployment.run(f"stat --format '%F %a %U:%G' {quoted}")
    if generated or told.startswith("directory"):
        return told
    return told + deployment.run(f"sha256sum {quoted}")


def _containers(deployment: Deployment) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads(deployment.run("docker inspect $(docker ps --all --quiet)"))
    return {
        one["Name"]: {
            "image": one["Image"],
            "definition": one["Config"]["Labels"].get(OF_COMPOSE),
            "state": one["State"]["Status"],
            **{key: one["HostConfig"][key] for key in ("RestartPolicy", "Memory", "NanoCpus", "PortBindings", "Binds")},
            # older engines add the identity
            "networks": {
                name: sorted(set(network["Aliases"] or []) - {one["Id"][:12]})
                for name, network in one["NetworkSettings"]["Networks"].items()
            },
        }
        for one in found
    }


def _network(deployment: Deployment) -> dict[str, Any]:
    [found] = json.loads(deployment.run(f"docker network inspect {NETWORK}"))
    return {key: found[key] for key in ("Driver", "IPAM", "Options", "Labels", "Internal")}


def _users(deployment: Deployment) -> str:
    """Whose passwords are not asked for."""
    script = (
        "import json, pymongo; c = pymongo.MongoClient('127.0.0.1', username='admin', directConnection=True, "
        f"password={deployment.secrets()['mongodb_admin_password']!r}); users = c.admin.command('usersInfo', "
        "{'forAllDBs': True})['users']; print(json.dumps({u['_id']: sorted(map(str, u['roles'])) for u in users}))"
    )
    return f"python3 -c {shlex.quote(script)}"
