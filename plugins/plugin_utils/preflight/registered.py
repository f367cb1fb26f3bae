# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the gate goes by in Ansible's variables: where the answers of the hosts are, and which roles are to run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .apt import with_provided
from .difference import Difference
from .hosts import Host, asked_host

# What deployment_facts and deployment_sources registered on every host.
FACTS, SOURCES = "rocketchat_facts", "rocketchat_sources"

ByRole = dict[str, list[Difference]]


def answered(name: str, plan: Mapping[str, Any], answer: Mapping[str, Any], address: str = "") -> Host:
    """A host as it answered. ``plan``: its part; ``answer``: with its ``facts``, and when it was ``asked``."""
    return with_provided(asked_host(name, plan, answer["facts"], answer["asked"], address))


def chosen(differences: ByRole, variables: Mapping[str, Any]) -> ByRole:
    return {role: found for role, found in differences.items() if is_chosen(role, variables)}


def is_chosen(role: str, variables: Mapping[str, Any]) -> bool:
    """Whether --tags and --skip-tags let the play of a role run."""
    wanted, skipped = variables["ansible_run_tags"], variables["ansible_skip_tags"]
    return not {role, "tagged", "all"}.isdisjoint(wanted) and {role, "tagged", "all"}.isdisjoint(skipped)
