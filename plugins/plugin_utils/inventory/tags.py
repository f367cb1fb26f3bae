# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tags of the playbooks. With a misspelt one Ansible runs no role, and ends as if all were well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ..rocketchat.problems import Problem, did_you_mean

# Each is of the plays that apply a role.
TAGS = ("docker", "firewall", "mongodb", "nats", "nginx", "rocketchat")
# Ansible's own.
_SPECIAL = ("all", "always", "never", "tagged", "untagged")


def tag_problems(option: str, tags: Iterable[str]) -> Iterator[Problem]:
    """``option``: with which they were given."""
    for tag in tags:
        if tag not in (*TAGS, *_SPECIAL):
            remedy = f"{did_you_mean(tag, TAGS)}Known are {', '.join(TAGS)}"
            yield Problem(option, tag, "is no tag of this collection's playbooks", remedy)


def are_ours(playbooks: Iterable[str], collection: Path) -> bool:
    """Whether Ansible was called with nothing but playbooks of ours: those of others may have tags of their own."""
    directory = (collection / "playbooks").resolve()
    return all(
        name.startswith("rocketops.rocketchat.") or directory in Path(name).resolve().parents for name in playbooks
    )
