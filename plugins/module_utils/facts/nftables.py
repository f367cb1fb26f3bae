# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the rules in force are those of the file that was written for them. Only reads.

Rules have no names, and are listed in other words than they were written in. So the file is loaded once more, into a
network of its own that ends with the command, and what nft lists there is what it should list of the host.
"""

from __future__ import annotations

import json
import socket
import struct
import subprocess
from collections.abc import Iterator, Mapping
from typing import Any

from .firewall import keeper

NO_OTHERS: dict[str, Any] = {"firewall": "", "hooks": [], "ports": [], "networks": []}
_TIMEOUT = 5
_IN_A_NETWORK_OF_ITS_OWN = ("unshare", "--net", "sh", "-c")

# linux/netlink.h, linux/netfilter/nfnetlink.h, linux/netfilter/nf_tables.h
_NETLINK_NETFILTER, _NLM_F_REQUEST, _NLMSG_ERROR = 12, 1, 2
_NFNL_SUBSYS_NFTABLES, _NFT_MSG_GETGEN = 10, 16


def state(table: str, path: str) -> dict[str, Any]:
    """``table``: of the families inet and bridge; ``path``: the file that makes it.

    ``supported``: whether the kernel has nftables, and lets us use them. ``rules``: `absent`, `as_written` or `others`,
    and `unknown` where the file cannot be loaded or nothing can be compared. ``others``: see `dropping`.
    """
    supported = _is_supported()
    everything = _listing(["nft", "--json", "list", "ruleset"]) if supported else None
    return {
        "supported": supported,
        "rules": _rules(everything or {"nftables": []}, table, path) if supported else "unknown",
        "others": dropping(everything, table) if everything else NO_OTHERS,
    }


def _is_supported() -> bool:
    """By asking for the number of the rules' generation, which needs no program."""
    body = struct.pack("=BBH", socket.AF_UNSPEC, 0, 0)
    kind = _NFNL_SUBSYS_NFTABLES << 8 | _NFT_MSG_GETGEN
    request = struct.pack("=IHHII", 16 + len(body), kind, _NLM_F_REQUEST, 1, 0) + body
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER) as sock:
            sock.settimeout(_TIMEOUT)
            sock.send(request)
            (answered,) = struct.unpack_from("=H", sock.recv(4096), 4)
    except OSError:
        return False
    return bool(answered != _NLMSG_ERROR)


def _rules(everything: Mapping[str, Any], table: str, path: str) -> str:
    running = comparable(everything, table)
    if not running:
        return "absent"
    written = _listing([*_IN_A_NETWORK_OF_ITS_OWN, 'nft --file "$1" && nft --json list ruleset', "sh", path])
    if written is None:
        return "unknown"
    return "as_written" if running == comparable(written, table) else "others"


def _listing(command: list[str]) -> dict[str, Any] | None:
    """None where the command fails: nothing of that name is there."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_TIMEOUT)
        listing: dict[str, Any] | None = json.loads(done.stdout) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return listing


def comparable(listed: Mapping[str, Any], table: str) -> list[Any]:
    """Of what nft lists (libnftables-json(5)) that of the table, in the families inet and bridge.

    Without what differs each time: numbers, counts, and the order in sets.
    """
    entries = [(kind, one) for entry in listed["nftables"] for kind, one in entry.items() if kind != "metainfo"]
    ours = [[kind, one] for kind, one in entries if (one["name"] if kind == "table" else one.get("table")) == table]
    found: list[Any] = _without_numbers([one for one in ours if one[1]["family"] in ("bridge", "inet")])
    return sorted(found, key=lambda one: str(one[1]["family"]))


def _without_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        inner = {key: _without_numbers(one) for key, one in value.items() if key != "handle"}
        if isinstance(inner.get("counter"), dict):
            inner["counter"] = None
        for key in ("set", "elem"):
            if isinstance(inner.get(key), list):
                inner[key] = sorted(inner[key], key=json.dumps)
        return inner
    return [_without_numbers(one) for one in value] if isinstance(value, list) else value


def dropping(listing: Mapping[str, Any], ours: str) -> dict[str, Any]:
    """What tables of others drop unless a rule lets it in. ``hooks``: where, `input` and `forward`.

    ``ports``: that a rule of such a table names as a destination; ``networks``: that one names at all. Of the chain
    FORWARD of iptables it is Docker that lets in what it publishes.
    """
    found = [entry["chain"] for entry in listing["nftables"] if "chain" in entry]
    chains = [
        chain
        for chain in found
        if chain.get("policy") == "drop"
        and chain["family"] in ("ip", "inet")
        and chain["table"] != ours
        and chain["name"] != "FORWARD"
    ]
    tables = {(chain["family"], chain["table"]) for chain in chains}
    rules = [entry["rule"] for entry in listing["nftables"] if "rule" in entry]
    named = [m for rule in rules if (rule["family"], rule["table"]) in tables for m in _matches(rule["expr"])]
    ports = {port for field, right in named if field == "dport" for port in _values(right) if isinstance(port, int)}
    prefixes = [one["prefix"] for _field, right in named for one in _values(right) if isinstance(one, dict)]
    hooks = {chain["hook"] for chain in chains} & {"input", "forward"}
    networks = {f"{one['addr']}/{one['len']}" for one in prefixes}
    return {"firewall": keeper(), "hooks": sorted(hooks), "ports": sorted(ports), "networks": sorted(networks)}


def _matches(expressions: list[Any]) -> Iterator[tuple[str, Any]]:
    """The field of a packet and what it is compared with."""
    for match in (one["match"] for one in expressions if isinstance(one, dict) and "match" in one):
        left = match["left"].get("payload") if isinstance(match["left"], dict) else None
        if left and "field" in left:
            yield left["field"], match["right"]


def _values(right: Any) -> list[Any]:
    values = right["set"] if isinstance(right, dict) and "set" in right else [right]
    return [one for one in values if not isinstance(one, dict) or "prefix" in one]
