# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A misspelt tag is told: Ansible would run nothing with it, and call that a success."""

from __future__ import annotations

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.tags import TAGS, are_ours, tag_problems

from tests.deployment import ROOT

KNOWN = "Known are docker, firewall, mongodb, nats, nginx, rocketchat."


@pytest.mark.parametrize("tags", [["all"], list(TAGS), ["tagged", "nginx"], []])
def test_known(tags: list[str]) -> None:
    assert list(tag_problems("--tags", tags)) == []


def test_misspelt() -> None:
    assert [str(problem) for problem in tag_problems("--skip-tags", ["nginx", "ngnix", "proxy"])] == [
        f"--skip-tags = 'ngnix': is no tag of this collection's playbooks. Did you mean nginx? {KNOWN}",
        f"--skip-tags = 'proxy': is no tag of this collection's playbooks. {KNOWN}",
    ]


@pytest.mark.parametrize(
    ("playbooks", "ours"),
    [
        (["rocketops.rocketchat.site"], True),
        ([str(ROOT / "playbooks" / "site.yml")], True),
        # of somebody else, who may import ours and have tags of his own
        (["/srv/everything.yml"], False),
        ([str(ROOT / "playbooks" / "site.yml"), "firewall.yml"], False),
        (["rocketops.other.site"], False),
    ],
)
def test_whose_playbooks_run(playbooks: list[str], ours: bool) -> None:
    assert are_ours(playbooks, ROOT) is ours
