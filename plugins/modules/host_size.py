#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: host_size
short_description: Asks a host how large it is, if it is there
version_added: 0.2.0
description:
  - Runs M(rocketops.rocketchat.host_facts) and keeps what the preview of a plan needs. Needs no privileges on the host.
  - Never fails because a host does not exist yet, cannot be reached or cannot be asked, and says so instead.
  - Part of this collection's C(plan) playbook.
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
- name: Ask the hosts that are there how large they are
  rocketops.rocketchat.host_size:
  register: rocketchat_size
"""

RETURN = r"""
facts:
  description: C(os), C(cores) and C(memory_mb) of M(rocketops.rocketchat.host_facts); V(null) where they are unknown.
  returned: always
  type: dict
unknown:
  description: Why the facts are unknown; empty where they are known.
  returned: always
  type: str
  sample: cannot be reached
reason:
  description: What Ansible or the host said to that.
  returned: always
  type: str
"""
