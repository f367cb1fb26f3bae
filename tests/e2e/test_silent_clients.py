# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client that says nothing stays connected, as ddp-streamer pings it: no proxy gives it up in between."""

from __future__ import annotations

import contextlib

from tests.deployment import Deployment
from tests.e2e.conversation import tls_context
from tests.e2e.ddp_client import ddp_session

# ddp-streamer pings a client of which it has heard nothing for 30 s
FIRST_PING = 30


def stays_silent(deployment: Deployment, seconds: float) -> None:
    with ddp_session(deployment.root_url, "/websocket", tls_context(deployment.root_url, None, True), 10) as client:
        with contextlib.suppress(TimeoutError):
            client.wait_for(lambda _message: False, seconds)
        # the connection that was opened then still carries a question and its answer
        assert client.call("lab:clientAddress")


def test_a_silent_client_gets_its_first_ping(deployment: Deployment) -> None:
    stays_silent(deployment, FIRST_PING + 5)
