#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: deployment_sources
short_description: Asks a host whether it gets the packages and images that it lacks
version_added: 0.2.0
description:
  - Runs M(rocketops.rocketchat.host_sources) for what the host lacks of its plan.
  - A host that lacks nothing is not asked.
  - Part of this collection's C(preflight) playbook, whose registered variables it reads.
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
- name: Ask every host whether it gets what it lacks
  rocketops.rocketchat.deployment_sources:
  register: rocketchat_sources
"""

RETURN = r"""
images:
  description: What M(rocketops.rocketchat.host_sources) returns.
  returned: where something is lacking
  type: list
  elements: dict
packages:
  description: What M(rocketops.rocketchat.host_sources) returns.
  returned: where something is lacking
  type: list
  elements: str
"""
