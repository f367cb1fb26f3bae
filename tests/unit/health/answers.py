# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of the health modules for any plan, all well, and the faults that tests put into them.

Their shape is what the modules document under RETURN. `registered` makes of them what Ansible registers on each host.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from tests.unit.plan_inventories import cluster, lab, plan

Answers = dict[str, dict[str, Any]]
Fault = Callable[[Answers], None]

MOMENT = 1_794_000_000.0
# as one that the deployment has signed itself
VALID = {"fault": None, "diagnosis": None, "begins": MOMENT - 86_400, "ends": MOMENT + 3650 * 86_400}


def one_host() -> dict[str, Any]:
    return plan(lab())


def three_hosts(**variables: Any) -> dict[str, Any]:
    return plan(cluster("a", "b", "c", rocketchat_version="7.9.3", **variables))


def healthy(planned: dict[str, Any]) -> Answers:
    return copy.deepcopy({host: _host(planned, host) for host in planned["hosts"]})


def registered(answers: Answers) -> dict[str, dict[str, Any] | None]:
    """By host what deployment_health returned, or what Ansible says of it; None where it did not run."""
    return {host: _registered(**mine) for host, mine in answers.items()}


def _registered(
    asked: Any, task: dict[str, Any] | None = None, **parts: dict[str, Any] | None
) -> dict[str, Any] | None:
    answers = {part: answer for part, answer in parts.items() if answer}
    return task or ({"changed": False, "asked": asked, "answers": answers} if answers else None)


def _host(planned: dict[str, Any], host: str) -> dict[str, Any]:
    """Also the time of the controller, and what Ansible says of the task where the host answered nothing."""
    mine = planned["hosts"][host]
    asked = {
        "asked": {"before": MOMENT, "after": MOMENT},
        "containers": mine["probes"]["containers"] and _containers(mine),
        "mongodb": mine["mongodb"] and _mongodb(planned),
        "services": mine["rocketchat"] and {"healthy": True, "endpoints": [_endpoint(c) for c in mine["containers"]]},
        "workspace": mine["probes"]["workspace"] and _workspace(),
        "nats": mine["nats"] and _nats(planned, mine),
        "ddp": mine["nginx"] and _ddp(),
    }
    return {part: answer or None for part, answer in asked.items()}


def _containers(mine: dict[str, Any]) -> dict[str, Any]:
    return {
        "healthy": True,
        "engine": {"reachable": True, "fault": None, "diagnosis": None, "version": "26.1.5", "time_utc": MOMENT},
        "containers": [
            {
                "name": expected["name"],
                "present": True,
                "status": "running",
                "image": expected["image"],
                "planned_image": expected["image"],
                "hostname": expected["hostname"],
                "fault": None,
                "diagnosis": None,
                "log_line": None,
                "drift": [],
            }
            for expected in mine["probes"]["containers"]["containers"]
        ],
        "unplanned": [],
    }


_CHECKS = ("privileges", "change_stream", "replication_lag", "feature_compatibility_version", "disk")


def _mongodb(planned: dict[str, Any]) -> dict[str, Any]:
    members = next(host["mongodb"]["members"] for host in planned["hosts"].values() if host["mongodb"])
    return {
        "healthy": True,
        "latency_ms": 11.6,
        "version": "6.0.5",
        "feature_compatibility_version": "6.0",
        "primary": members[0],
        "oplog_hours": 100.0,
        "lag_seconds": 0.0,
        "fault": None,
        "diagnosis": None,
        "members": [
            {
                "name": name,
                "role": "primary" if number == 0 else "secondary",
                "state": "healthy",
                "fault": None,
                "diagnosis": None,
            }
            for number, name in enumerate(members)
        ],
        "checks": [_check(name) for name in _CHECKS],
    }


def _workspace() -> dict[str, Any]:
    return {
        "fault": None,
        "reason": None,
        "mongodb_version": "6.0.5",
        "new": False,
        "migrations": {"version": 335, "locked": False, "locked_at": MOMENT - 86400, "locked_seconds": None},
        "license": None,
        "license_status": None,
        "custom_oauth": [],
        "site_url": "https://chat.example.com",
        "signed_in": True,
        "asks_identity": False,
        "user_fault": None,
        "user_reason": None,
    }


def _nats(planned: dict[str, Any], mine: dict[str, Any]) -> dict[str, Any]:
    return {
        "healthy": True,
        "reachable": True,
        "version": "2.12.8",
        "latency_ms": 1.4,
        "fault": None,
        "diagnosis": None,
        "connections": 6,
        "slow_consumers": 0,
        "routes_expected": mine["probes"]["nats"]["expected_routes"],
        "routes_seen": mine["probes"]["nats"]["expected_routes"],
        "login": {"state": "healthy", "fault": None, "latency_ms": 2.0, "diagnosis": None},
        "clients": [_client(client["name"], client["name"] in _own(mine)) for client in planned["nats_clients"]],
        "unexpected": [],
    }


def _own(mine: dict[str, Any]) -> set[str]:
    """Each service is connected to the NATS of its own host."""
    return {container["hostname"] for container in mine["containers"]}


def _client(name: str, connected: bool) -> dict[str, Any]:
    fault = None if connected else "missing"
    return {
        "name": name,
        "connected": connected,
        "rtt_ms": 0.4 if connected else None,
        "fault": fault,
        "diagnosis": fault and "Not connected: it is down, or its TRANSPORTER is wrong.",
    }


def _ddp() -> dict[str, Any]:
    names = (
        "sockjs_info",
        "websocket",
        "ddp_connect",
        "ddp_ping",
        "account",
        "sockjs_websocket",
        "sockjs_connect",
        "monolith",
    )
    return {"healthy": True, "checks": [_check(name) for name in names], "ping_ms": 1.9, "certificate": VALID}


def _check(name: str) -> dict[str, Any]:
    return {"name": name, "state": "healthy", "latency_ms": 1.0, "fault": None, "diagnosis": None}


def _endpoint(container: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": container["name"],
        "state": "healthy",
        "status": 200,
        "latency_ms": 5.9,
        "fault": None,
        "diagnosis": None,
        "warning": None,
    }


# -- faults ------------------------------------------------------------------------------------------------------------


def together(*faults: Fault) -> Fault:
    def apply(answers: Answers) -> None:
        for fault in faults:
            fault(answers)

    return apply


def _named(entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(entry for entry in entries if entry["name"] == name)


def _ill(entry: dict[str, Any], fault: str, diagnosis: str | None = None, **more: Any) -> None:
    entry.update(fault=fault, diagnosis=diagnosis or f"The sentence of {fault}.", **more)


def container(host: str, name: str, fault: str, **more: Any) -> Fault:
    """What Docker says of a container."""

    def apply(answers: Answers) -> None:
        answers[host]["containers"]["healthy"] = False
        entry = _named(answers[host]["containers"]["containers"], name)
        _ill(entry, fault, **more)

    return apply


def no_port(host: str, *names: str, fault: str = "closed") -> Fault:
    """What /health of services says; all of the host's when none is named."""

    def apply(answers: Answers) -> None:
        answers[host]["services"]["healthy"] = False
        for endpoint in answers[host]["services"]["endpoints"]:
            if not names or endpoint["name"] in names:
                _ill(endpoint, fault, state="unhealthy", latency_ms=None)

    return apply


def short_of_time(host: str, name: str, sentence: str) -> Fault:
    """What /readyz of a monolith says that serves all the same."""

    def apply(answers: Answers) -> None:
        for endpoint in answers[host]["services"]["endpoints"]:
            if endpoint["name"] == name:
                endpoint["warning"] = sentence

    return apply


def off_the_bus(host: str, *names: str, fault: str = "missing") -> Fault:
    """What every NATS says of containers of a host."""

    def apply(answers: Answers) -> None:
        for answer in answers.values():
            for client in answer["nats"]["clients"] if answer["nats"] else []:
                short = client["name"].removeprefix(f"{host}-")
                if client["name"].startswith(f"{host}-") and (not names or short in names):
                    _ill(client, fault, connected=fault == "slow")

    return apply


def gone(host: str, *names: str) -> Fault:
    """Neither a port nor on the bus."""
    return together(no_port(host, *names), off_the_bus(host, *names))


def nats_silent(host: str, fault: str = "refused") -> Fault:
    def apply(answers: Answers) -> None:
        _ill(answers[host]["nats"], fault, healthy=False, reachable=False, version=None, login=None)
        for client in answers[host]["nats"]["clients"]:
            _ill(client, "unknown", connected=False)

    return apply


def fail_over(host: str, to: str) -> Fault:
    """The clients of a host are connected to the NATS of another."""

    def apply(answers: Answers) -> None:
        for client in answers[to]["nats"]["clients"]:
            if client["name"].startswith(f"{host}-"):
                client.update(connected=True, rtt_ms=0.5, fault=None, diagnosis=None)

    return apply


def nats(host: str, fault: str, **more: Any) -> Fault:
    if fault == "routes_missing":
        more.setdefault("routes_seen", 1)
    return lambda answers: _ill(answers[host]["nats"], fault, healthy=False, **more)


def login(host: str, fault: str) -> Fault:
    return lambda answers: _ill(answers[host]["nats"]["login"], fault, state="unhealthy")


def unexpected_client(host: str, name: str) -> Fault:
    node = {"name": name, "address": "172.31.250.9", "namespace": ""}
    return lambda answers: answers[host]["nats"]["unexpected"].append(dict(node))


def unplanned(host: str, name: str, hostname: str, fault: str | None) -> Fault:
    """An engine has one container of a name."""
    entry: dict[str, Any] = {
        "name": name,
        "image": "rocketchat/stream-hub-service:7.9.3",
        "hostname": hostname,
        "status": "running",
    }
    entry |= {"service": "stream_hub", "fault": fault, "diagnosis": fault and f"The sentence of {fault}."}

    def apply(answers: Answers) -> None:
        containers = answers[host]["containers"]
        others = [other for other in containers["unplanned"] if other["name"] != name]
        containers["unplanned"] = [*others, entry]

    return apply


def firewall(host: str, keeper: str, fault: str = "silent", **more: Any) -> Fault:
    """Between the containers of a host and its MongoDB, or NATS."""

    def put(answers: Answers) -> None:
        blocked = [{"address": "172.31.250.1:27017", "fault": fault, "firewall": keeper, **more}]
        answers[host]["containers"] |= {"healthy": False, "blocked": blocked}

    return put


def mongodb_set(fault: str, primary: str | None = None) -> Fault:
    """What everybody who asks hears of the set as a whole."""

    def apply(answers: Answers) -> None:
        for answer in answers.values():
            if answer["mongodb"]:
                _ill(answer["mongodb"], fault, healthy=False, primary=primary)

    return apply


def mongodb_member(name: str, fault: str, role: str = "down") -> Fault:
    def apply(answers: Answers) -> None:
        for answer in answers.values():
            if answer["mongodb"]:
                _ill(_named(answer["mongodb"]["members"], name), fault, state="unhealthy", role=role)
                answer["mongodb"]["healthy"] = False

    return apply


def mongodb_check(host: str, name: str, fault: str) -> Fault:
    def apply(answers: Answers) -> None:
        answers[host]["mongodb"]["healthy"] = False
        _ill(_named(answers[host]["mongodb"]["checks"], name), fault, state="unhealthy")

    return apply


def locked(seconds: float | None) -> Fault:
    """Migrations, for so many seconds."""
    since = None if seconds is None else MOMENT
    control = {"version": 330, "locked": True, "locked_at": since, "locked_seconds": seconds}

    def apply(answers: Answers) -> None:
        for answer in answers.values():
            if answer["workspace"]:
                answer["workspace"]["migrations"] = dict(control)

    return apply


def database_unread(fault: str = "refused") -> Fault:
    """Rocket.Chat's own database does not answer to the question about the workspace."""

    def apply(answers: Answers) -> None:
        for answer in answers.values():
            if answer["workspace"]:
                answer["workspace"] = {
                    **dict.fromkeys(answer["workspace"]),
                    "fault": fault,
                    "reason": "Connection refused.",
                }

    return apply


def proxy(host: str, *faults: tuple[str, str]) -> Fault:
    """Checks of a client's way that fail: (check, fault)."""

    def apply(answers: Answers) -> None:
        for name, fault in faults:
            _ill(_named(answers[host]["ddp"]["checks"], name), fault, state="unhealthy", latency_ms=None)
        answers[host]["ddp"].update(healthy=False, ping_ms=None)

    return apply


def certificate(host: str, fault: str) -> Fault:
    told = {"fault": fault, "diagnosis": f"The sentence of {fault}.", "begins": None, "ends": None}
    return lambda answers: answers[host]["ddp"].update(healthy=False, certificate=told)


def engine(host: str, fault: str) -> Fault:
    def apply(answers: Answers) -> None:
        answer = answers[host]["containers"]
        _ill(answer["engine"], fault, reachable=False, version=None)
        answer.update(healthy=False, containers=[])

    return apply


def clock(host: str, seconds: float) -> Fault:
    return lambda answers: answers[host]["containers"]["engine"].update(time_utc=MOMENT + seconds)


def unreachable(host: str) -> Fault:
    failure = {"unreachable": True, "changed": False, "msg": "Failed to connect to the host via ssh: timed out"}
    return lambda answers: answers[host].update(task=failure)


def crashed(host: str, msg: str) -> Fault:
    """The module, or Ansible on its way there."""
    failure = {"failed": True, "changed": False, "msg": f"Task failed: {msg}"}
    return lambda answers: answers[host].update(task=failure)


def failed(host: str, question: str, msg: str = "No module named websockets") -> Fault:
    return lambda answers: answers[host].update({question: {"failed": True, "msg": msg}})


def not_asked(host: str) -> Fault:
    return lambda answers: answers[host].update(dict.fromkeys(answers[host]))
