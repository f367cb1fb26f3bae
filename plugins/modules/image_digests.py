#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: image_digests
short_description: Asks registries what the tags of a deployment's images stand for
version_added: 0.2.0
description:
  - Asks for the images of all hosts, NATS's among them, on the way of the host that it runs for, with
    M(rocketops.rocketchat.host_sources).
  - Fails where it cannot find out all of them.
  - Part of this collection's C(pin_images) playbook, whose registered variables it reads.
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
- name: Ask the registries on the way of one host
  rocketops.rocketchat.image_digests:
  run_once: true
  register: rocketchat_pins
"""

RETURN = r"""
digests:
  description: By image, what C(rocketchat_image_digests) takes.
  returned: always
  type: dict
  sample:
    nats:2.12.8-alpine: sha256:82e93be830c9b10fd689d8d2d18c6bc91b2afdf55ea4990b9fed6c7c967e59be
"""
