# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which finding each fault becomes, and that its consequences become none."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.diagnosis import diagnose
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.health.model import (
    AFFECTED,
    HEALTHY,
    UNHEALTHY,
    HealthWarning,
)

from tests.unit.health import answers as ill
from tests.unit.health.answers import (
    Fault,
    gone,
    healthy,
    no_port,
    off_the_bus,
    one_host,
    proxy,
    registered,
    three_hosts,
    together,
)
from tests.unit.plan_inventories import plan, single

SERVICES = ["rocketchat-1", "ddp-streamer-1", "authorization-1", "account-1", "presence-1", "stream-hub-1"]
NO_UPSTREAM = proxy("chat", ("sockjs_info", "upstream_down"), ("websocket", "upstream_down"))
MEMBER = "chat.mongodb.internal:27017"

# Fault on one host -> the finding (kind, component), and who is affected by it.
ONE_HOST: dict[str, tuple[Fault, tuple[str, str], list[str]]] = {
    "nginx stopped": (proxy("chat", ("sockjs_info", "refused")), ("ddp.refused", "nginx"), []),
    "nginx without the split": (
        proxy("chat", ("sockjs_info", "split_missing"), ("websocket", "upgrade_refused")),
        ("ddp.split_missing", "nginx"),
        [],
    ),
    "upgrade header removed": (
        proxy("chat", ("websocket", "upgrade_stripped"), ("sockjs_websocket", "upgrade_stripped")),
        ("ddp.upgrade_stripped", "nginx"),
        [],
    ),
    "ddp-streamer stopped": (
        together(ill.container("chat", "ddp-streamer-1", "stopped"), gone("chat", "ddp-streamer-1"), NO_UPSTREAM),
        ("container.stopped", "ddp-streamer-1"),
        ["nginx"],
    ),
    "the monolith paused": (
        together(
            ill.container("chat", "rocketchat-1", "paused"),
            no_port("chat", "rocketchat-1", fault="read_timeout"),
            *(ill.container("chat", name, "crash_loop") for name in SERVICES[1:]),
            gone("chat", *SERVICES[1:]),
            proxy("chat", ("sockjs_info", "upstream_down"), ("monolith", "read_timeout")),
        ),
        ("container.paused", "rocketchat-1"),
        [*SERVICES[1:], "nginx"],
    ),
    "the monolith without MongoDB": (
        no_port("chat", "rocketchat-1", fault="not_ready"),
        ("http.not_ready", "rocketchat-1"),
        [],
    ),
    "a service crashes": (
        together(ill.container("chat", "presence-1", "crash_loop"), gone("chat", "presence-1")),
        ("container.crash_loop", "presence-1"),
        [],
    ),
    "an image of another version": (ill.container("chat", "account-1", "image"), ("container.image", "account-1"), []),
    "a firewall before MongoDB": (
        together(
            ill.firewall("chat", "ufw"),
            *(ill.container("chat", name, "mongodb") for name in SERVICES),
            gone("chat", *SERVICES),
            NO_UPSTREAM,
        ),
        ("firewall.ufw", "firewall"),
        [*SERVICES, "nginx"],
    ),
    "a firewall before MongoDB, and services that have not noticed yet": (
        ill.firewall("chat", "iptables", "rejected"),
        ("firewall.iptables", "firewall"),
        [],
    ),
    "a firewall before MongoDB, and nobody can log in": (
        together(ill.firewall("chat", "nftables"), proxy("chat", ("account", "silent_timeout"))),
        ("firewall.nftables", "firewall"),
        ["nginx"],
    ),
    "NATS stopped": (
        together(ill.container("chat", "nats", "stopped"), ill.nats_silent("chat")),
        ("container.stopped", "nats"),
        SERVICES,
    ),
    "the monolith waits for migrations that were killed": (
        together(
            ill.locked(90.0),
            ill.container("chat", "rocketchat-1", "unhealthy"),
            gone("chat", "rocketchat-1"),
            *(ill.container("chat", name, "starting") for name in SERVICES[1:]),
            gone("chat", *SERVICES[1:]),
            NO_UPSTREAM,
        ),
        ("migrations.locked", "migrations"),
        [*SERVICES, "nginx"],
    ),
    "the monolith gives up at locked migrations": (
        together(ill.locked(3600.0), ill.container("chat", "rocketchat-1", "crash_loop"), gone("chat", "rocketchat-1")),
        ("migrations.locked", "migrations"),
        ["rocketchat-1"],
    ),
    "migrations are locked for long, and the monolith still runs": (
        ill.locked(301.0),
        ("migrations.locked", "migrations"),
        [],
    ),
    "migrations are locked, and nobody knows since when": (ill.locked(None), ("migrations.locked", "migrations"), []),
    "NATS stopped for long": (
        together(
            ill.container("chat", "nats", "stopped"),
            ill.nats_silent("chat"),
            *(ill.container("chat", name, "crash_loop") for name in SERVICES),
            no_port("chat"),
            proxy("chat", ("sockjs_info", "upstream_down"), ("monolith", "upstream_down")),
        ),
        ("container.stopped", "nats"),
        [*SERVICES, "nginx"],
    ),
    "the password of NATS wrong for one service": (
        together(
            ill.container("chat", "account-1", "environment"),
            no_port("chat", "account-1"),
            off_the_bus("chat", "account-1", fault="refused"),
            proxy("chat", ("account", "account_missing")),
        ),
        ("container.environment", "account-1"),
        ["nginx"],
    ),
    "NATS knows another password for one service, which has the planned one": (
        together(
            ill.container("chat", "account-1", "nats_auth"),
            no_port("chat", "account-1"),
            off_the_bus("chat", "account-1", fault="refused"),
        ),
        ("container.nats_auth", "account-1"),
        [],
    ),
    "one service cannot reach NATS": (
        together(
            ill.container("chat", "account-1", "nats_unreachable"),
            no_port("chat", "account-1"),
            off_the_bus("chat", "account-1"),
        ),
        ("container.nats_unreachable", "account-1"),
        [],
    ),
    "NATS stopped for a minute: most services end, as nobody confirms a licence, and then find no NATS": (
        together(
            ill.container("chat", "nats", "stopped"),
            ill.nats_silent("chat"),
            ill.container("chat", "ddp-streamer-1", "license"),
            ill.container("chat", "account-1", "resolve"),
            ill.container("chat", "presence-1", "nats_unreachable"),
            no_port("chat", "ddp-streamer-1", "account-1", "presence-1"),
            NO_UPSTREAM,
        ),
        ("container.stopped", "nats"),
        [*SERVICES, "nginx"],
    ),
    "NATS refuses everybody": (
        together(ill.login("chat", "auth_refused"), off_the_bus("chat", fault="refused"), no_port("chat"), NO_UPSTREAM),
        ("nats.auth_refused", "nats"),
        [*SERVICES, "nginx"],
    ),
    "NATS refuses everybody, and could not be logged in to": (
        together(
            lambda answers: answers["chat"]["nats"].update(login=None),
            off_the_bus("chat", fault="refused"),
            NO_UPSTREAM,
        ),
        ("nats.auth_refused", "nats"),
        [*SERVICES, "nginx"],
    ),
    "a service in another namespace": (
        together(
            ill.container("chat", "presence-1", "environment"),
            no_port("chat", "presence-1"),
            off_the_bus("chat", "presence-1", fault="namespace"),
        ),
        ("container.environment", "presence-1"),
        [],
    ),
    "TRANSPORTER with an entry without prefix": (
        together(ill.container("chat", "account-1", "environment"), gone("chat", "account-1")),
        ("container.environment", "account-1"),
        [],
    ),
    "two containers with one hostname": (
        together(
            ill.container("chat", "presence-1", "hostname", hostname="chat-account-1"),
            off_the_bus("chat", "presence-1"),
            ill.container("chat", "account-1", "node_id_conflict"),
            gone("chat", "account-1"),
        ),
        ("container.hostname", "presence-1"),
        ["account-1"],
    ),
    "two containers with one hostname, seen while the right one starts once more": (
        together(
            ill.container("chat", "presence-1", "hostname", hostname="chat-account-1"),
            off_the_bus("chat", "presence-1"),
            no_port("chat", "account-1"),
        ),
        ("container.hostname", "presence-1"),
        ["account-1"],
    ),
    "two containers with one hostname, and the wrong one exits": (
        together(
            ill.container("chat", "presence-1", "node_id_conflict", hostname="chat-account-1"),
            gone("chat", "presence-1"),
        ),
        ("container.hostname", "presence-1"),
        [],
    ),
    "a hostname that a container of nobody's plan has, too": (
        together(
            ill.unplanned("chat", "stray", "chat-account-1", "hostname"),
            ill.container("chat", "account-1", "node_id_conflict"),
            gone("chat", "account-1"),
        ),
        ("container.hostname", "stray"),
        ["account-1"],
    ),
    "a second stream-hub": (
        together(ill.unplanned("chat", "hub", "hub", "second_stream_hub"), ill.unexpected_client("chat", "hub-17")),
        ("container.second_stream_hub", "hub"),
        [],
    ),
    "a node that no engine of ours runs": (ill.unexpected_client("chat", "hub-17"), ("bus.unexpected", "hub-17"), []),
    "NATS slow": (
        together(ill.nats("chat", "slow"), ill.login("chat", "slow"), off_the_bus("chat", fault="slow")),
        ("nats.slow", "nats"),
        SERVICES,
    ),
    "one service slow": (off_the_bus("chat", "account-1", fault="slow"), ("bus.slow", "account-1"), []),
    "mongod hung": (
        together(
            ill.mongodb_set("silent"),
            ill.mongodb_member(MEMBER, "silent"),
            no_port("chat", "rocketchat-1", fault="read_timeout"),
        ),
        ("mongodb.silent", "mongodb"),
        ["rocketchat-1"],
    ),
    "mongod stopped": (
        together(
            ill.mongodb_set("refused"),
            ill.mongodb_member(MEMBER, "refused"),
            *(ill.container("chat", name, "crash_loop") for name in SERVICES),
            gone("chat"),
            proxy("chat", ("sockjs_info", "upstream_down"), ("monolith", "upstream_down")),
        ),
        ("mongodb.refused", "mongodb"),
        [*SERVICES, "nginx"],
    ),
    "no primary": (
        together(ill.mongodb_set("no_primary"), no_port("chat", "rocketchat-1", fault="not_ready")),
        ("mongodb.no_primary", "mongodb"),
        ["rocketchat-1"],
    ),
    "the password of MongoDB wrong": (
        together(ill.mongodb_set("auth"), ill.container("chat", "account-1", "crash_loop"), gone("chat", "account-1")),
        ("mongodb.auth", "mongodb"),
        ["account-1"],
    ),
    "a privilege missing": (
        ill.mongodb_check("chat", "privileges", "privilege_missing"),
        ("mongodb.privilege_missing", "mongodb"),
        [],
    ),
    "a privilege missing, and with it the changes": (
        together(
            ill.mongodb_check("chat", "change_stream", "change_stream"),
            ill.mongodb_check("chat", "privileges", "privilege_missing"),
        ),
        ("mongodb.privilege_missing", "mongodb"),
        [],
    ),
    "the disk full, and mongod gone of it": (
        together(
            ill.mongodb_set("refused"),
            ill.mongodb_member(MEMBER, "refused"),
            ill.mongodb_check("chat", "disk", "disk_full"),
        ),
        ("mongodb.disk_full", "mongodb"),
        [],
    ),
    "the disk read-only": (
        ill.mongodb_check("chat", "disk", "disk_read_only"),
        ("mongodb.disk_read_only", "mongodb"),
        [],
    ),
    "the Docker Engine stopped": (ill.engine("chat", "stopped"), ("engine.stopped", "docker"), []),
    "the Docker Engine stopped, and a container": (
        together(ill.engine("chat", "stopped"), gone("chat", "account-1"), ill.nats_silent("chat")),
        ("engine.stopped", "docker"),
        ["nats", "account-1"],
    ),
    "the Docker Engine stopped, and a container with it": (
        together(ill.engine("chat", "stopped"), gone("chat", "account-1")),
        ("engine.stopped", "docker"),
        ["account-1"],
    ),
    "the containers cannot resolve a member": (
        together(ill.container("chat", "account-1", "hosts"), gone("chat", "account-1")),
        ("container.hosts", "account-1"),
        [],
    ),
    "the certificate expired": (
        ill.certificate("chat", "certificate_expired"),
        ("certificate.expired", "certificate"),
        ["nginx"],
    ),
    "nginx leads to a wrong address": (NO_UPSTREAM, ("ddp.upstream_down", "nginx"), []),
    "a service without a port, and nothing says why": (
        no_port("chat", "account-1"),
        ("http.closed", "account-1"),
        [],
    ),
    "a service well, but not as planned": (
        lambda answers: ill._named(answers["chat"]["containers"]["containers"], "account-1").update(drift=["Limits."]),
        ("container.drift", "account-1"),
        [],
    ),
    "the host is away": (
        ill.unreachable("chat"),
        ("host.unreachable", "host"),
        ["docker", "mongodb", "nats", *SERVICES, "nginx"],
    ),
    "the host was left out": (
        ill.not_asked("chat"),
        ("host.not_asked", "host"),
        ["docker", "mongodb", "nats", *SERVICES, "nginx"],
    ),
    "a module cannot run": (ill.failed("chat", "ddp"), ("question.failed", "probes"), ["nginx"]),
    "two modules cannot run": (
        together(ill.failed("chat", "ddp"), ill.failed("chat", "mongodb", "No module named pymongo")),
        ("question.failed", "probes"),
        ["mongodb", "nginx"],
    ),
    "one question was forgotten": (
        lambda answers: answers["chat"].update(services=None),
        ("question.not_asked", "probes"),
        SERVICES,
    ),
}


# Two faults on one host that have nothing to do with each other -> the findings, and who is affected.
CRASH = ill.container("chat", "account-1", "crash_loop")
INDEPENDENT: dict[str, tuple[Fault, list[tuple[str, str]], list[str]]] = {
    "a module cannot run, and a service crashes": (
        together(ill.failed("chat", "mongodb"), CRASH),
        [("question.failed", "probes"), ("container.crash_loop", "account-1")],
        ["mongodb"],
    ),
    "NATS was not asked, and a service crashes": (
        together(ill.failed("chat", "nats"), CRASH),
        [("question.failed", "probes"), ("container.crash_loop", "account-1")],
        ["nats"],
    ),
    "the disk nearly full, and a service crashes": (
        together(ill.mongodb_check("chat", "disk", "disk_full"), CRASH),
        [("mongodb.disk_full", "mongodb"), ("container.crash_loop", "account-1")],
        [],
    ),
    "NATS slow, and a service crashes": (
        together(ill.nats("chat", "slow"), CRASH),
        [("nats.slow", "nats"), ("container.crash_loop", "account-1")],
        [],
    ),
    "NATS stopped, and a service has no memory left": (
        together(
            ill.container("chat", "nats", "stopped"),
            ill.nats_silent("chat"),
            ill.container("chat", "account-1", "out_of_memory"),
        ),
        [("container.stopped", "nats"), ("container.out_of_memory", "account-1")],
        [name for name in SERVICES if name != "account-1"],
    ),
    "NATS stopped, and a service that MongoDB refuses": (
        together(
            ill.container("chat", "nats", "stopped"),
            ill.nats_silent("chat"),
            ill.container("chat", "account-1", "mongodb_auth"),
        ),
        [("container.stopped", "nats"), ("container.mongodb_auth", "account-1")],
        [name for name in SERVICES if name != "account-1"],
    ),
    "the monolith stopped, and a service that runs something else": (
        together(ill.container("chat", "rocketchat-1", "stopped"), ill.container("chat", "account-1", "crash_silent")),
        [("container.stopped", "rocketchat-1"), ("container.crash_silent", "account-1")],
        [],
    ),
    "MongoDB works in the manner of the series before, and has no primary": (
        together(
            ill.mongodb_check("chat", "feature_compatibility_version", "fcv"),
            ill.mongodb_set("no_primary"),
            no_port("chat", "rocketchat-1", fault="status"),
        ),
        [("mongodb.no_primary", "mongodb")],
        ["rocketchat-1"],
    ),
    "another login than NATS expects was offered, and a service crashes": (
        together(CRASH, off_the_bus("chat", "account-1", fault="refused")),
        [("container.crash_loop", "account-1")],
        [],
    ),
    "a monolith that is not ready, and a service without a port": (
        together(no_port("chat", "rocketchat-1", fault="not_ready"), no_port("chat", "presence-1")),
        [("http.not_ready", "rocketchat-1")],
        ["presence-1"],
    ),
    "the only one of its service found no licence, as NATS had been away": (
        ill.container("chat", "account-1", "license"),
        [],
        [],
    ),
    "the only one of its service found no licence, and has opened no port since": (
        together(ill.container("chat", "account-1", "license"), no_port("chat", "account-1")),
        [("container.license", "account-1")],
        [],
    ),
    "a service that answers has given up on NATS, beside a MongoDB that lacks a privilege": (
        together(off_the_bus("chat", "account-1"), ill.mongodb_check("chat", "privileges", "privilege_missing")),
        [("mongodb.privilege_missing", "mongodb"), ("bus.missing", "account-1")],
        [],
    ),
    "Docker has not called it healthy yet, and all else shows that it is": (
        together(ill.container("chat", "account-1", "starting"), ill.container("chat", "nats", "starting")),
        [],
        [],
    ),
    "Docker has not called it healthy yet, and it has no port": (
        together(ill.container("chat", "account-1", "starting"), no_port("chat", "account-1")),
        [("container.starting", "account-1")],
        [],
    ),
    "the monolith's page fails, and nothing says why": (
        proxy("chat", ("monolith", "status")),
        [("page.status", "rocketchat")],
        ["nginx"],
    ),
    "ddp-streamer is silent, and nothing says why": (
        proxy("chat", ("ddp_connect", "silent_timeout"), ("sockjs_connect", "silent_timeout")),
        [("websocket.silent_timeout", "ddp-streamer")],
        ["nginx"],
    ),
    "ddp-streamer is silent, as it is paused": (
        together(ill.container("chat", "ddp-streamer-1", "paused"), proxy("chat", ("ddp_connect", "silent_timeout"))),
        [("container.paused", "ddp-streamer-1")],
        ["nginx"],
    ),
    "the monolith has given up on NATS, whose refusal others still have in their log": (
        together(
            off_the_bus("chat", "rocketchat-1"),
            *(ill.container("chat", name, "nats_auth") for name in SERVICES[1:]),
            no_port("chat", *SERVICES[1:]),
        ),
        [("bus.missing", "rocketchat-1")],
        SERVICES[1:],
    ),
    "logins get no answer, and nothing says why": (
        proxy("chat", ("account", "silent_timeout")),
        [("login.silent_timeout", "account")],
        ["nginx"],
    ),
    "logins get no answer, as the account service is paused": (
        together(ill.container("chat", "account-1", "paused"), proxy("chat", ("account", "silent_timeout"))),
        [("container.paused", "account-1")],
        ["nginx"],
    ),
    "logins get no answer, as MongoDB hangs": (
        together(
            ill.mongodb_set("silent"),
            ill.mongodb_member(MEMBER, "silent"),
            proxy("chat", ("account", "silent_timeout")),
        ),
        [("mongodb.silent", "mongodb")],
        ["nginx"],
    ),
    "logins come back empty, and nothing says why": (
        proxy("chat", ("account", "account_missing")),
        [("login.account_missing", "account")],
        ["nginx"],
    ),
    "logins come back empty, as the account service is stopped": (
        together(ill.container("chat", "account-1", "stopped"), proxy("chat", ("account", "account_missing"))),
        [("container.stopped", "account-1")],
        ["nginx"],
    ),
    "logins come back empty, as the account service is of another image and not on the bus yet": (
        together(ill.container("chat", "account-1", "image"), proxy("chat", ("account", "account_missing"))),
        [("container.image", "account-1")],
        ["nginx"],
    ),
    "a login cannot be checked, as another container has the account service's hostname": (
        together(
            ill.container("chat", "presence-1", "hostname", hostname="chat-account-1"),
            proxy("chat", ("account", "login_failed")),
        ),
        [("container.hostname", "presence-1")],
        ["nginx"],
    ),
    "logins come back empty, as the account service has lost NATS": (
        together(off_the_bus("chat", "account-1"), proxy("chat", ("account", "account_missing"))),
        [("bus.missing", "account-1")],
        ["nginx"],
    ),
    "logins come back empty, as ddp-streamer is on another namespace": (
        together(
            off_the_bus("chat", "ddp-streamer-1", fault="namespace"), proxy("chat", ("account", "account_missing"))
        ),
        [("bus.namespace", "ddp-streamer-1")],
        ["nginx"],
    ),
    "a login is answered by somebody else": (
        proxy("chat", ("account", "login_unexpected")),
        [("login.login_unexpected", "account")],
        ["nginx"],
    ),
    "another program serves the page": (
        proxy("chat", ("monolith", "not_rocketchat")),
        [("ddp.not_rocketchat", "nginx")],
        [],
    ),
    "Docker was asked, and left a container out": (
        lambda answers: answers["chat"]["containers"]["containers"].pop(),
        [("container.unknown", "stream-hub-1")],
        [],
    ),
    "the module itself fails": (
        ill.crashed("chat", "Timed out after 120 second(s)."),
        [("question.failed", "probes")],
        ["docker", "mongodb", "nats", *SERVICES, "nginx"],
    ),
    "a module lacks its library": (
        ill.failed("chat", "ddp", "Failed to import the required Python library (websockets) on chat's Python"),
        [("question.library", "probes")],
        ["nginx"],
    ),
}


def told(planned: dict[str, Any], *faults: Fault) -> tuple[list[tuple[str, str]], list[str]]:
    """The findings as kind and component, on more hosts with the host in front; and who is affected."""
    answers = healthy(planned)
    together(*faults)(answers)
    found = diagnose(planned, registered(answers))
    several = len(planned["hosts"]) > 1
    findings = [
        (finding.kind, f"{finding.host}/{finding.component}" if several else finding.component)
        for finding in found.findings
    ]
    return findings, [part.id if several else part.name for part in found.parts if part.state == AFFECTED]


@pytest.mark.parametrize(("fault", "cause", "expected"), ONE_HOST.values(), ids=ONE_HOST)
def test_a_fault_is_one_finding(fault: Fault, cause: tuple[str, str], expected: list[str]) -> None:
    findings, affected = told(one_host(), fault)
    assert findings == [cause]
    assert affected == expected


@pytest.mark.parametrize(("fault", "causes", "expected"), INDEPENDENT.values(), ids=INDEPENDENT)
def test_one_fault_does_not_hide_another(fault: Fault, causes: list[tuple[str, str]], expected: list[str]) -> None:
    assert told(one_host(), fault) == (causes, expected)


@pytest.mark.parametrize("planned", [one_host(), three_hosts()], ids=["one host", "three hosts"])
def test_no_fault_no_finding(planned: dict[str, Any]) -> None:
    found = diagnose(planned, registered(healthy(planned)))
    assert found.healthy and not found.findings
    assert {part.state for part in found.parts} == {HEALTHY}
    assert {part.on_nats for part in found.parts if part.kind == "service"} == {True}


# Fault on three hosts -> the findings, and who is affected.
def services_of(planned: dict[str, Any]) -> list[str]:
    return [f"{host}/{one['name']}" for host, mine in planned["hosts"].items() for one in mine["containers"]]


THREE_HOSTS: dict[str, tuple[Fault, list[tuple[str, str]], list[str]]] = {
    "a host is away, and the others say so of its MongoDB": (
        together(ill.unreachable("c"), ill.mongodb_member("c.mongodb.internal:27017", "member_down")),
        [("host.unreachable", "c/host")],
        [
            "c/docker",
            "c/mongodb",
            "c/nats",
            "c/rocketchat-1",
            "c/ddp-streamer-1",
            "c/authorization-1",
            "c/account-1",
            "c/presence-1",
            "c/nginx",
        ],
    ),
    "the first host's MongoDB is away, and another is primary": (
        together(
            ill.mongodb_member("a.mongodb.internal:27017", "member_down"),
            ill.mongodb_set("member_down", primary="b.mongodb.internal:27017"),
        ),
        [("mongodb.member_down", "a/mongodb")],
        [],
    ),
    "two members are away, so there is no primary": (
        together(
            ill.mongodb_member("b.mongodb.internal:27017", "refused"),
            ill.mongodb_member("c.mongodb.internal:27017", "refused"),
            ill.mongodb_set("no_primary"),
            ill.container("a", "account-1", "crash_loop"),
        ),
        [("mongodb.refused", "b/mongodb"), ("mongodb.refused", "c/mongodb")],
        ["a/mongodb", "a/account-1"],
    ),
    "a member is away, and a service crashes for a reason of its own": (
        together(
            ill.mongodb_member("c.mongodb.internal:27017", "member_down"),
            ill.mongodb_set("member_down", primary="a.mongodb.internal:27017"),
            ill.container("a", "account-1", "crash_loop"),
        ),
        [("mongodb.member_down", "c/mongodb"), ("container.crash_loop", "a/account-1")],
        [],
    ),
    "one NATS is away, and its clients are between two servers": (
        together(
            ill.container("b", "nats", "stopped"),
            ill.nats_silent("b"),
            ill.nats("a", "routes_missing"),
            ill.nats("c", "routes_missing"),
            off_the_bus("b", "account-1"),
        ),
        [("container.stopped", "b/nats")],
        [
            "b/rocketchat-1",
            "b/ddp-streamer-1",
            "b/authorization-1",
            "b/account-1",
            "b/presence-1",
        ],
    ),
    "one NATS is away, and a service of another host crashes for a reason of its own": (
        together(
            ill.container("b", "nats", "stopped"),
            ill.nats_silent("b"),
            ill.fail_over("b", to="c"),
            ill.container("a", "account-1", "crash_loop"),
            gone("a", "account-1"),
        ),
        [("container.stopped", "b/nats"), ("container.crash_loop", "a/account-1")],
        [],
    ),
    "one NATS is away, and a service of its host crashes before it finds another": (
        together(
            ill.container("b", "nats", "stopped"),
            ill.nats_silent("b"),
            ill.fail_over("b", to="c"),
            ill.container("b", "account-1", "crash_loop"),
        ),
        [("container.stopped", "b/nats")],
        ["b/account-1"],
    ),
    "one NATS is not as planned but serves, and a service crashes for a reason of its own": (
        together(
            ill.container("b", "nats", "image"),
            ill.container("b", "account-1", "crash_loop"),
        ),
        [("container.image", "b/nats"), ("container.crash_loop", "b/account-1")],
        [],
    ),
    "one monolith of three is away": (
        together(
            ill.container("a", "rocketchat-1", "stopped"),
            gone("a", "rocketchat-1"),
            ill.container("b", "account-1", "crash_loop"),
        ),
        [("container.stopped", "a/rocketchat-1"), ("container.crash_loop", "b/account-1")],
        [],
    ),
    "all monoliths are away": (
        together(
            *(ill.container(host, "rocketchat-1", "stopped") for host in "abc"),
            ill.container("b", "account-1", "crash_loop"),
        ),
        [("container.stopped", f"{host}/rocketchat-1") for host in "abc"],
        ["b/account-1"],
    ),
    "two members do not serve, so there is no primary": (
        together(
            ill.mongodb_member("a.mongodb.internal:27017", "member_down"),
            ill.mongodb_member("c.mongodb.internal:27017", "member_down"),
            ill.mongodb_set("no_primary"),
            ill.container("a", "account-1", "crash_loop"),
        ),
        [("mongodb.member_down", "c/mongodb"), ("mongodb.member_down", "a/mongodb")],
        ["a/account-1"],
    ),
    "the licence is missing at the monolith": (
        together(
            ill.container("a", "rocketchat-1", "environment", drift=["ROCKETCHAT_LICENSE is not set in it."]),
            *(ill.container(host, "account-1", "license") for host in "bc"),
        ),
        [("container.environment", "a/rocketchat-1")],
        ["b/account-1", "c/account-1"],
    ),
    "the licence is not good": (
        together(*(ill.container(host, "account-1", "license") for host in "bc"), gone("b", "account-1")),
        [("license.invalid", "a/license")],
        ["b/account-1", "c/account-1"],
    ),
    "replicas stop for the licence because NATS was away": (
        together(
            *(ill.container(host, "nats", "paused") for host in "abc"),
            *(ill.nats_silent(host, "read_timeout") for host in "abc"),
            ill.container("b", "account-1", "license"),
        ),
        [("container.paused", f"{host}/nats") for host in "abc"],
        services_of(three_hosts()),
    ),
    "a container has the hostname of one on another host": (
        together(
            ill.container("c", "account-1", "hostname", hostname="a-account-1"),
            ill.container("a", "account-1", "node_id_conflict"),
        ),
        [("container.hostname", "c/account-1")],
        ["a/account-1"],
    ),
    "a member is away, and another is behind": (
        together(
            ill.mongodb_member("c.mongodb.internal:27017", "refused"),
            ill.mongodb_check("a", "replication_lag", "lag"),
        ),
        [("mongodb.refused", "c/mongodb"), ("mongodb.lag", "a/mongodb")],
        [],
    ),
    "a member is away, and change streams cannot be opened": (
        together(
            ill.mongodb_member("c.mongodb.internal:27017", "refused"),
            ill.mongodb_check("a", "change_stream", "change_stream"),
        ),
        [("mongodb.refused", "c/mongodb"), ("mongodb.change_stream", "a/mongodb")],
        [],
    ),
    "one host sees no other member": (
        lambda answers: [
            ill._ill(member, "resolve", state="unhealthy", role="unknown")
            for member in answers["c"]["mongodb"]["members"]
        ],
        [("mongodb.sees_otherwise", "c/mongodb")],
        [],
    ),
    "the primary's host is away, and the others may not enough": (
        together(*(ill.mongodb_check(host, "privileges", "privilege_missing") for host in "bc"), ill.unreachable("a")),
        [("host.unreachable", "a/host"), ("mongodb.privilege_missing", "a/mongodb")],
        ["a/docker", "a/nats", *(f"a/{name}" for name in SERVICES), "a/nginx"],
    ),
    "one NATS is away, and two others do not find each other": (
        together(
            ill.container("b", "nats", "stopped"),
            ill.nats_silent("b"),
            ill.fail_over("b", to="c"),
            ill.nats("a", "routes_missing", routes_seen=0),
        ),
        [("container.stopped", "b/nats"), ("nats.routes_missing", "a/nats-routes")],
        [],
    ),
    "three clocks, none of which is far from the middle": (
        together(ill.clock("b", 50), ill.clock("c", 100)),
        [("clock.skew", "c/clock")],
        [],
    ),
    "hosts that were asked long after the others": (
        together(ill.clock("c", 100), lambda answers: answers["c"]["asked"].update(after=ill.MOMENT + 99)),
        [],
        [],
    ),
    "a licence that replicas do not find, and a monolith with another image": (
        together(
            ill.container("a", "rocketchat-1", "image", drift=["An image."]),
            *(ill.container(host, "account-1", "license") for host in "bc"),
        ),
        [("container.image", "a/rocketchat-1"), ("license.invalid", "a/license")],
        ["b/account-1", "c/account-1"],
    ),
    "no host has pymongo, and a service crashes": (
        together(*(ill.failed(host, "mongodb") for host in "abc"), ill.container("b", "account-1", "crash_loop")),
        [*(("question.failed", f"{host}/probes") for host in "abc"), ("container.crash_loop", "b/account-1")],
        ["a/mongodb", "b/mongodb", "c/mongodb"],
    ),
    "one clock is wrong": (ill.clock("b", 90), [("clock.skew", "b/clock")], []),
    "one clock is a little wrong": (ill.clock("b", 50), [], []),
    "one ddp-streamer of three hangs, and nginx met it": (
        together(ill.container("b", "ddp-streamer-1", "paused"), proxy("a", ("sockjs_info", "upstream_silent"))),
        [("container.paused", "b/ddp-streamer-1")],
        ["a/nginx"],
    ),
    "one account of three hangs, and a login met it": (
        together(ill.container("b", "account-1", "paused"), proxy("a", ("account", "silent_timeout"))),
        [("container.paused", "b/account-1")],
        ["a/nginx"],
    ),
    "one account of three is stopped, but logins come back empty": (
        together(ill.container("b", "account-1", "stopped"), proxy("a", ("account", "account_missing"))),
        [("container.stopped", "b/account-1"), ("login.account_missing", "a/account")],
        ["a/nginx"],
    ),
    "one ddp-streamer of three is away, but nginx reaches none": (
        together(ill.container("b", "ddp-streamer-1", "stopped"), proxy("a", ("sockjs_info", "upstream_down"))),
        [("container.stopped", "b/ddp-streamer-1"), ("ddp.upstream_down", "a/nginx")],
        [],
    ),
    "all hosts are away": (
        together(*(ill.unreachable(host) for host in "abc")),
        [("host.unreachable", f"{host}/host") for host in "abc"],
        [part.id for part in diagnose(three_hosts(), registered(healthy(three_hosts()))).parts],
    ),
}


@pytest.mark.parametrize(("fault", "causes", "expected"), THREE_HOSTS.values(), ids=THREE_HOSTS)
def test_faults_of_a_cluster(fault: Fault, causes: list[tuple[str, str]], expected: list[str]) -> None:
    findings, affected = told(three_hosts(), fault)
    assert findings == causes
    assert affected == expected


@pytest.mark.parametrize(("seconds", "findings"), [(50, []), (61, [("clock.skew", "b/clock")])])
def test_two_clocks_that_differ(seconds: float, findings: list[tuple[str, str]]) -> None:
    planned = ill.plan(ill.cluster("a", "b", rocketchat_version="7.9.3"))
    assert told(planned, ill.clock("b", seconds))[0] == findings


def test_services_on_another_host_than_nats_need_it_too() -> None:
    planned = ill.plan(ill.cluster("a", "b", groups={"nats": ["a"]}, rocketchat_version="7.9.3"))
    faults = (ill.container("a", "nats", "stopped"), ill.nats_silent("a"))
    assert told(planned, *faults) == ([("container.stopped", "a/nats")], services_of(planned))


def test_a_node_in_a_namespace_of_its_own_disturbs_nobody() -> None:
    def somebody_else(answers: ill.Answers) -> None:
        node = {"name": "other-account", "address": "172.31.250.9", "namespace": "other"}
        answers["chat"]["nats"]["unexpected"].append(node)

    assert told(one_host(), somebody_else) == ([], [])


def test_everybody_is_in_the_namespace_of_the_plan() -> None:
    planned = ill.plan(ill.cluster("chat", rocketchat_environment={"MS_NAMESPACE": "chat"}))
    [host] = planned["hosts"]

    def others(answers: ill.Answers) -> None:
        for namespace in ("", "chat"):
            node = {"name": f"other{namespace}-account", "address": "172.31.250.9", "namespace": namespace}
            answers[host]["nats"]["unexpected"].append(node)

    assert planned["hosts"][host]["probes"]["nats"]["namespace"] == "chat"
    assert told(planned, others) == ([("bus.unexpected", "otherchat-account")], [])


NATS_OF_YOURS = {"rocketchat_nats_urls": ["nats://rocketchat:secret-secret@198.18.9.9:4222"]}
MONGODB_OF_YOURS = {
    "rocketchat_mongodb_url": "mongodb://rocketchat:secret-secret@198.18.9.9:27017/rocketchat?replicaSet=rs0&authSource=admin"
}


def test_nobody_knows_who_is_connected_to_a_nats_of_the_operators() -> None:
    planned = ill.plan(ill.cluster("a", groups={"nats": []}, **NATS_OF_YOURS))
    found = diagnose(planned, registered(healthy(planned)))
    assert found.healthy
    assert {part.on_nats for part in found.parts if part.kind == "service"} == {None}


def test_a_mongodb_of_the_operators_is_blamed_once() -> None:
    planned = ill.plan(ill.cluster("a", groups={"mongodb": []}, **MONGODB_OF_YOURS))
    findings, affected = told(
        planned, *(ill.container("a", name, "mongodb") for name in ("rocketchat-1", "account-1", "presence-1"))
    )
    assert findings == [("mongodb.external", "mongodb")]
    assert affected == ["rocketchat-1", "account-1", "presence-1"]


def test_a_mongodb_of_the_operators_that_does_not_answer_is_blamed_for_a_monolith_that_waits_for_it() -> None:
    planned = ill.plan(ill.cluster("a", groups={"mongodb": []}, **MONGODB_OF_YOURS))
    waits = ill.no_port("a", "rocketchat-1", fault="read_timeout")
    found = told(planned, ill.database_unread(), waits)
    assert found == ([("mongodb.external", "mongodb")], ["rocketchat-1"])
    # pymongo is missing there, or what the containers have for TLS
    for fault in ("library", "tls_file", "certificate_ca"):
        assert told(planned, ill.database_unread(fault), waits)[0] == [("http.read_timeout", "rocketchat-1")]


def test_a_mongodb_of_the_operators_that_only_the_host_does_not_reach_is_no_fault() -> None:
    planned = ill.plan(ill.cluster("a", groups={"mongodb": []}, **MONGODB_OF_YOURS))
    assert told(planned, ill.database_unread()) == ([], [])


def test_another_monolith_may_migrate_while_one_is_well() -> None:
    assert told(one_host(), ill.locked(299.0)) == ([], [])


def test_a_database_that_cannot_be_read_is_no_finding_of_its_own() -> None:
    assert told(one_host(), ill.database_unread()) == ([], [])


def test_a_lock_explains_nothing_that_the_log_explains_otherwise() -> None:
    fault = together(ill.locked(3600.0), ill.container("chat", "rocketchat-1", "mongodb_auth"))
    findings, affected = told(one_host(), fault)
    assert sorted(findings) == [("container.mongodb_auth", "rocketchat-1"), ("migrations.locked", "migrations")]
    assert affected == []


def test_locked_migrations_come_with_what_to_type() -> None:
    answers = healthy(one_host())
    ill.locked(725.0)(answers)
    [finding] = diagnose(one_host(), registered(answers)).findings
    assert finding.sentence == (
        "The migrations of the database are locked since 2026-11-06 21:20:00 UTC, 12 minutes ago, at version 330, and "
        "a monolith does not serve before they are through. One migrates, which its log shows: then wait, and restart "
        "nothing. Or it was killed or failed while it did: then stop the monoliths and, in mongosh (package "
        "mongodb-mongosh), db.getSiblingDB('rocketchat').migrations.find({_id: 'control'}) shows the lock, and "
        "db.getSiblingDB('rocketchat').migrations.updateOne({_id: 'control'}, {$set: {locked: false}}) removes it."
    )
    assert (finding.next.where, finding.next.command) == (
        "chat",
        "sudo docker logs --timestamps rocketchat-1 2>&1 | grep -i migrat | tail -n 20",
    )


def test_a_finding_says_what_to_type_and_what_else_was_seen() -> None:
    answers = healthy(one_host())
    together(ill.container("chat", "account-1", "stopped"), gone("chat", "account-1"))(answers)
    [finding] = diagnose(one_host(), registered(answers), options="-i 'my chat'").findings
    assert finding.sentence == "The sentence of stopped."
    assert (finding.next.where, finding.next.command) == ("chat", "sudo docker start account-1")
    assert finding.evidence == ["The sentence of closed.", "The sentence of missing."]
    ill.container("chat", "account-1", "image")(answers)
    [finding] = diagnose(one_host(), registered(answers), options="-i 'my chat'").findings
    assert finding.next.where == "controller"
    assert finding.next.command == "ansible-playbook -i 'my chat' rocketops.rocketchat.site"


@pytest.mark.parametrize(
    ("keeper", "fault", "says", "command"),
    [
        (
            "ufw",
            "silent",
            "172.31.250.1:27017 does not answer from the network of a container, and can be connected to from the "
            "host. The next command adds a rule.",
            "sudo ufw allow proto tcp from 172.31.250.0/24 to 172.31.250.1 port 27017",
        ),
        (
            "firewalld",
            "silent",
            "The next command adds a rule.",
            "sudo firewall-cmd --permanent --add-rich-rule='rule family=ipv4 source address=172.31.250.0/24 port "
            "port=27017 protocol=tcp accept' && sudo firewall-cmd --reload",
        ),
        (
            "nftables",
            "rejected",
            "172.31.250.1:27017 rejects connections from the network of a container",
            "sudo nft insert rule inet filter input ip saddr 172.31.250.0/24 ip daddr 172.31.250.1 tcp "
            "dport 27017 accept",
        ),
        (
            "iptables",
            "silent",
            "The next command adds a rule until the next boot; add it to where yours are kept, too.",
            "sudo iptables -I INPUT -s 172.31.250.0/24 -d 172.31.250.1 -p tcp --dport 27017 -j ACCEPT",
        ),
    ],
)
def test_a_firewall_comes_with_the_rule_to_add(keeper: str, fault: str, says: str, command: str) -> None:
    answers = healthy(one_host())
    ill.firewall("chat", keeper, fault)(answers)
    [finding] = diagnose(one_host(), registered(answers)).findings
    assert says in finding.sentence
    assert (finding.next.where, finding.next.command) == ("chat", command)


def test_containers_that_a_firewall_keeps_from_nats_are_named() -> None:
    answers = healthy(one_host())
    kept = {"address": "172.31.250.236:4222", "part": "NATS", "containers": ["account-1", "presence-1"]}
    ill.firewall("chat", "iptables", "rejected", **kept)(answers)
    [finding] = diagnose(one_host(), registered(answers)).findings
    assert "keeps account-1, presence-1 from NATS: 172.31.250.236:4222 rejects connections" in finding.sentence
    assert "iptables" not in finding.next.command
    assert finding.next.command.endswith("rocketops.rocketchat.site")


def test_a_secret_in_a_log_is_not_repeated() -> None:
    planned = one_host()
    url = planned["hosts"]["chat"]["probes"]["containers"]["secret_environments"]["account-1"]["MONGO_URL"]
    answers = healthy(planned)
    ill.container(
        "chat", "account-1", "crash_loop", drift=["TRANSPORTER has nats-secret"], diagnosis=f"cannot parse {url}!"
    )(answers)
    [finding] = diagnose(planned, registered(answers)).findings
    assert {finding.sentence, *finding.also, *finding.evidence} == {
        "cannot parse ********!",
        "TRANSPORTER has ********",
    }
    assert UNHEALTHY in {part.state for part in diagnose(planned, registered(answers)).parts}


def test_only_short_values_that_are_no_passwords_stay_in_sentences() -> None:
    settings = {"Site_Name": "chat", "Message_AllowEditing": "1", "Welcome": "long 'text'"}
    planned = plan(single(rocketchat_settings=settings, rocketchat_mail_url="smtp://mail:p%40ss@mail.example.com"))
    answers = healthy(planned)
    sentence = "Host chat ended it 1 minute ago. Its log says: long 'text' long%20%27text%27 p@ss p%40ss mongodb-secret"
    ill.container("chat", "account-1", "crash_loop", diagnosis=sentence)(answers)
    [finding] = diagnose(planned, registered(answers)).findings
    assert finding.sentence == (
        "Host chat ended it 1 minute ago. Its log says: ******** ******** ******** ******** ********"
    )


def test_a_monolith_that_lags_is_a_warning_alone() -> None:
    planned = one_host()
    answers = healthy(planned)
    ill.short_of_time("chat", "rocketchat-1", "It serves, but calls itself not ready: it lags.")(answers)
    found = diagnose(planned, registered(answers))
    assert (found.healthy, {part.state for part in found.parts}) == (True, {"healthy"})
    told = HealthWarning("http.degraded", "rocketchat-1 on chat: It serves, but calls itself not ready: it lags.")
    assert found.warnings == [told]
