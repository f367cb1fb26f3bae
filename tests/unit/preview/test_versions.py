# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the preview says of versions and where they come from, with and without knowing the host's distribution."""

from __future__ import annotations

from typing import Any

from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.rocketchat.distributions import DISTRIBUTIONS

from tests.unit.plan_inventories import SECRETS, cluster, plan, single
from tests.unit.preview.previews import AWAY, DEBIAN, preview, there


def said(found: dict[str, Any], part: str) -> list[tuple[str, str, list[str]]]:
    return [(one["version"], one["source"], one["hosts"]) for one in found["versions"] if one["part"] == part]


def test_images() -> None:
    found = preview(
        plan(single(nats_image="nats:2.11", rocketchat_images={"account": "registry.test:5000/mine:8.9.1-ours"}))
    )
    assert said(found, "rocketchat") == [("8.9.1", "image registry.rocket.chat/rocketchat/rocket.chat:8.9.1", ["chat"])]
    assert said(found, "account") == [("8.9.1", "image registry.test:5000/mine:8.9.1-ours", ["chat"])]
    assert said(found, "NATS") == [("2.11", "image nats:2.11", ["chat"])]


def test_an_image_with_a_digest() -> None:
    digest = f"nats@sha256:{'0' * 64}"
    assert said(preview(plan(single(nats_image=digest))), "NATS") == [("-", f"image {digest}", ["chat"])]


def test_packages_by_the_distribution_of_each_host() -> None:
    ubuntu = {"id": "ubuntu", "version": "24.04", "family": ["ubuntu", "debian"], "name": "Ubuntu 24.04"}
    found = preview(plan(cluster("a", "b", "c")), a=there(), b=there(system=ubuntu), c=AWAY)
    debian, noble = DISTRIBUTIONS[1].vendor, DISTRIBUTIONS[3].vendor
    assert said(found, "MongoDB") == [
        ("8.0", f"{debian.mongodb_url} bookworm/mongodb-org/8.0", ["a"]),
        ("8.0", f"{noble.mongodb_url} noble/mongodb-org/8.0", ["b"]),
        ("8.0", "MongoDB's repository for the host's distribution", ["c"]),
    ]
    assert said(found, "Docker") == [
        ("newest", f"{debian.docker_url} trixie", ["a"]),
        ("newest", f"{noble.docker_url} noble", ["b"]),
        ("newest", "Docker's repository for the host's distribution", ["c"]),
    ]
    assert said(found, "nginx") == [("newest", "the distribution", ["a", "b", "c"])]


def test_a_system_that_nobody_knows() -> None:
    found = preview(plan(single()), chat=there(system={**DEBIAN, "id": "plan9", "family": ["plan9"]}))
    assert said(found, "Docker")[0][1] == "Docker's repository for the host's distribution"


def test_sources_that_the_operator_names() -> None:
    variables = {
        "mongodb_repository_url": "https://mirror.test/mongodb",
        "mongodb_repository_suite": "ours",
        "docker_repository_url": "https://mirror.test/docker",
    }
    for answer in (AWAY, there()):
        found = preview(plan(single(**variables)), chat=answer)
        assert said(found, "MongoDB") == [("8.0", "https://mirror.test/mongodb ours", ["chat"])]
        assert said(found, "Docker")[0][1].startswith("https://mirror.test/docker ")
    assert said(preview(plan(single(docker_source="distribution"))), "Docker")[0][1] == "the distribution"


def test_servers_of_the_operator_s_own() -> None:
    inventory = single(
        rocketchat_mongodb_url="mongodb://me:S3cret@db.test/chat?replicaSet=rs0",
        rocketchat_nats_urls=["nats://me:S3cret@bus.test:4222"],
    )
    inventory["groups"] |= {"mongodb": [], "nats": []}
    found = preview(plan(inventory))
    assert said(found, "MongoDB") == [("-", "yours, of rocketchat_mongodb_url", [])]
    assert said(found, "NATS") == [("-", "yours, of rocketchat_nats_urls", [])]
    assert not [secret for secret in ("S3cret", *SECRETS.values()) if secret in str(found)]
