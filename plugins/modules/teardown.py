#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: teardown
short_description: Judges what a teardown would remove, and shows it
version_added: 0.2.0
description:
  - Joins what M(rocketops.rocketchat.teardown_facts) registered on all hosts. Fails with all that is in the way in one
    message; otherwise lists what will be removed, and what stays and why.
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
- name: Judges what a teardown would remove, and shows it
  rocketops.rocketchat.teardown:
"""

RETURN = r"""
collection:
  description: Version of this collection.
  returned: success
  type: str
hosts:
  description: By host, what is handed to the tasks after it, and in C(changes) the sentences about it.
  returned: success
  type: dict
"""
