# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults an operator meets, as commands for the host that bring each about and mend it again.

Words between @ stand for what only the deployment knows: @HOST@, @ADDRESS@ and its secrets by their variables' names.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SLOW_LINK = (Path(__file__).parent / "slow_link.py").read_text(encoding="utf-8")
PROJECT = "docker compose --project-directory /opt/rocketchat --file /opt/rocketchat/compose.yaml"
OVERRIDE = "/run/fault.json"
SITE = "/etc/nginx/conf.d/rocketchat.conf"
MEMBER = "@HOST@.mongodb.internal"
GATEWAY = "{{range .IPAM.Config}}{{.Gateway}}{{end}}"
DATA = "/var/lib/mongodb"
CERTIFICATE = "/etc/nginx/rocketchat"
SERVICES = ("rocketchat-1", "ddp-streamer-1", "authorization-1", "account-1", "presence-1", "stream-hub-1")


@dataclass(frozen=True)
class Fault:
    """``cause``: the component that the report has to name, and nothing else; ``kinds``: the words it may use.

    ``seen``: a command that succeeds once the fault shows; without one, it shows at once. ``next_mends``: whether the
    command that the report names next mends the fault; else it shows why. ``mend`` also works after it.
    """

    make: str
    mend: str
    cause: str
    kinds: frozenset[str]
    seen: str = ""
    next_mends: bool = True


def fault(make: str, mend: str, cause: str, *kinds: str, seen: str = "", next_mends: bool = True) -> Fault:
    return Fault(make, mend, cause, frozenset(kinds), seen, next_mends)


def overridden(
    service: str, settings: Mapping[str, Any], *kinds: str, seen: str = "", next_mends: bool = True
) -> Fault:
    """One container with other settings than the plan's, as somebody at the host's shell would make it.

    It is mended with its dependencies: --no-deps leaves a hash in its label that makes Compose replace it once more.
    """
    override = shlex.quote(json.dumps({"services": {service: settings}}))
    return fault(
        f"echo {override} > {OVERRIDE}; {PROJECT} --file {OVERRIDE} up --detach --no-deps --timeout 2 {service}",
        f"rm --force {OVERRIDE}; {PROJECT} up --detach --timeout 2 {service}",
        service,
        *kinds,
        seen=seen,
        next_mends=next_mends,
    )


def environment(service: str, seen: str = "", **variables: str) -> Fault:
    return overridden(service, {"environment": variables}, "container.environment", seen=seen)


IN_NATS = "nsenter --net --target $(docker inspect --format '{{.State.Pid}}' nats)"


def logged(container: str, text: str) -> str:
    return f"docker logs --tail 200 {container} 2>&1 | grep --quiet {shlex.quote(text)}"


def restarted(container: str) -> str:
    return f"test $(docker inspect --format '{{{{.RestartCount}}}}' {container}) -ge 2"


def site_edited(expression: str, *kinds: str) -> Fault:
    """nginx with an edited site."""
    return fault(
        f"cp --preserve {SITE} /run/site.conf; sed --in-place {shlex.quote(expression)} {SITE}; systemctl reload nginx",
        f"cp --preserve /run/site.conf {SITE}; systemctl reload nginx",
        "nginx",
        *kinds,
    )


def of_service(service: str) -> dict[str, Fault]:
    """What can be wrong with any container."""
    wrong_tag = "$(docker inspect --format '{{.Config.Image}}' " + service + ")"
    other = overridden(service, {"image": "rocketops/other:7.9.2"}, "container.image")
    return {
        "stopped": fault(f"docker stop {service}", f"docker start {service}", service, "container.stopped"),
        "paused": fault(
            f"docker pause {service}", f"docker unpause {service}; docker start {service}", service, "container.paused"
        ),
        "crash-looping": overridden(
            service,
            {"command": ["-e", "process.exit(3)"], "entrypoint": ["node"]},
            "container.crash_silent",
            seen=restarted(service),
            next_mends=False,
        ),  # fmt: skip
        "wrong tag": Fault(
            f"docker tag {wrong_tag} rocketops/other:7.9.2; {other.make}", other.mend, service, other.kinds
        ),
    }


CONTAINERS = {f"{service} {what}": one for service in SERVICES for what, one in of_service(service).items()}

ENTRANCE = {
    "nginx stopped": fault("systemctl stop nginx", "systemctl start nginx", "nginx", "ddp.refused"),
    "nginx without the split": site_edited("s#http://ddp_streamer;#http://rocketchat;#", "ddp.split_missing"),
    "upgrade header removed": site_edited("/Upgrade/d", "ddp.upgrade_stripped"),
    "certificate expired": fault(
        f"cp --archive {CERTIFICATE} /run/pki; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        f" -subj /CN=chat -addext subjectAltName=IP:@ADDRESS@ -not_before 20250101000000Z -not_after 20260101000000Z"
        f" -keyout {CERTIFICATE}/key.pem -out {CERTIFICATE}/certificate.pem; systemctl reload nginx",
        f"cp --archive /run/pki/* {CERTIFICATE}/; rm --recursive /run/pki; systemctl reload nginx",
        "certificate",
        "certificate.expired",
    ),
}

BUS = {
    "NATS stopped": fault("docker stop nats", "docker start nats", "nats", "container.stopped"),
    "NATS password wrong for one service": environment(
        "account-1", seen=logged("account-1", "NATS error."),
        TRANSPORTER="nats://rocketchat:wrong@nats:4222",
    ),
    "one service on another namespace": environment("presence-1", MS_NAMESPACE="other"),
    "TRANSPORTER with an unprefixed entry": environment(
        "authorization-1", TRANSPORTER="nats://rocketchat:@nats_password@@nats:4222,nats:4222"
    ),
    "NATS slow": fault(
        # only what root asks goes the slow way, which nobody goes on from
        f"{IN_NATS} nft 'add table ip slow; add chain ip slow output {{ type nat hook output priority -100; }};"
        " add rule ip slow output meta skuid 0 tcp dport 8222 redirect to :18222';"
        f"echo {shlex.quote(SLOW_LINK)} > /run/slow_link.py;"
        f"{IN_NATS} setpriv --reuid 65534 --clear-groups"
        " nohup timeout 120 python3 /run/slow_link.py 18222 127.0.0.1 8222 0.5 > /dev/null 2>&1 &"
        "echo $! > /run/slow.pid",
        f"kill $(cat /run/slow.pid); {IN_NATS} nft delete table ip slow",
        "nats",
        "nats.slow",
        seen=f"{IN_NATS} curl --silent --fail --output /dev/null http://127.0.0.1:18222/varz",
        next_mends=False,
    ),
}  # fmt: skip


def mongod_told(command: str) -> str:
    """Something that MongoDB's administrator says to the member at hand."""
    client = "MongoClient('localhost', directConnection=True, username='admin', password='@mongodb_admin_password@')"
    return f"python3 -c {shlex.quote(f'from pymongo import MongoClient; admin = {client}.admin; {command}')}"


COMPATIBLE_WITH_THE_RELEASE_BEFORE = fault(
    mongod_told("admin.command('setFeatureCompatibilityVersion', '5.0')"),
    mongod_told("admin.command('setFeatureCompatibilityVersion', '6.0')"),
    "mongodb",
    "mongodb.fcv",
)


def control_has(settings: str) -> str:
    """What the document says that the monolith locks its migrations with; `build` is that of the running monolith."""
    build = "build = __import__('sys').argv[1]; import datetime; now = datetime.datetime.now(datetime.timezone.utc)"
    update = f"admin.client.rocketchat.migrations.update_one({{'_id': 'control'}}, {{'$set': {settings}}})"
    # what a stand-in calls its build
    return (
        mongod_told(f"{build}; {update}")
        + " $(docker inspect --format '{{.Config.Image}}' rocketchat-1 | sed 's/.*://')"
    )


# As a migration leaves it that was killed a moment ago: for five minutes no monolith of the same build begins anew.
MIGRATIONS_LOCKED = fault(
    control_has("{'locked': True, 'lockedAt': now, 'buildAt': build}") + " && docker restart --time 2 rocketchat-1",
    control_has("{'locked': False}"),
    "migrations",
    "migrations.locked",
    seen=logged("rocketchat-1", "control is locked"),
    next_mends=False,
)


def user_has(**changes: Any) -> str:
    return mongod_told(f"admin.command('updateUser', 'rocketchat', **{changes!r})")


OWN_ROLES = [{"role": "readWrite", "db": "rocketchat"}, {"role": "rocketchatStatus", "db": "admin"}]
CONFIGURE = (
    "config = admin.command('replSetGetConfig')['config']; {}; config['version'] += 10;"
    "admin.command('replSetReconfig', config, force=True)"
)
GHOST: dict[str, Any] = {"_id": 9, "host": "198.18.0.250:27017"}

FROM_CONTAINERS = "INPUT -s 172.31.250.0/24 -p tcp --dport 27017 -j DROP"
LET_THROUGH = "INPUT -s 172.31.250.0/24 -d 172.31.250.1 -p tcp --dport 27017 -j ACCEPT"

DATABASE = {
    "containers kept from MongoDB by a firewall": fault(
        f"iptables -I {FROM_CONTAINERS}",
        f"iptables -D {FROM_CONTAINERS}; iptables -D {LET_THROUGH} || true",
        "firewall",
        "firewall.iptables",
        "firewall.nftables",
    ),
    "mongod stopped": fault("systemctl stop mongod", "systemctl start mongod", "mongodb", "mongodb.refused"),
    "mongod hung": fault(
        "systemctl kill --signal STOP mongod",
        "systemctl kill --signal CONT mongod",
        "mongodb",
        "mongodb.silent",
        next_mends=False,
    ),
    "MongoDB password wrong for one service": environment(
        "account-1",
        MONGO_URL="mongodb://rocketchat:wrong@@HOST@.mongodb.internal:27017/rocketchat?replicaSet=rs0&authSource=admin",
    ),
    "member's name not resolvable in a container": Fault(
        f"printf 'services:\\n  account-1:\\n    extra_hosts: !reset []\\n' > {OVERRIDE};"
        f"{PROJECT} --file {OVERRIDE} up --detach --no-deps --timeout 2 account-1",
        f"rm --force {OVERRIDE}; {PROJECT} up --detach --timeout 2 account-1",
        "account-1",
        frozenset({"container.hosts"}),
    ),
    "no primary": fault(
        mongod_told("admin.command('replSetStepDown', 300, force=True)"),
        mongod_told("admin.command('replSetFreeze', 0)"),
        "mongodb",
        "mongodb.no_primary",
        next_mends=False,
    ),
    "no majority for want of a member": fault(
        mongod_told(CONFIGURE.format(f"config['members'].append({GHOST!r})")),
        mongod_told(CONFIGURE.format("config['members'].pop()")),
        GHOST["host"],
        "mongodb.unreachable",
        seen=mongod_told("assert not admin.command('hello')['isWritablePrimary']"),
        next_mends=False,
    ),
    "MongoDB password wrong": fault(
        user_has(pwd="another"), user_has(pwd="@rocketchat_mongodb_password@"), "mongodb", "mongodb.auth"
    ),
    "user lacks a privilege": fault(
        user_has(roles=[{"role": "read", "db": "rocketchat"}, OWN_ROLES[1]]),
        user_has(roles=OWN_ROLES),
        "mongodb",
        "mongodb.privilege_missing",
    ),
    "user has too wide privileges": fault(
        user_has(roles=[*OWN_ROLES, {"role": "root", "db": "admin"}]),
        user_has(roles=OWN_ROLES),
        "mongodb",
        "mongodb.privilege_wide",
    ),
    "disk read-only": fault(
        f"systemctl stop mongod; mount --bind {DATA} {DATA}; mount --options remount,ro,bind {DATA};"
        "systemctl start mongod; true",
        f"systemctl stop mongod; umount {DATA}; systemctl reset-failed mongod; systemctl start mongod",
        "mongodb",
        "mongodb.disk_read_only",
        next_mends=False,
    ),
    "disk full": fault(
        f"systemctl stop mongod; mkdir /run/small; mount --types tmpfs --options size=400m small /run/small;"
        f"cp --archive {DATA}/. /run/small; chown mongodb: /run/small; mount --bind /run/small {DATA};"
        f"systemctl start mongod; dd if=/dev/zero of={DATA}/filling bs=1M 2> /dev/null; true",
        # with what was written meanwhile: a change stream does not survive that its past is taken away
        f"systemctl stop mongod; umount {DATA} && rm /run/small/filling && find {DATA} -mindepth 1 -delete &&"
        f"cp --archive /run/small/. {DATA} && umount /run/small; rmdir /run/small; systemctl reset-failed mongod;"
        "systemctl start mongod",
        "mongodb",
        "mongodb.disk_full",
        next_mends=False,
    ),
}

IDENTITY = {
    "taken out of the network": fault(
        "docker network disconnect rocketchat presence-1",
        # connected by hand, it would lack the names that Compose gives it there
        f"docker rm --force presence-1; {PROJECT} up --detach",
        "presence-1",
        "container.network",
    ),
    "put into the network again, without its address": fault(
        "docker network disconnect rocketchat ddp-streamer-1; docker network connect rocketchat ddp-streamer-1",
        f"docker rm --force ddp-streamer-1; {PROJECT} up --detach",
        "ddp-streamer-1",
        "container.address",
    ),
    "two containers with one hostname": overridden(
        "presence-1", {"hostname": "@HOST@-account-1"}, "container.hostname"
    ),
    "two stream-hubs": fault(
        "docker inspect --format '{{range .Config.Env}}{{println .}}{{end}}' stream-hub-1 > /run/second-hub.env;"
        "docker run --detach --name second-hub --hostname second-hub --env-file /run/second-hub.env"
        f" --add-host {MEMBER}:$(docker network inspect --format '{GATEWAY}' rocketchat) --network rocketchat"
        " $(docker inspect --format '{{.Config.Image}}' stream-hub-1)",
        "docker rm --force second-hub; rm /run/second-hub.env",
        "second-hub",
        "container.second_stream_hub",
    ),
}

MACHINE = {
    # Docker's own chains alone: the other rules of the table `nat` belong to the lab, whose hosts are containers
    "firewall tables flushed": fault(
        "iptables --flush; iptables --table nat --flush PREROUTING; iptables --table nat --flush DOCKER",
        "systemctl restart docker",
        "docker",
        "engine.firewall",
    ),
    "cut off from the network of the containers": fault(
        'ip link set $(ip -oneline link | sed -n "s/^$(docker exec ddp-streamer-1 cat /sys/class/net/eth0/iflink):'
        ' \\(.*\\)@.*/\\1/p") nomaster',
        "docker restart --time 2 ddp-streamer-1",
        "ddp-streamer-1",
        "http.connect_timeout",
        "http.unreachable",
    ),
    "Docker Engine stopped": fault(
        "systemctl stop docker.socket docker.service", "systemctl start docker.service", "docker", "engine.stopped"
    ),
}

ALL = {**ENTRANCE, **CONTAINERS, **BUS, **DATABASE, **IDENTITY, **MACHINE}

# Faults that other services show as well; each of these services shows one of the kinds. `make soak` has all.
_SHOWN = {
    "authorization-1": "stopped",
    "account-1": "paused",
    "presence-1": "crash-looping",
    "stream-hub-1": "wrong tag",
}
REPEATED = [
    name
    for service, shown in _SHOWN.items()
    for what in of_service(service)
    if what != shown
    for name in [f"{service} {what}"]
    if name in ALL
]
ONCE = [name for name in ALL if name not in REPEATED]
