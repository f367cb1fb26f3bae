# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mistake in the inventory stops the run before any host is touched, and is named with all others at once."""

from __future__ import annotations

import json

from tests.deployment import Deployment

MISTAKES = {
    "rocketchat_root_url": "chat.example.com",
    "rocketchat_version": "latest",
    "rocketchat_replicas": {"ddp_stramer": 2, "stream_hub": 2},
    "mongodb_version": "3.6",
}


def state(deployment: Deployment) -> str:
    """Everything a playbook could have left: content, times and modes of all files it may write, and containers."""
    places = "/etc /opt /root /home /usr/bin /usr/sbin /var/lib/dpkg"
    files = f"find {places} -printf '%p %s %T@ %m\\n' | sort"
    content = f"find {places} -type f -exec sha256sum {{}} + | sort"
    return deployment.run(f"{files}; {content}") + deployment.run("docker ps --no-trunc --format '{{.ID}}'")


def test_all_mistakes_are_told_and_nothing_is_touched(deployment: Deployment) -> None:
    before = state(deployment)
    result = deployment.playbook("site", "-e", json.dumps(MISTAKES), check=False)
    assert result.returncode != 0
    message = " ".join((result.stdout + result.stderr).split())
    for fragment in (
        "nothing was changed",
        "rocketchat_root_url = 'chat.example.com': does not begin with http:// or https://",
        "rocketchat_version = 'latest': is not a version",
        "Did you mean ddp_streamer?",
        "rocketchat_replicas.stream_hub = 2: must be exactly 1",
    ):
        assert fragment in message
    assert "Traceback" not in message
    assert state(deployment) == before
