"""The table at the end of a run: what each kind of fault makes of it, and its text."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.health_table import Row, as_text, rows

Answers = dict[str, dict[str, Any]]

PLAN = {
    "hosts": {
        "chat": {
            "mongodb": {"first": True},
            "nats": {"compose": {}},
            "nginx": {"port": 443},
            "containers": [
                {"name": "rocketchat-1", "service": "rocketchat", "replica": 1, "hostname": "chat-rocketchat-1"},
                {"name": "ddp-streamer-2", "service": "ddp_streamer", "replica": 2, "hostname": "chat-ddp-streamer-2"},
            ],
        }
    }
}
MEMBER = {"name": "chat.mongodb.internal:27017", "role": "primary", "diagnosis": None}
UNREACHABLE = {"unreachable": True, "msg": "Failed to connect to the host via ssh"}


def client(name: str, diagnosis: str | None = None) -> dict[str, Any]:
    return {"name": name, "connected": diagnosis is None, "diagnosis": diagnosis}


def endpoint(name: str, diagnosis: str | None = None) -> dict[str, Any]:
    return {"name": name, "state": "unhealthy" if diagnosis else "healthy", "latency_ms": 2.4, "diagnosis": diagnosis}


def healthy() -> Answers:
    return {
        "chat": {
            "mongodb": {"latency_ms": 11.6, "members": [copy.deepcopy(MEMBER)]},
            "nats": {"reachable": True, "clients": [client("chat-rocketchat-1"), client("chat-ddp-streamer-2")]},
            "services": {"endpoints": [endpoint("rocketchat-1"), endpoint("ddp-streamer-2")]},
            "ddp": {"ping_ms": 1.4, "checks": [{"state": "healthy", "diagnosis": None}]},
        }
    }


def faults(answers: Answers) -> dict[str, str]:
    return {f"{row.service} {row.replica}": row.fault for row in rows(PLAN, answers) if row.fault}


def test_all_healthy() -> None:
    table = rows(PLAN, healthy())
    assert table == [
        Row("mongodb", "chat.mongodb.internal:27017", "primary", 11.6),
        Row("nats", "chat", "1"),
        Row("rocketchat", "chat", "1", 2.4, True),
        Row("ddp-streamer", "chat", "2", 2.4, True),
        Row("nginx", "chat", "-", 1.4),
    ]
    assert as_text(table, "https://chat.example.com", "8.9.1").splitlines() == [
        "service       host                         replica  state    latency  on NATS",
        "------------  ---------------------------  -------  -------  -------  -------",
        "mongodb       chat.mongodb.internal:27017  primary  healthy  12 ms    -",
        "nats          chat                         1        healthy  -        -",
        "rocketchat    chat                         1        healthy  2 ms     yes",
        "ddp-streamer  chat                         2        healthy  2 ms     yes",
        "nginx         chat                         -        healthy  1 ms     -",
        "",
        "Rocket.Chat 8.9.1 at https://chat.example.com: all healthy",
    ]


def test_faults_are_told_below_the_table() -> None:
    table = [Row("nats", "chat", "1"), Row("account", "chat", "2", on_nats=False, fault="Connection refused.")]
    assert as_text(table, "https://chat.example.com", "8.9.1").splitlines() == [
        "service  host  replica  state      latency  on NATS",
        "-------  ----  -------  ---------  -------  -------",
        "nats     chat  1        healthy    -        -",
        "account  chat  2        UNHEALTHY  -        NO",
        "",
        "Rocket.Chat 8.9.1 at https://chat.example.com: 1 unhealthy",
        "account 2 on chat: Connection refused.",
    ]


# What goes wrong -> the faults.
FAULTS: dict[str, tuple[Callable[[dict[str, Any]], Any], dict[str, str]]] = {
    "a service does not listen": (
        lambda chat: chat["services"].update(
            endpoints=[endpoint("rocketchat-1"), endpoint("ddp-streamer-2", "Refused.")]
        ),
        {"ddp-streamer 2": "Refused."},
    ),
    "a service is not on the bus": (
        lambda chat: chat["nats"].update(
            clients=[client("chat-rocketchat-1", "Wrong password."), chat["nats"]["clients"][1]]
        ),
        {"rocketchat 1": "Wrong password."},
    ),
    "the bus is gone": (
        lambda chat: chat.update(nats={"reachable": False, "diagnosis": "Refused.", "clients": []}),
        {
            "nats 1": "Refused.",
            "rocketchat 1": "NATS was not asked whether it is connected",
            "ddp-streamer 2": "NATS was not asked whether it is connected",
        },
    ),
    "a member does not serve": (
        lambda chat: chat["mongodb"]["members"].append(MEMBER | {"role": "down", "diagnosis": "No heartbeat."}),
        {"mongodb down": "No heartbeat."},
    ),
    "the set does not answer": (
        lambda chat: chat.update(mongodb={"members": [], "msg": "MongoDB did not answer: timed out"}),
        {"mongodb -": "MongoDB did not answer: timed out"},
    ),
    "the split is missing": (
        lambda chat: chat["ddp"].update(
            checks=[{"state": "unhealthy", "diagnosis": text} for text in ("No split.", "No upgrade.")]
        ),
        {"nginx -": "No split. No upgrade."},
    ),
    "a probe crashed": (
        lambda chat: chat.update(ddp={"failed": True, "msg": "No websockets."}),
        {"nginx -": "No websockets."},
    ),
    "the host is down": (
        lambda chat: chat.update(dict.fromkeys(chat, UNREACHABLE)),
        dict.fromkeys(["mongodb -", "nats 1", "rocketchat 1", "ddp-streamer 2", "nginx -"], UNREACHABLE["msg"]),
    ),
    "the host was not asked": (
        lambda chat: chat.update(dict.fromkeys(chat)),
        dict.fromkeys(
            ["mongodb -", "nats 1", "rocketchat 1", "ddp-streamer 2", "nginx -"],
            "was not asked: the host did not answer",
        ),
    ),
}


@pytest.mark.parametrize(("break_it", "expected"), FAULTS.values(), ids=FAULTS)
def test_a_fault(break_it: Callable[[dict[str, Any]], Any], expected: dict[str, str]) -> None:
    answers = healthy()
    break_it(answers["chat"])
    assert faults(answers) == expected


def test_a_faulty_service_has_no_latency() -> None:
    answers = healthy()
    answers["chat"]["services"]["endpoints"][0] = endpoint("rocketchat-1", "Refused.")
    assert Row("rocketchat", "chat", "1", None, True, "Refused.") in rows(PLAN, answers)


@pytest.mark.parametrize("first_sees_it", [True, False])
def test_a_client_may_be_connected_to_any_server_of_the_cluster(first_sees_it: bool) -> None:
    answers = healthy()
    chat, other = (
        PLAN["hosts"]["chat"],
        {"mongodb": {"first": False}, "nats": {"compose": {}}, "nginx": None, "containers": []},
    )
    views = [[client("chat-rocketchat-1"), client("chat-ddp-streamer-2", "Not here.")]]
    views.append([client("chat-rocketchat-1", "Not here."), client("chat-ddp-streamer-2")])
    first, second = views if first_sees_it else reversed(views)
    answers["chat"]["nats"]["clients"] = first
    answers["other"] = {"nats": {"reachable": True, "clients": second}}
    table = rows({"hosts": {"chat": chat, "other": other}}, answers)
    assert [row.fault for row in table] == [""] * len(table)
