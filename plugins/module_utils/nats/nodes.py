# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which host a node of the bus is.

A nodeID is the hostname in lower case, a hyphen, and something: moleculer's default is the process id (getNodeID in its
src/utils.js), ddp-streamer takes a UUID (Rocket.Chat's ee/apps/ddp-streamer/src/service.ts), and the next release may
take something else. So the hostname in front is all that is relied on.
"""

from __future__ import annotations

from collections.abc import Iterable


def hostname_of(node: str, hostnames: Iterable[str]) -> str | None:
    """Of these hostnames the node's own: the longest that fits, as with chat-1 and chat-1-account-1."""
    fitting = (hostname for hostname in hostnames if node.lower().startswith(f"{hostname.lower()}-"))
    return max(fitting, key=len, default=None)
