# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody can change by hand of all that the roles made on a host, as commands; what there is says the ledger."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.deployment import Deployment
from tests.e2e.report import health
from tests.e2e.test_planned_changes import listed

FIREWALL = "who reaches the ports of this deployment"
LEDGER = "/var/lib/rocketops/ledger.json"
UNITS = {
    "docker.service": "Docker",
    "mongod.service": "mongod",
    "nginx.service": "nginx",
    "rocketops-firewall.service": "the firewall",
}


@dataclass(frozen=True)
class Drift:
    """``command`` makes it; ``told``: words that the sentence about it has to have."""

    kind: str
    command: str
    told: str


def drifts(deployment: Deployment) -> Iterator[Drift]:
    """One for each resource and way to change it."""
    ledger: dict[str, Any] = json.loads(deployment.run(f"cat {LEDGER}"))
    for name in ledger["resources"]:
        kind, _space, resource = name.partition(" ")
        if kind == "file":
            yield from _of_file(deployment, resource)
    for unit, name in UNITS.items():
        # mongod and nginx can be without each other; without the engine nothing tells of containers
        yield Drift("unit disabled", f"systemctl disable --quiet {unit}", f"have {name} start at boot")
        if unit != "docker.service":
            yield Drift("unit stopped", f"systemctl stop {unit}", f"start {name}")
    # the ledger keeps those of replicas that were removed, too
    there = deployment.run("docker ps --all --format '{{.Names}}'").split()
    containers = [name for name in ledger["containers"] if name in there]
    # not limits, which an engine in the lab cannot set
    ways = ("docker rm --force {0}", "docker rename {0} renamed-{0}", "docker update --restart no {0}",
            "docker network disconnect rocketchat {0}", "docker stop --time 2 {0}")  # fmt: skip
    for number, container in enumerate(containers):
        yield Drift("container", ways[number % len(ways)].format(container), container)
    yield from _put_back()
    yield Drift("users", without_a_role(deployment), "rocketchatStatus on admin")
    yield Drift("rules", "nft flush chain inet rocketops forward", "which somebody changed")
    yield Drift("hosts", "sed -i '/mongodb.internal/d' /etc/hosts", "/etc/hosts")
    yield Drift("network", replaced_network(containers), "replace network rocketchat")


def _of_file(deployment: Deployment, path: str) -> Iterator[Drift]:
    quoted = shlex.quote(path)
    directory = deployment.attempt(f"test -d {quoted}").returncode == 0
    yield Drift("mode", f"chmod 0701 {quoted}", path)
    yield Drift("owner", f"chown 12345:12345 {quoted}", path)
    # another keyfile is refused, as it is more likely that the secrets were lost (test_lost_secrets.py)
    if not directory and path != "/etc/mongod.keyfile":
        # one that is no JSON is refused, as it may have settings of others
        edit = f"sed -i s/50m/51m/ {quoted}" if path.endswith(".json") else f"echo '# by hand' >> {quoted}"
        yield Drift("content", edit, sentence_of(path))
    if not directory:
        yield Drift("deleted", f"rm {quoted}", sentence_of(path))


def _put_back() -> Iterator[Drift]:
    """Edited, taken up, and put back, with all that can be put back of a file."""
    edited = {
        "/etc/nginx/conf.d/rocketchat.conf": ("systemctl reload nginx", "reload nginx"),
        "/etc/mongod.conf": ("systemctl restart mongod", "restart mongod"),
        # NATS is told to read it again, which leaves the container as it is
        "/opt/nats/nats.conf": ("docker kill --signal HUP nats >/dev/null", "replace nats"),
        "/etc/docker/daemon.json": ("systemctl restart docker", "restart Docker"),
    }
    for path, (take_up, told) in edited.items():
        edit = f"sed -i s/50m/51m/ {path}" if path.endswith(".json") else f"echo '# by hand' >> {path}"
        command = f"cp -p {path} /root/before && {edit} && {take_up} && sleep 2 && cp -p /root/before {path}"
        yield Drift("put back", f"{command} && rm /root/before", told)


def sentence_of(path: str) -> str:
    """How a change of a file is told: most by their path, some by what they are for."""
    words = {
        "/etc/rocketops/": FIREWALL,
        "/etc/systemd/system/rocketops-mongod-kernel": "what mongod wants of the kernel",
        "/etc/systemd/system/rocketops-": FIREWALL,
        "/etc/systemd/system/nftables.service.d/": FIREWALL,
        "/etc/docker/daemon.json": "Docker's settings",
        "/etc/mongod.members": "/etc/mongod.members",
        "/etc/mongod": "mongod's settings",
        "/etc/systemd/system/mongod": "mongod's settings",
        "/etc/nginx/nginx.conf": "how many connections nginx takes",
        "/etc/nginx/conf.d": "the site in nginx",
        "/etc/nginx/rocketchat/": "certificate",
        "/etc/docker/certs.d/": "certificate authority",
        "/etc/apt/apt.conf.d/52rocketops-docker": "which packages of Docker",
        "/etc/apt/apt.conf.d/52rocketops-mongodb": "which packages of MongoDB",
        "/etc/apt/keyrings/docker": "the key of Docker's package repository",
        "/etc/apt/keyrings/mongodb": "the key of MongoDB's package repository",
        "/etc/apt/sources.list.d/docker": "Docker's package repository",
        "/etc/apt/sources.list.d/mongodb": "MongoDB's package repository",
    }
    # what a container reads is told with the container, where that has to be made anew
    words |= {"/opt/nats/": "nats", "/opt/rocketchat/": "rocketchat"}
    return next((told for start, told in words.items() if path.startswith(start)), path)


def without_a_role(deployment: Deployment) -> str:
    """Rocket.Chat's user as somebody leaves it who wants to give it less."""
    script = (
        "import pymongo; c = pymongo.MongoClient('127.0.0.1', username='admin', directConnection=True, "
        f"password={deployment.secrets()['mongodb_admin_password']!r}); c.admin.command('revokeRolesFromUser', "
        "'rocketchat', roles=[{'role': 'rocketchatStatus', 'db': 'admin'}])"
    )
    return f"python3 -c {shlex.quote(script)}"


def replaced_network(containers: list[str]) -> str:
    """Another network of the same name, as somebody makes it who lost the first and knows its label."""
    return (
        f"docker stop --time 1 {' '.join(containers)} && docker network disconnect --force rocketchat nats; "
        f"for c in {' '.join(containers)}; do docker network disconnect --force rocketchat $c; done 2>/dev/null; "
        "docker network rm rocketchat && docker network create --subnet 172.31.250.0/24 --gateway 172.31.250.2 "
        "--label io.rocketops.collection=rocketops.rocketchat rocketchat"
    )


def shown_and_mended(deployment: Deployment, directory: Path, found: list[Drift]) -> None:
    """Listed by --check, told by health, mended by site; afterwards there is nothing to change."""
    for one in found:
        deployment.run(one.command)
    planned = " ".join(listed(deployment.playbook("site", "--check").stdout, deployment.host))
    told = " ".join(change["sentence"] for change in health(deployment, directory)["changes"])
    for one in found:
        assert one.told in planned, (one, planned)
        assert one.told in told, (one, told)
    output = deployment.playbook("site", "-vvv", "--diff").stdout
    for name, secret in deployment.secrets().items():
        assert secret not in output, name
    assert listed(deployment.playbook("site", "--check").stdout, deployment.host) == []
