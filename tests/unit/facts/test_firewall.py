# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an engine's firewall rules and the holders of its ports are there."""

from __future__ import annotations

import errno
import socket
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts import firewall

# Docker 26 and 28; Docker 26 has no chain DOCKER-FORWARD
RULES = {
    ("filter", "FORWARD"): "-P FORWARD DROP\n-A FORWARD -j DOCKER-USER\n-A FORWARD -j DOCKER-FORWARD\n",
    ("nat", "PREROUTING"): "-P PREROUTING ACCEPT\n-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n",
}
OLDER = "-P FORWARD DROP\n-A FORWARD -j DOCKER-USER\n-A FORWARD -o docker0 -j DOCKER\n"
FLUSHED = "-P FORWARD DROP\n"
OF_OTHERS = "-P FORWARD DROP\n-A FORWARD -i eth0 -j ACCEPT\n"


def flushed(monkeypatch: pytest.MonkeyPatch, settings: str = "{}", arguments: str = "dockerd", **rules: Any) -> Any:
    tables = {**RULES, **{("filter" if chain == "FORWARD" else "nat", chain): text for chain, text in rules.items()}}
    monkeypatch.setattr(firewall, "text", lambda path: settings)
    monkeypatch.setattr(firewall, "_arguments", lambda: arguments)
    monkeypatch.setattr(firewall, "_rules", lambda table, chain: tables[table, chain])
    return firewall.flushed()


@pytest.mark.parametrize("forward", [RULES["filter", "FORWARD"], OLDER])
def test_rules_that_are_there(monkeypatch: pytest.MonkeyPatch, forward: str) -> None:
    assert flushed(monkeypatch, FORWARD=forward) is False


@pytest.mark.parametrize(
    "rules", [{"FORWARD": FLUSHED}, {"FORWARD": OF_OTHERS}, {"PREROUTING": "-P PREROUTING ACCEPT\n"}]
)
def test_rules_that_are_gone(monkeypatch: pytest.MonkeyPatch, rules: dict[str, str]) -> None:
    assert flushed(monkeypatch, **rules) is True


@pytest.mark.parametrize(
    "given",
    [
        {"settings": '{"iptables": false}'},
        {"settings": '{"firewall-backend": "nftables"}'},
        {"settings": "damaged"},
        {"arguments": "dockerd -H fd:// --iptables=false"},
        {"arguments": "dockerd --firewall-backend nftables"},
        {"FORWARD": None},
    ],
)
def test_an_engine_that_makes_none_with_iptables_has_lost_none(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]
) -> None:
    """It would be restarted by every run."""
    assert flushed(monkeypatch, **{"FORWARD": FLUSHED, **given}) is None


def at(address: str, state: str = "running") -> dict[str, Any]:
    return {"name": address, "state": state, "addresses": {"rocketchat": address, "own": ""}}


def test_ways_to_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever they serve: one that is too busy to take a connection is reached, too."""
    answers = {
        "10.0.0.1": None,
        "10.0.0.2": ConnectionRefusedError(),
        "10.0.0.3": TimeoutError(),
        "10.0.0.4": OSError(errno.EHOSTUNREACH, "No route to host"),
        "10.0.0.5": OSError(errno.ENETUNREACH, "Network is unreachable"),
    }

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        if answer := answers[address[0]]:
            raise answer
        return socket.socket()

    monkeypatch.setattr(firewall.socket, "create_connection", connect)
    there = {"10.0.0.1": True, "10.0.0.2": True, "10.0.0.3": False, "10.0.0.4": False, "10.0.0.5": False}
    found = [*(at(address) for address in answers), at("10.0.0.6", state="exited"), at("10.0.0.7")]
    assert firewall.ways(found, {name: name for name in answers}) == there
    # one that has another address is told of in its own words
    assert firewall.ways([at("10.0.0.3")], {"10.0.0.3": "10.0.0.8"}) == {}
    assert firewall.ways([], {}) == {}


def container(state: str = "running", *published: tuple[str, int]) -> dict[str, Any]:
    ports = [{"address": address, "port": port} for address, port in published]
    return {"name": "account-1", "state": state, "published": ports}


@pytest.mark.parametrize(
    ("one", "lost"),
    [
        (container("running", ("127.0.0.1", 3300)), False),
        (container("running", ("127.0.0.1", 3300), ("198.18.0.11", 9458)), True),
        (container("exited", ("127.0.0.1", 3400)), False),
        (container("running", ("127.0.0.1", 8222)), False),
        (container(), False),
    ],
)
def test_ports_that_nothing_holds(one: dict[str, Any], lost: bool) -> None:
    listening = [{"address": "127.0.0.1", "port": 3300}, {"address": "0.0.0.0", "port": 8222}]
    assert firewall.unreachable([one], listening) == (["account-1"] if lost else [])


@pytest.mark.parametrize(
    ("ufw", "active", "name"),
    [
        ("# x\nENABLED=yes\n", {"firewalld", "nftables"}, "ufw"),
        ("ENABLED=no\n", {"firewalld", "nftables"}, "firewalld"),
        (None, {"nftables"}, "nftables"),
        (None, set(), "iptables"),
    ],
)
def test_who_keeps_the_rules(monkeypatch: pytest.MonkeyPatch, ufw: str | None, active: set[str], name: str) -> None:
    monkeypatch.setattr(firewall, "text", lambda _path: ufw)
    monkeypatch.setattr(firewall, "units", lambda names: {one: {"active": one[:-8] in active} for one in names})
    assert firewall.keeper() == name
