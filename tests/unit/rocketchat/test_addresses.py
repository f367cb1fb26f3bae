# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of containers: each its own, the same whatever else is planned, and apart from those Docker chooses."""

from __future__ import annotations

import ipaddress

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.addresses import (
    COLUMNS,
    container_address,
    large_enough,
    most_replicas,
)
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.catalogue import MAX_REPLICAS, SERVICES

NETWORK = ipaddress.IPv4Network("172.31.250.0/24")


def test_services_keep_their_numbers() -> None:
    """With another one, containers would want addresses that others still have."""
    assert {key: service.number for key, service in SERVICES.items()} == {
        "rocketchat": 0,
        "ddp_streamer": 1,
        "authorization": 2,
        "account": 3,
        "presence": 4,
        "stream_hub": 5,
        "queue_worker": 6,
        "omnichannel_transcript": 7,
    }
    assert max(service.number for service in SERVICES.values()) < COLUMNS


@pytest.mark.parametrize(
    ("service", "replica", "address"),
    [
        ("rocketchat", 1, "172.31.250.254"),
        ("rocketchat", 2, "172.31.250.234"),
        ("ddp_streamer", 1, "172.31.250.252"),
        ("omnichannel_transcript", 11, "172.31.250.40"),
    ],
)
def test_address_follows_from_service_and_number(service: str, replica: int, address: str) -> None:
    assert container_address(NETWORK, SERVICES[service], replica) == address


@pytest.mark.parametrize(("size", "most"), [(25, 5), (24, 11), (23, 24), (21, 101)])
def test_all_that_fit_leave_the_lowest_to_docker(size: int, most: int) -> None:
    network = NETWORK.supernet(new_prefix=size) if size < 24 else next(NETWORK.subnets(new_prefix=size))
    assert most_replicas(network) == most
    taken = {
        ipaddress.ip_address(container_address(network, service, replica))
        for service in SERVICES.values()
        for replica in range(1, most + 1)
    }
    assert len(taken) == most * len(SERVICES)
    # with the one below each, for the replica that follows it
    with_room = {*taken, *(address - 1 for address in taken)}
    assert len(with_room) == 2 * len(taken)
    assert with_room <= set(list(network.hosts())[15:])


def test_a_network_that_is_large_enough() -> None:
    assert str(large_enough(NETWORK, 11)) == "172.31.250.0/24"
    assert str(large_enough(NETWORK, 12)) == "172.31.250.0/23"
    assert str(large_enough(NETWORK, MAX_REPLICAS)) == "172.31.248.0/21"
