# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rocket.Chat's own client library talks through nginx, over wss, and finds back when ddp-streamer restarts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from lab import npm
from tests.deployment import Deployment
from tests.e2e.talk import talk
from tests.waiting import wait_until

CLIENT = Path(__file__).parent / "own_client"
# seconds; the script bounds each of its steps, and this is more than all of them together take when they work
WHOLE = 180


def test_own_client_talks_and_reconnects(deployment: Deployment) -> None:
    restart = deployment.command("docker restart --time 5 ddp-streamer-1")
    result = subprocess.run(
        [npm.node(), CLIENT / "conversation.js", deployment.root_url, *restart],
        env={
            **os.environ,
            "ADMIN_PASSWORD": deployment.secrets()["rocketchat_admin_password"],
            "NODE_PATH": str(npm.installed(CLIENT)),
            "NODE_TLS_REJECT_UNAUTHORIZED": "0",  # the lab's certificate is self-signed
            "NODE_NO_WARNINGS": "1",  # of that
        },
        capture_output=True,
        text=True,
        timeout=WHOLE,
        check=False,
    )
    print(result.stdout)
    wait_until(lambda: talk(deployment, 5).ok, 90, "the conversation after the restart")
    assert result.returncode == 0, result.stderr
