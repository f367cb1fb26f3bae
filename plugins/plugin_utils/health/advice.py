# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The next command to type for each kind of finding: the remedy where it is clear and harmless, else a look.

None of them asks a question, waits for a key, or shows a secret.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from ..rocketchat.firewalls import allowing
from ..rocketchat.migrations import LOG
from .model import CONTROLLER, Command, Subject

_LOG = "sudo docker logs --tail 50 {name}"
_MONGOD_LOG = "sudo tail -n 50 /var/log/mongodb/mongod.log"
# Without the connections and logins of all clients, among which an election is not found.
_REPLICATION_LOG = """sudo grep -E '"c":"(ELECTION|INITSYNC|REPL|ROLLBACK)' /var/log/mongodb/mongod.log | tail -n 20"""
_PACKAGES = "dpkg-query --show 'mongodb-*'"
# From inside, where the way may be another than the host's. All of Rocket.Chat's images have Node.js.
_CONNECT_TO_MONGODB = (
    """sudo docker exec {name} node -e "for (const member of '{members}'.split(' ')) {{"""
    """ const told = (word) => {{ console.log(member + ':', word); socket.destroy(); }};"""
    """ const socket = require('net').connect(member.split(':')[1], member.split(':')[0])"""
    """.on('connect', () => told('can be reached')).on('error', (error) => told(error.message))"""
    """.setTimeout(3000, () => told('does not answer')); }}\""""
)
# Likewise. The user and password of a URL are not shown.
_CONNECT_TO_NATS = (
    """sudo docker exec {name} node -e "for (const url of process.env.TRANSPORTER.split(',')) {{"""
    """ const {{ hostname, port }} = new URL(url);"""
    """ const told = (word) => {{ console.log(hostname + ':' + port, word); socket.destroy(); }};"""
    """ const socket = require('net').connect(port || 4222, hostname)"""
    """.on('connect', () => told('can be reached')).on('error', (error) => told(error.message))"""
    """.setTimeout(3000, () => told('does not answer')); }}\""""
)
_NGINX_LOG = "sudo tail -n 20 /var/log/nginx/error.log"
_LOAD = "uptime; sudo docker stats --no-stream"
_LISTENERS = "sudo ss -ltnp"
_KERNEL_LOG = "sudo journalctl --dmesg --no-pager -n 20"
_WHO_IS_WHO = (
    "sudo docker ps -q | xargs -r sudo docker inspect --format '{{{{.Config.Hostname}}}} {{{{.Name}}}} "
    "{{{{.Config.Image}}}}{{{{range .NetworkSettings.Networks}}}} {{{{.IPAddress}}}}{{{{end}}}}'"
)
_PLAYBOOK = "ansible-playbook {options} rocketops.rocketchat."
_SITE = _PLAYBOOK + "site"
_HEALTH = _PLAYBOOK + "health"

# Commands for the finding's own host.
ON_THE_HOST = {
    "clock.skew": "timedatectl",
    "engine": "sudo journalctl -u docker --no-pager -n 50",
    "engine.stopped": "sudo systemctl start docker",
    "engine.denied": "ls -l /var/run/docker.sock",
    "container": _LOG,
    "container.stopped": "sudo docker start {name}",
    "container.network": "sudo docker network connect {at}{network} {name}; sudo docker restart {name}",
    "container.paused": "sudo docker unpause {name}",
    "container.crash_silent": "sudo docker inspect --format '{{{{.Path}}}} {{{{.Args}}}}' {name}",
    "container.oom_killed": f"{_KERNEL_LOG} --grep 'out of memory'",
    "container.nats_unreachable": _CONNECT_TO_NATS,
    "container.node_id_conflict": _WHO_IS_WHO,
    "unplanned": "sudo docker stop {name}",
    "unplanned.unplanned": (
        "sudo docker inspect --format '{{{{.Created}}}} {{{{.Config.Image}}}} {{{{json .Config.Labels}}}}' {name}"
    ),
    "http": _LOG,
    "bus": _LOG,
    # it runs and answers; that it is cut off from the bus costs more than its restart
    "bus.missing": "sudo docker restart {name}",
    "bus.refused": "sudo docker restart {name}",
    "bus.slow": _LOAD,
    "bus.unexpected": _WHO_IS_WHO,
    "nats": "sudo docker logs --tail 50 nats",
    "nats.slow": _LOAD,
    "nats.not_nats": _LISTENERS,
    "mongodb": _MONGOD_LOG,
    # it may start and end at once, which `systemctl start` does not tell
    "mongodb.refused": (
        "sudo systemctl start mongod; sleep 5; systemctl status --no-pager --lines 0 mongod; "
        "sudo tail -n 5 /var/log/mongodb/mongod.log"
    ),
    "mongodb.silent": "ps -C mongod -o pid,stat,wchan:20,etime; uptime",
    "mongodb.unreachable": "getent hosts {member}; ip -brief address; sudo ss -ltn",
    "mongodb.protocol": _LISTENERS,
    "mongodb.not_initiated": "sudo ls -lA {data_directory} | head -n 15; findmnt --target {data_directory}",
    "mongodb.wrong_set": "grep -n replSetName /etc/mongod.conf",
    "mongodb.sees_otherwise": "grep mongodb /etc/hosts; ip route",
    "mongodb.driver": "dpkg-query --show python3-pymongo mongodb-org-server",
    "mongodb.member_down": _REPLICATION_LOG,
    "mongodb.no_primary": _REPLICATION_LOG,
    "mongodb.not_serving": _REPLICATION_LOG,
    "member": _REPLICATION_LOG,
    "mongodb.lag": "vmstat 1 5",
    "mongodb.oplog": _PACKAGES,
    "mongodb.fcv": _PACKAGES,
    "mongodb.data_missing": "findmnt --verify; lsblk -f; sudo ls -lA {data_directory} | head -n 15",
    "mongodb.renamed": "grep mongodb /etc/hosts",
    "uploads": "findmnt --verify; lsblk -f",
    "mongodb.disk_missing": "ls -ld {data_directory}; findmnt --verify; lsblk -f",
    "mongodb.disk_full": (
        "df -h {data_directory}; df -i {data_directory}; "
        'sudo du -xh --max-depth=2 "$(findmnt -no TARGET --target {data_directory})" | sort -h | tail -n 20'
    ),
    "mongodb.disk_read_only": f"findmnt --target {{data_directory}}; {_KERNEL_LOG}",
    "ddp": _NGINX_LOG,
    "ddp.refused": "sudo nginx -t && sudo systemctl start nginx",
    "ddp.upstream_silent": f"{_LOAD}; systemctl status --no-pager --lines 0 nginx",
    "certificate.early": "timedatectl",
    # each with what it keeps its rules by, but for the last: whose rules those are is not known
    **{
        f"firewall.{name}": allowing(name, "{own_mongodb_port}", "{subnet}", "{own_mongodb_address}")
        for name in ("ufw", "firewalld", "nftables", "iptables")
    },
}

# Commands for where a service runs that the finding is about, on its host if it runs there.
AT_A_SERVICE = {
    "migrations": ("rocketchat", LOG),
    "license": ("rocketchat", "sudo docker logs {name} 2>&1 | grep -i licen | tail -n 20"),
    "mongodb.external": ("rocketchat", "sudo docker logs {name} 2>&1 | grep -i mongo | tail -n 20"),
    "page": ("rocketchat", _LOG),
    "ddp.upgrade_timeout": ("ddp_streamer", _LOG),
    "websocket": ("ddp_streamer", _LOG),
    "login": ("account", _CONNECT_TO_MONGODB),
    "login.account_missing": ("account", "sudo docker restart {name}"),
    "login.login_unexpected": ("account", _LOG),
}

# Commands for the controller: what runs is not what was planned, or a host cannot be asked.
ON_THE_CONTROLLER = {
    "host.unreachable": "ansible {options} {host} -m ansible.builtin.ping",
    "host.not_asked": _HEALTH,
    "question": f"{_HEALTH} -vvv --limit {{host}}",
    "question.library": _SITE,
    "container.absent": _SITE,
    "container.image": _SITE,
    "container.address": _SITE,
    "container.hostname": _SITE,
    "container.environment": _SITE,
    "container.hosts": _SITE,
    "container.drift": _SITE,
    # it makes rules and proxies anew, which containers that run do not miss
    "firewall.nats": _SITE,
    "engine.firewall": f"{_SITE} --tags docker",
    "http.refused": f"{_SITE} --tags docker",
    # it sees for itself whether that is one container or all
    "http.connect_timeout": _SITE,
    "http.unreachable": _SITE,
    "nats.refused": _SITE,
    # it has what was planned for it, so it is NATS that has not
    "container.nats_auth": _SITE,
    "bus.namespace": _SITE,
    # without tags: the new password has to reach the services, too
    "nats.auth_refused": _SITE,
    "nats.auth_off": _SITE,
    "nats.tls_required": _SITE,
    "mongodb.auth": _SITE,
    "mongodb.privilege_missing": f"{_SITE} --tags mongodb",
    "mongodb.privilege_wide": f"{_SITE} --tags mongodb",
    "mongodb.auth_off": f"{_SITE} --tags mongodb",
    "mongodb.standalone": f"{_SITE} --tags mongodb",
    "mongodb.wrong_member": f"{_SITE} --tags mongodb",
    "mongodb.resolve": f"{_SITE} --tags mongodb",
    "ddp.split_missing": f"{_SITE} --tags nginx",
    "ddp.upgrade_stripped": f"{_SITE} --tags nginx",
    "ddp.upgrade_refused": f"{_SITE} --tags nginx",
    "ddp.idle_closed": f"{_SITE} --tags nginx",
    "ddp.redirected": f"{_SITE} --tags nginx",
    "ddp.not_rocketchat": f"{_SITE} --tags nginx",
    "ddp.tls": f"{_SITE} --tags nginx",
    "certificate": f"{_SITE} --tags nginx",
}


def advice(kind: str, cause: Subject, plan: Mapping[str, Any], options: str) -> Command:
    family, _dot, word = kind.partition(".")
    # What the plan does not have is not to be started: a container without a row in the table, a member by its address.
    if family == "container" and not cause.kind:
        family = "unplanned"
    elif family == "mongodb" and cause.name != "mongodb":
        family = "member"
    elif family == "login" and not any(planned["mongodb"] for planned in plan["hosts"].values()):
        family, word = "mongodb", "external"
    names = _names(cause, plan)
    for key in (f"{family}.{word}", family):
        if key in ON_THE_CONTROLLER:
            return Command(CONTROLLER, ON_THE_CONTROLLER[key].format(**names, options=options))
        if key in AT_A_SERVICE:
            service, command = AT_A_SERVICE[key]
            host, name = _container(service, cause.host, plan)
            return Command(host, command.format(**{**names, "name": shlex.quote(name)}))
        if key in ON_THE_HOST:
            return Command(cause.host, ON_THE_HOST[key].format(**names))
    raise KeyError(f"{family} is no family of findings")


def _names(cause: Subject, plan: Mapping[str, Any]) -> dict[str, str]:
    """Of MongoDB those of the member on the same host, if there is one."""
    planned = plan["hosts"][cause.host]
    members = [one["mongodb"] for one in (planned, *plan["hosts"].values()) if one["mongodb"]]
    member, addresses = (members[0]["name"], members[0]["members"]) if members else ("", [])
    probe = planned["probes"]["mongodb"] or {}
    containers = planned["probes"]["containers"] or {}
    reach = containers.get("reach") or [":"]
    addresses_of = {one["name"]: one.get("address") for one in containers.get("containers") or ()}
    address = addresses_of.get(cause.name)
    names = {
        "name": cause.name,
        "host": cause.host,
        "network": (planned["docker"] or {"network": {"name": ""}})["network"]["name"],
        "subnet": (planned["docker"] or {"network": {"subnet": ""}})["network"]["subnet"],
        "own_mongodb_address": reach[0].rpartition(":")[0],
        "own_mongodb_port": reach[0].rpartition(":")[2],
        "member": member,
        "data_directory": str(probe.get("data_directory", "")),
    }
    # in quotes already
    given = {"members": " ".join(addresses), "at": f"--ip {address} " if address else ""}
    return {**{key: shlex.quote(value) for key, value in names.items()}, **given}


def _container(service: str, host: str, plan: Mapping[str, Any]) -> tuple[str, str]:
    """A container of a service and its host: this one, if it has any."""
    found = [
        (name, c["name"]) for name, one in plan["hosts"].items() for c in one["containers"] if c["service"] == service
    ]
    return min(found, key=lambda place: place[0] != host)
