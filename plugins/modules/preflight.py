#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight
short_description: Judges the hosts before a deployment changes them, and shows what it will change
version_added: 0.2.0
description:
  - Joins the plan with what M(rocketops.rocketchat.deployment_facts) registered on all hosts. Fails with everything
    that cannot work in one message, warns of what is unwise, and otherwise lists the planned changes.
  - The list tells of everything that the run will change, as far as the chosen tags let it. "may" stands where
    only Docker can tell, as its engine does not answer yet.
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
- name: Judge the hosts, and show what will change
  rocketops.rocketchat.preflight:
  run_once: true
"""

RETURN = r"""
serial:
  description: By role, on how many hosts at a time it is applied.
  returned: success
  type: dict
  sample: {mongodb: 1, nginx: "100%"}
changes:
  description: The planned changes, in the order of the roles for each host. Empty where there is nothing to change.
  returned: success
  type: list
  elements: str
  sample: ["chat1: will create ddp-streamer-2", "chat1: will replace rocketchat-1: image 7.9.2 -> 7.9.3"]
"""
