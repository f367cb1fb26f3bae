# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The next command to type for each kind of finding. A look where it is unclear, the remedy where it is clear."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from .model import CONTROLLER, Command, Subject

_LOG = "sudo docker logs --tail 50 {name}"
_NATS_LOG = "sudo docker logs --since 10m nats"
_MONGOD_LOG = "sudo tail -n 50 /var/log/mongodb/mongod.log"
# Without everybody's connections and logins, among which an election is not found.
_REPLICATION_LOG = """sudo grep -E '"c":"(ELECTION|INITSYNC|REPL|ROLLBACK)' /var/log/mongodb/mongod.log | tail -n 20"""
_NGINX_LOG = "sudo tail -n 20 /var/log/nginx/error.log"
_SITE = "ansible-playbook -i {inventory} rocketops.rocketchat.site"

# Commands for the finding's own host.
ON_THE_HOST = {
    "clock.skew": "timedatectl",
    "engine.stopped": "sudo systemctl start docker",
    "engine.silent": "sudo systemctl restart docker",
    "engine": "sudo journalctl -u docker --since -10m",
    "container.stopped": "sudo docker start {name}",
    "container.paused": "sudo docker unpause {name}",
    "container.unplanned": "sudo docker stop {name}",
    "container.crash_silent": "sudo docker inspect --format '{{{{.Path}}}} {{{{.Args}}}}' {name}",
    "container": _LOG,
    "http": _LOG,
    "bus": _LOG,
    "bus.refused": "sudo docker exec {name} printenv TRANSPORTER | sed 's#:[^@/]*@#:***@#g'",
    "bus.unexpected": "sudo docker ps --format '{{{{.Names}}}} {{{{.Image}}}}'",
    "licence": "sudo docker logs --since 1h {monolith} 2>&1 | grep -i licen",
    "nats.refused": "sudo docker start nats",
    "nats.slow": "curl -s http://127.0.0.1:8222/varz | grep -E 'cpu|mem|slow_consumers'",
    "nats": _NATS_LOG,
    "mongodb.refused": "sudo systemctl start mongod",
    "mongodb.member_down": "sudo systemctl start mongod",
    "mongodb.silent": "sudo systemctl restart mongod",
    "mongodb.resolve": "getent hosts {member}",
    "mongodb.no_primary": _REPLICATION_LOG,
    "mongodb.not_serving": _REPLICATION_LOG,
    "mongodb.unplanned": _REPLICATION_LOG,
    "mongodb.disk_full": "df -h {data_directory}",
    "mongodb.disk_read_only": "findmnt --target {data_directory}",
    "mongodb": _MONGOD_LOG,
    "ddp.refused": "sudo systemctl start nginx",
    "ddp": _NGINX_LOG,
}

# Commands for the controller: what runs is not what was planned, or a host cannot be asked.
ON_THE_CONTROLLER = {
    "host.unreachable": "ansible -i {inventory} {host} -m ansible.builtin.ping",
    "host.not_asked": "ansible-playbook -i {inventory} rocketops.rocketchat.health",
    "question": "ansible-playbook -i {inventory} rocketops.rocketchat.health -v",
    "container.absent": _SITE,
    "container.image": _SITE,
    "container.hostname": _SITE,
    "container.environment": _SITE,
    "container.hosts": _SITE,
    "container.drift": _SITE,
    "bus.namespace": _SITE,
    "nats.auth_refused": f"{_SITE} --tags nats",
    "mongodb.auth": f"{_SITE} --tags mongodb",
    "mongodb.privilege_missing": f"{_SITE} --tags mongodb",
    "mongodb.privilege_wide": f"{_SITE} --tags mongodb",
    "ddp.split_missing": f"{_SITE} --tags nginx",
    "ddp.upgrade_stripped": f"{_SITE} --tags nginx",
    "ddp.upgrade_refused": f"{_SITE} --tags nginx",
    "ddp.idle_closed": f"{_SITE} --tags nginx",
    "certificate": f"{_SITE} --tags nginx",
}


def advice(kind: str, cause: Subject, plan: Mapping[str, Any], inventories: Sequence[str]) -> Command:
    family = kind.partition(".")[0]
    # What the plan does not have is not to be started: a container without a row in the table, a member by its address.
    unplanned = {"container": not cause.kind, "mongodb": cause.name != "mongodb"}.get(family, False)
    words = (f"{family}.unplanned",) if unplanned else (kind, family)
    for word in words:
        for where, commands in ((CONTROLLER, ON_THE_CONTROLLER), (cause.host, ON_THE_HOST)):
            if word in commands:
                return Command(where, commands[word].format(**_names(cause, plan, inventories)))
    raise KeyError(f"{family} is no family of findings")


def _names(cause: Subject, plan: Mapping[str, Any], inventories: Sequence[str]) -> dict[str, str]:
    planned = plan["hosts"][cause.host]
    mongodb = planned["mongodb"] or {}
    probe = planned["probes"]["mongodb"] or {}
    monoliths = [c["name"] for c in planned["containers"] if c["service"] == "rocketchat"]
    names = {
        "name": cause.name,
        "host": cause.host,
        "monolith": next(iter(monoliths), "rocketchat-1"),
        "member": str(mongodb.get("name", "")),
        "data_directory": str(probe.get("data_directory", "")),
    }
    given = {"inventory": " -i ".join(map(shlex.quote, inventories))}
    return {key: shlex.quote(value) for key, value in names.items()} | given
