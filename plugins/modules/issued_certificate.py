#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: issued_certificate
short_description: Has a unit of systemd get a certificate, or tells why it does not
version_added: 0.2.0
description:
  - Starts a unit that asks an ACME server for a certificate and then ends. Where it fails, what it said of that is
    told, and what becomes of the deployment.
author:
  - rocketops maintainers (@rocketops)
attributes:
  check_mode:
    description: Says that a certificate would be asked for.
    support: full
  diff_mode:
    description: Nothing of the host is compared.
    support: none
options:
  unit:
    description: The unit that asks for it.
    type: str
    required: true
  timer:
    description: The one that starts it again.
    type: str
    required: true
  names:
    description: What the certificate is for.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Have the certificate issued
  rocketops.rocketchat.issued_certificate:
    unit: rocketops-acme.service
    timer: rocketops-acme.timer
    names: [chat.example.com]
  become: true
"""

RETURN = r"""# """

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.effects.issuing import issue
from ..module_utils.effects.units import Refused

OPTIONS = {
    "unit": {"type": "str", "required": True},
    "timer": {"type": "str", "required": True},
    "names": {"type": "list", "elements": "str", "required": True},
}


def main() -> None:
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    if not module.check_mode:
        try:
            issue(**module.params)
        except Refused as reason:
            module.fail_json(msg=str(reason))
    module.exit_json(changed=True)


if __name__ == "__main__":
    main()
