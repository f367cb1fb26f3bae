# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Rocket.Chat below a path: nginx leads there, and to a ddp-streamer that knows of no path."""

from __future__ import annotations

from tests.deployment import Deployment


def test_below_a_path(deployment: Deployment) -> None:
    url = f"{deployment.root_url}/chat"
    try:
        assert f"at {url}: all healthy" in deployment.playbook("site", "-e", f"rocketchat_root_url={url}").stdout
    finally:
        deployment.playbook("site")
