# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that are pinned by digest: what a tag stood for is run, and nothing else under the same tag."""

from __future__ import annotations

import json
import re

from tests.deployment import Deployment


def pins(deployment: Deployment) -> dict[str, str]:
    return dict(
        re.findall(r"^ +(\S+:\S+): (sha256:[0-9a-f]{64})$", deployment.playbook("pin_images").stdout, re.MULTILINE)
    )


def site(deployment: Deployment, digests: dict[str, str]) -> str:
    variables = json.dumps({"rocketchat_image_digests": digests})
    return deployment.playbook("site", "--check", "-e", variables, check=False).stdout


def test_images_are_pinned_to_what_the_registry_has(deployment: Deployment) -> None:
    found = pins(deployment)
    running = deployment.run("docker inspect --format '{{.Config.Image}}' $(docker ps --quiet)").split()
    assert set(found) == set(running)
    told = site(deployment, found)
    assert all(f"@{digest}" in told for digest in found.values())
    [other, *_rest] = sorted(found)
    refused = site(deployment, {**found, other: f"sha256:{'0' * 64}"})
    assert "does not have this" in refused and "Planned changes" not in refused
