#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: health_report
short_description: Shows the health of a deployment as one table
version_added: 0.1.0
description:
  - Joins what the health modules registered on all hosts with the plan, prints a table of every part, one sentence for
    each fault, and fails when any part is unhealthy.
  - Part of this collection's C(health) playbook, whose registered variables it reads.
author:
  - rocketops maintainers (@rocketops)
attributes:
  check_mode:
    description: Only reads.
    support: full
  diff_mode:
    description: Nothing is changed.
    support: none
  action:
    description: Runs on the controller.
    support: full
"""

EXAMPLES = r"""
- name: Report
  rocketops.rocketchat.health_report:
  run_once: true
"""

RETURN = r"""
rows:
  description: A row for every part of the deployment.
  returned: always
  type: list
  elements: dict
  contains:
    service:
      description: What it is.
      type: str
    host:
      description: Host of the inventory it runs on.
      type: str
    replica:
      description: Number of the replica; for MongoDB the member's role.
      type: str
    state:
      description: V(healthy) or V(UNHEALTHY).
      type: str
    latency_ms:
      description: How long its answer took, in milliseconds.
      type: float
    on_nats:
      description: Whether NATS sees it connected; V(null) where it need not be.
      type: bool
    fault:
      description: What is wrong, as a sentence; empty when healthy.
      type: str
"""
