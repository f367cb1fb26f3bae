#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: planned_changes
short_description: Tells in check mode what a deployment would change on a host
version_added: 0.2.0
description:
  - Reports what M(rocketops.rocketchat.preflight) found for the host, and is changed where that is anything.
  - Part of this collection's C(preflight) playbook, whose registered variables it reads.
author:
  - rocketops maintainers (@rocketops)
attributes:
  check_mode:
    description: Only reads.
    support: full
  diff_mode:
    description: Shows how files would change, except those that hold secrets.
    support: full
  action:
    description: Runs on the controller.
    support: full
"""

EXAMPLES = r"""
- name: Show what would change on each host
  rocketops.rocketchat.planned_changes:
  when: ansible_check_mode
"""

RETURN = r"""
changes:
  description: The planned changes.
  returned: always
  type: list
  elements: str
  sample: [will create ddp-streamer-2]
"""
