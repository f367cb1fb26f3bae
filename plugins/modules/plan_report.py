#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: plan_report
short_description: Shows people what a plan brings about
version_added: 0.2.0
description:
  - Prints what runs where, versions and where hosts fetch them, ports and who reaches them, and what the hosts should
    have and have, then the warnings, and the command to type next.
  - No secret is part of what it shows.
  - Part of this collection's C(plan) playbook, whose registered variables it reads.
author:
  - rocketops maintainers (@rocketops)
options:
  secrets_file:
    description: Where C(site) would keep the secrets that nobody set, to be named.
    type: path
    required: true
  directory:
    description:
      - Directory on the controller that C(plan.json) and C(plan.html) are written to, the same as data and as a page
        with the topology. It is created, mode 0700, if it is missing. A relative path starts where
        C(ansible-playbook) was called.
      - The files are replaced whole and are of mode 0600.
      - C(plan.json) is described by C(docs/plan.schema.json) of this collection.
    type: path
attributes:
  check_mode:
    description: Prints, but writes no file.
    support: full
  diff_mode:
    description: Nothing is changed on a host.
    support: none
  action:
    description: Runs on the controller.
    support: full
seealso:
  - module: rocketops.rocketchat.plan
  - module: rocketops.rocketchat.host_size
"""

EXAMPLES = r"""
- name: Show the plan
  rocketops.rocketchat.plan_report:
    secrets_file: "{{ inventory_dir }}/.rocketchat_secrets.yml"
    directory: report
  run_once: true
"""

RETURN = r"""
files:
  description: The files it wrote.
  returned: success
  type: list
  elements: str
  sample: [/home/me/report/plan.json, /home/me/report/plan.html]
"""
