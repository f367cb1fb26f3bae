# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose node is whose, for any hostnames and whatever follows them."""

from __future__ import annotations

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.nats.clients import Expected, match_clients
from ansible_collections.rocketops.rocketchat.plugins.module_utils.nats.monitoring import Connection
from ansible_collections.rocketops.rocketchat.plugins.module_utils.nats.nodes import hostname_of
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.names import slug
from hypothesis import given
from hypothesis import strategies as st

SERVICES = ("rocketchat", "ddp-streamer", "authorization", "account", "presence", "stream-hub")

# Few words, so that many hostnames begin with others.
inventory_names = st.lists(
    st.sampled_from(["a", "chat", "1", "2", "10", "account", "Ddp"]), min_size=1, max_size=4
).map("-".join)
planned = st.builds(
    lambda host, service, replica: slug(f"{host}-{service}-{replica}"),
    inventory_names,
    st.sampled_from(SERVICES),
    st.integers(1, 12),
)
process_ids = st.integers(1, 4_194_304).map(str)
uuids = st.uuids().map(str)
anything = st.text(st.characters(codec="ascii", exclude_characters=" >*", categories=("L", "N", "P")), min_size=1)
deployments = st.sets(planned, min_size=1, max_size=8)


@given(deployments, st.data())
def test_every_planned_node_is_its_own_hosts(hostnames: set[str], data: st.DataObject) -> None:
    """Of those that the services make today: nothing of the plan's ends in a hyphen and a number, or in a UUID."""
    for hostname in hostnames:
        suffix = data.draw(process_ids | uuids)
        assert hostname_of(f"{hostname}-{suffix}", hostnames) == hostname


@given(deployments, st.data())
def test_all_are_there_and_none_is_unexpected(hostnames: set[str], data: st.DataObject) -> None:
    expected = [Expected(hostname) for hostname in hostnames]
    nodes = [f"{hostname}-{data.draw(process_ids | uuids)}" for hostname in hostnames]
    missing = data.draw(st.sampled_from([None, *sorted(hostnames)]))
    connections = [
        Connection("", nodes=(node,)) for node, name in zip(nodes, hostnames, strict=True) if name != missing
    ]
    matched = match_clients(expected, "", connections, [])
    assert [client.name for client in matched.clients if not client.connected] == [name for name in [missing] if name]
    assert matched.unexpected == []


@given(st.sets(inventory_names | planned, min_size=1, max_size=8), anything, st.data())
def test_whatever_follows_the_longest_hostname_wins(hostnames: set[str], suffix: str, data: st.DataObject) -> None:
    hostname = data.draw(st.sampled_from(sorted(hostnames)))
    node = f"{hostname.lower()}-{suffix}"
    owner = hostname_of(node, hostnames)
    assert owner is not None and len(owner) >= len(hostname)
    assert node.lower().startswith(f"{owner.lower()}-")
    assert not any(len(other) > len(owner) and node.lower().startswith(f"{other.lower()}-") for other in hostnames)


@given(deployments, planned, anything)
def test_a_node_that_begins_with_no_planned_hostname_is_unexpected(hostnames: set[str], other: str, rest: str) -> None:
    node = f"{other}-{rest}"
    matched = match_clients([Expected(name) for name in hostnames], "", [Connection("", nodes=(node,))], [])
    begins = any(node.lower().startswith(f"{name}-") for name in hostnames)
    assert [one.name for one in matched.unexpected] == ([] if begins else [node])


@pytest.mark.parametrize(
    ("node", "hostname"),
    [
        ("chat-1-7", "chat-1"),
        ("chat-1-ddp-streamer-1-7", "chat-1-ddp-streamer-1"),
        # a UUID that begins with digits is no replica of that number
        ("chat-1-2f1c9a00-cafe-11f0-9f4e-0242ac120007", "chat-1"),
        ("chat-1-10-7", "chat-1-10"),
        ("chat-1-1-7", "chat-1-1"),
        ("chat-11-7", None),
        ("chat-1", None),
        ("chat.example.com-7", "chat.example.com"),
    ],
)
def test_hostnames_that_begin_with_others(node: str, hostname: str | None) -> None:
    hostnames = ["chat-1", "chat-1-ddp-streamer-1", "chat-1-1", "chat-1-10", "chat-1-2", "chat.example.com"]
    assert hostname_of(node, hostnames) == hostname
