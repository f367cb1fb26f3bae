# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many sockets a reverse proxy is to hold, and what nginx needs for that."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .sizing import USERS_PER_REPLICA

# A browser and a telephone.
SOCKETS_PER_USER = 2
# One to the client and one to the container (seen: 720 sockets with 2 workers of 768 connections).
_CONNECTIONS_PER_SOCKET = 2
# For what is no socket - a page is fetched over six connections - and what does not spread evenly. From 15/16 of them
# on nginx takes connections back that have not sent a request yet (ngx_connection.c, ngx_drain_connections; seen: with
# two workers of 15000 connections, 14,061 sockets of 14,500 were opened, and the others reset).
_ROOM = 1.5
# nginx keeps about 424 bytes for each (ngx_connection_t and two of ngx_event_t), so these are 1.7 MB a worker.
_LEAST_CONNECTIONS = 4096
# Of a worker, besides connections: what it listens to, logs, what it keeps for reloads.
_OTHER_FILES = 256
# Of a ddp-streamer, besides sockets: connections to NATS and MongoDB, and its program.
FILES_OF_A_SERVICE = 256
# The kernel's default since 5.4 (Documentation/admin-guide/sysctl/net.rst, somaxconn), and what nginx asks for.
BACKLOG = 4096
# Rocket.Chat itself bounds them by user; this is about what checking passwords costs it.
_LEAST_LOGINS = 300
# What nginx takes for a rate is multiplied by 1000 and kept in 32 bits or more (ngx_http_limit_req_module.c).
MOST_LOGINS = 100_000
# Two years, the most that lists of browsers ask for (hstspreload.org).
MOST_HSTS = 63_072_000
# Of one address: nginx reads it as a number of 16 bits (ngx_http_limit_conn_module.c, ngx_http_limit_conn).
MOST_CONNECTIONS = 65535


@dataclass(frozen=True)
class Workers:
    """nginx's on a host. ``most_files``: that each may open, None where nobody knows.

    ``writes_configuration``: whether nginx's own settings are for this deployment to write.
    ``own_queues``: whether each may have a queue of its own for clients that come.
    """

    count: int = 1
    most_files: int | None = None
    writes_configuration: bool = True
    own_queues: bool = True


# Until a host was asked.
ONE_WORKER = Workers()


def planned_sockets(users: int, streamers: int) -> int:
    """Of the whole deployment, as one proxy alone may have to hold all: where no number of users is given, those that
    its ddp-streamers are enough for.
    """
    return SOCKETS_PER_USER * (users or USERS_PER_REPLICA * max(1, streamers))


def logins_per_minute(sockets: int) -> int:
    """From one address: an office where a quarter of all people come within a minute."""
    return max(_LEAST_LOGINS, sockets // SOCKETS_PER_USER // 4)


def worker_connections(sockets: int, workers: Workers) -> int:
    wanted = max(_LEAST_CONNECTIONS, math.ceil(sockets * _CONNECTIONS_PER_SOCKET * _ROOM / workers.count))
    return wanted if workers.most_files is None else min(wanted, max(1, workers.most_files - _OTHER_FILES))


def open_files(connections: int) -> int:
    """Of one worker."""
    return connections + _OTHER_FILES


def held(connections: int, workers: int) -> int:
    """Sockets that nginx can hold, with room for what is none."""
    return int(connections * workers / _CONNECTIONS_PER_SOCKET / _ROOM)
