#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: deployment_facts
short_description: Asks a host for exactly what its plan names
version_added: 0.2.0
description:
  - Runs M(rocketops.rocketchat.host_facts) with the options that follow from the plan of the host. With C(--diff), the
    content of files that hold no secret is asked for, too.
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
- name: Ask every host what it is and what is there
  rocketops.rocketchat.deployment_facts:
  register: rocketchat_facts
"""

RETURN = r"""
asked:
  description: The controller's time, in seconds of the epoch, just before and just after the host was asked.
  returned: success
  type: dict
  contains:
    before:
      description: Before.
      type: float
    after:
      description: After.
      type: float
facts:
  description: What M(rocketops.rocketchat.host_facts) returns.
  returned: success
  type: dict
"""
