# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which address each container has in the network of its host, and keeps.

The host's own nginx goes there, and so does what asks after a container's health: a port published on loopback leads
through Docker's userland proxy, which takes six open files for each socket, and all sockets with it when it runs out of
them (seen: at 3,300 of them).

An address follows from the service and the number of the replica alone. So no other replica changes it, and no
container that is made anew wants one that another still has.

They begin at the top. Docker hands out what it chooses from the bottom, the lowest that is free (moby, libnetwork,
defaultipam/address_space.go: only Swarm has it go on from the last one; seen with 28.5, also while those above are
taken and after a restart). So a network from before there were such addresses stays as it is; an
``ip_range``, which would say the same, cannot be given to a network that is there.
"""

from __future__ import annotations

import ipaddress

from .catalogue import Service

# Services of the catalogue, and room for two more.
COLUMNS = 10
# The one below each stays free for the replica that takes its place in an upgrade, while both run.
_EACH = 2
# The first of those columns that no service has.
_NATS_COLUMN = 9
# At the bottom: those of the network and of the host, and what the operator puts into the network.
_LEFT_TO_DOCKER = 16


def container_address(network: ipaddress.IPv4Network, service: Service, replica: int) -> str:
    return str(network.broadcast_address - 1 - ((replica - 1) * COLUMNS + service.number) * _EACH)


def nats_address(network: ipaddress.IPv4Network) -> str:
    return str(network.broadcast_address - 1 - _NATS_COLUMN * _EACH)


def with_room(address: str) -> list[str]:
    """With the one that the replica has which takes its place."""
    return [address, str(ipaddress.IPv4Address(address) - 1)]


def most_replicas(network: ipaddress.IPv4Network) -> int:
    """Of one service on one host."""
    return (network.num_addresses - 1 - _LEFT_TO_DOCKER) // (COLUMNS * _EACH)


def large_enough(network: ipaddress.IPv4Network, replicas: int) -> ipaddress.IPv4Network:
    while most_replicas(network) < replicas:
        network = network.supernet()
    return network
