#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: teardown_facts
short_description: Asks a host what a deployment has left there
version_added: 0.2.0
description:
  - Runs M(rocketops.rocketchat.host_remains), for a second time with those packages that nobody else is seen to use.
  - Part of this collection's C(teardown) playbook, whose registered variables it reads.
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
- name: Asks a host what a deployment has left there
  rocketops.rocketchat.teardown_facts:
"""

RETURN = r"""
facts:
  description: What M(rocketops.rocketchat.host_remains) returns.
  returned: success
  type: dict
apt:
  description: What it returns of packages.
  returned: when any may go
  type: dict
"""
