"""A Rocket.Chat below a path: nginx leads there, and to a ddp-streamer that knows of no path."""

from __future__ import annotations

from tests.deployment import Deployment


def test_below_a_path(deployment: Deployment) -> None:
    url = f"{deployment.root_url}/chat"
    try:
        assert f"at {url}: all healthy" in deployment.playbook("site", "-e", f"rocketchat_root_url={url}").stdout
    finally:
        deployment.playbook("site")
