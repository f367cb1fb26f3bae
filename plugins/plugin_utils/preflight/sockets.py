# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a host gives nginx and the containers what the planned sockets take. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ..rocketchat.catalogue import DDP_STREAMER
from ..rocketchat.layout import NGINX_CONFIGURATION
from ..rocketchat.sockets import BACKLOG, FILES_OF_A_SERVICE, Workers, held, open_files, worker_connections
from .hosts import Host, nginx_workers

# Without a setting of its own (ngx_event.c, DEFAULT_CONNECTIONS).
_DEFAULT_CONNECTIONS = 512


def socket_warnings(host: Host) -> Iterator[str]:
    if host.plan["nginx"]:
        yield from _of_nginx(host, host.plan["nginx"]["sockets"], nginx_workers(host.plan, host.facts))
        backlog = host.facts["backlog"]
        if backlog is not None and backlog < BACKLOG:
            yield (
                f"net.core.somaxconn of host {host.name} is {backlog}: when many clients come back at once, those "
                f"beyond it wait or are refused. Write net.core.somaxconn = {BACKLOG} into /etc/sysctl.d there."
            )
    yield from _of_streamers(host)


def _of_nginx(host: Host, sockets: int, workers: Workers) -> Iterator[str]:
    wanted = worker_connections(sockets, Workers(workers.count))
    if workers.writes_configuration:
        there = worker_connections(sockets, workers)
        why = f"each of its {workers.count} workers may open {workers.most_files} files"
        remedy = f"Let systemd there open {open_files(wanted)}, or put more hosts into [nginx]"
    else:
        there = (host.facts["nginx"] or {}).get("worker_connections") or _DEFAULT_CONNECTIONS
        why = f"{NGINX_CONFIGURATION}, which somebody has settings in, gives {there} connections to a worker"
        remedy = f"Write worker_connections {wanted} and worker_rlimit_nofile {open_files(wanted)} there"
    if there < wanted and held(there, workers.count) < sockets:
        yield (
            f"nginx on host {host.name} can hold {held(there, workers.count)} sockets, and {sockets} are planned for: "
            f"{why}. {remedy}."
        )


def _of_streamers(host: Host) -> Iterator[str]:
    """They raise their own limit to the highest that they may (Node.js, src/node.cc, PlatformInit)."""
    streamers = [one for one in host.plan["containers"] if one["service"] == DDP_STREAMER]
    each, most = host.plan["required"]["sockets_per_streamer"], host.facts["open_files"]
    if streamers and most is not None and most < each + FILES_OF_A_SERVICE:
        yield (
            f"each ddp-streamer on host {host.name} may open {most} files, and {each} sockets are planned for it. "
            "Raise rocketchat_replicas.ddp_streamer."
        )
