# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether rules in force are those of their file: what nft lists is compared, without what differs each time."""

from __future__ import annotations

import copy
import json
import socket
import struct
import subprocess
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts import nftables

TABLE, PATH = "rocketops", "/etc/rocketops/firewall.nft"


def rule(handle: int, *expressions: Any) -> dict[str, Any]:
    return {"rule": {"family": "inet", "table": TABLE, "chain": "input", "handle": handle, "expr": [*expressions]}}


def match(*ports: int) -> dict[str, Any]:
    return {
        "match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": {"set": [*ports]}}
    }


def counter(packets: int) -> dict[str, Any]:
    return {"counter": {"packets": packets, "bytes": 60 * packets}}


def listed(*rules: dict[str, Any], handle: int = 1) -> dict[str, Any]:
    """As nft 1.1.3 lists a table."""
    chain = {"family": "inet", "table": TABLE, "name": "input", "handle": handle, "hook": "input", "policy": "accept"}
    meta = {"version": "1.1.3", "release_name": "Commodore Bullmoose #4", "json_schema_version": 1}
    table = {"family": "inet", "name": TABLE, "handle": handle}
    return {"nftables": [{"metainfo": meta}, {"table": table}, {"chain": chain}, *rules]}


WRITTEN = listed(rule(2, match(27017, 3000), {"goto": {"target": "listeners"}}), rule(3, counter(0), {"drop": None}))


def state(monkeypatch: pytest.MonkeyPatch, running: Any, written: Any = WRITTEN, supported: bool = True) -> str:
    """``running`` and ``written``: what nft lists of the host, and of a network with the file alone; or an error."""

    def run(command: list[str], **_options: Any) -> subprocess.CompletedProcess[str]:
        answer = written if command[0] == "unshare" else running
        if isinstance(answer, Exception):
            raise answer
        return subprocess.CompletedProcess(command, int(answer is None), json.dumps(answer) if answer else "", "")

    monkeypatch.setattr(nftables, "_is_supported", lambda: supported)
    monkeypatch.setattr(nftables.subprocess, "run", run)
    told = nftables.state(TABLE, PATH)
    assert told["supported"] is supported
    return str(told["rules"])


def test_what_differs_each_time_is_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers that the kernel gives, what was counted, and the order of what is in a set."""
    sets = rule(12, match(3000, 27017), {"goto": {"target": "listeners"}})
    running = listed(sets, rule(13, counter(98), {"drop": None}), handle=9)
    assert running != WRITTEN
    assert state(monkeypatch, running) == "as_written"


@pytest.mark.parametrize(
    "rules",
    [
        WRITTEN["nftables"][3:4],
        [*WRITTEN["nftables"][3:], rule(4, {"accept": None})],
        WRITTEN["nftables"][:2:-1],
        [rule(2, match(27017), {"goto": {"target": "listeners"}}), WRITTEN["nftables"][4]],
        [WRITTEN["nftables"][3], rule(3, {"drop": None})],
    ],
    ids=["one less", "one more", "another order", "less in a set", "without a counter"],
)
def test_rules_that_somebody_changed(monkeypatch: pytest.MonkeyPatch, rules: list[Any]) -> None:
    assert state(monkeypatch, listed(*copy.deepcopy(rules))) == "others"


def test_a_policy_that_somebody_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    running = copy.deepcopy(WRITTEN)
    running["nftables"][2]["chain"]["policy"] = "drop"
    assert state(monkeypatch, running) == "others"


@pytest.mark.parametrize("answer", [None, FileNotFoundError("nft"), subprocess.TimeoutExpired("nft", 5)])
def test_no_table(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    assert state(monkeypatch, answer) == "absent"


@pytest.mark.parametrize("answer", [None, FileNotFoundError("unshare")])
def test_nothing_to_compare_with(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    """The file is gone or wrong, or a network of one's own is not to be had, as in some containers."""
    assert state(monkeypatch, WRITTEN, answer) == "unknown"


def test_a_kernel_without_nftables_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert state(monkeypatch, WRITTEN, supported=False) == "unknown"


# -- tables of others --------------------------------------------------------------------------------------------------


def hook(family: str, table: str, name: str, hook: str, policy: str) -> dict[str, Any]:
    return {"chain": {"family": family, "table": table, "name": name, "hook": hook, "policy": policy}}


def named(family: str, table: str, field: str, right: Any) -> dict[str, Any]:
    expression = {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": field}}, "right": right}}
    return {"rule": {"family": family, "table": table, "chain": "c", "expr": [expression, {"accept": None}]}}


SUBNET = {"prefix": {"addr": "172.31.250.0", "len": 24}}


@pytest.mark.parametrize(
    ("entries", "hooks", "ports", "networks"),
    [
        ([], [], [], []),
        # those of iptables, as Docker leaves them
        ([hook("ip", "filter", "FORWARD", "forward", "drop"), named("ip", "filter", "dport", 3000)], [], [], []),
        ([hook("ip", "filter", "INPUT", "input", "drop"), named("ip", "filter", "dport", 22)], ["input"], [22], []),
        ([hook("inet", TABLE, "input", "input", "drop"), named("inet", TABLE, "dport", 27017)], [], [], []),
        ([hook("ip6", "filter", "INPUT", "input", "drop")], [], [], []),
        (
            [
                hook("inet", "filter", "input", "input", "drop"),
                hook("inet", "filter", "forward", "forward", "drop"),
                named("inet", "filter", "dport", {"set": [80, 443, {"range": [8000, 8010]}]}),
                named("inet", "filter", "saddr", {"set": [SUBNET, "10.0.0.1"]}),
                named("inet", "other", "dport", 27017),
            ],
            ["forward", "input"],
            [80, 443],
            ["172.31.250.0/24"],
        ),
    ],
)
def test_what_tables_of_others_drop(
    monkeypatch: pytest.MonkeyPatch, entries: list[Any], hooks: list[str], ports: list[int], networks: list[str]
) -> None:
    monkeypatch.setattr(nftables, "keeper", lambda: "ufw")
    found = nftables.dropping({"nftables": [{"metainfo": {}}, *entries]}, TABLE)
    assert found == {"firewall": "ufw", "hooks": hooks, "ports": ports, "networks": networks}


# -- whether the kernel has them ---------------------------------------------------------------------------------------

# nlmsghdr of linux/netlink.h: length, kind, flags, sequence, port; kinds are NFT_MSG_NEWGEN and NLMSG_ERROR.
GENERATION, ERROR = (struct.pack("=IHHII", 16, kind, 0, 1, 0) for kind in (10 << 8 | 15, 2))


class Kernel:
    def __init__(self, answer: bytes | None) -> None:
        self.answer, self.asked = answer, b""

    def __enter__(self) -> Kernel:
        return self

    def __exit__(self, *_error: object) -> None: ...

    def settimeout(self, _seconds: float) -> None: ...

    def send(self, request: bytes) -> None:
        self.asked = request

    def recv(self, _most: int) -> bytes:
        if self.answer is None:
            raise TimeoutError
        return self.answer


@pytest.mark.parametrize(("answer", "supported"), [(GENERATION, True), (ERROR, False), (None, False)])
def test_what_the_kernel_answers(monkeypatch: pytest.MonkeyPatch, answer: bytes | None, supported: bool) -> None:
    kernel = Kernel(answer)
    monkeypatch.setattr(socket, "socket", lambda *_kind: kernel)
    assert nftables._is_supported() is supported
    assert struct.unpack_from("=IH", kernel.asked) == (len(kernel.asked), 10 << 8 | 16)


def test_a_kernel_without_netlink(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_kind: object) -> None:
        raise OSError

    monkeypatch.setattr(socket, "socket", refuse)
    assert nftables._is_supported() is False
